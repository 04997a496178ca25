"""`bangfu calc`: computing on files, without a database and without Django.

The command `pair` is here; calc_poverty.py has those that measure poverty.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.cli.calc_poverty import mpi, pmt, poverty
from bangfu.cli.encodings import as_utf8
from bangfu.local import speech

if TYPE_CHECKING:
    import polars as pl

    from bangfu.calc.pairing import Result

FINDINGS = 1
BYTES_MAX = 500_000_000
SENTENCES_MAX = 20
SUFFIXES = (".csv", ".parquet")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def calc() -> None:
    """Compute on files, without a database."""


for _command in (poverty, mpi, pmt):
    calc.add_command(_command)


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
    help="saved by keeping an existing pair",
)
@click.option(
    "--snap", is_flag=True, help="put households at the mean place of their division"
)
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="language of messages")
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
    lang: str | None,
    *,
    snap: bool,
    as_json: bool,
) -> None:
    """Pair households with officials to proven optimality; CSV or Parquet files.

    Exit code 0 with full coverage in both directions, 1 without, 2 when refused. The
    pairs are written in both of the first two cases.
    """
    from bangfu.calc import pairing  # polars and the solver load only here

    files = {
        "households": households,
        "officials": officials,
        "existing": existing,
        "forbidden": forbidden,
        "costs": costs,
    }
    _check_out(out, [path for path in files.values() if path])
    frames = {name: _read(path) for name, path in files.items() if path}
    if snap:
        frames["households"] = pairing.snap_to_divisions(frames["households"])
    result = pairing.solve(
        households=frames["households"],
        officials=frames["officials"],
        existing=frames.get("existing"),
        forbidden=frames.get("forbidden"),
        costs=frames.get("costs"),
        params=pairing.Params(km_price=km_price, keep_price=keep_price),
    )
    _write(result.pairs, out)
    if as_json:
        document = {**result.as_json(), "out": str(out), "snapped": snap}
        click.echo(json.dumps(document, ensure_ascii=False))
    chosen = lang or (ctx.find_root().obj or {}).get("lang") or speech.language()
    _tell(result, chosen, snapped=snap, to_stderr=as_json)
    if result.status is not pairing.Status.OPTIMAL_FULL:
        ctx.exit(FINDINGS)


def _check_out(out: Path, inputs: list[Path]) -> None:
    _check_suffix(out)
    if out.resolve() in {path.resolve() for path in inputs}:
        raise _bad(
            out,
            Text(
                "是输入文件，不能作为结果文件。",
                "is an input and cannot be the result.",
            ),
        )


def _read(path: Path) -> pl.DataFrame:
    """Read a table; every cell of a CSV file stays text, as ids and codes must."""
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
                code="pairing.file_too_large",
            )
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(io.BytesIO(_as_utf8(path)), infer_schema=False)
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


def _as_utf8(path: Path) -> bytes:
    """Return the text of a CSV file."""
    content = as_utf8(path.read_bytes())
    if content is None:
        raise _bad(
            path,
            Text(
                "编码既不是 UTF-8 也不是 GB 18030。", "is neither UTF-8 nor GB 18030."
            ),
        )
    return content


def _write(pairs: pl.DataFrame, out: Path) -> None:
    """Write the pairs whole or not at all."""
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as stream:
            if out.suffix.lower() == ".parquet":
                pairs.write_parquet(stream)
            else:
                pairs.write_csv(stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(out)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _bad(
            out, Text("无法写入：{why}", "cannot be written: {why}", {"why": reason})
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise _bad(
            path,
            Text("应为 .csv 或 .parquet 文件。", "should end in .csv or .parquet."),
        )


def _bad(path: Path, what: Text) -> BadInput:
    return BadInput(
        Text("{file}：{what}", "{file} {what}", {"file": path, "what": what}),
        code="pairing.bad_file",
    )


def _tell(result: Result, language: str, *, snapped: bool, to_stderr: bool) -> None:
    """Say how it went, for people."""
    lines = [
        result.status.text,
        Text(
            "贫困户 {households} 户，已覆盖 {covered} 户；干部 {officials} 名，"
            "低于下限 {below} 名；成本 {cost}，下界 {bound}。",
            "Households {households}, covered {covered}; officials {officials}, below "
            "the lower quota {below}; cost {cost}, bound {bound}.",
            {
                "households": result.households,
                "covered": result.covered,
                "officials": result.officials,
                "below": result.below_min,
                "cost": result.cost,
                "bound": result.bound,
            },
        ),
    ]
    if snapped:
        lines.append(
            Text(
                "各户按所在区划的平均位置计算距离。",
                "Distances count from the mean place of each division.",
            )
        )
    for shortage in result.shortages[:SENTENCES_MAX]:
        lines.append(shortage.message)
        lines += [remedy.message for remedy in shortage.remedies]
    lines += [finding.message for finding in result.findings[:SENTENCES_MAX]]
    hidden = max(len(result.shortages) - SENTENCES_MAX, 0)
    hidden += max(len(result.findings) - SENTENCES_MAX, 0)
    if hidden:
        lines.append(
            Text(
                "另有 {count} 条未列出，用 --json 查看全部。",
                "{count} more; --json has them all.",
                {"count": hidden},
            )
        )
    stream = sys.stderr if to_stderr else sys.stdout
    for line in lines:
        click.echo(line.in_language(language), file=stream)
