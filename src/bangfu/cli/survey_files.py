"""Survey files for `bangfu calc`: CSV, Parquet and Stata, only the columns asked for.

BadFile                 it cannot be read, or is no table of a known kind
NoSuchColumn            it lacks a column that was asked for
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.cli.encodings import as_utf8

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

BYTES_MAX = 2_000_000_000
SUFFIXES = (".csv", ".parquet", ".dta")


class BadFile(BadInput):
    """The file cannot be read as a table."""

    code = "poverty.bad_file"


def read(path: Path, names: Sequence[str], labels: Sequence[str] = ()) -> pl.DataFrame:
    """Return the named columns of a table, in no particular order.

    Cells of a CSV file stay text, so that codes keep their zeros. Of a Stata file the
    columns in `labels` come as value labels, where it has them for a column; the rest
    as they are stored. Raises BadFile, OutOfLimit, NoSuchColumn.
    """
    import polars as pl
    from pandas.errors import PossiblePrecisionLoss

    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _bad(
            path,
            Text(
                "应为 .csv、.parquet 或 .dta 文件。",
                "should end in .csv, .parquet or .dta.",
            ),
        )
    wanted = list(dict.fromkeys(names))
    try:
        _check_size(path)
        if suffix == ".parquet":
            _check_names(pl.read_parquet_schema(path), wanted)
            return pl.read_parquet(path, columns=wanted)
        if suffix == ".csv":
            return _read_csv(path, wanted)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PossiblePrecisionLoss)
            return _read_stata(path, wanted, labels)
    except OSError as error:
        raise _bad(path, _why(error.strerror or str(error))) from error
    except (pl.exceptions.PolarsError, ValueError, struct.error) as error:
        raise _bad(path, _why((str(error).splitlines() or ["?"])[0][:200])) from error


def _read_csv(path: Path, wanted: list[str]) -> pl.DataFrame:
    import polars as pl

    content = as_utf8(path.read_bytes())
    if content is None:
        raise _bad(
            path,
            Text(
                "编码既不是 UTF-8 也不是 GB 18030。", "is neither UTF-8 nor GB 18030."
            ),
        )
    header = pl.read_csv(io.BytesIO(content), n_rows=0, infer_schema=False)
    _check_names(header.columns, wanted)
    return pl.read_csv(io.BytesIO(content), columns=wanted, infer_schema=False)


def _read_stata(path: Path, wanted: list[str], labels: Sequence[str]) -> pl.DataFrame:
    import pandas as pd
    import polars as pl

    with pd.read_stata(path, iterator=True, convert_categoricals=False) as reader:
        _check_names(reader.variable_labels(), wanted)
        frame = reader.read(columns=wanted)
    for name in set(labels) & set(wanted):
        frame[name] = _labelled(path, name, frame[name])
    return pl.from_pandas(frame)


def _labelled(path: Path, name: str, stored: pd.Series) -> pd.Series:
    """Return the value labels of a column, or its values where labels are not unique."""
    import pandas as pd

    try:
        found = pd.read_stata(path, columns=[name], convert_categoricals=True)[name]
    except ValueError:
        return stored
    if not isinstance(found.dtype, pd.CategoricalDtype):
        return stored
    return found.map(str, na_action="ignore").astype(object)


def _check_names(available: Iterable[str], wanted: list[str]) -> None:
    from bangfu.calc.poverty.columns import check_names

    check_names(list(available), wanted)


def _check_size(path: Path) -> None:
    if path.stat().st_size > BYTES_MAX:
        raise OutOfLimit(
            Text(
                "{file}：文件超过 {most} 字节。",
                "{file}: the file has more than {most} bytes.",
                {"file": path, "most": f"{BYTES_MAX:,}"},
            ),
            remedy=Text("请只保留需要的列。", "Keep only the columns that are needed."),
            code="poverty.file_too_large",
        )


def _why(reason: str) -> Text:
    return Text("无法读取：{why}", "cannot be read: {why}", {"why": reason})


def _bad(path: Path, what: Text) -> BadFile:
    return BadFile(
        Text("{file}：{what}", "{file} {what}", {"file": path, "what": what})
    )
