"""Tables in files for `bangfu calc`: read, and written whole or not at all."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.cli.encodings import as_utf8

if TYPE_CHECKING:
    import polars as pl

BYTES_MAX = 500_000_000
SUFFIXES = (".csv", ".parquet")


def check_out(out: Path, inputs: list[Path]) -> None:
    """Refuse a result that is no table or is one of the inputs. Raises BadInput."""
    _check_suffix(out)
    if out.resolve() in {path.resolve() for path in inputs}:
        raise bad(
            out,
            Text(
                "是输入文件，不能作为结果文件。",
                "is an input and cannot be the result.",
            ),
        )


def read(path: Path, *, repeats: Collection[str] = ()) -> pl.DataFrame:
    """Read a table; every cell of a CSV file stays text, as ids and codes must.

    repeats: columns whose texts repeat often; they are kept as numbers into a list of
    them, in a quarter of the memory. Raises BadInput for what is no table,
    OutOfLimit above BYTES_MAX.
    """
    import polars as pl

    _check_suffix(path)
    try:
        if path.stat().st_size > BYTES_MAX:
            raise OutOfLimit(
                Text(
                    "{file}：文件超过 {most} 字节。",
                    "{file}: the file has more than {most} bytes.",
                    {"file": path, "most": f"{BYTES_MAX:,}"},
                ),
                remedy=Text("请存为 Parquet 格式。", "Store it as Parquet."),
                code="calc.file_too_large",
            )
        if path.suffix.lower() == ".parquet":
            if not repeats:
                return pl.read_parquet(path)
            return _with_lists(pl.scan_parquet(path), repeats)
        if repeats:
            text = io.BytesIO(_as_utf8(path))
            return _with_lists(pl.scan_csv(text, infer_schema=False), repeats)
        return pl.read_csv(io.BytesIO(_as_utf8(path)), infer_schema=False)
    except OSError as error:
        raise unreadable(path, error) from error
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0][:200]
        raise bad(
            path,
            Text("不是有效的表格：{why}", "is not a table: {why}", {"why": reason}),
        ) from error


def _with_lists(rows: pl.LazyFrame, repeats: Collection[str]) -> pl.DataFrame:
    import polars as pl

    listed = [
        name
        for name, kind in rows.collect_schema().items()
        if name in repeats and kind == pl.String
    ]
    rows = rows.with_columns(pl.col(listed).cast(pl.Categorical))
    return rows.collect(engine="streaming")


def _as_utf8(path: Path) -> bytes:
    """Return the text of a CSV file."""
    content = as_utf8(path.read_bytes())
    if content is None:
        raise bad(
            path,
            Text(
                "编码既不是 UTF-8 也不是 GB 18030。", "is neither UTF-8 nor GB 18030."
            ),
        )
    return content


def write(table: pl.DataFrame, out: Path) -> None:
    """Write a table whole or not at all. Raises BadInput."""
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as stream:
            if out.suffix.lower() == ".parquet":
                table.write_parquet(stream)
            else:
                table.write_csv(stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(out)
    except OSError as error:
        reason = error.strerror or str(error)
        raise bad(
            out, Text("无法写入：{why}", "cannot be written: {why}", {"why": reason})
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise bad(
            path,
            Text("应为 .csv 或 .parquet 文件。", "should end in .csv or .parquet."),
        )


def bad(path: Path, what: Text) -> BadInput:
    """Return the refusal of a file."""
    return BadInput(
        Text("{file}：{what}", "{file} {what}", {"file": path, "what": what}),
        code="calc.bad_file",
    )


def unreadable(path: Path, error: OSError) -> BadInput:
    """Return the refusal of a file that the system does not give."""
    reason = error.strerror or str(error)
    return bad(path, Text("无法读取：{why}", "cannot be read: {why}", {"why": reason}))
