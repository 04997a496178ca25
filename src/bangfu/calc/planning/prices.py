"""Prices of resources that make the proven bound small.

For any prices p >= 0 no plan is worth more than

    D(p) = sum_r p_r capacity_r + sum_j max over bundles of j (value - sum p amount)

(Lagrange; Fisher 1981). D is convex and its subgradient is capacity less use. Because a
household's bundles form an integral polytope, the least D equals the value of the
linear programme. First all prices move at once towards those that clear their own
resource, which gets near the optimum in some fifteen steps; from there L-BFGS-B lowers
D over all prices together. Started from zero instead it stalls when there are thousands
of resources. Every value of D is a bound, so nothing here needs to converge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import fmin_l_bfgs_b

from bangfu.calc.planning.blocks import Blocks
from bangfu.calc.planning.instance import Floats, Instance, Ints
from bangfu.calc.planning.kernels import (
    best_bundles,
    clearing_prices,
    margins,
    sorted_by_resource,
)

# Of the clearing steps: all the way, then less, because all prices move at once.
DAMPING = (1.0, *(0.7,) * 7, 0.4)
# After so many steps only the options that may still be chosen are looked at.
WIDE_STEPS = 7
NARROW = 0.2  # of the options, beyond those that are chosen
NARROW_LOSS = 1e-7  # of the bound; beyond it the wrong options were left out
NARROW_ATTEMPTS = 3
ROUNDING = 1e-12  # of what is summed; float64 errs by less


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to look for prices: clearing steps, then evaluations of D."""

    steps: int = 15
    evaluations: int = 45


class Market:
    """A problem, its blocks, and the index by resource that clearing needs.

    resource_start: (r + 1,), the uses of a resource in option_by_resource and
    amount_by_resource, (u,). margin, chosen: (o,), at the prices last set.
    """

    def __init__(self, instance: Instance, blocks: Blocks) -> None:
        """Make the index. Costs O(uses)."""
        self.instance = instance
        self.blocks = blocks
        index = sorted_by_resource(instance.arrays, instance.resources)
        self.resource_start, self.option_by_resource, self.amount_by_resource = index
        self.margin = np.zeros(instance.options)
        self.chosen = np.zeros(instance.options, dtype=bool)

    def worth(self, block: int, price: Floats, used: Floats) -> float:
        """Return what a block's households are worth at prices; add up their use."""
        first, last = self.blocks.start[block : block + 2].tolist()
        return best_bundles(self.instance.arrays, first, last, price, used)

    def bound(self, price: Floats) -> float:
        """Return D at prices, rounded up beyond any error of summation."""
        used = np.zeros(self.instance.resources)
        worth = [self.worth(b, price, used) for b in range(self.blocks.count)]
        room = self.instance.capacity + self.instance.slack_allowed
        parts = np.concatenate([price * room, worth])
        return float(parts.sum() + ROUNDING * np.abs(parts).sum())

    def set_margins(self, price: Floats) -> None:
        """Write margins and choices at prices."""
        last = self.instance.households
        margins(self.instance.arrays, 0, last, price, self.margin, self.chosen)

    def cleared(self, resources: Ints, price: Floats) -> Floats:
        """Return prices in which `resources` clear at the margins as they stand."""
        cleared = price.copy()
        clearing_prices(
            resources,
            self.resource_start,
            self.option_by_resource,
            self.amount_by_resource,
            self.margin,
            price,
            self.instance.capacity,
            cleared,
        )
        return cleared

    def narrowed(self) -> Market:
        """Return the problem without the options that are far from being chosen.

        A bound is never taken from it: prices found with it are tried on the whole.
        """
        one = self.instance
        size = int(self.chosen.sum() + NARROW * one.options) + 1
        if size >= one.options:
            return self
        least = np.partition(self.margin, one.options - size)[one.options - size]
        return Market(one.with_options(self.margin >= least), self.blocks)

    def options_of(self, block: int) -> tuple[int, int]:
        """Return the range of a block's options."""
        first, last = self.blocks.start[block : block + 2]
        start = self.instance.option_start
        return int(start[first]), int(start[last])


def find_prices(market: Market, effort: Effort) -> tuple[Floats, float]:
    """Return prices, (r,), and D at them."""
    price = np.zeros(market.instance.resources)
    best = _Best(market, price)
    in_use = np.flatnonzero(np.diff(market.resource_start))
    if len(in_use) == 0:
        return best.price, best.bound
    near = market
    for step in range(effort.steps):
        if step == WIDE_STEPS:
            near = market.narrowed()
        near.set_margins(price)
        damping = DAMPING[min(step, len(DAMPING) - 1)]
        price = price + damping * (near.cleared(in_use, price) - price)
    best.offer(price)
    for _attempt in range(NARROW_ATTEMPTS):
        market.set_margins(best.price)
        near = market.narrowed()
        price = _descend(near, in_use, best.price, effort.evaluations)
        best.offer(price)
        if best.bound <= near.bound(best.price) * (1 + NARROW_LOSS):
            break
    return best.price, best.bound


class _Best:
    """The prices of the least bound so far."""

    def __init__(self, market: Market, price: Floats) -> None:
        self.market = market
        self.price, self.bound = price.copy(), market.bound(price)

    def offer(self, price: Floats) -> bool:
        """Keep prices if they give a lower bound."""
        bound = self.market.bound(price)
        if bound < self.bound:
            self.price, self.bound = price.copy(), bound
            return True
        return False


def _descend(
    market: Market, resources: Ints, price: Floats, evaluations: int
) -> Floats:
    """Lower D over the prices of the resources in use by L-BFGS-B.

    Prices are scaled so that each unit step moves what an average user of the resource
    would pay by one. Returns the best prices seen.
    """
    one = market.instance
    scale = _scales(market, resources)
    capacity = one.capacity[resources]
    best_bound, best_price = np.inf, price

    def bound(scaled: Floats) -> tuple[float, Floats]:
        nonlocal best_bound, best_price
        at = price.copy()
        at[resources] = scaled * scale
        used = np.zeros(one.resources)
        worth = sum(market.worth(b, at, used) for b in range(market.blocks.count))
        total = worth + float(at[resources] @ capacity)
        if total < best_bound:
            best_bound, best_price = total, at
        return total, (capacity - used[resources]) * scale

    fmin_l_bfgs_b(
        bound,
        price[resources] / scale,
        bounds=[(0.0, None)] * len(resources),
        maxfun=evaluations,
        maxiter=evaluations,
        factr=10.0,
        pgtol=1e-12,
    )
    return best_price


def _scales(market: Market, resources: Ints) -> Floats:
    """Return one over the mean amount that each resource is used by: (len,)."""
    one = market.instance
    count = np.diff(market.resource_start)
    total = np.bincount(one.use_resource, np.abs(one.use_amount), one.resources)
    return np.asarray(
        np.where(total > 0, count / np.maximum(total, 1e-300), 1.0)[resources]
    )
