"""`bangfu targeting fit`: the same operation as the job's."""

from __future__ import annotations

import json

import click
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.registry.targeting import permissions, presenting, scoring
from bangfu.scope import acting
from bangfu.scope.command import actor_for_command


@click.group()
def targeting() -> None:
    """The proxy score beside measured need and the meeting's ranking."""


@targeting.command()
@click.option("--division", required=True, help="code of the county")
@click.option("--snapshot", type=int, help="its number [default: the newest]")
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def fit(
    ctx: click.Context, division: str, snapshot: int | None, *, as_json: bool
) -> None:
    """Fit the score on a snapshot of a county, and score its households by it."""
    county = DivisionCode.parse(division)
    by = actor_for_command(ctx, roles=permissions.FIT_ROLES, division=county)
    with acting(by):
        model = scoring.fit_score(
            by=by, at=timezone.now(), county=county, snapshot=snapshot
        )
    if as_json:
        document = {
            "model": model.pk,
            "division": county,
            "snapshot": model.snapshot,
            "income_year": model.income_year,
            "line_fen": model.line_fen,
            "households": model.households,
            "fitted": model.fitted,
            "errors": model.errors,
            "terms": model.terms,
        }
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    language = str((ctx.find_root().obj or {}).get("lang") or "en")
    for error in presenting.errors(model):
        words = Text(
            "{name}：{value}",
            "{name}: {value}",
            {"name": error.text, "value": error.value},
        )
        click.echo(words.in_language(language))
