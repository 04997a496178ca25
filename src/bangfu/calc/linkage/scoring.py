"""How well clusters agree with a known truth, counted in pairs of records."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs of records in one cluster (found), in one person (true), and in both.

    With nothing found, precision is 1; with nothing to be found, recall is 1.
    """

    found: int
    true: int
    both: int

    @property
    def precision(self) -> float:
        """Share of the found pairs that are true."""
        return self.both / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that are found."""
        return self.both / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 when both are."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def as_json(self) -> dict[str, float | int]:
        """Return the figures."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "pairs_found": self.found,
            "pairs_true": self.true,
            "pairs_both": self.both,
        }


def score(clusters: pl.Series, truth: pl.Series) -> Score:
    """Compare clusters with the truth, row by row; rows without truth are left out."""
    frame = pl.DataFrame({"cluster": clusters, "truth": truth}).drop_nulls("truth")
    return Score(
        found=_pairs(frame, ["cluster"]),
        true=_pairs(frame, ["truth"]),
        both=_pairs(frame, ["cluster", "truth"]),
    )


def _pairs(frame: pl.DataFrame, by: list[str]) -> int:
    sizes = frame.group_by(by).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())
