"""Which pairs are compared at all: keys that records of one person share.

A rule is a list of keys, from the widest to the narrowest. A group of records with the
same key gives size * (size - 1) / 2 pairs; the smaller groups come first, until the
rule's share of pairs is used up, and records of the groups that are left over try the
next, narrower key. So a name that half the file bears, or a birth date that means
"unknown", costs no more pairs than the rule may have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

PAIRS_A_ROW = 6  # pairs that one rule may have, for each record ...
PAIRS_FLOOR = 2_000_000  # ... or this many in a smaller file

_BOTH = ("least", "greatest")  # the two names in the order of the alphabet
RULES: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("birth_whole",), ("birth_whole", "initial"), ("birth_whole", "division")),
    ((*_BOTH,), (*_BOTH, "birth_year"), (*_BOTH, "division")),
    ((*_BOTH, "month_day"),),
    (("surname_key", "birth_year"), ("surname_key", "birth_year", "given_initial")),
    (("given_key", "birth_year"), ("given_key", "birth_year", "surname_initial")),
    (("surname_key", "month_day"), ("surname_key", "month_day", "given_initial")),
    (("given_key", "month_day"), ("given_key", "month_day", "surname_initial")),
    (("surname_key", "given_begins"), ("surname_key", "given_begins", "decade")),
    (("given_key", "surname_initial"), ("given_key", "surname_initial", "decade")),
    (("id_number",), ("id_number", "initial")),
    (("phone",), ("phone", "initial")),
    (("address",), ("address", "initial"), ("address", "given_key")),
    (("given_key", "township"), ("given_key", "surname_initial", "township")),
)
_ALONE: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("given_key",), ("given_key", "birth_year")),
    (("surname_key",), ("surname_key", "birth_year")),
)


def block_keys(frame: pl.DataFrame, *, useful: Iterable[str]) -> pl.DataFrame:
    """Return one key column a rule, `block_0` and so on; null takes no part.

    frame: prepared records. useful: its columns that hold at least two values.
    """
    parts = _parts(frame, frozenset(useful))
    limit = max(PAIRS_FLOOR, PAIRS_A_ROW * frame.height)
    has_both = {"given_key", "surname_key"} <= set(parts.columns)
    rules = RULES if has_both else RULES + _ALONE
    keys: list[pl.Series] = []
    for rule in rules:
        variants = [v for v in rule if set(v) <= set(parts.columns)]
        if variants:
            keys.append(_rule_key(parts, variants, limit).alias(f"block_{len(keys)}"))
    return pl.DataFrame(keys)


def _parts(frame: pl.DataFrame, useful: frozenset[str]) -> pl.DataFrame:
    """Return the parts that keys are made of, those that the columns allow."""
    given, surname = pl.col("given_key"), pl.col("surname_key")
    parts: dict[str, pl.Expr] = {}
    if "given" in useful:
        parts |= {
            "given_key": given,
            "given_initial": given.str.slice(0, 1),
            "given_begins": pl.col("given_sound").str.slice(0, 2),
        }
    if "surname" in useful:
        parts |= {"surname_key": surname, "surname_initial": surname.str.slice(0, 1)}
    if {"given", "surname"} <= useful:
        parts |= {
            "least": pl.min_horizontal(given, surname),
            "greatest": pl.when(given.is_not_null() & surname.is_not_null()).then(
                pl.max_horizontal(given, surname)
            ),
            "initial": pl.min_horizontal(given, surname).str.slice(0, 1),
        }
    elif "given" in useful or "surname" in useful:
        name = given if "given" in useful else surname
        parts["initial"] = name.str.slice(0, 1)
    if "birth" in useful:
        year = pl.col("birth_year")
        parts |= {
            "birth_whole": pl.col("birth_whole"),
            "birth_year": year,
            "month_day": pl.col("month_day"),
            "decade": year.str.slice(0, 3),
        }
    if "division" in useful:
        division = pl.col("division")
        parts |= {"division": division, "township": division.str.slice(0, 9)}
    for whole in ("id_number", "phone", "address"):
        if whole in useful:
            parts[whole] = pl.col(whole)
    return frame.select(**parts)


def _rule_key(
    parts: pl.DataFrame, variants: Sequence[tuple[str, ...]], limit: int
) -> pl.Series:
    """Return the key of one rule: the first of its variants with room for the group."""
    chosen = pl.Series([None] * parts.height, dtype=pl.Int64)
    free = pl.Series([True] * parts.height)
    room, offset = limit, 0
    for variant in variants:
        keyed = parts.select(
            key=pl.when(pl.all_horizontal(pl.col(variant).is_not_null()) & free).then(
                pl.struct(variant).rank("dense").cast(pl.Int64)
            ),
        )
        sizes = keyed.with_columns(size=pl.len().over("key"))
        cap, used = _largest_group(keyed["key"], room)
        fits = keyed["key"].is_not_null() & (sizes["size"] <= cap)
        chosen = pl.select(
            pl.when(fits).then(keyed["key"] + offset).otherwise(chosen)
        ).to_series()
        free, room, offset = free & ~fits, room - used, offset + parts.height
    return chosen


def _largest_group(keys: pl.Series, room: int) -> tuple[int, int]:
    """Return the largest size of group that has room, and the pairs up to there."""
    groups = keys.drop_nulls().value_counts(name="size")
    totals = (
        groups.group_by("size")
        .agg(pairs=(pl.col("size") * (pl.col("size") - 1) // 2).cast(pl.Int64).sum())
        .sort("size")
        .with_columns(pl.col("pairs").cum_sum())
        .filter(pl.col("pairs") <= room)
    )
    if totals.is_empty():
        return 0, 0
    last = totals.row(-1)
    return int(last[0]), int(last[1])
