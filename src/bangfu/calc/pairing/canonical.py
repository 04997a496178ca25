"""From tables to numbers: canonical order, places, groups of households, pools.

`check` sorts rows by id first, so that everything below is the same in whatever order
the rows came. Households of one division, place and need form a *group*; officials who
serve the same division from the same place with the same expertise form a *pool*. Cost
depends on pool and group only, which is why the network is small.

A household or official may be *singled out* (see solving): it then forms a group or
a pool of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bangfu.calc.pairing.checks import Params, Tables

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

DIGITS = 12
LEVELS = (2, 4, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class Roll:
    """The tables as arrays in canonical order; n households, m officials.

    household_ids, official_ids: sorted text. household_code, serves: division keys (see
    `code_keys`). x, y: km, zero where distance does not count. need, expertise:
    positions in `mismatch`, (kinds of needs, kinds of expertises), cost units, with
    the first label of each kind as its name. low, high: quotas.
    kept_household, kept_official: existing pairs worth keeping, sorted by household.
    barred: household * m + official of every forbidden pair, sorted.
    """

    household_ids: pl.Series
    household_code: Ints
    household_x: Floats
    household_y: Floats
    need: Ints
    official_ids: pl.Series
    unit_ids: pl.Series
    serves_codes: pl.Series
    serves: Ints
    official_x: Floats
    official_y: Floats
    expertise: Ints
    low: Ints
    high: Ints
    high_legal: Ints
    mismatch: Ints
    kept_household: Ints
    kept_official: Ints
    barred: Ints
    expertise_names: list[str]
    need_names: list[str]

    @property
    def households(self) -> int:
        """The number of households."""
        return len(self.household_code)

    @property
    def officials(self) -> int:
        """The number of officials."""
        return len(self.serves)

    def is_barred(self, household: Ints, official: Ints) -> Mask:
        """Tell for each pair of positions whether it is forbidden."""
        return contains_sorted(self.barred, household * self.officials + official)


def as_ints(series: pl.Series) -> Ints:
    """Return a series of whole numbers without nulls as int64."""
    return np.asarray(series.to_numpy(), dtype=np.int64)


def code_keys(codes: pl.Series) -> Ints:
    """Return one integer per code, in the order of the codes as text.

    The code is padded with zeros to 12 digits; the key is that number times 16 plus the
    number of digits, so a division and its descendants fill one range.
    """
    lengths = codes.str.len_bytes().cast(pl.Int64)
    padded = codes.str.pad_end(DIGITS, "0").cast(pl.Int64)
    return as_ints(padded * 16 + lengths)


def key_range_end(keys: Ints) -> Ints:
    """Return where the range of keys of each division's descendants ends."""
    return (keys // 16 + 10 ** (DIGITS - keys % 16)) * 16


def key_at(keys: Ints, digits: int) -> Ints:
    """Return the keys of the divisions at a level that contain those of `keys`."""
    unit = int(10 ** (DIGITS - digits))
    return keys // 16 // unit * unit * 16 + digits


def code_of(key: int) -> str:
    """Return the code that a key stands for."""
    number, digits = divmod(int(key), 16)
    return f"{number:012d}"[:digits]


def contains_sorted(sorted_values: Ints, values: Ints) -> Mask:
    """Tell for each value whether it is among the sorted ones."""
    if len(sorted_values) == 0:
        return np.zeros(len(values), dtype=bool)
    at = np.searchsorted(sorted_values, values)
    at[at == len(sorted_values)] = 0
    return np.asarray(sorted_values[at] == values, dtype=np.bool_)


def dense_ranks(*columns: NDArray[np.generic]) -> tuple[Ints, Ints]:
    """Return (rank of each row among the distinct rows, first row of each rank).

    The first column weighs most. Rows that are equal have equal ranks.
    """
    order = np.lexsort(columns[::-1])
    is_new = np.zeros(len(order), dtype=bool)
    is_new[:1] = True
    for column in columns:
        values = column[order]
        is_new[1:] |= values[1:] != values[:-1]
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.cumsum(is_new) - 1
    return ranks, order[is_new]


def read_roll(tables: Tables, params: Params) -> Roll:
    """Turn checked tables, which are sorted by id, into arrays.

    Of the existing pairs those are kept in mind that are neither forbidden nor outside
    the official's jurisdiction; with a keep price of 0 none.
    """
    households, officials = tables.households, tables.officials
    needs, expertises, table = _mismatch(households, officials, tables.costs)
    # Needs that cost the same with every expertise are one need to the optimiser, and
    # expertises likewise: without a table of costs all of them are.
    need_kind, need_first = dense_ranks(*table.T)
    expertise_kind, expertise_first = dense_ranks(*table)
    serves = code_keys(officials["serves_code"])
    household_code = code_keys(households["division_code"])
    barred = _positions(tables.forbidden, households["id"], officials["id"])
    barred_keys = np.sort(barred[0] * officials.height + barred[1])
    kept_household, kept_official = _positions(
        tables.existing, households["id"], officials["id"]
    )
    code = household_code[kept_household]
    division = serves[kept_official]
    may_keep = (code >= division) & (code < key_range_end(division))
    may_keep &= ~contains_sorted(
        barred_keys, kept_household * officials.height + kept_official
    )
    if params.keep_price == 0:
        may_keep[:] = False
    return Roll(
        household_ids=households["id"],
        household_code=household_code,
        household_x=_kilometres(households["x_km"]),
        household_y=_kilometres(households["y_km"]),
        need=need_kind[_positions_in(households["need"], needs)],
        official_ids=officials["id"],
        unit_ids=officials["unit_id"],
        serves_codes=officials["serves_code"],
        serves=serves,
        official_x=_kilometres(officials["x_km"]),
        official_y=_kilometres(officials["y_km"]),
        expertise=expertise_kind[_positions_in(officials["expertise"], expertises)],
        low=as_ints(officials["min"]),
        high=as_ints(officials["max"]),
        high_legal=_legal_quotas(officials),
        mismatch=table[np.ix_(need_first, expertise_first)],
        kept_household=kept_household[may_keep],
        kept_official=kept_official[may_keep],
        barred=barred_keys,
        expertise_names=[expertises[at] for at in expertise_first],
        need_names=[needs[at] for at in need_first],
    )


def _kilometres(series: pl.Series) -> Floats:
    filled = series.fill_null(0.0) if series.null_count() else series
    # Adding zero turns -0.0 into 0.0, which is the same place but has other bits.
    return np.asarray(filled.to_numpy(), dtype=np.float64) + 0.0


def _legal_quotas(officials: pl.DataFrame) -> Ints:
    if "max_legal" not in officials.columns:
        return as_ints(officials["max"])
    legal = officials.select(pl.max_horizontal("max", "max_legal")).to_series()
    return as_ints(legal)


def _positions_in(series: pl.Series, labels: list[str]) -> Ints:
    if labels == [""]:
        return np.zeros(len(series), dtype=np.int64)
    return as_ints(series.cast(pl.Enum(labels)).to_physical())


def _mismatch(
    households: pl.DataFrame, officials: pl.DataFrame, costs: pl.DataFrame | None
) -> tuple[list[str], list[str], Ints]:
    if costs is None:
        # Labels are not looked at: they might be free text, one for each household.
        return [""], [""], np.zeros((1, 1), dtype=np.int64)
    needs = households["need"].unique().sort().to_list()
    expertises = officials["expertise"].unique().sort().to_list()
    table = np.zeros((len(needs), len(expertises)), dtype=np.int64)
    row = {need: at for at, need in enumerate(needs)}
    column = {expertise: at for at, expertise in enumerate(expertises)}
    for need, expertise, cost in costs.iter_rows():
        if need in row and expertise in column:
            table[row[need], column[expertise]] = cost
    return needs, expertises, table


def _positions(
    pairs: pl.DataFrame, household_ids: pl.Series, official_ids: pl.Series
) -> tuple[Ints, Ints]:
    """Return the positions of pairs among the sorted ids, by household, then official.

    Every id of the pairs must be in the rolls, as `check` sees to.
    """
    if pairs.height == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    household = as_ints(household_ids.search_sorted(pairs["household_id"]))
    official = as_ints(official_ids.search_sorted(pairs["official_id"]))
    return np.divmod(
        np.unique(household * len(official_ids) + official), len(official_ids)
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """Households and officials gathered into places, groups and pools.

    Places are sorted by division key, so what a pool may serve is a range of places.
    Groups 0 .. groups_common - 1 lie in the order of places; those singled out follow.

    place_key, place_x, place_y: (places,). group_of: (n,). group_place, group_need,
    group_size: (groups,). pool_of: (m,). pool_serves, pool_x, pool_y, pool_expertise:
    (pools,). pool_place_from, pool_place_to: range of places that a pool may serve.
    pool_official: the official singled out into the pool, or -1. group_household alike.
    """

    place_key: Ints
    place_x: Floats
    place_y: Floats
    group_of: Ints
    group_place: Ints
    group_need: Ints
    group_size: Ints
    group_household: Ints
    groups_common: int
    place_group_from: Ints
    pool_of: Ints
    pool_serves: Ints
    pool_x: Floats
    pool_y: Floats
    pool_expertise: Ints
    pool_place_from: Ints
    pool_place_to: Ints
    pool_official: Ints

    @property
    def arcs(self) -> int:
        """Arcs from pools to places, which is what makes a network large."""
        return int((self.pool_place_to - self.pool_place_from).sum())


def lay_out(roll: Roll, alone_households: Ints, alone_officials: Ints) -> Layout:
    """Gather households and officials; those singled out (positions) stay alone."""
    place_of, place_first = dense_ranks(
        roll.household_code, roll.household_x, roll.household_y
    )
    alone = np.full(roll.households, -1, dtype=np.int64)
    alone[alone_households] = alone_households
    group_of, group_first = dense_ranks(alone, place_of, roll.need)
    # Rank -1 sorts first, so the groups that are not alone come first, by place.
    groups_common = int((alone[group_first] < 0).sum())
    group_place = place_of[group_first]
    places = len(place_first)
    place_key = roll.household_code[place_first]
    single = np.full(roll.officials, -1, dtype=np.int64)
    single[alone_officials] = alone_officials
    pool_of, pool_first = dense_ranks(
        roll.serves, roll.official_x, roll.official_y, roll.expertise, single
    )
    serves = roll.serves[pool_first]
    return Layout(
        place_key=place_key,
        place_x=roll.household_x[place_first],
        place_y=roll.household_y[place_first],
        group_of=group_of,
        group_place=group_place,
        group_need=roll.need[group_first],
        group_size=np.bincount(group_of, minlength=len(group_first)),
        group_household=alone[group_first],
        groups_common=groups_common,
        place_group_from=np.searchsorted(
            group_place[:groups_common], np.arange(places + 1)
        ),
        pool_of=pool_of,
        pool_serves=serves,
        pool_x=roll.official_x[pool_first],
        pool_y=roll.official_y[pool_first],
        pool_expertise=roll.expertise[pool_first],
        pool_place_from=np.searchsorted(place_key, serves),
        pool_place_to=np.searchsorted(place_key, key_range_end(serves)),
        pool_official=single[pool_first],
    )


def distance_cost(
    x_from: Floats, y_from: Floats, x_to: Floats, y_to: Floats, km_price: int
) -> Ints:
    """Return straight-line distances, rounded to 0.01 km, times the price.

    All in km; ties round to even. The rounding costs at most 5 m a household.
    """
    kilometres = np.hypot(x_from - x_to, y_from - y_to)
    return np.asarray(np.rint(kilometres * 100) * km_price, dtype=np.int64)


def arc_range(starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Spell out ranges: (position of the range, value) of every member, in order."""
    lengths = ends - starts
    owner = np.repeat(np.arange(len(starts)), lengths)
    first = np.cumsum(lengths) - lengths
    return owner, np.arange(len(owner)) - np.repeat(first - starts, lengths)
