"""From tables that passed their checks to arrays and blocks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from bangfu.calc.planning.blocks import find_blocks
from bangfu.calc.planning.checks import Coded, Tables, left_out
from bangfu.calc.planning.instance import Floats, Instance, Ints, Shorts
from bangfu.calc.planning.kernels import arranged_uses
from bangfu.calc.planning.prices import Market
from bangfu.calc.values.findings import Finding

FORMAT = "bangfu-plan-1"
CHUNK = 500_000


@dataclass(frozen=True, slots=True)
class _Reserve:
    """One more resource: `others` use it as they use resource `of`."""

    label: str
    of: int
    capacity: float
    others: np.ndarray


def read_market(coded: Coded, limit: int | None) -> tuple[Market, str, list[Finding]]:
    """Return the problem in arrays, a digest of it, and what was left out.

    limit: most measures of a household; None for as many as it has groups.
    """
    given = coded.tables
    measures, households = given.measures.height, given.households.height
    rank, group = _measure_order(given.measures)
    reserves = _reserves(given)
    home, resource, amount, pair = _uses(coded, rank, reserves)
    resources = given.resources.height + len(reserves)
    blocks = find_blocks(households, resources, home, resource)
    place = np.empty(households, dtype=np.int64)
    place[blocks.order] = np.arange(households)
    key = place[coded.option_household] * measures + rank[coded.option_measure]
    order = np.argsort(key, kind="stable")
    key = key[order]
    option = _places(key, place[home] * measures + pair)
    del home, pair
    findings = _left_out(given.use, option >= 0)
    uses = arranged_uses(option, resource, amount, len(key))
    del option, resource, amount
    start = np.searchsorted(key, np.arange(households + 1) * measures)
    measure = np.argsort(rank).astype(np.int32)[key % measures]
    del key
    value = given.options["gain"].to_numpy()[order]
    del order
    weight = given.households["weight"].to_numpy()[blocks.order]
    value *= np.repeat(weight, np.diff(start))
    instance = Instance(
        household=given.households["id"].gather(blocks.order),
        measure=given.measures["id"],
        resource=_resource_ids(given, reserves),
        option_start=start,
        value=value,
        measure_of=measure,
        group_of=group.astype(np.int32)[measure],
        use_start=uses[0],
        use_resource=uses[1],
        use_amount=uses[2],
        capacity=_capacities(given, reserves),
        limit=_limit(limit, group),
        origin=blocks.order.astype(np.int32),
    )
    digest = digest_of(instance)  # before the index is there: both need memory
    return Market(instance, blocks), digest, findings


def _places(key: Ints, wanted: Ints) -> Ints:
    """Return where each wanted key stands among sorted ones, -1 where it does not."""
    if len(key) == 0:
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.searchsorted(key, wanted)
    np.minimum(place, len(key) - 1, out=place)
    place[key[place] != wanted] = -1
    return place


def _limit(limit: int | None, group: Ints) -> int:
    groups = int(group.max()) + 1
    return groups if limit is None else min(limit, groups)


def _measure_order(measures: pl.DataFrame) -> tuple[Ints, Ints]:
    """Return each measure's place by group and id, and its group's number."""
    count = measures.height
    labels = (
        measures["group"].to_list() if "group" in measures.columns else [None] * count
    )
    keys = [
        (0, label, "") if label is not None else (1, "", name)
        for label, name in zip(labels, measures["id"], strict=True)
    ]
    number = {key: place for place, key in enumerate(sorted(set(keys)))}
    group = np.array([number[key] for key in keys], dtype=np.int64)
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(group, kind="stable")] = np.arange(count)
    return rank, group


def _reserves(given: Tables) -> list[_Reserve]:
    if given.reserves.height == 0:
        return []
    band = given.households["band"]
    place = {name: at for at, name in enumerate(given.resources["id"])}
    capacity = given.resources["capacity"]
    return [
        _Reserve(
            f"{row['resource_id']} − {row['band']}",
            place[row["resource_id"]],
            capacity[place[row["resource_id"]]] * (1.0 - row["share"]),
            (band != row["band"]).fill_null(value=True).to_numpy(),
        )
        for row in given.reserves.sort("resource_id", "band").to_dicts()
    ]


def _uses(
    coded: Coded, rank: Ints, reserves: list[_Reserve]
) -> tuple[Shorts, Shorts, Floats, Ints]:
    """Return household, resource, amount and place of the measure of every use."""
    home, resource = coded.use_household, coded.use_resource
    amount = coded.tables.use["amount"].to_numpy()
    measure = rank[coded.use_measure]
    if not reserves:
        return home, resource, amount, measure
    parts = [np.arange(len(home))]
    labels = [resource]
    for number, reserve in enumerate(reserves):
        rows = np.flatnonzero((resource == reserve.of) & reserve.others[home])
        parts.append(rows)
        labels.append(
            np.full(len(rows), coded.tables.resources.height + number, np.int32)
        )
    rows = np.concatenate(parts)
    return home[rows], np.concatenate(labels), amount[rows], measure[rows]


def _resource_ids(given: Tables, reserves: list[_Reserve]) -> pl.Series:
    names = pl.Series([reserve.label for reserve in reserves], dtype=pl.String)
    return pl.concat([given.resources["id"], names])


def _capacities(given: Tables, reserves: list[_Reserve]) -> Floats:
    rest = [reserve.capacity for reserve in reserves]
    return np.concatenate([given.resources["capacity"].to_numpy(), rest])


def _left_out(use: pl.DataFrame, known: np.ndarray) -> list[Finding]:
    rows = known[: use.height]
    return [] if rows.all() else left_out(use, ~rows)


def digest_of(one: Instance) -> str:
    """Return the SHA-256 of a problem; the order of rows in the tables does not count.

    The ids joined by line feeds, then the arrays of `Instance` little-endian.
    """
    total = hashlib.sha256(f"{FORMAT} {one.limit}\n".encode())
    for ids in (one.household, one.measure, one.resource):
        total.update("\n".join(ids).encode() + b"\n\n")
    for whole in (one.option_start, one.measure_of, one.group_of, one.use_start):
        _add(total, whole, "<i8")
    _add(total, one.use_resource, "<i8")
    for numbers in (one.value, one.use_amount, one.capacity):
        _add(total, numbers, "<f8")
    return total.hexdigest()


def _add(total: Any, array: np.ndarray, kind: str) -> None:
    """Add an array to a hash, piece by piece; adding zero makes one zero of two."""
    for first in range(0, len(array), CHUNK):
        total.update((array[first : first + CHUNK] + 0).astype(kind).tobytes())
