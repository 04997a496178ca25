"""Learn from the data at hand how often fields agree: expectation maximisation.

Fellegi and Sunter's model with conditional independence: a pair of one person shows
level l of field c with probability m[c][l], a pair of two persons with u[c][l], and a
pair drawn at random is of one person with probability `share`. The three are learned
together (Winkler 1988; Dempster, Laird and Rubin 1977) from the counts of patterns of
levels among the compared pairs; pairs that no rule brought together count as pairs of
two persons. How all pairs spread over the levels of a field is known from a sample, so
u is that spread less what the pairs of one person have taken.

What is learned is held by a prior, so a file of two rows keeps the starting values and
a file of a million forgets them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bangfu.calc.linkage.model import Comparison

ROUNDS_MAX = 300
TOLERANCE = 1e-5
M_PRIOR_PAIRS = 30  # pairs that the starting value of m is worth
U_PRIOR_PAIRS = 2_000
U_FLOOR = 1e-9
MATCHES_A_ROW_MAX = 25  # more pairs of one person than this for each row is no fit
MATCHES_A_ROW_FIRST = 0.05

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Counts of patterns of levels among the compared pairs.

    levels: (patterns, fields), int, -1 unknown. rare: (patterns,), bits: the sum, over
    the fields whose rare values count for more and that are the same, of -log2 of the
    share of persons with the value. counts: (patterns,), pairs.
    """

    levels: npt.NDArray[np.int64]
    rare: Array
    counts: Array


@dataclass(frozen=True, slots=True)
class Fit:
    """comparisons: with m and u as learned. share: of pairs of one person among all."""

    comparisons: tuple[Comparison, ...]
    share: float
    rounds: int
    has_converged: bool


def fit(
    comparisons: Sequence[Comparison],
    patterns: Patterns,
    *,
    spread: Sequence[Comparison],
    rows: int,
    sampled: float,
    known: Sequence[float],
) -> Fit:
    """Learn m, u and the share of pairs of one person.

    comparisons: with the starting values. spread: the same, with u as the spread of all
    pairs, seen on a sample of `sampled` pairs. rows: records. known: per field,
    the share of pairs of which both records have it. Stops when no m and not the
    share moves by more than TOLERANCE, relatively, or after ROUNDS_MAX rounds.
    """
    pairs = rows * (rows - 1) / 2
    prior = [_shares([level.m for level in one.levels]) for one in comparisons]
    u_prior = [_shares([level.u for level in one.levels]) for one in comparisons]
    among_all = [_shares([level.u for level in one.levels]) for one in spread]
    m = list(prior)
    u = [
        _posterior(all_ * sampled * known[at], u_prior[at], U_PRIOR_PAIRS)
        for at, all_ in enumerate(among_all)
    ]
    share = MATCHES_A_ROW_FIRST * rows / pairs
    lowest, highest = min(0.5, 1 / pairs), min(0.5, MATCHES_A_ROW_MAX * rows / pairs)
    share = min(max(share, lowest), 0.5)
    rounds, has_converged = 0, False
    while rounds < ROUNDS_MAX and not has_converged:
        rounds += 1
        weight = _odds(patterns, m, _of_values(comparisons, u), share)
        chance = patterns.counts * weight / (1 + weight)
        new_share = min(max(float(chance.sum()) / pairs, lowest), max(highest, lowest))
        moved = abs(np.log(new_share / share))
        for at, comparison in enumerate(comparisons):
            sums = _sums(patterns.levels[:, at], chance, len(prior[at]))
            new_m = _posterior(sums, prior[at], M_PRIOR_PAIRS)
            new_m = _held(new_m, comparison.m_else_max)
            moved = max(moved, float(np.abs(new_m - m[at]).max()))
            m[at] = new_m
            left = np.maximum(among_all[at] * pairs * known[at] - sums, 0.0)
            seen = left * (min(sampled, pairs) / pairs)
            u[at] = np.maximum(_posterior(seen, u_prior[at], U_PRIOR_PAIRS), U_FLOOR)
        _hold_swapped(comparisons, u)
        share, has_converged = new_share, bool(moved < TOLERANCE)
    learned = tuple(
        one.with_shares(m[at].tolist(), u[at].tolist())
        for at, one in enumerate(comparisons)
    )
    return Fit(learned, share, rounds, has_converged)


def settled_share(odds: Array, *, pairs: float, share: float) -> float:
    """Return the share at which the pairs' chances sum to what it expects.

    odds: (pairs compared,), m over u with the adjustments for rare values. The last
    step of the same maximisation, with m and u held.
    """
    lowest = min(0.5, 1 / pairs)
    for _ in range(ROUNDS_MAX):
        weight = odds * (share / (1 - share))
        new = min(max(float((weight / (1 + weight)).sum()) / pairs, lowest), 0.5)
        if abs(np.log(new / share)) < TOLERANCE:
            return new
        share = new
    return share


def _hold_swapped(comparisons: Sequence[Comparison], u: list[Array]) -> None:
    """Let swapped names be no rarer by chance than two names that are both the same.

    Hardly any pair of a sample has swapped names, so the sample does not tell.
    """
    names = [one.name for one in comparisons]
    if "given" not in names or "surname" not in names:
        return
    given = names.index("given")
    levels = [level.name for level in comparisons[given].levels]
    if "swapped" in levels:
        by_chance = u[given][0] * u[names.index("surname")][0]
        swapped = levels.index("swapped")
        u[given][swapped] = max(u[given][swapped], by_chance)


def _shares(values: Sequence[float]) -> Array:
    floored = np.maximum(np.array(values, np.float64), U_FLOOR)
    shares: Array = floored / floored.sum()
    return shares


def _of_values(comparisons: Sequence[Comparison], u: list[Array]) -> list[Array]:
    """Put 1 for u where it is of the value itself, which `rare` brings in."""
    return [
        np.append(1.0, shares[1:]) if one.levels[0].frequency else shares
        for one, shares in zip(comparisons, u, strict=True)
    ]


def _odds(patterns: Patterns, m: list[Array], u: list[Array], share: float) -> Array:
    total = patterns.rare * np.log(2) + np.log(share) - np.log1p(-share)
    for at in range(patterns.levels.shape[1]):
        # The last place stands for "unknown", which says nothing: -1 finds it.
        ratio = np.append(np.log(m[at]) - np.log(u[at]), 0.0)
        total += ratio[patterns.levels[:, at]]
    odds: Array = np.exp(np.minimum(total, 500.0))
    return odds


def _sums(levels: npt.NDArray[np.int64], chance: Array, size: int) -> Array:
    is_known = levels >= 0
    sums = np.bincount(levels[is_known], chance[is_known], minlength=size)
    return sums.astype(np.float64)


def _posterior(sums: Array, prior: Array, strength: float) -> Array:
    shares: Array = (sums + strength * prior) / (sums.sum() + strength)
    return shares


def _held(m: Array, else_max: float) -> Array:
    """Hold the last level, "else", to its largest believable share."""
    if m[-1] <= else_max:
        return m
    held: Array = m * ((1 - else_max) / (1 - m[-1]))
    held[-1] = else_max
    return held
