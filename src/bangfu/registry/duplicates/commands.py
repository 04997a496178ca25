"""`bangfu duplicates find|list`: the same operations as on screen."""

from __future__ import annotations

import json

import click
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.registry.duplicates import permissions, queries, searching
from bangfu.registry.duplicates.states import GroupState
from bangfu.scope import acting
from bangfu.scope.command import actor_for_command

LIST_MAX = 1_000


@click.group()
def duplicates() -> None:
    """Persons who may be registered twice."""


@duplicates.command()
@click.option("--division", required=True, help="code of the division to search")
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def find(ctx: click.Context, division: str, *, as_json: bool) -> None:
    """Compare every person of a division with every other one, and file the groups."""
    code = DivisionCode.parse(division)
    by = actor_for_command(ctx, roles=permissions.DECIDE_ROLES, division=code)
    language = str((ctx.find_root().obj or {}).get("lang") or "en")

    def show(done: int, total: int, message: Text) -> None:
        click.echo(f"[{done}/{total}] {message.in_language(language)}", err=True)

    with acting(by):
        found = searching.search(by=by, at=timezone.now(), division=code, progress=show)
    numbers = {
        "persons": found.persons,
        "links": found.links,
        "found": found.found,
        "withdrawn": found.withdrawn,
        "known": found.known,
    }
    if as_json:
        click.echo(json.dumps({"division": code, **numbers}))
        return
    words = Text(
        "比对 {persons} 人，新登记疑似重复 {found} 组，撤下 {withdrawn} 组。",
        "{persons} persons compared; groups filed: {found}, withdrawn: {withdrawn}.",
        numbers,
    )
    click.echo(words.in_language(language))


@duplicates.command(name="list")
@click.option("--state", type=click.Choice(GroupState.values))
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def list_(ctx: click.Context, state: str | None, *, as_json: bool) -> None:
    """List the groups in scope, the likeliest first; at most 1,000. No names."""
    by = actor_for_command(ctx, roles=permissions.SEE_ROLES)
    with acting(by):
        rows = queries.groups().order_by("-chance", "pk")
        if state:
            rows = rows.filter(state=state)
        found = [
            {
                "group": one.pk,
                "state": str(one.state),
                "division": str(one.division_code),
                "records": one.size,
                "chance": round(one.chance, 4),
            }
            for one in rows[:LIST_MAX]
        ]
    if as_json:
        click.echo(json.dumps({"groups": found}, ensure_ascii=False))
        return
    for row in found:
        click.echo(
            f"{row['group']}\t{row['state']}\t{row['division']}\t{row['records']}\t"
            f"{row['chance']}"
        )
