"""From the columns of a file to numbers, weights, labels and a design.

Every number becomes a 64-bit float here, at the door, so that no sum can overflow the
narrow integers that statistical files are full of. What is missing stays missing (NaN)
and is counted; text that is neither a number nor a usual mark of a missing value is
refused with its rows, all of them counted.

    NoSuchColumn            the file has no column of that name
    NotNumbers              a cell of a numeric column is not a finite number
    BadWeights              a weight is negative, or none is positive
    MissingDesign           a stratum or cluster is missing
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bangfu.calc.poverty.design import Design, Floats
from bangfu.calc.values.findings import BadInput, Finding, Severity
from bangfu.calc.values.text import Text

MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", ".")
"""Text that stands for a missing value in files of R, Stata, pandas and databases."""
TRUTH = {"true": 1.0, "false": 0.0}
NO_LABEL = "(missing)"
EXAMPLES_MAX = 20


class NoSuchColumn(BadInput):
    """The file has no column of that name."""

    code = "poverty.no_such_column"


class NotNumbers(BadInput):
    """A cell of a numeric column is not a finite number."""

    code = "poverty.not_numbers"


class BadWeights(BadInput):
    """A weight is negative, or none is positive."""

    code = "poverty.bad_weights"


class MissingDesign(BadInput):
    """A stratum or cluster is missing."""

    code = "poverty.missing_design"


@dataclass(frozen=True)
class Weights:
    """The weights of a file's rows. weight: (rows), NaN where missing; all 1 if none."""

    weight: Floats
    findings: tuple[Finding, ...]
    missing: int

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """(rows): whether the row has a positive weight."""
        return self.weight > 0


def check_names(available: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise NoSuchColumn, with the names that there are, unless all are there."""
    lacking = [name for name in wanted if name not in set(available)]
    if lacking:
        raise NoSuchColumn(
            Text(
                "文件没有“{names}”列。",
                "There is no column {names}.",
                {"names": ", ".join(lacking)},
            ),
            remedy=Text(
                "文件的列：{names}。",
                "The columns are: {names}.",
                {"names": ", ".join(list(available)[:50])},
            ),
        )


def column(frame: pl.DataFrame, name: str) -> pl.Series:
    """Return a column. Raises NoSuchColumn."""
    check_names(frame.columns, [name])
    return frame[name]


def numbers(frame: pl.DataFrame, name: str) -> Floats:
    """Return a column as (rows) floats, NaN where missing; true is 1, false is 0.

    Raises NotNumbers.
    """
    series = column(frame, name)
    if series.dtype == pl.String:
        series = _without_marks(series)
        truth = series.str.to_lowercase().replace_strict(TRUTH, default=None)
        values = series.cast(pl.Float64, strict=False).fill_null(truth)
        wrong = (values.is_null() & series.is_not_null()).to_numpy()
    elif series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null):
        values = series.cast(pl.Float64)
        wrong = np.zeros(len(series), dtype=bool)
    else:
        values = pl.Series(name, [None] * len(series), dtype=pl.Float64)
        wrong = series.is_not_null().to_numpy()
    found = np.array(values.fill_null(float("nan")).to_numpy(), dtype=np.float64)
    wrong = wrong | np.isinf(found)
    if wrong.any():
        raise _not_numbers(series, np.flatnonzero(wrong))
    return found


def labels(frame: pl.DataFrame, name: str) -> npt.NDArray[np.object_]:
    """Return a column as (rows) text; what is missing is NO_LABEL."""
    series = column(frame, name)
    if series.dtype.is_float():
        whole = series.fill_nan(None)
        if bool((whole.drop_nulls() % 1 == 0).all()):
            series = whole.cast(pl.Int64)
    text = _without_marks(series.cast(pl.String))
    return text.fill_null(NO_LABEL).to_numpy().astype(object)


def is_numeric(frame: pl.DataFrame, name: str) -> bool:
    """Return whether every cell that is not missing is a number."""
    series = column(frame, name)
    if series.dtype != pl.String:
        return bool(series.dtype.is_numeric() or series.dtype == pl.Boolean)
    text = _without_marks(series).drop_nulls()
    return bool(text.cast(pl.Float64, strict=False).is_not_null().all())


def weights(frame: pl.DataFrame, name: str | None) -> Weights:
    """Return the weights; without a column every row weighs 1. Raises BadWeights.

    Rows without a weight or with weight 0 stand for nobody: they are left out of every
    measure, and counted here.
    """
    if name is None:
        return Weights(np.ones(frame.height), (), 0)
    weight = numbers(frame, name)
    missing, zero = int(np.isnan(weight).sum()), int((weight == 0).sum())
    if (weight < 0).any():
        count = int((weight < 0).sum())
        message = Text(
            "权重列“{name}”有 {count} 行为负数。",
            "{count} rows of the weights {name} are negative.",
            {"name": name, "count": count},
        )
        raise BadWeights(message)
    if not (weight > 0).any():
        message = Text(
            "权重列“{name}”没有正数。",
            "No row of the weights {name} is positive.",
            {"name": name},
        )
        raise BadWeights(message)
    findings = []
    if missing:
        sentence = Text(
            "{count} 行没有权重，未计入。", "{count} rows have no weight: left out."
        )
        findings.append(doubt("missing_weight", name, sentence.with_(count=missing)))
    if zero:
        sentence = Text(
            "{count} 行权重为零，未计入。", "{count} rows have weight 0: left out."
        )
        findings.append(note("zero_weight", name, sentence.with_(count=zero)))
    return Weights(weight, tuple(findings), missing)


def design(
    frame: pl.DataFrame,
    used: npt.NDArray[np.bool_],
    *,
    strata: str | None,
    cluster: str | None,
) -> tuple[Design, tuple[Finding, ...]]:
    """Return the design of the used rows, and what to know of it.

    Raises MissingDesign when a used row has no stratum or cluster.
    """
    made = Design.of(
        int(used.sum()),
        stratum=None if strata is None else _complete(frame, strata, used),
        cluster=None if cluster is None else _complete(frame, cluster, used),
    )
    if not made.lonely_strata:
        return made, ()
    message = Text(
        "{count} 个层只有一个初级抽样单元，其方差以总平均为中心计算，偏于保守。",
        "{count} strata have a single PSU: centred at the mean of all PSUs, which is "
        "cautious.",
        {"count": made.lonely_strata},
    )
    return made, (note("lonely_strata", strata or "", message),)


def doubt(code: str, subject: str, message: Text) -> Finding:
    """Return a finding that a person should look at."""
    return Finding(f"poverty.{code}", subject, message, Severity.DOUBTFUL)


def note(code: str, subject: str, message: Text) -> Finding:
    """Return a finding that is worth knowing."""
    return Finding(f"poverty.{code}", subject, message, Severity.NOTE)


def _complete(
    frame: pl.DataFrame, name: str, used: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    found = labels(frame, name)[used]
    count = int(np.sum(found == NO_LABEL))
    if count:
        raise MissingDesign(
            Text(
                "“{name}”列有 {count} 行为空。",
                "{count} rows of {name} are empty.",
                {"name": name, "count": count},
            ),
            remedy=Text(
                "层和群的编码须填齐，才能计算标准误。",
                "Standard errors need the stratum and cluster of every row.",
            ),
        )
    return found


def _without_marks(series: pl.Series) -> pl.Series:
    text = series.str.strip_chars()
    is_mark = text.is_in(list(MISSING))
    return pl.select(pl.when(~is_mark).then(text)).to_series().alias(series.name)


def _not_numbers(series: pl.Series, rows: npt.NDArray[np.intp]) -> NotNumbers:
    findings = tuple(
        Finding(
            "poverty.not_number",
            str(series[int(row)]),
            Text("不是有限的数值", "is not a finite number"),
            place=Text("第 {row} 行", "row {row}", {"row": int(row) + 1}),
            field=series.name,
        )
        for row in rows[:EXAMPLES_MAX]
    )
    message = Text(
        "“{name}”列有 {count} 行不是数值。",
        "{count} rows of {name} are not numbers.",
        {"name": series.name, "count": rows.size},
    )
    return NotNumbers(message, findings=findings)
