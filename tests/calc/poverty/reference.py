"""Slow measures in plain Python, written from the definitions and from nothing else.

Each takes a list of (income, weight). Loops over pairs where the definition has pairs.
"""

from __future__ import annotations

from fractions import Fraction
from math import fsum, log, nan, sqrt


def population(rows):
    return fsum(w for _, w in rows)


def mean(rows):
    return fsum(y * w for y, w in rows) / population(rows)


def fgt(rows, line, order):
    return fsum(
        w * ((line - y) / line) ** order if order else w for y, w in rows if y < line
    ) / population(rows)


def watts(rows, line):
    return fsum(w * log(line / y) for y, w in rows if 0 < y < line) / population(rows)


def gini(rows):
    """Mean absolute difference over all pairs / twice the mean."""
    n = population(rows)
    apart = fsum(w * v * abs(y - x) for y, w in rows for x, v in rows) / (n * n)
    return apart / (2 * mean(rows))


def sst(rows, line):
    """Headcount times mean gap of the poor times (1 + Gini of everybody's gaps)."""
    poor = [(y, w) for y, w in rows if y < line]
    if not poor:
        return 0.0
    rate = population(poor) / population(rows)
    depth = fsum(w * (line - y) / line for y, w in poor) / population(poor)
    gaps = [(max(line - y, 0.0) / line, w) for y, w in rows]
    return rate * depth * (1 + gini(gaps))


def theil(rows):
    m = mean(rows)
    felt = [w * (y / m) * log(y / m) for y, w in rows if y > 0]
    return fsum(felt) / population(rows)


def atkinson_half(rows):
    level = (fsum(w * sqrt(y) for y, w in rows) / population(rows)) ** 2
    return 1 - level / mean(rows)


def quantile(rows, share):
    """Weights are taken exactly, so that a tie is a tie. `share` is a Fraction."""
    ordered = sorted(rows)
    target = share * sum(Fraction(w) for _, w in ordered)
    reached = Fraction(0)
    for i, (y, w) in enumerate(ordered):
        reached += Fraction(w)
        if reached == target and i + 1 < len(ordered):
            return (y + ordered[i + 1][0]) / 2
        if reached >= target:
            return y
    raise AssertionError


def qsr(rows):
    low, high = quantile(rows, Fraction(1, 5)), quantile(rows, Fraction(4, 5))
    top = fsum(w * y for y, w in rows if y > high)
    if not top:
        return nan
    return top / fsum(w * y for y, w in rows if y <= low)


def median(rows):
    return quantile(rows, Fraction(1, 2))


def rmpg(rows, line):
    return (line - median([(y, w) for y, w in rows if y < line])) / line


def everything(rows, line):
    """Every measure by name: fgt, watts and sst at `line`, the rest at 0.6 median."""
    arpt = 0.6 * median(rows)
    return {
        "fgt0": fgt(rows, line, 0),
        "fgt1": fgt(rows, line, 1),
        "fgt2": fgt(rows, line, 2),
        "watts": watts(rows, line),
        "sst": sst(rows, line),
        "gini": gini(rows),
        "theil": theil(rows),
        "atkinson_0.5": atkinson_half(rows),
        "qsr": qsr(rows),
        "mean": mean(rows),
        "median": median(rows),
        "arpr": fgt(rows, arpt, 0),
        "arpt": arpt,
        "rmpg": rmpg(rows, arpt),
    }
