"""Splink on DuckDB: the only module here that touches either.

It finds the pairs that the keys bring together, samples how all pairs spread over the
levels, counts the patterns of levels, and weighs the pairs with what was learned. Rare
values count for more (Splink's term-frequency adjustment).

Everything is in memory of this process, apart from what DuckDB spills into a folder
that is deleted with the run.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType

import duckdb
import numpy as np
import polars as pl

from bangfu.calc.linkage.clusters import Pairs
from bangfu.calc.linkage.model import Comparison
from bangfu.calc.linkage.training import Patterns

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of Splink's own imports
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

SAMPLE_PAIRS = 1_000_000
SEED = 20
PATTERN_PAIRS = 4_000_000  # pairs that patterns are counted on; a sample above that
KNOWN_ROWS = 1_000
MEMORY = "4GB"
THREADS = 2
BITS_MIN = -8.0  # pairs with longer odds against are not kept
_TABLE = "records"


class Compared:
    """The records in DuckDB with the pairs to be compared; a context manager."""

    def __init__(self, frame: pl.DataFrame, comparisons: Sequence[Comparison]) -> None:
        """Load the prepared frame, `block_*` columns included."""
        self.comparisons = tuple(comparisons)
        self.blocks = [name for name in frame.columns if name.startswith("block_")]
        self._folder = tempfile.TemporaryDirectory(prefix="bangfu-linkage-")
        self._connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "threads": THREADS,
                "temp_directory": self._folder.name,
            }
        )
        wanted = {name for one in comparisons for name in one.columns}
        kept = ["row", *sorted(wanted), *self.blocks]
        self._connection.register("incoming", frame.select(kept).to_arrow())
        self._connection.execute(f"CREATE TABLE {_TABLE} AS FROM incoming")
        self._connection.unregister("incoming")
        self._frame = frame
        self._pairs = ""
        self.pairs_compared = 0

    def __enter__(self) -> Compared:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the database and delete what it spilled."""
        self._connection.close()
        self._folder.cleanup()

    def spread(self) -> tuple[Comparison, ...]:
        """Return the comparisons with u as the spread of a random sample of pairs."""
        linker, _ = self._linker(self.comparisons, share=0.5)
        with _quiet():
            linker.training.estimate_u_using_random_sampling(
                max_pairs=SAMPLE_PAIRS,
                seed=SEED,
                min_count_per_level=None,
                num_chunks=1,
            )
        model = linker.misc.save_model_to_json()
        return tuple(
            replace(
                one,
                levels=tuple(
                    replace(level, u=float(stored.get("u_probability", level.u)))
                    for level, stored in zip(
                        one.levels, entry["comparison_levels"][1:], strict=True
                    )
                ),
            )
            for one, entry in zip(self.comparisons, model["comparisons"], strict=True)
        )

    def block(self) -> int:
        """Find the pairs that share a key, each once, and return their number."""
        linker, _ = self._linker(self.comparisons, share=0.5)
        with _quiet():
            found = linker.inference.compute_blocked_pairs_for_predict()
        self._pairs = found.physical_name
        self.pairs_compared = len(found.as_duckdbpyrelation())
        return self.pairs_compared

    def count_values(self, persons: pl.Series) -> None:
        """Learn how rare the values are: the share of persons that have each.

        persons: the person of each row, as far as is known; a value that one person
        has in five records is as rare as one that stands once. A file of fewer than
        KNOWN_ROWS records borrows the rest from the starting values.
        """
        for one in self.comparisons:
            column, usual = one.levels[0].frequency, one.levels[0].u
            if column is None:
                continue
            held = self._frame.select(column).with_columns(person=persons)
            held = held.drop_nulls(column).unique()
            borrowed = max(KNOWN_ROWS - held.height, 0)
            share = (pl.len() + borrowed * usual) / (held.height + borrowed)
            table = held.group_by(column).agg(share.alias(f"tf_{column}"))
            self._connection.register("incoming", table.to_arrow())
            self._connection.execute(
                f"CREATE OR REPLACE TABLE share_{column} AS FROM incoming"
            )
            self._connection.unregister("incoming")

    @property
    def _frequent(self) -> list[str]:
        return [
            one.levels[0].frequency
            for one in self.comparisons
            if one.levels[0].frequency
        ]

    def patterns(self) -> Patterns:
        """Count the patterns of levels among the pairs, on a sample of very many."""
        step = -(-self.pairs_compared // PATTERN_PAIRS)
        columns = sorted({name for one in self.comparisons for name in one.columns})
        sides = ", ".join(f"{s}.{c} AS {c}_{s}" for c in columns for s in ("l", "r"))
        cases = ", ".join(
            f"{one.case()} AS level_{at}" for at, one in enumerate(self.comparisons)
        )
        names = ", ".join(f"level_{at}" for at in range(len(self.comparisons)))
        joins = " ".join(
            f"LEFT JOIN share_{c} ON share_{c}.{c} = l.{c}" for c in self._frequent
        )
        shares = "".join(f", share_{c}.tf_{c}" for c in self._frequent)
        rare = " + ".join(
            f"CASE WHEN level_{at} = 0 THEN -log2(tf_{one.levels[0].frequency}) ELSE 0 END"
            for at, one in enumerate(self.comparisons)
            if one.levels[0].frequency
        )
        counted = self._connection.execute(
            f"""
            WITH chosen AS (
                SELECT join_key_l, join_key_r FROM {self._pairs}
                WHERE hash(join_key_l, join_key_r) % {step} = 0
            ), side AS (
                SELECT {sides}{shares} FROM chosen
                JOIN {_TABLE} AS l ON l.row = chosen.join_key_l
                JOIN {_TABLE} AS r ON r.row = chosen.join_key_r {joins}
            ), level AS (SELECT *, {cases} FROM side)
            SELECT {names}, CAST(round({rare or 0}) AS INTEGER) AS rare,
            count(*) AS pairs FROM level GROUP BY ALL ORDER BY ALL
            """  # noqa: S608 - names of this package only
        ).fetchnumpy()
        levels = np.column_stack(
            [counted[f"level_{at}"] for at in range(len(self.comparisons))]
        )
        return Patterns(
            levels.astype(np.int64),
            counted["rare"].astype(np.float64),
            counted["pairs"].astype(np.float64) * step,
        )

    def weigh(self, comparisons: Sequence[Comparison], *, share: float) -> Pairs:
        """Return the pairs with their log-odds, those under BITS_MIN left out."""
        linker, engine = self._linker(comparisons, share=share)
        for column in self._frequent:
            linker.table_management.register_term_frequency_lookup(
                engine.register(f"share_{column}"), column
            )
        linker.table_management.register_blocked_pairs_for_predict(
            engine.register(self._pairs)
        )
        with _quiet():
            weighed = linker.inference.predict(
                threshold_match_weight=BITS_MIN, warning_mode="never"
            )
        found = self._connection.execute(
            f"""
            SELECT least(row_l, row_r) AS one, greatest(row_l, row_r) AS other,
            match_weight FROM {weighed.physical_name} ORDER BY ALL
            """  # noqa: S608 - names of this package only
        ).fetchnumpy()
        weighed.drop_table_from_database_and_remove_from_cache()
        return Pairs(
            found["one"].astype(np.int64),
            found["other"].astype(np.int64),
            found["match_weight"].astype(np.float64),
        )

    def levels(self, pairs: Pairs) -> pl.DataFrame:
        """Return for each pair, in its order, how each field agrees: a level's name.

        One column a field; null where one of the two records does not have it.
        """
        chosen = pl.DataFrame({"left": pairs.left, "right": pairs.right})
        self._connection.register(
            "chosen_pairs", chosen.with_row_index("place").to_arrow()
        )
        columns = sorted({name for one in self.comparisons for name in one.columns})
        sides = "".join(f", {s}.{c} AS {c}_{s}" for c in columns for s in ("l", "r"))
        cases = ", ".join(f"{one.case()} AS {one.name}" for one in self.comparisons)
        found = self._connection.execute(
            f"""
            WITH side AS (
                SELECT place{sides} FROM chosen_pairs
                JOIN {_TABLE} AS l ON l.row = chosen_pairs.left
                JOIN {_TABLE} AS r ON r.row = chosen_pairs.right
            )
            SELECT {cases} FROM side ORDER BY place
            """  # noqa: S608 - names of this package only
        ).fetchnumpy()
        self._connection.unregister("chosen_pairs")
        numbers = pl.DataFrame({name: found[name] for name in found})
        return numbers.with_columns(
            pl.col(one.name).replace_strict(
                {at: level.name for at, level in enumerate(one.levels)},
                default=None,
                return_dtype=pl.String,
            )
            for one in self.comparisons
        )

    def _linker(
        self, comparisons: Sequence[Comparison], *, share: float
    ) -> tuple[Linker, DuckDBAPI]:
        """Make a linker with an engine of its own, whose cache knows no other model."""
        engine = DuckDBAPI(connection=self._connection)
        settings = SettingsCreator(
            link_type="dedupe_only",
            comparisons=[one.as_splink() for one in comparisons],
            blocking_rules_to_generate_predictions=[block_on(b) for b in self.blocks],
            probability_two_random_records_match=share,
            unique_id_column_name="row",
            retain_matching_columns=False,
            linker_uid="bangfu",
        )
        table = engine.register(_TABLE, dataset_display_name="persons")
        linker = Linker(table, settings, log_level=None, validate_settings=False)
        return linker, engine


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Splink's advice out of the logs: what matters of it is a finding here."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
