"""The front door: check, price, decide the core, fill, prove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bangfu.calc.planning.blocks import shares
from bangfu.calc.planning.checks import check
from bangfu.calc.planning.core import (
    COLUMNS_A_RESOURCE,
    COLUMNS_MAX,
    COLUMNS_MIN,
    WHOLE,
    Core,
    solve_linear,
    undecided,
)
from bangfu.calc.planning.instance import Floats, Instance, Ints, Mask
from bangfu.calc.planning.kernels import fill
from bangfu.calc.planning.prices import Effort, Market, find_prices
from bangfu.calc.planning.reading import read_market
from bangfu.calc.planning.result import BoundBy, Result
from bangfu.calc.planning.search import search
from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.stopwatch import Stopwatch, peak_mb
from bangfu.calc.values.text import Text

DEFAULT_EFFORT = Effort()
SMALL = 3_000  # options up to which the whole problem is searched
NODES = 2_000  # of a search of a small problem
GAP_POLISHED = 5e-5  # above it the options nearest to a choice are searched
POLISHED = 300  # how many of them
NODES_POLISHED = 1
FILLS_MAX = 5
FILLED_MIN = 30_000  # options nearest to a choice that may fill what is left
FILLED_PART = 20  # or one in so many, if that is more
EVEN = 1e-9  # bounds this near to each other are the same


def solve(
    *,
    households: pl.DataFrame,
    options: pl.DataFrame,
    measures: pl.DataFrame,
    resources: pl.DataFrame,
    use: pl.DataFrame,
    reserves: pl.DataFrame | None = None,
    max_per_household: int | None = None,
    effort: Effort = DEFAULT_EFFORT,
) -> Result:
    """Choose measures for households: the largest sum of weight times gain.

    At most one measure of a group and max_per_household in all for a household, and no
    resource beyond its capacity. Frames as the schemas in `tables` declare them, rows in
    any order: the plan is the same in every order. A problem of up to 3,000 options is
    searched to the end as a rule; a larger one is left with a small proven gap. Costs
    some 60 passes over `use`: 300,000 households of 15 options take some 10 seconds.

    Raises BadInput with all findings.
    """
    watch = Stopwatch()
    problem = read(
        {
            "households": households,
            "options": options,
            "measures": measures,
            "resources": resources,
            "use": use,
            "reserves": reserves,
        },
        max_per_household=max_per_household,
        watch=watch,
    )
    return solve_problem(problem, effort=effort, watch=watch)


@dataclass(frozen=True, slots=True)
class Problem:
    """Tables that passed, in arrays; the tables themselves are no longer needed."""

    market: Market
    digest: str
    findings: list[Finding]


def read(
    tables: Mapping[str, pl.DataFrame | None],
    *,
    max_per_household: int | None = None,
    watch: Stopwatch | None = None,
) -> Problem:
    """Check tables and lay them out; `solve` in two steps saves the tables' memory.

    Raises BadInput with all findings.
    """
    watch = watch or Stopwatch()
    with watch.stage("check"):
        coded, findings = check(tables, max_per_household)
        if coded is None:
            raise _refused(findings)
    with watch.stage("read"):
        market, digest, found = read_market(coded, max_per_household)
    return Problem(market, digest, findings + found)


def solve_problem(
    problem: Problem,
    *,
    effort: Effort = DEFAULT_EFFORT,
    watch: Stopwatch | None = None,
) -> Result:
    """Solve what `read` returned; seconds count from the start of the watch."""
    watch = watch or Stopwatch()
    result = solve_market(problem.market, effort, watch)
    return replace(
        result,
        digest=problem.digest,
        findings=problem.findings,
        seconds=watch.seconds,
        stages=watch.stages,
        peak_mb=peak_mb(),
    )


def solve_market(market: Market, effort: Effort, watch: Stopwatch) -> Result:
    """Solve a problem in arrays; digest, findings and seconds are filled in later."""
    one = market.instance
    with watch.stage("prices"):
        price, price_bound = find_prices(market, effort)
        market.set_margins(price)
    with watch.stage("core"):
        chosen, core_price = _decide(market)
        if market.blocks.count == 1:
            candidate = np.where(core_price >= 0, core_price, price)
            better = market.bound(candidate)
            if better < price_bound:
                price, price_bound = candidate, better
                market.set_margins(price)
    with watch.stage("fill"):
        order = _nearest(market)
        _fill(one, order, chosen)
    with watch.stage("search"):
        bound = _search(market, chosen, price_bound, order)
    with watch.stage("naming"):
        return _result(market, chosen, price, price_bound, bound)


def _decide(market: Market) -> tuple[Mask, Floats]:
    """Decide block by block; shared capacities go by what the prices would use.

    Returns the choice, (o,), and the prices of the linear programmes, (r,), -1 where a
    resource was in none.
    """
    one, blocks = market.instance, market.blocks
    chosen = np.zeros(one.options, dtype=bool)
    core_price = np.full(one.resources, -1.0)
    shared = np.zeros(one.resources, dtype=bool)
    shared[blocks.shared] = True
    left = one.capacity.copy()
    wanted = [_wanted(market, block) for block in range(blocks.count)]
    rest = np.sum(wanted, axis=0)
    for block in range(blocks.count):
        room = np.where(shared, shares(wanted[block], rest, left), left)
        size = COLUMNS_MIN + COLUMNS_A_RESOURCE * int((wanted[block] > 0).sum())
        core = undecided(market, market.options_of(block), room, min(size, COLUMNS_MAX))
        share, price = solve_linear(market, core)
        taken = np.concatenate([core.fixed, core.open[share > 1 - WHOLE]])
        chosen[taken] = True
        core_price = np.where(price >= 0, price, core_price)
        rest = rest - wanted[block]
        left = left - one.used_by(taken)
    _drop_excess(one, chosen, market.margin)
    return chosen, core_price


def _wanted(market: Market, block: int) -> Floats:
    """Return what a block's best bundles at the prices would use: (r,)."""
    first, last = market.options_of(block)
    return market.instance.used_by(first + np.flatnonzero(market.chosen[first:last]))


def _drop_excess(one: Instance, chosen: Mask, margin: Floats) -> None:
    """Take back the least wanted options of a resource that rounding exceeds."""
    left = one.capacity - one.used(chosen)
    if (left >= -one.slack_allowed).all():
        return
    order = np.flatnonzero(chosen)
    for option in order[np.argsort(margin[order], kind="stable")]:
        uses = slice(one.use_start[option], one.use_start[option + 1])
        mine = one.use_resource[uses]
        if (left[mine] < -one.slack_allowed[mine]).any():
            chosen[option] = False
            left[mine] += one.use_amount[uses]


def _nearest(market: Market) -> Ints:
    """Return the options nearest to a choice, the most wanted first."""
    margin = market.margin
    size = max(FILLED_MIN, market.instance.options // FILLED_PART)
    near = np.abs(margin)
    if size < len(near):
        options = np.flatnonzero(near <= np.partition(near, size)[size])
    else:
        options = np.arange(len(near))
    return options[np.argsort(-margin[options], kind="stable")]


def _fill(one: Instance, order: Ints, chosen: Mask) -> None:
    """Use what is left, the largest margin first, until nothing more fits."""
    household_of = one.household_of()
    for _round in range(FILLS_MAX):
        left = one.capacity - one.used(chosen)
        slack = np.maximum(one.slack_allowed, -left)
        if fill(one.arrays, order, household_of, left, slack, chosen) == 0:
            return


def _search(market: Market, chosen: Mask, bound: float, order: Ints) -> float:
    """Improve the choice by branch and bound where that is worth while.

    Returns the best bound proven.
    """
    one = market.instance
    value = _value(one, chosen)
    if one.options <= SMALL:
        everything = np.flatnonzero(one.value > 0)
        core = Core(np.empty(0, dtype=np.int64), everything, one.capacity)
        found = search(one, core, chosen[everything], NODES)
        if found is not None:
            _accept(one, core, found.chosen, chosen)
            return max(min(bound, found.bound), _value(one, chosen))
        return bound
    if bound - value > GAP_POLISHED * bound:
        nearest = np.argsort(np.abs(market.margin), kind="stable")[:POLISHED]
        nearest = np.sort(nearest[one.value[nearest] > 0])
        fixed = chosen.copy()
        fixed[nearest] = False
        core = _core_around(one, np.flatnonzero(fixed), nearest)
        found = search(one, core, chosen[core.open], NODES_POLISHED)
        if found is not None:
            _accept(one, core, found.chosen, chosen)
            _fill(one, order, chosen)
    return bound


def _core_around(one: Instance, fixed: Ints, nearest: Ints) -> Core:
    taken = np.unique(one.group_key(fixed))
    free = nearest[~np.isin(one.group_key(nearest), taken)]
    return Core(fixed, free, np.maximum(one.capacity - one.used_by(fixed), 0.0))


def _accept(one: Instance, core: Core, found: Mask, chosen: Mask) -> None:
    """Take over what was found if it is allowed and worth more than what there is."""
    trial = np.zeros(one.options, dtype=bool)
    trial[core.fixed] = True
    trial[core.open[found]] = True
    is_within = (one.used(trial) <= one.capacity + one.slack_allowed).all()
    if is_within and _value(one, trial) > _value(one, chosen):
        chosen[:] = trial


def _value(one: Instance, chosen: Mask) -> float:
    return float(one.value[chosen].sum())


def _result(
    market: Market, chosen: Mask, price: Floats, price_bound: float, bound: float
) -> Result:
    one = market.instance
    rows = np.flatnonzero(chosen)
    home = one.household_of()[rows]
    plan = pl.DataFrame(
        {
            "household_id": one.household.gather(home),
            "measure_id": one.measure.gather(one.measure_of[rows]),
        }
    )
    used = one.used(chosen)
    value = _value(one, chosen)
    even = EVEN * abs(price_bound)
    return Result(
        plan=plan.sort("household_id", "measure_id"),
        prices=pl.DataFrame(
            {
                "resource_id": one.resource,
                "price": price,
                "capacity": one.capacity,
                "used": used,
                "slack": np.maximum(one.capacity - used, 0.0),
            }
        ),
        value=value,
        bound=max(bound, value),
        price_bound=max(price_bound, value),
        bound_by=BoundBy.SEARCH if bound < price_bound - even else BoundBy.PRICES,
        households=one.households,
        helped=len(np.unique(home)),
        options=one.options,
        findings=[],
        digest="",
        seconds=0.0,
        stages={},
        peak_mb=0.0,
        market=market,
        price=price,
        chosen=chosen,
    )


def _refused(findings: list[Finding]) -> BadInput:
    return BadInput(
        Text(
            "输入数据有 {count} 处问题，未计算。",
            "The input has {count} findings; nothing was solved.",
            {"count": len(findings)},
        ),
        remedy=Text("请按列出的问题改正后再试。", "Correct them and try again."),
        findings=tuple(findings),
        code="planning.bad_input",
    )
