"""Precision of a check from the verdicts of people."""

from __future__ import annotations

import math
from dataclasses import dataclass

CONFIDENCE = 0.95
_Z = 1.959963984540054  # 97.5 % point of the standard normal


@dataclass(frozen=True, slots=True)
class Precision:
    """share: true / (true + false), None without a verdict. low, high: Wilson, 95 %.

    Unclear verdicts say neither and are not counted in the share.
    """

    true: int
    false: int
    unclear: int
    share: float | None
    low: float | None
    high: float | None


def precision(*, true: int, false: int, unclear: int = 0) -> Precision:
    """Return the share of true hits with its Wilson interval.

    The verdicts are taken as independent draws from the check's hits; who judges the
    easy ones first biases the share, which no interval shows. Raises ValueError for a
    negative count.
    """
    if min(true, false, unclear) < 0:
        msg = "a count of verdicts is negative"
        raise ValueError(msg)
    judged = true + false
    if not judged:
        return Precision(true, false, unclear, None, None, None)
    low, high = wilson(true, judged)
    return Precision(true, false, unclear, true / judged, low, high)


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Return the 95 % score interval of a proportion.

    Source: Wilson (1927), JASA 22, 209-212: the p for which |hits/trials - p| is 1.96
    standard errors of p. It stays within 0 and 1 and is usable from the first trial on.
    Raises ValueError unless 0 <= hits <= trials and trials > 0.
    """
    if not 0 <= hits <= trials or not trials:
        msg = f"{hits} of {trials} is no proportion"
        raise ValueError(msg)
    share, square = hits / trials, _Z * _Z
    middle = share + square / (2 * trials)
    half = _Z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    scale = 1 + square / trials
    low = 0.0 if hits == 0 else (middle - half) / scale
    high = 1.0 if hits == trials else (middle + half) / scale
    return low, high
