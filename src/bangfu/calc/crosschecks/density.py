"""Whether a density jumps at a point: the test of McCrary.

Source: McCrary (2008), Journal of Econometrics 142, 698-714. The values are counted in
bins of width b = 2 s n^-1/2, none of which crosses the point. On either side a line is
fitted to the heights of the bins by weighted least squares with triangular weights
K(t) = max(0, 1 - |t|), t = distance to the point / h; its value at the point estimates
the density there. The statistic is theta = ln f+ - ln f-, with standard error
sqrt(24/5 (1/f+ + 1/f-) / (n h)); theta / se is standard normal without a jump.

The bandwidth h is that of the paper's section 3.2: on each side a quartic is fitted to
the bins, h = 3.348 (residual variance x range / sum of squared second derivatives)^1/5,
and the mean of both sides is taken.

Assumptions: values are independent and, without manipulation, of a density that is
continuous at the point; nobody may have rounded them to it. Incomes rounded to whole
hundreds heap everywhere: where the line is itself a round number, a jump may be rounding,
so a result is a reason to look at who entered what. A jump says nothing about a household.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text

Floats = npt.NDArray[np.float64]

VALUES_MIN = 100
NEAR_MIN = 20  # values on each side within the bandwidth
BINS_MIN = 6  # bins on each side, one more than a quartic has coefficients
_BANDWIDTH = 3.348
_VARIANCE = 24 / 5


class TooFewValues(BadInput):
    """There are too few values, or too few near the point, to say anything."""

    code = "density.too_few"


@dataclass(frozen=True, slots=True)
class DensityJump:
    """The jump of a density at a point.

    theta: log of the density just above less the log just below; positive: bunching
    above. p: two-sided. bandwidth, bin_width: in the unit of the values. below, above:
    values within the bandwidth.
    """

    theta: float
    se: float
    z: float
    p: float
    bandwidth: float
    bin_width: float
    n: int
    below: int
    above: int


def density_jump(
    values: Floats,
    point: float,
    *,
    bandwidth: float | None = None,
    bin_width: float | None = None,
) -> DensityJump:
    """Test whether the density of `values` jumps at `point`.

    values: (n,), any unit, no NaN; a value equal to the point counts as above, as an
    income at the line is not poor. bandwidth, bin_width: given ones are used as they
    are. Cost: O(n). Raises TooFewValues below 100 values, with fewer than 20 on a side
    within the bandwidth, or where a side has no density at the point.
    """
    n = len(values)
    if n < VALUES_MIN:
        raise _too_few(n, VALUES_MIN)
    spread = float(np.std(values, ddof=1))
    if spread <= 0:
        raise _too_few(0, NEAR_MIN)
    width = bin_width or 2 * spread / math.sqrt(n)
    middles, heights = _histogram(values - point, width)
    chosen = bandwidth or _pilot(middles, heights)
    distance = values - point
    below = int(np.count_nonzero((distance < 0) & (distance > -chosen)))
    above = int(np.count_nonzero((distance >= 0) & (distance < chosen)))
    if min(below, above) < NEAR_MIN:
        raise _too_few(min(below, above), NEAR_MIN)
    left = _at_point(middles[middles < 0], heights[middles < 0], chosen)
    right = _at_point(middles[middles > 0], heights[middles > 0], chosen)
    if min(left, right) <= 0:
        raise _too_few(min(below, above), NEAR_MIN)
    theta = math.log(right) - math.log(left)
    se = math.sqrt(_VARIANCE * (1 / right + 1 / left) / (n * chosen))
    z = theta / se
    p = math.erfc(abs(z) / math.sqrt(2))
    return DensityJump(theta, se, z, p, chosen, width, n, below, above)


def _histogram(distance: Floats, width: float) -> tuple[Floats, Floats]:
    """Return middles and heights (a density) of bins that do not cross 0."""
    index = np.floor(distance / width).astype(np.int64)
    first, last = int(index.min()), int(index.max())
    counts = np.bincount(index - first, minlength=last - first + 1)
    middles = (np.arange(first, last + 1, dtype=np.float64) + 0.5) * width
    heights: Floats = counts.astype(np.float64) / (len(distance) * width)
    return middles, heights


def _pilot(middles: Floats, heights: Floats) -> float:
    sides = []
    for side in (middles < 0, middles > 0):
        x, y = middles[side], heights[side]
        if len(x) < BINS_MIN:
            raise _too_few(len(x), BINS_MIN)
        scale = float(np.max(np.abs(x)))
        t = x / scale
        design = np.vander(t, 5, increasing=True)
        fitted, *_ = np.linalg.lstsq(design, y, rcond=None)
        rest = y - design @ fitted
        variance = float(rest @ rest) / max(1, len(x) - 5)
        second = (2 * fitted[2] + 6 * fitted[3] * t + 12 * fitted[4] * t**2) / scale**2
        curved = float(second @ second)
        if curved <= 0 or variance <= 0:
            sides.append(scale)
            continue
        sides.append(min(scale, _BANDWIDTH * (variance * scale / curved) ** 0.2))
    return sum(sides) / 2


def _at_point(x: Floats, y: Floats, bandwidth: float) -> float:
    """Return the value at 0 of the line fitted with triangular weights."""
    weight = np.maximum(0.0, 1 - np.abs(x) / bandwidth)
    s0, s1, s2 = weight.sum(), weight @ x, weight @ (x * x)
    determinant = s0 * s2 - s1 * s1
    if determinant <= 0:
        return 0.0
    return float((s2 * (weight @ y) - s1 * (weight @ (x * y))) / determinant)


def _too_few(count: int, least: int) -> TooFewValues:
    return TooFewValues(
        Text(
            "观测值不足：只有 {count} 个，至少需要 {least} 个，无法检验。",
            "Too few values for the test: {count} where {least} are needed.",
            {"count": count, "least": least},
        ),
        remedy=Text(
            "请合并相邻年份，或在上一级区划检验。",
            "Take more years together, or test the division above.",
        ),
    )
