"""`bangfu calc poverty | mpi | pmt`: measuring poverty on survey files.

Each prints a table, or with --json a list of {measure, group, estimate, se, ci_low,
ci_high, n} on stdout; what was found in the file goes to stderr.
"""

from __future__ import annotations

import json
import os
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.cli import survey_files
from bangfu.local import speech

if TYPE_CHECKING:
    from bangfu.calc.poverty import Absolute, Answer, Estimate, Relative

_FILE = click.Path(path_type=Path, dir_okay=False)
_LANG = click.Choice(["zh", "en"])
FOLDS = 5  # of a test with clusters that does not say how many
HEAD = ("measure", "group", "estimate", "se", "ci_low", "ci_high", "n")


@click.command()
@click.option("--input", "file", type=_FILE, required=True, help=".csv .parquet .dta")
@click.option("--income", required=True, help="column of income or consumption")
@click.option("--weight", help="column of sampling weights")
@click.option("--line", help="a poverty line, or one of the pack such as admin:2016")
@click.option("--relative", type=float, help="a line as a share, such as 0.6")
@click.option(
    "--of", type=click.Choice(["median", "mean"]), default="median", show_default=True
)
@click.option("--by", help="column of groups")
@click.option("--strata", help="column of strata")
@click.option("--cluster", help="column of primary sampling units")
@click.option("--json", "as_json", is_flag=True, help="one JSON list on stdout")
@click.option("--lang", type=_LANG, help="language of messages")
@click.pass_context
def poverty(
    ctx: click.Context,
    file: Path,
    income: str,
    weight: str | None,
    line: str | None,
    relative: float | None,
    of: str,
    by: str | None,
    strata: str | None,
    cluster: str | None,
    lang: str | None,
    *,
    as_json: bool,
) -> None:
    """Measure poverty and inequality. Poor means income < line.

    Without a line it is 0.6 of the median. Exit code 0, or 2 when refused.
    """
    from bangfu.calc import poverty as calc

    chosen = _line(line, relative, of)
    named = [name for name in (income, weight, by, strata, cluster) if name]
    frame = survey_files.read(file, named, [by] if by else [])
    sample = calc.sample_of(
        frame, income=income, weight=weight, by=by, strata=strata, cluster=cluster
    )
    _tell(ctx, calc.measure(sample, chosen), lang, as_json=as_json)


@click.command()
@click.option("--input", "file", type=_FILE, required=True, help=".csv .parquet .dta")
@click.option("--indicators", required=True, help="columns A,B,..; 1 means deprived")
@click.option("--weights", help="weights of the indicators, such as 1/6,1/6,..")
@click.option("--k", type=float, required=True, help="cut-off, such as 0.3333")
@click.option("--weight", help="column of sampling weights")
@click.option("--strata", help="column of strata")
@click.option("--cluster", help="column of primary sampling units")
@click.option("--by", help="column of groups")
@click.option("--json", "as_json", is_flag=True, help="one JSON list on stdout")
@click.option("--lang", type=_LANG, help="language of messages")
@click.pass_context
def mpi(
    ctx: click.Context,
    file: Path,
    indicators: str,
    weights: str | None,
    k: float,
    weight: str | None,
    strata: str | None,
    cluster: str | None,
    by: str | None,
    lang: str | None,
    *,
    as_json: bool,
) -> None:
    """Compute the Alkire-Foster index: M0, H, A, censored headcounts, contributions.

    Equal weights by default. Exit code 0, or 2 when refused.
    """
    from bangfu.calc import poverty as calc

    columns = _names(indicators)
    others = [name for name in (weight, by, strata, cluster) if name]
    frame = survey_files.read(file, [*columns, *others], [by] if by else [])
    data = calc.deprivations_of(
        frame,
        indicators=columns,
        shares=None if weights is None else _numbers(weights),
        weight=weight,
        by=by,
        strata=strata,
        cluster=cluster,
    )
    _tell(ctx, calc.multidimensional(data, k), lang, as_json=as_json)


@click.command()
@click.option("--input", "file", type=_FILE, required=True, help=".csv .parquet .dta")
@click.option("--outcome", required=True, help="column of income or consumption")
@click.option("--proxies", required=True, help="columns A,B,..; i.A for categories")
@click.option("--log", is_flag=True, help="fit the logarithm of the outcome")
@click.option("--quota", type=float, help="share that is poor and is selected")
@click.option("--cutoff", type=float, help="poor and selected mean below this")
@click.option("--cluster", help="column of clusters that no fold splits")
@click.option("--folds", type=int, help="cross-validate in so many folds")
@click.option("--train", help="column: 1 to fit on, 0 to judge on")
@click.option("--weight", help="column of sampling weights")
@click.option(
    "--model", type=click.Choice(["ols", "quantile"]), default="ols", show_default=True
)
@click.option("--tau", type=float, default=0.5, show_default=True, help="the quantile")
@click.option("--select", is_flag=True, help="let the LASSO choose among the proxies")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="one JSON list on stdout")
@click.option("--lang", type=_LANG, help="language of messages")
@click.pass_context
def pmt(
    ctx: click.Context,
    file: Path,
    outcome: str,
    proxies: str,
    quota: float | None,
    cutoff: float | None,
    cluster: str | None,
    folds: int | None,
    train: str | None,
    weight: str | None,
    model: str,
    tau: float,
    seed: int,
    lang: str | None,
    *,
    log: bool,
    select: bool,
    as_json: bool,
) -> None:
    """Fit a proxy means test and say how it would err.

    Judged in folds (5 when there are clusters), on the rows that --train marks 0, or,
    with neither, on the rows of the fit. Exit code 0, or 2 when refused.
    """
    from bangfu.calc import poverty as calc

    if folds is not None and train is not None:
        raise _conflict("--folds", "--train")
    if folds is None and cluster is not None and train is None:
        folds = FOLDS
    rules = calc.Rules(
        quota=quota,
        cutoff=cutoff,
        log=log,
        model=calc.Model(model),
        quantile=tau,
        select=select,
        folds=folds,
        seed=seed,
    )
    columns = _names(proxies)
    stored = [name.removeprefix("i.") for name in columns]
    others = [name for name in (outcome, weight, cluster, train) if name]
    data = calc.households_of(
        survey_files.read(file, [*stored, *others]),
        outcome=outcome,
        proxies=columns,
        weight=weight,
        cluster=cluster,
        train=train,
    )
    _tell(ctx, calc.proxy_means_test(data, rules), lang, as_json=as_json)


def _line(
    line: str | None, relative: float | None, of: str
) -> Absolute | Relative | None:
    """Return the line that the options name; None is the default one."""
    from bangfu.calc.poverty import Absolute, Of, Relative

    if line is not None and relative is not None:
        raise _conflict("--line", "--relative")
    if line is None:
        return Relative(0.6 if relative is None else relative, Of(of))
    series, colon, year = line.partition(":")
    if colon:
        return Absolute(_of_pack(series, year))
    try:
        return Absolute(float(line))
    except ValueError as error:
        raise _no_number("--line", line) from error


def _of_pack(series: str, year: str) -> float:
    """Return a line of the policy pack in yuan per person and year."""
    from bangfu.policy.loading import DEFAULT_PACK, load
    from bangfu.policy.poverty_lines import poverty_line

    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise _no_number("--line", year)
    pack = load(os.environ.get("BANGFU_POLICY_PACK") or DEFAULT_PACK)
    return poverty_line(pack, series=series, year=int(year)).amount_fen / 100


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _numbers(text: str) -> list[float]:
    found = []
    for part in text.split(","):
        try:
            found.append(float(Fraction(part.strip())))
        except (ValueError, ZeroDivisionError) as error:
            raise _no_number("--weights", part) from error
    return found


def _conflict(one: str, other: str) -> BadInput:
    return BadInput(
        Text(
            "{one} 与 {other} 只能给出一个。",
            "Give either {one} or {other}.",
            {"one": one, "other": other},
        ),
        code="poverty.options",
    )


def _no_number(option: str, text: str) -> BadInput:
    return BadInput(
        Text(
            "{option}：“{text}”不是数值。",
            "{option}: {text} is not a number.",
            {"option": option, "text": text},
        ),
        code="poverty.options",
    )


def _tell(
    ctx: click.Context, answer: Answer, lang: str | None, *, as_json: bool
) -> None:
    """Print the estimates, and on stderr what was found in the file."""
    root: dict[str, Any] = ctx.find_root().obj or {}
    language = lang or root.get("lang") or speech.language()
    if as_json:
        click.echo(json.dumps(answer.as_json(), ensure_ascii=False, allow_nan=False))
    else:
        click.echo(_table([_cells(estimate) for estimate in answer.estimates]))
    for finding in answer.findings:
        click.echo(finding.message.in_language(language), err=True)


def _cells(estimate: Estimate) -> list[str]:
    numbers = [estimate.estimate, estimate.se, estimate.ci_low, estimate.ci_high]
    shown = [f"{number:.6g}" if isfinite(number) else "-" for number in numbers]
    return [estimate.measure, estimate.group or "", *shown, f"{estimate.n}"]


def _table(rows: list[list[str]]) -> str:
    everything = [list(HEAD), *rows]
    widths = [max(len(row[i]) for row in everything) for i in range(len(HEAD))]
    lines = []
    for row in everything:
        words = [row[i].ljust(widths[i]) for i in (0, 1)]
        words += [row[i].rjust(widths[i]) for i in range(2, len(HEAD))]
        lines.append("  ".join(words).rstrip())
    return "\n".join(lines)
