"""From pairs to persons: groups of records, without chains and without giants.

Records joined by pairs above the threshold form a component. A component of three or
more is taken apart again where it hangs together by a thread: its records are merged
from the best pair down, two groups only while the mean log-odds over all their pairs
stays above the threshold (average linkage), a pair that was never compared counting as
a clear no.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

NEVER = -5.0  # log-odds, in bits, of a pair that was not compared
BEST = 60.0
DENSE_MAX = 3_000  # records of a component for which all pairs are laid out
STEP = 2.0  # bits by which the threshold rises inside a component that is too large

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Compared pairs: left < right, rows from 0; bits: log2 of the odds."""

    left: Ints
    right: Ints
    bits: Floats

    @classmethod
    def none(cls) -> Pairs:
        """Return no pairs."""
        return cls(np.array([], np.int64), np.array([], np.int64), np.array([]))

    def where(self, chosen: npt.NDArray[np.bool_]) -> Pairs:
        """Return the chosen pairs."""
        return Pairs(self.left[chosen], self.right[chosen], self.bits[chosen])

    def take(self, places: Ints) -> Pairs:
        """Return the pairs at these places."""
        return Pairs(self.left[places], self.right[places], self.bits[places])


@dataclass(frozen=True, slots=True)
class Clusters:
    """first: (rows,), the smallest row of each row's cluster.

    cut: components that were taken apart because they were too large. dissolved: rows
    that were left alone because nothing told too many of them apart.
    """

    first: Ints
    cut: int
    dissolved: int


def cluster(pairs: Pairs, *, rows: int, bits_min: float, size_max: int) -> Clusters:
    """Group the rows. bits_min: the threshold. size_max: rows a cluster may have."""
    first = np.arange(rows)
    cut = dissolved = 0
    for members, inside in _components(pairs, np.arange(rows), bits_min):
        pieces, is_cut, alone = _taken_apart(members, inside, bits_min, size_max)
        for piece in pieces:
            first[piece] = piece.min()
        cut += is_cut
        dissolved += alone
    return Clusters(first, cut, dissolved)


def _components(
    pairs: Pairs, rows: Ints, bits_min: float
) -> Iterator[tuple[Ints, Pairs]]:
    """Yield each component of two or more: its rows and all pairs inside it."""
    at_left = np.searchsorted(rows, pairs.left)
    at_right = np.searchsorted(rows, pairs.right)
    is_link = pairs.bits >= bits_min
    links = coo_array(
        (np.ones(is_link.sum()), (at_left[is_link], at_right[is_link])),
        shape=(len(rows), len(rows)),
    )
    _, label = connected_components(links, directed=False)
    is_inside = label[at_left] == label[at_right]
    inside, of_pair = pairs.where(is_inside), label[at_left[is_inside]]
    by_pair, by_row = (
        np.argsort(of_pair, kind="stable"),
        np.argsort(label, kind="stable"),
    )
    sizes = np.bincount(label)
    ends, pair_ends = (
        sizes.cumsum(),
        np.bincount(of_pair, minlength=len(sizes)).cumsum(),
    )
    for one in np.flatnonzero(sizes > 1):
        members = rows[by_row[ends[one] - sizes[one] : ends[one]]]
        start = pair_ends[one - 1] if one else 0
        yield members, inside.take(by_pair[start : pair_ends[one]])


def _taken_apart(
    members: Ints, inside: Pairs, bits_min: float, size_max: int
) -> tuple[list[Ints], int, int]:
    """Return the clusters of a component, whether it was cut, and rows left alone."""
    if len(members) == 2:
        return [members], 0, 0
    if len(members) <= DENSE_MAX:
        pieces = _by_average(members, inside, bits_min)
        large = [piece for piece in pieces if len(piece) > size_max]
        small = [piece for piece in pieces if len(piece) <= size_max]
    else:
        large, small = [members], []
    alone = 0
    for piece in large:
        is_in = np.isin(inside.left, piece) & np.isin(inside.right, piece)
        kept = inside.where(is_in)
        higher = max(bits_min, float(kept.bits.min(initial=BEST))) + STEP
        if higher > kept.bits.max(initial=NEVER):
            alone += len(piece)
            continue
        for part, links in _components(kept, piece, higher):
            parts, _, left_alone = _taken_apart(part, links, higher, size_max)
            small += parts
            alone += left_alone
    return small, bool(large), alone


def _by_average(members: Ints, inside: Pairs, bits_min: float) -> list[Ints]:
    """Merge from the best pair down while the mean log-odds stay at the threshold."""
    size = len(members)
    bits = np.full((size, size), NEVER)
    left = np.searchsorted(members, inside.left)
    right = np.searchsorted(members, inside.right)
    bits[left, right] = bits[right, left] = np.clip(inside.bits, NEVER, BEST)
    np.fill_diagonal(bits, BEST)
    tree = linkage(squareform(BEST - bits, checks=False), "average")
    label = fcluster(tree, BEST - bits_min, "distance")
    return [members[label == one] for one in np.unique(label)]
