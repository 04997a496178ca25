"""`bangfu calc`: computing on files, without a database and without Django.

The command `pair` is here; calc_poverty.py has those that measure poverty, calc_dedupe.py
the one that finds duplicates, calc_plan.py the one that plans measures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bangfu.calc.values.text import Text
from bangfu.cli import files as tables
from bangfu.cli.calc_dedupe import dedupe
from bangfu.cli.calc_plan import plan
from bangfu.cli.calc_poverty import mpi, pmt, poverty
from bangfu.local import speech

if TYPE_CHECKING:
    from bangfu.calc.pairing import Result

FINDINGS = 1
SENTENCES_MAX = 20
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def calc() -> None:
    """Compute on files, without a database."""


for _command in (poverty, mpi, pmt, dedupe, plan):
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
    tables.check_out(out, [path for path in files.values() if path])
    frames = {name: tables.read(path) for name, path in files.items() if path}
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
    tables.write(result.pairs, out)
    if as_json:
        document = {**result.as_json(), "out": str(out), "snapped": snap}
        click.echo(json.dumps(document, ensure_ascii=False))
    chosen = lang or (ctx.find_root().obj or {}).get("lang") or speech.language()
    _tell(result, chosen, snapped=snap, to_stderr=as_json)
    if result.status is not pairing.Status.OPTIMAL_FULL:
        ctx.exit(FINDINGS)


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
