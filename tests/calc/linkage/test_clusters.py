"""Clusters: no chains, no giants, and always the smallest row first."""

import itertools

import numpy as np
import pytest

from bangfu.calc.linkage.clusters import Pairs, cluster
from bangfu.calc.linkage.scoring import score


def pairs(*triples):
    left, right, bits = zip(*triples, strict=True)
    return Pairs(np.array(left), np.array(right), np.array(bits, float))


def grouped(found, rows, size_max=100):
    return cluster(found, rows=rows, bits_min=0.0, size_max=size_max)


def test_linked_rows_take_the_smallest_row():
    found = grouped(pairs((1, 4, 9), (2, 4, 9), (1, 2, 9), (0, 3, -1)), 5)

    assert found.first.tolist() == [0, 1, 1, 3, 1]


def test_two_persons_are_not_chained_by_one_weak_pair():
    # 0-1-2 and 3-4-5 hang together by 2-3 alone; the mean over nine pairs is below 0.
    triples = [(a, b, 9) for a, b in ((0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5))]

    found = grouped(pairs(*triples, (2, 3, 5)), 6)

    assert found.first.tolist() == [0, 0, 0, 3, 3, 3]


def test_a_component_that_is_too_large_is_cut_where_it_is_weakest():
    strong = [(a, b, 20) for a, b in ((0, 1), (2, 3))]
    weak = [(a, b, 5) for a in (0, 1) for b in (2, 3)]

    found = grouped(pairs(*strong, *weak), 4, size_max=3)

    assert found.first.tolist() == [0, 0, 2, 2]
    assert (found.cut, found.dissolved) == (1, 0)


def test_too_many_rows_that_nothing_tells_apart_are_left_alone():
    same = [(a, b, 9) for a, b in itertools.combinations(range(6), 2)]

    found = grouped(pairs(*same), 6, size_max=5)

    assert found.first.tolist() == [0, 1, 2, 3, 4, 5]
    assert (found.cut, found.dissolved) == (1, 6)


def test_no_pairs_leave_everybody_alone():
    assert grouped(Pairs.none(), 3).first.tolist() == [0, 1, 2]


def test_a_score_counts_pairs_and_leaves_out_rows_without_truth():
    import polars as pl

    # Found 1+3 pairs of the first five rows, true 3+1, in common 1.
    found = pl.Series(["a", "a", "b", "b", "b", "a"])
    truth = pl.Series(["x", "x", "x", "y", "y", None])

    result = score(found, truth)

    assert (result.found, result.true, result.both) == (4, 4, 2)
    assert result.f1 == pytest.approx(0.5)
