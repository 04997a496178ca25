"""From a private extract to pairs of records that may be one person.

Splink and DuckDB are loaded here and only when a search runs, so that no page waits for
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import polars as pl

PREFIX = "agree_"
# Columns of the extract by role. The pseudonym of the number says "the same number" or
# "another one", never "nearly the same".
CONFIG = {
    "id": "member_id",
    "columns": {
        "name": "name",
        "birth_date": "birth_date",
        "sex": "sex",
        "id_number": "person",
        "division": "division_code",
    },
}


@dataclass(frozen=True, slots=True)
class Link:
    """Two records, the smaller key first. chance: 0 to 1. agreement: level by field."""

    left: int
    right: int
    chance: float
    agreement: dict[str, str]


@dataclass(frozen=True, slots=True)
class Linked:
    """Clusters of record keys, each of two or more, and the links inside them."""

    persons: int
    clusters: list[frozenset[int]]
    links: list[Link]


def linked(path: Path) -> Linked:
    """Link the records of an extract. Raises what `calc.linkage.dedupe` refuses."""
    records = pl.read_parquet(path)
    if records.height < 2:
        return Linked(records.height, [], [])
    linkage = import_module("bangfu.calc.linkage")
    config = linkage.config_of(CONFIG, file="register")
    result = linkage.dedupe(records, config, file="register")
    named = result.clusters.group_by("cluster").agg(pl.col("member_id"))
    clusters = [frozenset(ids) for ids in named["member_id"].to_list() if len(ids) > 1]
    of = {one: at for at, cluster in enumerate(clusters) for one in cluster}
    links = [_link(row) for row in result.links.rows(named=True)]
    inside = [
        link
        for link in links
        if link.left in of and of[link.left] == of.get(link.right)
    ]
    return Linked(records.height, sorted(clusters, key=min), inside)


def _link(row: dict[str, object]) -> Link:
    left, right = sorted((int(str(row["id_left"])), int(str(row["id_right"]))))
    agreement = {
        name.removeprefix(PREFIX): str(value)
        for name, value in row.items()
        if name.startswith(PREFIX) and value is not None
    }
    return Link(left, right, float(str(row["chance"])), agreement)
