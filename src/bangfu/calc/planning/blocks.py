"""Which households can be planned together, and which resources tie blocks together.

A county's funds and places are used by its households only; a few city-wide places are
used by all. The blocks are found from the uses themselves, not from codes: without the
most widely used resources the rest falls into parts, and parts are packed into blocks.
Where nothing falls apart, households are cut into blocks in the order of their ids and
most resources are shared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bangfu.calc.planning.instance import Floats, Ints, Mask, Shorts
from bangfu.calc.planning.kernels import compiled

BLOCK = 20_000  # households up to which small parts are packed together
PART_MAX = 40_000  # households of a part that is not cut
SHARED_MAX = 64  # resources that may be set aside to let the rest fall apart


@dataclass(frozen=True, slots=True)
class Blocks:
    """Households by block: `order` sorts them, (n,); block b is start[b]:start[b + 1].

    local: the resources that block b alone uses, one array a block. shared: the rest
    that anybody uses.
    """

    order: Ints
    start: Ints
    local: list[Ints]
    shared: Ints

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return len(self.start) - 1


def find_blocks(
    households: int, resources: int, household_of_use: Shorts, use_resource: Shorts
) -> Blocks:
    """Return the blocks of a problem. Costs O(uses * log resources)."""
    if households <= PART_MAX:
        block_of = np.zeros(households, dtype=np.int64)
    else:
        block_of = _packed(
            _parts(households, resources, household_of_use, use_resource)
        )
    order = np.argsort(block_of, kind="stable")
    count = int(block_of.max(initial=0)) + 1
    start = np.searchsorted(block_of[order], np.arange(count + 1))
    lowest = np.full(resources, count, dtype=np.int64)
    highest = np.full(resources, -1, dtype=np.int64)
    _span(block_of, household_of_use, use_resource, lowest, highest)
    shared = np.flatnonzero(lowest < highest)
    local = [np.flatnonzero((lowest == b) & (highest == b)) for b in range(count)]
    return Blocks(order, start, local, shared)


def _parts(
    households: int, resources: int, household_of_use: Shorts, use_resource: Shorts
) -> Ints:
    """Return the part of every household, numbered in the order of households."""
    degree = np.bincount(use_resource, minlength=resources)
    widest = np.argsort(-degree, kind="stable")
    aside = np.zeros(resources, dtype=bool)
    for most in (0, 1, 2, 4, 8, 16, 32, SHARED_MAX):
        aside[:] = False
        aside[widest[:most]] = True
        part = _joined(households, resources, household_of_use, use_resource, aside)
        _, number, size = np.unique(part, return_inverse=True, return_counts=True)
        if size.max() <= PART_MAX:
            return np.asarray(number, dtype=np.int64)
    return np.arange(households, dtype=np.int64)


@compiled
def _joined(
    households: int,
    resources: int,
    household_of_use: Shorts,
    use_resource: Shorts,
    aside: Mask,
) -> Ints:
    """Union-find: the first household of every household's part."""
    parent = np.arange(households)
    first = np.full(resources, -1, dtype=np.int64)
    for use in range(len(use_resource)):
        resource = use_resource[use]
        if aside[resource]:
            continue
        a = household_of_use[use]
        if first[resource] < 0:
            first[resource] = a
            continue
        b = first[resource]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a < b:
            parent[b] = a
        else:
            parent[a] = b
    for household in range(households):
        root = household
        while parent[root] != root:
            root = parent[root]
        parent[household] = root
    return parent


def _packed(part: Ints) -> Ints:
    """Return the block of every household: parts in order, up to BLOCK in each."""
    size = np.bincount(part)
    block, filled = 0, 0
    block_of_part = np.empty(len(size), dtype=np.int64)
    for number, count in enumerate(size):
        if filled and filled + count > BLOCK:
            block, filled = block + 1, 0
        block_of_part[number] = block
        filled += count
    return block_of_part[part]


@compiled
def _span(
    block_of: Ints,
    household_of_use: Shorts,
    use_resource: Shorts,
    lowest: Ints,
    highest: Ints,
) -> None:
    for use in range(len(use_resource)):
        resource = use_resource[use]
        block = block_of[household_of_use[use]]
        lowest[resource] = min(lowest[resource], block)
        highest[resource] = max(highest[resource], block)


def shares(part: Floats, whole: Floats, capacity: Floats) -> Floats:
    """Return a block's quota of shared capacities: as it uses them at the prices.

    part, whole: use of the block and of all blocks not yet planned; capacity: what is
    left. A resource that nobody uses is left whole to the next block that could.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(whole > 0, part / whole, 1.0)
    return np.asarray(np.clip(share, 0.0, 1.0) * capacity)
