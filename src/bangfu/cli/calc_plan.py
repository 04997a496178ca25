"""`bangfu calc plan`: choose measures for households within scarce resources."""

from __future__ import annotations

import json
import sys
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.cli import files as tables
from bangfu.local import speech

if TYPE_CHECKING:
    from bangfu.calc.planning import Result, Scenario

SENTENCES_MAX = 20
SCARCE_MAX = 10
FACTOR_MAX = 1_000
LONG = ("options", "use")  # tables that take the memory
REPEATS = ("household_id", "measure_id", "resource_id")
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
@click.option(
    "--what-if",
    "what_ifs",
    multiple=True,
    metavar="RESOURCE=PERCENT",
    help="plan again with so much more of it, such as *=+1; may be repeated",
)
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
    what_ifs: tuple[str, ...],
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
    scenarios = [_scenario(text) for text in what_ifs]
    planning.warm_up()
    watch = planning.Stopwatch()
    problem = planning.read(
        {
            name: tables.read(path, repeats=REPEATS if name in LONG else ())
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
    compared = _compared(given, scenarios, result, max_per_household)
    if as_json:
        document = {**result.as_json(), "what_if": compared, "out": str(out)}
        click.echo(json.dumps(document, ensure_ascii=False))
    chosen = lang or (ctx.find_root().obj or {}).get("lang") or speech.language()
    stream = sys.stderr if as_json else sys.stdout
    for line in [*_lines(result), *map(_what_if_line, compared)]:
        click.echo(line.in_language(chosen), file=stream)


def _scenario(text: str) -> Scenario:
    """Read RESOURCE=PERCENT. Raises BadInput."""
    from bangfu.calc.planning import Scenario

    name, _, percent = text.rpartition("=")
    try:
        factor = 1 + float(percent) / 100
    except ValueError:
        factor = nan
    if not name or not 0 <= factor <= FACTOR_MAX:
        raise BadInput(
            Text(
                "假设情形“{text}”应写成 资源=百分数，例如 *=+1，百分数不小于 -100。",
                "The what-if “{text}” must be RESOURCE=PERCENT, such as *=+1, of -100 or "
                "more.",
                {"text": text},
            ),
            code="planning.bad_scenario",
        )
    return Scenario(text, {name: factor})


def _compared(
    given: dict[str, Path | None],
    scenarios: list[Scenario],
    result: Result,
    limit: int | None,
) -> list[dict[str, Any]]:
    """Plan each what-if; the tables are read again, so that one plan saves memory."""
    from bangfu.calc import planning

    if not scenarios:
        return []
    frames = {name: tables.read(path) for name, path in given.items() if path}
    return planning.compare(
        frames, scenarios, base=result, max_per_household=limit
    ).to_dicts()[1:]


def _what_if_line(row: dict[str, Any]) -> Text:
    return Text(
        "假设 {name}：加权增益变动 {change}（按价格预计 {expected}），新增 {joined} 项，减少 {left} 项。",
        "What if {name}: the weighted gain changes by {change} (foretold by prices: "
        "{expected}), {joined} options join and {left} leave.",
        {
            **row,
            "change": f"{row['change']:+,.4f}",
            "expected": f"{row['expected']:+,.4f}",
        },
    )


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
