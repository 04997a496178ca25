"""`bangfu files check` and `bangfu files tidy`: records and disk compared."""

from __future__ import annotations

import json

import click
from django.utils import timezone

from bangfu.calc.values.findings import Finding, Severity
from bangfu.calc.values.text import Text
from bangfu.files import operations, queries
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

_SYSTEM = system_actor("files")


@click.group()
def files() -> None:
    """Evidence: is every file there, whole, and referred to?"""


@files.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def check(ctx: click.Context, *, as_json: bool) -> None:
    """Read every file and compare it with its record; exit 1 when something is wrong."""
    with acting(_SYSTEM):
        found = list(queries.check(at=timezone.now()))
    if as_json:
        click.echo(json.dumps({"findings": [_document(one) for one in found]}))
    else:
        for one in found:
            words = one.message.in_language(_language(ctx))
            click.echo(f"{one.code} {one.subject}: {words}")
        total = Text("发现 {n} 项。", "Findings: {n}.", {"n": len(found)})
        click.echo(total.in_language(_language(ctx)))
    if found:
        ctx.exit(1)


@files.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def tidy(ctx: click.Context, *, as_json: bool) -> None:
    """Remove content that nothing has referred to for an hour."""
    with acting(_SYSTEM):
        removed = operations.tidy(by=_SYSTEM, at=timezone.now())
    if as_json:
        click.echo(json.dumps(removed))
        return
    words = Text(
        "已清理：无引用 {unreferenced} 个，未登记 {stray} 个。",
        "Removed: unreferenced {unreferenced}, not on record {stray}.",
        removed,
    )
    click.echo(words.in_language(_language(ctx)))


def _document(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "subject": finding.subject,
        "severity": Severity(finding.severity).value,
        "message": finding.message.as_json(),
    }


def _language(ctx: click.Context) -> str:
    return str((ctx.find_root().obj or {}).get("lang") or "en")
