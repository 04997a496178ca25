"""The linear programme of what prices leave undecided, solved by HiGHS.

At good prices most options have a clear margin one way or the other. They are fixed, and
the linear programme of the rest, a few thousand columns, is solved exactly. A vertex of
it has no more fractional households than there are scarce resources, so almost all of
its answer is whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack

from bangfu.calc.planning.instance import Floats, Instance, Ints, Mask
from bangfu.calc.planning.prices import Market

COLUMNS_A_RESOURCE = 25
COLUMNS_MIN = 3_000
COLUMNS_MAX = 60_000
WHOLE = 1e-6  # a share this near to 1 is one


@dataclass(frozen=True, slots=True)
class Core:
    """What is undecided: `fixed` get their measure, of `open` the programme decides.

    fixed, open: option numbers, ascending. room: (r,), what the fixed ones leave.
    """

    fixed: Ints
    open: Ints
    room: Floats


def undecided(
    market: Market, options: tuple[int, int], room: Floats, size: int
) -> Core:
    """Return the core of some options at the margins that stand.

    The `size` options nearest to a choice are open. Where the fixed ones alone would
    exceed the room, those of the least margin are opened too.
    """
    one = market.instance
    first, last = options
    margin = market.margin[first:last]
    is_open = np.zeros(last - first, dtype=bool)
    nearest = np.abs(margin)
    if size < len(margin):
        cut = np.partition(nearest, size)[size]
        is_open = nearest <= cut
    else:
        is_open[:] = True
    is_fixed = market.chosen[first:last] & ~is_open
    fixed = first + np.flatnonzero(is_fixed)
    left = room - one.used_by(fixed)
    for resource in np.flatnonzero(left < -one.slack_allowed).tolist():
        mine = _users(market, resource, is_fixed, first)
        mine = mine[np.argsort(market.margin[mine], kind="stable")]
        for option in mine:
            if left[resource] >= -one.slack_allowed[resource]:
                break
            is_fixed[option - first] = False
            is_open[option - first] = True
            left += one.used_by(np.array([option]))
    fixed = first + np.flatnonzero(is_fixed)
    taken = np.unique(one.group_key(fixed))
    candidates = first + np.flatnonzero(is_open & (one.value[first:last] > 0))
    candidates = candidates[~np.isin(one.group_key(candidates), taken)]
    return Core(fixed, candidates, np.maximum(room - one.used_by(fixed), 0.0))


def solve_linear(market: Market, core: Core) -> tuple[Floats, Floats]:
    """Return the share of every open option, and the price of every resource: (r,).

    A price is -1 where no open option uses the resource.
    """
    one = market.instance
    price = np.full(one.resources, -1.0)
    if len(core.open) == 0:
        return np.zeros(0), price
    matrix, room, resources = rows_of(one, core)
    answer = linprog(
        -one.value[core.open],
        A_ub=matrix,
        b_ub=room,
        bounds=(0.0, 1.0),
        method="highs-ds",
    )
    if answer.x is None:
        return np.zeros(len(core.open)), price
    price[resources] = np.maximum(-answer.ineqlin.marginals[: len(resources)], 0.0)
    return np.asarray(answer.x), price


def rows_of(one: Instance, core: Core) -> tuple[csr_array, Floats, Ints]:
    """Return the rows of a core: resources, then groups, then limits.

    Returns the matrix, its right-hand side, and the resource of the first rows.
    """
    columns = len(core.open)
    use, column = one.uses_of(core.open)
    resources, row = np.unique(one.use_resource[use], return_inverse=True)
    amount = one.use_amount[use]
    scarce = coo_array((amount, (row, column)), shape=(len(resources), columns))
    groups, room_of_groups = _choice_rows(one.group_key(core.open), None)
    home = one.home_of(core.open)
    held = np.bincount(one.home_of(core.fixed), minlength=one.households)
    limits, room_of_limits = _choice_rows(home, one.limit - held)
    matrix = vstack([scarce, groups, limits], format="csr")
    room = np.concatenate([core.room[resources], room_of_groups, room_of_limits])
    return matrix, np.asarray(room, dtype=np.float64), resources.astype(np.int64)


def _choice_rows(key: Ints, most: Ints | None) -> tuple[csr_array, Floats]:
    """Return a row for every key with more columns than it may have chosen."""
    known, row, count = np.unique(key, return_inverse=True, return_counts=True)
    room = np.ones(len(known)) if most is None else most[known].astype(float)
    matrix = csr_array(
        (np.ones(len(key)), (row, np.arange(len(key)))), shape=(len(known), len(key))
    )
    needed = count > room
    return matrix[needed], room[needed]


def _users(market: Market, resource: int, is_fixed: Mask, first: int) -> Ints:
    """Return the fixed options that use a resource."""
    start, stop = market.resource_start[resource : resource + 2]
    option = market.option_by_resource[start:stop].astype(np.int64)
    inside = (option >= first) & (option < first + len(is_fixed))
    option = option[inside]
    return option[is_fixed[option - first]]
