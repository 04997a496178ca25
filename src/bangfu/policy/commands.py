"""`bangfu policy check | show | diff`: none of them needs a database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text
from bangfu.policy import documents, queries
from bangfu.policy.differences import Change, Difference
from bangfu.policy.packs import Pack
from bangfu.policy.parameters import SPECIFICATIONS
from bangfu.policy.schema import Kind
from bangfu.policy.values import Value
from bangfu.policy.wording import (
    UNITS,
    period_words,
    row_words,
    scope_words,
    words_of,
)

FINDINGS = 1
_CITY_TIME = ZoneInfo("Asia/Shanghai")
_Say = Callable[[Text], str]


@click.group()
def policy() -> None:
    """Check, show and compare policy packs."""


@policy.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
@click.pass_context
def check(ctx: click.Context, directory: Path, as_json: bool) -> None:
    """List every fault of the pack in DIRECTORY; exit code 1 when there is any."""
    say = _language(ctx)
    pack, findings = _load(directory)
    if as_json:
        document = {
            "ok": pack is not None,
            "pack": documents.pack_document(pack) if pack else None,
            "values": len(pack.all_values()) if pack else None,
            "missing": list(pack.missing_keys) if pack else [],
            "findings": [documents.finding_document(finding) for finding in findings],
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    elif pack is None:
        _echo_findings(findings, say)
    else:
        _echo_checked(pack, say)
    if pack is None:
        ctx.exit(FINDINGS)


@policy.command()
@click.argument("key", required=False)
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="day (default: today)")
@click.option("--division", help="division code (default: the whole country)")
@click.option("--scenario", help="name of a scenario")
@click.option("--series", is_flag=True, help="every dated value, not only one in force")
@click.option("--pack", "directory", type=click.Path(path_type=Path), help="other pack")
@click.option("--markdown", is_flag=True, help="the table of the reference page")
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
@click.pass_context
def show(
    ctx: click.Context,
    key: str | None,
    at: datetime | None,
    division: str | None,
    scenario: str | None,
    series: bool,
    directory: Path | None,
    markdown: bool,
    as_json: bool,
) -> None:
    """Show the parameter KEY, or all of them, as they hold on a day in a division."""
    pack = queries.load(directory) if directory else queries.active()
    if markdown:
        click.echo(documents.markdown_tables(pack), nl=False)
        return
    day = at.date() if at else datetime.now(_CITY_TIME).date()
    asked = _Asked(day, division, scenario, series)
    if key is not None and not series and asked.of(pack, key) == ():
        pack.value(key, at=day, division=division, scenario=scenario)  # says why
    shown = {k: asked.of(pack, k) for k in ([key] if key else SPECIFICATIONS)}
    if as_json:
        document = {
            "pack": documents.pack_document(pack),
            "at": day.isoformat(),
            "division": division,
            "scenario": scenario,
            "parameters": [
                documents.parameter_document(pack, k, values)
                for k, values in shown.items()
            ],
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for name, values in shown.items():
        _echo_parameter(pack, name, values, _language(ctx))
    if key is not None:
        _echo_rows(shown[key], _language(ctx))


@policy.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
@click.pass_context
def diff(ctx: click.Context, before: Path, after: Path, as_json: bool) -> None:
    """Show what AFTER says otherwise than BEFORE; exit code 1 when they differ."""
    old, new = queries.load(before), queries.load(after)
    differences = old.diff(new)
    if as_json:
        document = {
            "before": documents.pack_document(old),
            "after": documents.pack_document(new),
            "differences": [documents.difference_document(d) for d in differences],
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _echo_differences(differences, _language(ctx))
    if differences:
        ctx.exit(FINDINGS)


class _Asked:
    """Which values of a parameter the caller wants to see."""

    def __init__(
        self, day: date, division: str | None, scenario: str | None, series: bool
    ) -> None:
        self._lookup: dict[str, Any] = {
            "at": day,
            "division": division,
            "scenario": scenario,
        }
        self._series = series

    def of(self, pack: Pack, key: str) -> tuple[Value, ...]:
        if self._series:
            return pack.values_of(key)
        value = pack.in_force(key, **self._lookup)
        return () if value is None else (value,)


def _language(ctx: click.Context) -> _Say:
    chosen = (ctx.find_root().obj or {}).get("lang") or "en"
    return lambda text: text.in_language(chosen)


def _load(directory: Path) -> tuple[Pack | None, tuple[Finding, ...]]:
    """Load for checking: the faults of a pack are the result, not an error."""
    if not directory.is_dir():
        return queries.load(directory), ()  # refused: there is nothing to check
    try:
        return queries.load(directory), ()
    except queries.PackRefused as refusal:
        return None, refusal.findings


def _echo_findings(findings: tuple[Finding, ...], say: _Say) -> None:
    for finding in findings:
        place = f"{say(finding.place)}: " if finding.place else ""
        name = (
            f"{finding.subject}.{finding.field}" if finding.field else finding.subject
        )
        click.echo(f"{place}{name}: {say(finding.message)}")
        if finding.remedy:
            click.echo(f"    {say(finding.remedy)}")
    total = Text("共 {n} 处错误。", "Faults: {n}.", {"n": len(findings)})
    click.echo(say(total))


def _echo_checked(pack: Pack, say: _Say) -> None:
    checked = Text(
        "政策包“{title}”无错误：{count} 个取值，校验值 {hash}。",
        "The pack “{title}” is right: {count} values, hash {hash}.",
        {"title": pack.title, "count": len(pack.all_values()), "hash": pack.hash},
    )
    click.echo(say(checked))
    if pack.missing_keys:
        missing = Text(
            "未写的参数：{keys}。",
            "Parameters that it leaves out: {keys}.",
            {"keys": ", ".join(pack.missing_keys)},
        )
        click.echo(say(missing))


def _echo_parameter(pack: Pack, key: str, values: tuple[Value, ...], say: _Say) -> None:
    parameter = pack.parameters.get(key)
    click.echo(f"{key}  {say(parameter.title) if parameter else ''}".rstrip())
    for value in values:
        click.echo(f"    {_line(value, say)}")
    if not values:
        click.echo(f"    {say(Text('没有取值', 'no value'))}")


def _echo_rows(values: tuple[Value, ...], say: _Say) -> None:
    """Write out the rows of a table, below the one line that sums it up."""
    for value in values:
        if SPECIFICATIONS[value.key].field.kind is not Kind.TABLE:
            continue
        titles = [say(c.title) for c in SPECIFICATIONS[value.key].columns]
        click.echo(f"\n{say(period_words(value))}\n{' | '.join(titles)}")
        for row in value.rows:
            click.echo(" | ".join(say(words) for words in row_words(row, value.key)))


def _line(value: Value, say: _Say) -> str:
    scenario = Text("情景 {name}", "scenario {name}", {"name": value.scenario})
    facts = [
        f"{say(words_of(value))} ({say(UNITS[value.unit])})",
        say(period_words(value)),
        say(scope_words(value)),
        *([say(scenario)] if value.scenario else []),
        say(value.grade.text),
        say(value.status.text),
        say(value.source),
    ]
    return " | ".join(facts)


_CHANGES = {
    Change.ADDED: Text("新增", "added"),
    Change.REMOVED: Text("删除", "removed"),
    Change.CHANGED: Text("修改", "changed"),
    Change.DESCRIBED: Text("说明修改", "described anew"),
}


def _echo_differences(differences: tuple[Difference, ...], say: _Say) -> None:
    for difference in differences:
        fields = f" ({', '.join(difference.fields)})" if difference.fields else ""
        click.echo(f"{say(_CHANGES[difference.change])} {difference.key}{fields}")
        if difference.before:
            click.echo(f"  - {_line(difference.before, say)}")
        if difference.after:
            click.echo(f"  + {_line(difference.after, say)}")
    if not differences:
        click.echo(say(Text("两个政策包内容相同。", "The packs say the same.")))
