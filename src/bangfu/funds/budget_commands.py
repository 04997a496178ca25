"""`bangfu funds projects | lines | progress`: the same queries as on screen.

With --json one document goes to standard output, amounts in integer fen.
`progress` ends with 1 when a county is behind the schedule.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import click

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.money import format_yuan
from bangfu.funds import pages
from bangfu.funds.budgets import permissions as budget_permissions
from bangfu.funds.budgets import queries as budgets
from bangfu.funds.ledger.permissions import READ_ROLES
from bangfu.funds.projects import permissions, queries
from bangfu.funds.projects.states import ProjectState
from bangfu.scope import acting
from bangfu.scope.command import actor_for_command

FINDINGS = 1
ROWS_MAX = 1_000
_json_option = click.option(
    "--json", "as_json", is_flag=True, help="one JSON document on stdout"
)


@click.command()
@click.option("--state", type=click.Choice(ProjectState.values))
@_json_option
@click.pass_context
def projects(ctx: click.Context, *, state: str | None, as_json: bool) -> None:
    """List the projects in scope, by number; at most 1,000."""
    by = actor_for_command(ctx, roles=permissions.SEE_ROLES)
    with acting(by):
        permissions.check_see(by)
        rows = queries.projects().order_by("project_no", "pk")
        if state:
            rows = rows.filter(state=state)
        found: list[dict[str, Any]] = [
            {
                "id": row.pk,
                "number": row.project_no,
                "name": row.name,
                "village": row.division_code,
                "purpose": row.purpose,
                "budget_fen": row.budget_fen,
                "state": row.state,
            }
            for row in rows[:ROWS_MAX]
        ]
    form = "{number}  {state:<18} {budget:>16}  {name}"
    _tell(found, as_json=as_json, form=form, money="budget")


@click.command()
@_json_option
@click.pass_context
def lines(ctx: click.Context, *, as_json: bool) -> None:
    """List the budget lines in scope with what they hold, the newest year first."""
    by = actor_for_command(ctx, roles=READ_ROLES)
    with acting(by):
        budget_permissions.check_read(by)
        rows = budgets.lines().order_by("-year", "division_code", "pk")
        found: list[dict[str, Any]] = [
            {
                "id": row.pk,
                "county": row.division_code,
                "year": row.year,
                "class": row.fund_class,
                "source": row.source,
                "purpose": row.purpose,
                "planned_fen": row.planned_fen,
                "balance_fen": row.account.standing.balance_fen,
                "committed_fen": row.account.standing.committed_fen,
                "available_fen": row.account.standing.available_fen,
            }
            for row in rows[:ROWS_MAX]
        ]
    form = "{year} {county} {purpose:<16} {available:>16}"
    _tell(found, as_json=as_json, form=form, money="available")


@click.command()
@click.argument("county")
@click.option("--year", type=int, help="of the money [default: of the day]")
@click.option("--at", "on", type=click.DateTime(["%Y-%m-%d"]), help="[default: today]")
@_json_option
@click.pass_context
def progress(
    ctx: click.Context,
    *,
    county: str,
    year: int | None,
    on: datetime | None,
    as_json: bool,
) -> None:
    """Say how far the spending of COUNTY is against the schedule."""
    by = actor_for_command(ctx, roles=READ_ROLES)
    day: date = on.date() if on else pages.today()
    with acting(by):
        budget_permissions.check_read(by)
        found = budgets.progress(DivisionCode.parse(county), year or day.year, on=day)
    document = {
        "county": county,
        "year": found.year,
        "at": day.isoformat(),
        "arrived_fen": found.arrived_fen,
        "paid_fen": found.paid_fen,
        "share_percent": None if found.share is None else float(round(found.share, 2)),
        "wanted_percent": float(found.wanted),
        "is_behind": found.is_behind,
    }
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        for name, value in document.items():
            click.echo(f"{name:<16}{value}")
    ctx.exit(FINDINGS if found.is_behind else 0)


def _tell(rows: list[dict[str, Any]], *, as_json: bool, form: str, money: str) -> None:
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        shown: Mapping[str, Any] = {**row, money: format_yuan(row[f"{money}_fen"])}
        click.echo(form.format(**shown))
