"""`bangfu calc plan`: choose measures for households within scarce resources."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bangfu.calc.values.text import Text
from bangfu.cli import files as tables
from bangfu.local import speech

if TYPE_CHECKING:
    from bangfu.calc.planning import Result

SENTENCES_MAX = 20
SCARCE_MAX = 10
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--households", type=_FILE, required=True, help="id, weight")
@click.option(
    "--options", type=_FILE, required=True, help="household_id, measure_id, gain"
)
@click.option("--measures", type=_FILE, required=True, help="id, group")
@click.option("--resources", type=_FILE, required=True, help="id, capacity")
@click.option(
    "--use",
    type=_FILE,
    required=True,
    help="household_id, measure_id, resource_id, amount",
)
@click.option("--out", type=_FILE, required=True, help="household_id, measure_id")
@click.option(
    "--reserves",
    type=_FILE,
    help="resource_id, band, share; households then have a band",
)
@click.option("--max-per-household", type=int, help="most measures of a household")
@click.option("--explain", type=_FILE, help="why each option was chosen or not")
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="language of messages")
@click.pass_context
def plan(
    ctx: click.Context,
    households: Path,
    options: Path,
    measures: Path,
    resources: Path,
    use: Path,
    out: Path,
    reserves: Path | None,
    max_per_household: int | None,
    explain: Path | None,
    lang: str | None,
    *,
    as_json: bool,
) -> None:
    """Choose measures for the largest weighted gain; CSV or Parquet files.

    At most one measure of a group and --max-per-household in all for a household, no
    resource beyond its capacity. Exit code 0 when the plan is written, 2 when refused.
    """
    from bangfu.calc import planning  # polars and the solvers load only here

    given = {
        "households": households,
        "options": options,
        "measures": measures,
        "resources": resources,
        "use": use,
        "reserves": reserves,
    }
    inputs = [path for path in given.values() if path]
    tables.check_out(out, inputs)
    if explain:
        tables.check_out(explain, [*inputs, out])
    planning.warm_up()
    watch = planning.Stopwatch()
    problem = planning.read(
        {
            name: tables.read(path, repeats=name in ("options", "use"))
            for name, path in given.items()
            if path
        },
        max_per_household=max_per_household,
        watch=watch,
    )
    result = planning.solve_problem(problem, watch=watch)
    tables.write(result.plan, out)
    if explain:
        tables.write(planning.explain(result), explain)
    if as_json:
        click.echo(
            json.dumps({**result.as_json(), "out": str(out)}, ensure_ascii=False)
        )
    chosen = lang or (ctx.find_root().obj or {}).get("lang") or speech.language()
    stream = sys.stderr if as_json else sys.stdout
    for line in _lines(result):
        click.echo(line.in_language(chosen), file=stream)


def _lines(result: Result) -> list[Text]:
    """Say how it went, for people."""
    lines = [
        Text(
            "户 {households}，获安排 {helped} 户、{given} 项；加权增益 {value}，上界 {bound}，差距 {gap} %。",
            "Households {households}, helped {helped} with {given} measures; weighted "
            "gain {value}, bound {bound}, gap {gap} %.",
            {
                "households": result.households,
                "helped": result.helped,
                "given": result.plan.height,
                "value": f"{result.value:,.4f}",
                "bound": f"{result.bound:,.4f}",
                "gap": f"{100 * result.gap:.4f}",
            },
        ),
        result.bound_by.text,
    ]
    scarce = result.prices.filter(result.prices["price"] > 0)
    worth = scarce.with_columns(rent=scarce["price"] * scarce["capacity"])
    top = worth.sort("rent", "resource_id", descending=[True, False]).head(SCARCE_MAX)
    lines += [
        Text(
            "紧缺资源“{resource_id}”：每增加一个单位增益 {price}，剩余 {slack}。",
            "Scarce: “{resource_id}”, one unit more gains {price}, {slack} left.",
            {
                "resource_id": row["resource_id"],
                "price": f"{row['price']:.6g}",
                "slack": f"{row['slack']:.6g}",
            },
        )
        for row in top.to_dicts()
    ]
    return lines + [finding.message for finding in result.findings[:SENTENCES_MAX]]
