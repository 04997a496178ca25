"""Measure poverty and inequality, and test who a proxy score would reach.

Three questions, each a pure function over arrays or a table:

- `measure`: FGT, Watts, Sen-Shorrocks-Thon, Gini, Theil, Atkinson, S80/S20, at-risk-of-
  poverty rate, threshold and median gap, at absolute and relative lines, by group;
- `multidimensional`: the Alkire-Foster index of a matrix of deprivations;
- `proxy_means_test`: a regression of income on proxies, and its targeting errors.

Every estimate carries a design-based standard error by linearisation (weights, strata,
clusters). Poor means income < line. docs/algorithms/poverty.md has every formula and
its source.
"""

from bangfu.calc.poverty.deprivation import (
    Deprivations,
    deprivations_of,
    indicator_weights,
    multidimensional,
)
from bangfu.calc.poverty.design import Design
from bangfu.calc.poverty.estimates import Answer, Estimate
from bangfu.calc.poverty.influences import MEASURES
from bangfu.calc.poverty.lines import Absolute, Of, Relative
from bangfu.calc.poverty.measuring import measure
from bangfu.calc.poverty.proxy_means import (
    Households,
    Model,
    Rules,
    households_of,
    proxy_means_test,
)
from bangfu.calc.poverty.sample import Sample, sample_of

__all__ = [
    "MEASURES",
    "Absolute",
    "Answer",
    "Deprivations",
    "Design",
    "Estimate",
    "Households",
    "Model",
    "Of",
    "Relative",
    "Rules",
    "Sample",
    "deprivations_of",
    "households_of",
    "indicator_weights",
    "measure",
    "multidimensional",
    "proxy_means_test",
    "sample_of",
]
