"""What the functions of checks get: the frames of a run and what the policy says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Inputs:
    """Frames of one run. Columns are those of `datasets`.

    kin: households that an official declared as kin's (household, Int64). lines_fen: the
    administrative line of a year, by (county, year); a year without one is missing.
    """

    income: pl.DataFrame
    descent: pl.DataFrame
    household: pl.DataFrame
    kin: pl.DataFrame
    lines_fen: Mapping[tuple[str, int], int]
