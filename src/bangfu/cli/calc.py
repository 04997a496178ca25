"""`bangfu calc pair`: pairing on files, without a database and without Django."""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.text import Text

if TYPE_CHECKING:
    import polars as pl

    from bangfu.calc.pairing import Result

FINDINGS = 1
BYTES_MAX = 2_000_000_000
SENTENCES_MAX = 20
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def calc() -> None:
    """Compute on files, without a database."""


@calc.command()
@click.option(
    "--households",
    type=_FILE,
    required=True,
    help="id, division_code, x_km, y_km, need",
)
@click.option(
    "--officials",
    type=_FILE,
    required=True,
    help="id, unit_id, serves_code, x_km, y_km, expertise, min, max",
)
@click.option("--out", type=_FILE, required=True, help="household_id, official_id")
@click.option("--existing", type=_FILE, help="household_id, official_id")
@click.option("--forbidden", type=_FILE, help="household_id, official_id")
@click.option("--costs", type=_FILE, help="need, expertise, cost")
@click.option(
    "--km-price", type=int, default=1, show_default=True, help="cost of 0.01 km"
)
@click.option(
    "--keep-price",
    type=int,
    default=1_000,
    show_default=True,
    help="saved by keeping a pair",
)
@click.option(
    "--snap", is_flag=True, help="put households at the middle of their division"
)
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
@click.pass_context
def pair(
    ctx: click.Context,
    households: Path,
    officials: Path,
    out: Path,
    existing: Path | None,
    forbidden: Path | None,
    costs: Path | None,
    km_price: int,
    keep_price: int,
    *,
    snap: bool,
    as_json: bool,
) -> None:
    """Pair households with officials to proven optimality; CSV or Parquet files.

    Exit code 0 with full coverage in both directions, 1 without, 2 when refused.
    """
    from bangfu.calc import pairing  # polars and the solver load only here

    _suffix(out)
    homes = _read(households, "households")
    result = pairing.solve(
        households=pairing.snap_to_divisions(homes) if snap else homes,
        officials=_read(officials, "officials"),
        existing=_read(existing, "existing") if existing else None,
        forbidden=_read(forbidden, "forbidden") if forbidden else None,
        costs=_read(costs, "costs") if costs else None,
        params=pairing.Params(km_price=km_price, keep_price=keep_price),
    )
    _write(result.pairs, out)
    language = (ctx.find_root().obj or {}).get("lang", "en")
    if as_json:
        click.echo(json.dumps(result.as_json(), ensure_ascii=False))
    _tell(result, language, to_stderr=as_json)
    if result.status is not pairing.Status.OPTIMAL_FULL:
        ctx.exit(FINDINGS)


def _read(path: Path, name: str) -> pl.DataFrame:
    """Read a table; ids and codes stay text whatever they look like."""
    import polars as pl

    suffix = _suffix(path)
    try:
        if path.stat().st_size > BYTES_MAX:
            raise _bad(
                path,
                Text(
                    "文件超过 {limit} 字节。",
                    "the file has more than {limit} bytes.",
                    {"limit": f"{BYTES_MAX:,}"},
                ),
            )
        if suffix == ".parquet":
            return pl.read_parquet(path)
        return _typed(
            pl.read_csv(path, infer_schema=False, encoding="utf8"), name, path
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise _bad(
            path, Text("无法读取：{why}", "cannot be read: {why}", {"why": reason})
        ) from error
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0][:200]
        raise _bad(
            path,
            Text("不是有效的表格：{why}", "is not a table: {why}", {"why": reason}),
        ) from error


def _typed(frame: pl.DataFrame, name: str, path: Path) -> pl.DataFrame:
    """Turn the numeric columns of a CSV file into numbers. Raises BadInput."""
    import polars as pl

    from bangfu.calc.pairing import tables

    schema = next(each for each in tables.INPUTS if each.name == name)
    findings = []
    frame = frame.rename(
        {column: column.strip().lstrip("\ufeff") for column in frame.columns}
    )
    for column in schema.columns:
        if column.type is pl.String or column.name not in frame.columns:
            continue
        text = frame[column.name].str.strip_chars()
        text = text.set(text == "", None)
        number = text.cast(column.type, strict=False)
        wrong = (number.is_null() & text.is_not_null()).arg_true()
        findings += [
            _not_a_number(name, column.name, row, text[row])
            for row in wrong.head(SENTENCES_MAX).to_list()
        ]
        frame = frame.with_columns(number.alias(column.name))
    if findings:
        raise BadInput(
            Text(
                "{file} 中有不是数字的值。",
                "{file} has values that are no numbers.",
                {"file": path.name},
            ),
            remedy=Text("请改正后再试。", "Correct them and try again."),
            findings=tuple(findings),
            code="pairing.not_a_number",
        )
    return frame


def _not_a_number(table: str, column: str, row: int, value: str) -> Finding:
    return Finding(
        code="pairing.not_a_number",
        subject=table,
        message=Text(
            "“{value}”不是数字。", "“{value}” is not a number.", {"value": value[:40]}
        ),
        place=Text(
            "第 {row} 行 {column}",
            "row {row}, {column}",
            {"row": row + 2, "column": column},
        ),
        field=column,
    )


def _write(pairs: pl.DataFrame, out: Path) -> None:
    """Write the pairs whole or not at all."""
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        if _suffix(out) == ".parquet":
            pairs.write_parquet(draft)
        else:
            pairs.write_csv(draft)
        os.replace(draft, out)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _bad(
            out, Text("无法写入：{why}", "cannot be written: {why}", {"why": reason})
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".parquet"}:
        raise _bad(
            path,
            Text("应为 .csv 或 .parquet 文件。", "should end in .csv or .parquet."),
        )
    return suffix


def _bad(path: Path, what: Text) -> BadInput:
    return BadInput(
        Text("{file}：{what}", "{file} {what}", {"file": path, "what": what}),
        code="pairing.bad_file",
    )


def _tell(result: Result, language: str, *, to_stderr: bool) -> None:
    """Say how it went, for people."""
    stream = sys.stderr if to_stderr else sys.stdout
    lines = [result.status.text]
    lines.append(
        Text(
            "贫困户 {households}，已覆盖 {covered}；干部 {officials}，低于下限 {below}；"
            "成本 {cost}，下界 {bound}。",
            "Households {households}, covered {covered}; officials {officials}, below their "
            "minimum {below}; cost {cost}, bound {bound}.",
            {
                "households": result.households,
                "covered": result.covered,
                "officials": result.officials,
                "below": result.below_min,
                "cost": result.cost,
                "bound": result.bound,
            },
        )
    )
    for shortage in result.shortages[:SENTENCES_MAX]:
        lines.append(shortage.message)
        lines += [remedy.message for remedy in shortage.remedies]
    lines += [finding.message for finding in result.findings[:SENTENCES_MAX]]
    for line in lines:
        click.echo(line.in_language(language), file=stream)
