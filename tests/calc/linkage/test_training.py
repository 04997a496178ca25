"""Training: it finds the parameters that made the data, and holds when there is nothing."""

import numpy as np
import pytest

from bangfu.calc.linkage.model import Comparison, Level
from bangfu.calc.linkage.training import Patterns, fit, settled_share

ROWS = 2_001
PAIRS = ROWS * (ROWS - 1) / 2  # 2,001,000
M, U = (0.9, 0.85, 0.8), (0.01, 0.02, 0.05)


def fields(m=0.85):
    levels = (Level("same", "", m, 0.03), Level("else", "", 1 - m, 0.97))
    return [Comparison(name, "", levels, ()) for name in ("a", "b", "c")]


def patterns(matches):
    """Expected counts of the eight patterns for the parameters above."""
    levels = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)])
    counts = np.zeros(8)
    for at, pattern in enumerate(levels):
        of_one = np.prod(
            [m if x == 0 else 1 - m for m, x in zip(M, pattern, strict=True)]
        )
        of_two = np.prod(
            [u if x == 0 else 1 - u for u, x in zip(U, pattern, strict=True)]
        )
        counts[at] = matches * of_one + (PAIRS - matches) * of_two
    return Patterns(levels, np.zeros(8), counts)


def with_spread(matches):
    """Comparisons whose u is the spread of all pairs, as a sample gives it."""
    share = matches / PAIRS
    return [
        one.with_shares(
            [level.m for level in one.levels],
            [share * m + (1 - share) * u, 1 - share * m - (1 - share) * u],
        )
        for one, m, u in zip(fields(), M, U, strict=True)
    ]


def learned(matches, counted):
    return fit(
        fields(),
        counted,
        spread=with_spread(matches),
        rows=ROWS,
        sampled=PAIRS,
        known=[1, 1, 1],
    )


def test_it_finds_what_made_the_data():
    result = learned(20_000, patterns(20_000))

    assert result.has_converged
    assert result.share * PAIRS == pytest.approx(20_000, rel=0.02)
    for one, m, u in zip(result.comparisons, M, U, strict=True):
        assert one.levels[0].m == pytest.approx(m, abs=0.02)
        assert one.levels[0].u == pytest.approx(u, rel=0.05)


def test_without_pairs_of_one_person_the_starting_values_stay():
    result = learned(0, patterns(0))

    assert result.share * PAIRS < 500
    assert all(0.5 < one.levels[0].m < 0.99 for one in result.comparisons)


def test_disagreement_has_a_largest_believable_share():
    levels = np.array([[0, 1, 0], [1, 1, 1]])
    odd = Patterns(levels, np.zeros(2), np.array([20_000.0, PAIRS - 20_000]))

    result = learned(20_000, odd)

    assert result.comparisons[1].levels[-1].m == pytest.approx(0.25)


def test_rounds_that_do_not_settle_are_told(monkeypatch):
    monkeypatch.setattr("bangfu.calc.linkage.training.ROUNDS_MAX", 2)

    result = learned(20_000, patterns(20_000))

    assert (result.rounds, result.has_converged) == (2, False)


def test_the_share_settles_at_what_the_pairs_say():
    # Ten pairs beyond doubt among 1,000.
    odds = np.array([1e12] * 10 + [1e-12] * 90)

    assert settled_share(odds, pairs=1_000, share=0.5) == pytest.approx(0.01)
