"""Folds for cross-validation that never split a cluster."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bangfu.calc.poverty.design import Codes
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text

FOLDS_MAX = 100


class TooFewClusters(BadInput):
    """There are fewer clusters or rows than folds, or the number of folds is wrong."""

    code = "poverty.too_few_clusters"


def folds_of(
    cluster: npt.NDArray[np.generic] | None, rows: int, count: int, seed: int
) -> Codes:
    """Return (rows) the fold of each row, 0 to count - 1.

    Clusters, in the order of their labels, are shuffled by the seed and dealt in turn,
    so rows of one cluster share a fold and the order of the file's rows does not
    matter; without clusters every row is one. Raises TooFewClusters.
    """
    unit = np.arange(rows)
    if cluster is not None:
        unit = np.unique(cluster, return_inverse=True)[1]
    units = int(unit.max(initial=-1)) + 1
    if not 2 <= count <= min(units, FOLDS_MAX):
        raise TooFewClusters(
            Text(
                "折数须为 2 至 {most}，现为 {count}；群（或行）有 {units} 个。",
                "Folds are 2 to {most}, not {count}; there are {units} clusters (or "
                "rows).",
                {"most": min(max(units, 2), FOLDS_MAX), "count": count, "units": units},
            )
        )
    place = np.empty(units, dtype=np.int64)
    place[np.random.default_rng(seed).permutation(units)] = np.arange(units)
    return np.asarray(place[unit] % count, dtype=np.int64)
