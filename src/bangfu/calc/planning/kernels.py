"""The loops over households, compiled: best bundles, margins, clearing prices, filling.

A household's bundles are those with at most one option of a group and `limit` in all.
They are the independent sets of a truncated partition matroid, so the best bundle at
given prices is: the best option of each group, of these the `limit` best that are worth
anything. All sums are float64 and no loop runs in parallel, so that a result does not
depend on the machine's load.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numba
import numpy as np

from bangfu.calc.planning.instance import Arrays, Floats, Ints, Mask, Shorts

P = ParamSpec("P")
R = TypeVar("R")

if TYPE_CHECKING:

    def compiled(function: Callable[P, R]) -> Callable[P, R]:
        """Compile at the first call; keep the machine code for the next process."""
        return function

else:

    def compiled(function):
        """Compile; without a folder to keep the machine code in, for this process."""
        try:
            return numba.njit(cache=True, nogil=True)(function)
        except RuntimeError:
            return numba.njit(nogil=True)(function)


@compiled
def _reduced(one: Arrays, price: Floats, option: int) -> float:
    reduced = float(one.value[option])
    for use in range(one.use_start[option], one.use_start[option + 1]):
        reduced -= one.use_amount[use] * price[one.use_resource[use]]
    return reduced


@compiled
def _move(one: Arrays, left: Floats, option: int, sign: float) -> None:
    for use in range(one.use_start[option], one.use_start[option + 1]):
        left[one.use_resource[use]] += sign * one.use_amount[use]


@compiled
def _insert(value: Floats, item: Ints, kept: int, new: float, new_item: int) -> None:
    """Put an item into a list ordered from the largest; behind its equals."""
    place = kept
    while place > 0 and value[place - 1] < new:
        value[place] = value[place - 1]
        item[place] = item[place - 1]
        place -= 1
    value[place] = new
    item[place] = new_item


@compiled
def best_bundles(
    one: Arrays, first: int, last: int, price: Floats, used: Floats
) -> float:
    """Return what households first <= h < last are worth at prices; add up their use.

    used: (r,), added to. Ties go to the option that comes first. Costs O(uses).
    """
    worth = 0.0
    top_value = np.empty(one.limit + 1)
    top_option = np.empty(one.limit + 1, dtype=np.int64)
    for household in range(first, last):
        kept = 0
        option = one.option_start[household]
        stop = one.option_start[household + 1]
        while option < stop:
            group = one.group_of[option]
            best, best_option = 0.0, -1
            while option < stop and one.group_of[option] == group:
                reduced = _reduced(one, price, option)
                if reduced > best:
                    best, best_option = reduced, option
                option += 1
            if best_option >= 0:
                _insert(top_value, top_option, kept, best, best_option)
                kept = min(kept + 1, one.limit)
        for place in range(kept):
            worth += top_value[place]
            _move(one, used, top_option[place], 1.0)
    return worth


@compiled
def _group_bests(
    one: Arrays,
    start: int,
    stop: int,
    price: Floats,
    reduced: Floats,
    best: Floats,
    second: Floats,
    best_option: Ints,
) -> int:
    """Write the best two of each group, in order of appearance; return the groups."""
    groups = 0
    for option in range(start, stop):
        at = _reduced(one, price, option)
        reduced[option - start] = at
        if option == start or one.group_of[option] != one.group_of[option - 1]:
            best[groups], second[groups] = at, -np.inf
            best_option[groups] = option
            groups += 1
        elif at > best[groups - 1]:
            second[groups - 1] = best[groups - 1]
            best[groups - 1] = at
            best_option[groups - 1] = option
        elif at > second[groups - 1]:
            second[groups - 1] = at
    return groups


@compiled
def margins(
    one: Arrays, first: int, last: int, price: Floats, margin: Floats, chosen: Mask
) -> None:
    """Write the margin of every option of households first <= h < last.

    The margin is what the best bundle with the option is worth more than the best one
    without: the reduced value less what it must beat, which is the next best of its
    group, the `limit`-th best of the others, or nothing.
    """
    widest = 1
    for household in range(first, last):
        count = one.option_start[household + 1] - one.option_start[household]
        widest = max(widest, count)
    reduced, best, second = np.empty(widest), np.empty(widest), np.empty(widest)
    best_option = np.empty(widest, dtype=np.int64)
    top = np.empty(one.limit + 2)  # the limit best groups and one more, best first
    top_group = np.empty(one.limit + 2, dtype=np.int64)
    is_in = np.empty(widest, dtype=np.bool_)
    for household in range(first, last):
        start, stop = one.option_start[household], one.option_start[household + 1]
        groups = _group_bests(
            one, start, stop, price, reduced, best, second, best_option
        )
        kept = 0
        for group in range(groups):
            is_in[group] = False
            if best[group] > 0.0:
                _insert(top, top_group, kept, best[group], group)
                kept = min(kept + 1, one.limit + 1)
        count = min(kept, one.limit)
        for place in range(count):
            is_in[top_group[place]] = True
        last_in = top[one.limit - 1] if count == one.limit else 0.0
        next_out = top[one.limit] if kept > one.limit else 0.0
        group = -1
        for option in range(start, stop):
            if option == start or one.group_of[option] != one.group_of[option - 1]:
                group += 1
            chosen[option] = is_in[group] and best_option[group] == option
            if chosen[option]:
                to_beat = max(second[group], next_out)
            else:
                to_beat = best[group] if is_in[group] else last_in
            margin[option] = reduced[option - start] - to_beat


@compiled
def sorted_by_resource(one: Arrays, resources: int) -> tuple[Ints, Shorts, Floats]:
    """Return the uses by resource: where each starts, their options, their amounts."""
    start = np.zeros(resources + 1, dtype=np.int64)
    for resource in one.use_resource:
        start[resource + 1] += 1
    for resource in range(resources):
        start[resource + 1] += start[resource]
    place = start[:-1].copy()
    option_of = np.empty(len(one.use_resource), dtype=np.int32)
    amount_of = np.empty(len(one.use_resource))
    for option in range(len(one.value)):
        for use in range(one.use_start[option], one.use_start[option + 1]):
            at = place[one.use_resource[use]]
            option_of[at] = option
            amount_of[at] = one.use_amount[use]
            place[one.use_resource[use]] += 1
    return start, option_of, amount_of


@compiled
def arranged_uses(
    option_of: Ints, resource_of: Shorts, amount_of: Floats, options: int
) -> tuple[Ints, Shorts, Floats]:
    """Return uses by option, and by resource within one: starts, resources, amounts.

    A use of option -1 is left out. Costs O(uses).
    """
    start = np.zeros(options + 1, dtype=np.int64)
    for option in option_of:
        if option >= 0:
            start[option + 1] += 1
    for option in range(options):
        start[option + 1] += start[option]
    filled = np.zeros(options, dtype=np.int16)
    resource = np.empty(start[options], dtype=np.int32)
    amount = np.empty(start[options])
    for use in range(len(option_of)):
        option = option_of[use]
        if option < 0:
            continue
        at = start[option] + filled[option]
        while at > start[option] and resource[at - 1] > resource_of[use]:
            resource[at] = resource[at - 1]
            amount[at] = amount[at - 1]
            at -= 1
        resource[at] = resource_of[use]
        amount[at] = amount_of[use]
        filled[option] += 1
    return start, resource, amount


@compiled
def _clearing_key(key: Floats, weight: Floats, capacity: float) -> float:
    """Return the first key, from the largest down, whose weight no longer fits.

    Weighted quickselect; reorders both arrays. -inf when all fit.
    """
    low, high = 0, len(key)
    left = capacity
    while low < high:
        middle = (low + high) // 2
        a, b, c = key[low], key[middle], key[high - 1]
        pivot = max(min(a, b), min(max(a, b), c))
        above, at, scan = low, low, low
        heavy, equal = 0.0, 0.0
        below = high
        while scan < below:
            if key[scan] > pivot:
                key[scan], key[above] = key[above], key[scan]
                weight[scan], weight[above] = weight[above], weight[scan]
                heavy += weight[above]
                above += 1
                scan += 1
            elif key[scan] < pivot:
                below -= 1
                key[scan], key[below] = key[below], key[scan]
                weight[scan], weight[below] = weight[below], weight[scan]
            else:
                equal += weight[scan]
                scan += 1
        at = above
        if heavy > left:
            high = at
        elif heavy + equal > left:
            return float(pivot)
        else:
            left -= heavy + equal
            low = below
    return -np.inf


@compiled
def clearing_prices(
    resources: Ints,
    resource_start: Ints,
    option_by_resource: Shorts,
    amount_by_resource: Floats,
    margin: Floats,
    price: Floats,
    capacity: Floats,
    cleared: Floats,
) -> None:
    """Write the price that would clear each resource if no other price moved.

    price + margin / amount is an option's reservation price, so the clearing price is
    a weighted quantile of them. Costs O(uses).
    """
    for resource in resources:
        start, stop = resource_start[resource], resource_start[resource + 1]
        key, weight = np.empty(stop - start), np.empty(stop - start)
        count = 0
        for place in range(start, stop):
            amount = amount_by_resource[place]
            if amount > 0.0:
                at = price[resource] + margin[option_by_resource[place]] / amount
                if at > 0.0:
                    key[count] = at
                    weight[count] = amount
                    count += 1
        room = capacity[resource]
        cleared[resource] = max(_clearing_key(key[:count], weight[:count], room), 0.0)


@compiled
def _rivals(one: Arrays, option: int, household: int, chosen: Mask) -> tuple[int, int]:
    """Return what must go for an option: its group's, or the least if there are limit.

    Each is an option or -1; (-2, -2) when nothing can go.
    """
    mate, least, count = -1, -1, 0
    for other in range(one.option_start[household], one.option_start[household + 1]):
        if chosen[other]:
            count += 1
            if one.group_of[other] == one.group_of[option]:
                mate = other
            elif least < 0 or one.value[other] < one.value[least]:
                least = other
    if mate >= 0:
        return mate, -1
    if count < one.limit:
        return -1, -1
    return (-1, least) if least >= 0 else (-2, -2)


@compiled
def _fits(one: Arrays, option: int, left: Floats, slack: Floats) -> bool:
    for use in range(one.use_start[option], one.use_start[option + 1]):
        if left[one.use_resource[use]] < -slack[one.use_resource[use]]:
            return False
    return True


@compiled
def fill(
    one: Arrays,
    order: Ints,
    household_of: Shorts,
    left: Floats,
    slack: Floats,
    chosen: Mask,
) -> int:
    """Choose options, in order, where the room left allows it; return how many.

    An option may take the place of another of its group, or of the least valuable one
    where the household has `limit` already, if that gains value. left: (r,), lowered;
    it never falls below -slack. Never lowers the value of the plan.
    """
    done = 0
    for option in order:
        if chosen[option]:
            continue
        mate, least = _rivals(one, option, household_of[option], chosen)
        out = max(mate, least)
        gain = one.value[option] - (one.value[out] if out >= 0 else 0.0)
        if mate == -2 or gain <= 0.0:
            continue
        if out >= 0:
            _move(one, left, out, 1.0)
        _move(one, left, option, -1.0)
        if _fits(one, option, left, slack):
            chosen[option] = True
            if out >= 0:
                chosen[out] = False
            done += 1
        else:
            _move(one, left, option, 1.0)
            if out >= 0:
                _move(one, left, out, -1.0)
    return done
