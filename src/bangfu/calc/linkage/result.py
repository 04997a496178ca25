"""What a run gives: the clusters, what was learned, and what a reader must know."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bangfu.calc.linkage.model import Comparison
from bangfu.calc.linkage.scoring import Score
from bangfu.calc.values.findings import Finding


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a run.

    clusters: the id under its own name and `cluster`, the smallest id of the person;
    one row a record, in the order of the input. links: id_left, id_right, chance (0
    to 1) of the pairs at or above the threshold, best first; agree_<field>: the level of
    agreement by its name in `comparisons`, null where a record lacks the field. share: of
    pairs of one person among all pairs.
    """

    clusters: pl.DataFrame
    links: pl.DataFrame
    comparisons: tuple[Comparison, ...]
    share: float
    threshold: float
    pairs_compared: int
    rounds: int
    has_converged: bool
    findings: tuple[Finding, ...] = ()
    score: Score | None = None

    @property
    def rows(self) -> int:
        """Records."""
        return self.clusters.height

    @property
    def persons(self) -> int:
        """Clusters, those of one record included."""
        return self.clusters["cluster"].n_unique()

    @property
    def duplicates(self) -> int:
        """Records beyond the first of each person."""
        return self.rows - self.persons

    def as_json(self) -> dict[str, object]:
        """Return everything but the tables."""
        return {
            "rows": self.rows,
            "persons": self.persons,
            "duplicates": self.duplicates,
            "threshold": self.threshold,
            "pairs_compared": self.pairs_compared,
            "links": self.links.height,
            "rounds": self.rounds,
            "converged": self.has_converged,
            "share": self.share,
            "fields": [
                {"field": one.name, "level": level.name, "m": level.m, "u": level.u}
                for one in self.comparisons
                for level in one.levels
            ],
            "truth": self.score.as_json() if self.score else None,
            "findings": [
                {
                    "code": finding.code,
                    "subject": finding.subject,
                    "severity": finding.severity.value,
                    "message": finding.message.as_json(),
                }
                for finding in self.findings
            ],
        }
