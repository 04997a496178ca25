"""Whom a score would reach, against who is poor: errors, differential, ROC.

E = exclusion error, the share of the poor who are not selected (undercoverage);
I = inclusion error, the share of the selected who are not poor (leakage);
targeting differential = share of the poor selected - share of the non-poor selected
(Ravallion 2009, World Bank Research Observer 24). All weighted. Standard errors take
the score and the cut-off as given.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bangfu.calc.poverty.design import Floats, Part
from bangfu.calc.poverty.estimates import Estimate, estimated

Bools = npt.NDArray[np.bool_]
ROC_POINTS = tuple(round(0.1 * step, 1) for step in range(1, 10))
FULL = 1e-9  # relative; a quota is filled to within this much of the population


def poorest(score: Floats, weight: Floats, share: float, lot: Floats) -> Bools:
    """Return (n) who the poorest `share` of the population by score are.

    Rows enter from the lowest score up while the quota holds them whole; it is never
    exceeded. Equal scores are drawn by `lot` (n), a random number of each row.
    """
    order = np.lexsort((lot, score))
    cumulated = np.cumsum(weight[order])
    chosen = np.zeros(score.size, dtype=bool)
    chosen[order] = cumulated <= (share + FULL) * cumulated[-1]
    return chosen


@dataclass(frozen=True)
class Trial:
    """A selection put beside the truth, for the rows it is judged on.

    poor, selected: (n). score: (n), lower means poorer. weight: (n), positive.
    """

    poor: Bools
    selected: Bools
    score: Floats
    weight: Floats
    part: Part

    def estimates(self) -> list[Estimate]:
        """Return the errors, the differential, the area under the ROC and its points."""
        poor = self.poor.astype(np.float64)
        chosen = self.selected.astype(np.float64)
        missed = self._ratio("exclusion_error", poor * (1 - chosen), poor)
        leaked = self._ratio("inclusion_error", chosen * (1 - poor), chosen)
        everybody = np.ones(poor.size)
        return [
            missed,
            leaked,
            self._differential(poor, chosen),
            self._area(),
            self._ratio("poor_share", poor, everybody),
            self._ratio("selected_share", chosen, everybody),
            *self._roc(),
        ]

    def _tell(self, name: str, value: float, influence: Floats) -> Estimate:
        totals = self.part.totals(self.weight * influence)
        error = self.part.standard_error(totals)
        return estimated(
            name, None, value, error, degrees=self.part.degrees, n=self.weight.size
        )

    def _ratio(self, name: str, top: Floats, bottom: Floats) -> Estimate:
        below = float(np.dot(self.weight, bottom))
        if not below > 0:
            return self._tell(name, math.nan, np.zeros(top.size))
        value = float(np.dot(self.weight, top)) / below
        return self._tell(name, value, (top - value * bottom) / below)

    def _differential(self, poor: Floats, chosen: Floats) -> Estimate:
        rich = 1 - poor
        of_poor = float(np.dot(self.weight, poor))
        of_rich = float(np.dot(self.weight, rich))
        name = "targeting_differential"
        if not (of_poor > 0 and of_rich > 0):
            return self._tell(name, math.nan, np.zeros(poor.size))
        reached = float(np.dot(self.weight, poor * chosen)) / of_poor
        spilled = float(np.dot(self.weight, rich * chosen)) / of_rich
        influence = poor * (chosen - reached) / of_poor
        influence -= rich * (chosen - spilled) / of_rich
        return self._tell(name, reached - spilled, influence)

    def _area(self) -> Estimate:
        """Area under the ROC: the chance that a poor row scores below a non-poor one.

        Equal scores count half. The influence of a row is the share of the other side
        that it is ranked rightly against, less the area (DeLong et al. 1988).
        """
        poor = self.poor
        of_poor = float(self.weight[poor].sum())
        of_rich = float(self.weight[~poor].sum())
        if not (of_poor > 0 and of_rich > 0):
            return self._tell("auc", math.nan, np.zeros(poor.size))
        influence = np.empty(poor.size)
        up_to = _share_up_to(self.score[~poor], self.weight[~poor])
        influence[poor] = 1 - up_to(self.score[poor])
        up_to = _share_up_to(self.score[poor], self.weight[poor])
        influence[~poor] = up_to(self.score[~poor])
        value = float(np.dot(self.weight[poor], influence[poor])) / of_poor
        influence -= value
        influence[poor] /= of_poor
        influence[~poor] /= of_rich
        return self._tell("auc", value, influence)

    def _roc(self) -> list[Estimate]:
        """Return the share of the poor reached where so many non-poor are, by score."""
        poor, points = self.poor, []
        rich = float(self.weight[~poor].sum())
        order = np.argsort(self.score[~poor])
        scores = self.score[~poor][order]
        cumulated = np.cumsum(self.weight[~poor][order])
        everyone = poor.astype(np.float64)
        for point in ROC_POINTS:
            hit = np.zeros(poor.size)
            if scores.size:
                at = int(np.searchsorted(cumulated, point * rich * (1 - FULL)))
                hit = everyone * (self.score <= scores[min(at, scores.size - 1)])
                points.append(self._ratio(f"roc_{point}", hit, everyone))
        return points


def _share_up_to(scores: Floats, weight: Floats) -> Callable[[Floats], Floats]:
    """Return a function: the weighted share of `scores` below x, ties counted half."""
    order = np.argsort(scores)
    ranked = scores[order]
    cumulated = np.concatenate([[0.0], np.cumsum(weight[order])])

    def share(x: Floats) -> Floats:
        below = cumulated[np.searchsorted(ranked, x, side="left")]
        up_to = cumulated[np.searchsorted(ranked, x, side="right")]
        half: Floats = (below + up_to) / (2 * cumulated[-1])
        return half

    return share
