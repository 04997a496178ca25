"""One planning problem in arrays, in an order that depends on ids only.

Households, measures and resources are numbered in the order of their ids as text, but
households are then moved so that each block stands together. Options are ordered by
household, group and measure. A reserve is one more resource, which all households
outside its band use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

TOLERANCE = 1e-9  # of a capacity: sums of fractions are not exact


class Arrays(NamedTuple):
    """What the loops read, as `Instance` has it; numba takes a tuple of arrays."""

    option_start: Ints
    group_of: Shorts
    value: Floats
    use_start: Ints
    use_resource: Shorts
    use_amount: Floats
    limit: int


@dataclass(frozen=True, slots=True)
class Instance:
    """The problem: n households, o options, u uses, r resources.

    household, measure, resource: ids by number. option_start: (n + 1,), the options of
    a household. value: (o,), weight times gain. measure_of, group_of: (o,). use_start:
    (o + 1,), the uses of an option. use_resource, use_amount: (u,). capacity: (r,).
    limit: most measures of a household. origin: (n,), the place of each household in
    the order of ids.
    """

    household: pl.Series
    measure: pl.Series
    resource: pl.Series
    option_start: Ints
    value: Floats
    measure_of: Shorts
    group_of: Shorts
    use_start: Ints
    use_resource: Shorts
    use_amount: Floats
    capacity: Floats
    limit: int
    origin: Shorts

    @property
    def households(self) -> int:
        """How many households there are."""
        return len(self.option_start) - 1

    @property
    def options(self) -> int:
        """How many options there are."""
        return len(self.value)

    @property
    def resources(self) -> int:
        """How many resources there are."""
        return len(self.capacity)

    @property
    def arrays(self) -> Arrays:
        """The arrays that the compiled loops read."""
        return Arrays(
            self.option_start,
            self.group_of,
            self.value,
            self.use_start,
            self.use_resource,
            self.use_amount,
            self.limit,
        )

    @property
    def slack_allowed(self) -> Floats:
        """How far a use may exceed its capacity for rounding, by resource: (r,)."""
        return np.abs(self.capacity) * TOLERANCE

    def household_of(self) -> Shorts:
        """Return the household's number of every option: (o,)."""
        count = np.diff(self.option_start)
        return np.repeat(np.arange(self.households, dtype=np.int32), count)

    def option_of_use(self) -> Shorts:
        """Return the option of every use: (u,)."""
        count = np.diff(self.use_start)
        return np.repeat(np.arange(self.options, dtype=np.int32), count)

    def used(self, chosen: Mask) -> Floats:
        """Return what the chosen options take of every resource: (r,)."""
        taken = np.repeat(chosen, np.diff(self.use_start))
        return self._sums(self.use_resource[taken], self.use_amount[taken])

    def with_options(self, kept: Mask) -> Instance:
        """Return the same problem with some of the options only."""
        options = np.flatnonzero(kept)
        use, _ = self.uses_of(options)
        uses = np.diff(self.use_start)[options]
        return replace(
            self,
            option_start=np.concatenate([[0], np.cumsum(kept)])[self.option_start],
            value=self.value[options],
            measure_of=self.measure_of[options],
            group_of=self.group_of[options],
            use_start=np.concatenate([[0], np.cumsum(uses)]),
            use_resource=self.use_resource[use],
            use_amount=self.use_amount[use],
        )

    def uses_of(self, options: Ints) -> tuple[Ints, Ints]:
        """Return the uses of options, and which of `options` each belongs to."""
        start = self.use_start[options]
        count = self.use_start[options + 1] - start
        place = np.repeat(np.arange(len(options)), count)
        offset = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        return start[place] + offset, place

    def used_by(self, options: Ints) -> Floats:
        """Return what some options take of every resource: (r,)."""
        use, _ = self.uses_of(options)
        return self._sums(self.use_resource[use], self.use_amount[use])

    def _sums(self, resource: Shorts, amount: Floats) -> Floats:
        return np.bincount(resource, amount, self.resources).astype(np.float64)

    def group_key(self, options: Ints) -> Ints:
        """Return one number for household and group of each option."""
        groups = int(self.group_of.max(initial=0)) + 1
        return self.home_of(options) * groups + self.group_of[options]

    def home_of(self, options: Ints) -> Ints:
        """Return the household's number of some options."""
        return np.searchsorted(self.option_start, options, side="right") - 1
