"""`bangfu survey …`: the same queries and operations as on screen.

A sheet on the command line is a JSON object with the names of the workbook's columns:
amounts in yuan, codes as in the code lists. Exit codes: 0 done, 1 a list with villages
that are not done, 2 refused.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from django.utils import timezone

from bangfu.accounts.roles import READERS
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.text import Text
from bangfu.registry.models import EVIDENCED, Household
from bangfu.registry.surveys import (
    exporting,
    forms,
    operations,
    permissions,
    queries,
)
from bangfu.registry.surveys.filling import AMOUNTS, BadSheet, Filled
from bangfu.registry.surveys.models import Collection, SurveySheet
from bangfu.scope import acting
from bangfu.scope.command import actor_for_command

FINDINGS = 1
LIST_MAX = 2_000
_JSON = click.option("--json", "as_json", is_flag=True, help="one JSON document")
_YEAR = click.option("--year", type=int, required=True, help="the year of collection")
_VILLAGE = click.option("--village", required=True, help="its 12-digit code")
_HOUSEHOLD = click.option("--household", "number", required=True, help="its number")


@click.group()
def survey() -> None:
    """Open a year, record, check, lock and correct its sheets."""


@survey.command(name="open")
@click.option("--division", required=True, help="county, township or village")
@_YEAR
@_JSON
@click.pass_context
def open_(ctx: click.Context, division: str, year: int, as_json: bool) -> None:
    """Open a year in every village of a division that has none yet."""
    by = actor_for_command(ctx, roles=permissions.OFFICE_ROLES)
    with acting(by):
        opened = operations.open_year(
            by=by, at=timezone.now(), division=DivisionCode(division), year=year
        )
        _tell([_line(one) for one in opened], as_json)


@survey.command(name="list")
@click.option("--year", type=int, help="of this year only")
@click.option("--open", "only_open", is_flag=True, help="not locked yet only")
@_JSON
@click.pass_context
def list_(ctx: click.Context, year: int | None, only_open: bool, as_json: bool) -> None:
    """List villages with how many households are done, missing and doubtful."""
    by = actor_for_command(ctx, roles=READERS)
    with acting(by):
        permissions.check_work(by)
        rows = queries.collections().order_by("-year", "division_code")
        if year:
            rows = rows.filter(year=year)
        if only_open:
            rows = rows.filter(locked_at=None)
        lines = _lines(list(rows[:LIST_MAX]))
    _tell(lines, as_json)
    if any(line["missing"] or line["waiting"] for line in lines if not line["locked"]):
        ctx.exit(FINDINGS)


@survey.command()
@_VILLAGE
@_YEAR
@_HOUSEHOLD
@_JSON
@click.pass_context
def show(
    ctx: click.Context, village: str, year: int, number: str, as_json: bool
) -> None:
    """Show a household's sheet, and the sheets that it corrects."""
    by = actor_for_command(ctx, roles=READERS)
    with acting(by):
        permissions.check_work(by)
        found, household = _found(village, year, number)
        chain = [_sheet_line(one) for one in queries.chain_of(household.pk, found.year)]
    if not chain:
        raise operations.no_such()
    _tell(chain, as_json)


@survey.command()
@_VILLAGE
@_YEAR
@_HOUSEHOLD
@click.option("--sheet", "name", type=click.Path(), required=True, help="JSON file")
@_JSON
@click.pass_context
def record(
    ctx: click.Context, village: str, year: int, number: str, name: str, as_json: bool
) -> None:
    """Record what was found at a household."""
    by = actor_for_command(ctx, roles=permissions.RECORD_ROLES)
    with acting(by):
        found, household = _found(village, year, number)
        sheet = operations.record_sheet(
            by=by,
            at=timezone.now(),
            collection_id=found.pk,
            household_id=household.pk,
            version=queries.version_of(queries.sheet_of(household.pk, year)),
            filled=_filled(name, found),
        )
        line = _sheet_line(sheet)
    _tell([line], as_json)


@survey.command()
@_VILLAGE
@_YEAR
@_HOUSEHOLD
@click.option("--sheet", "name", type=click.Path(), required=True, help="JSON file")
@click.option("--reason", required=True)
@_JSON
@click.pass_context
def correct(
    ctx: click.Context,
    village: str,
    year: int,
    number: str,
    name: str,
    reason: str,
    as_json: bool,
) -> None:
    """Correct a locked year of a household; the earlier sheet is kept."""
    by = actor_for_command(ctx, roles=permissions.OFFICE_ROLES)
    with acting(by):
        found, household = _found(village, year, number)
        sheet = operations.correct_sheet(
            by=by,
            at=timezone.now(),
            collection_id=found.pk,
            household_id=household.pk,
            version=queries.version_of(queries.sheet_of(household.pk, year)),
            filled=_filled(name, found),
            reason=reason,
        )
        line = _sheet_line(sheet)
    _tell([line], as_json)


@survey.command()
@_VILLAGE
@_YEAR
@click.option("--household", "numbers", multiple=True, help="one or more; else all")
@click.option("--note", default="", help="what a look into doubtful sheets found")
@_JSON
@click.pass_context
def check(
    ctx: click.Context,
    village: str,
    year: int,
    numbers: tuple[str, ...],
    note: str,
    as_json: bool,
) -> None:
    """Check sheets that wait and that somebody else recorded."""
    by = actor_for_command(ctx, roles=permissions.RECORD_ROLES)
    with acting(by):
        found = _collection(village, year)
        rows = queries.work_list(found).filter(sheet_state="recorded")
        if numbers:
            rows = rows.filter(household_no__in=numbers)
        ids = list(rows.values_list("sheet_id", flat=True))
        checked = operations.check_sheets(
            by=by, at=timezone.now(), sheet_ids=ids, note=note
        )
        lines = [_sheet_line(one) for one in checked]
    _tell(lines, as_json)


@survey.command(name="return")
@_VILLAGE
@_YEAR
@_HOUSEHOLD
@click.option("--reason", required=True)
@_JSON
@click.pass_context
def return_(
    ctx: click.Context, village: str, year: int, number: str, reason: str, as_json: bool
) -> None:
    """Send a sheet back to whoever recorded it."""
    by = actor_for_command(ctx, roles=permissions.RECORD_ROLES)
    with acting(by):
        _, household = _found(village, year, number)
        stored = queries.sheet_of(household.pk, year)
        if stored is None:
            raise operations.no_such()
        sheet = operations.return_sheet(
            by=by, at=timezone.now(), sheet_id=stored.pk, reason=reason
        )
        line = _sheet_line(sheet)
    _tell([line], as_json)


@survey.command()
@click.option("--division", required=True, help="county, township or village")
@_YEAR
@click.option("--missing-reason", default="", help="why households are missing")
@_JSON
@click.pass_context
def lock(
    ctx: click.Context, division: str, year: int, missing_reason: str, as_json: bool
) -> None:
    """Lock a year in every village of a division."""
    by = actor_for_command(ctx, roles=permissions.OFFICE_ROLES)
    with acting(by):
        locked = operations.lock_year(
            by=by,
            at=timezone.now(),
            division=DivisionCode(division),
            year=year,
            missing_reason=missing_reason,
        )
        lines = _lines(locked)
    _tell(lines, as_json)


@survey.command()
@_VILLAGE
@_YEAR
@click.option("--out", type=click.Path(), required=True, help="the workbook to write")
@click.option("--purpose", required=True)
@click.pass_context
def export(ctx: click.Context, village: str, year: int, out: str, purpose: str) -> None:
    """Write a village's sheets into a workbook in the layout of the import."""
    by = actor_for_command(ctx, roles=permissions.EXPORT_ROLES)
    language = (ctx.find_root().obj or {}).get("lang") or "en"
    with acting(by):
        content = exporting.export_sheets(
            by=by,
            at=timezone.now(),
            collection=_collection(village, year),
            purpose=purpose,
            language=language,
        )
    Path(out).write_bytes(content)


# Pieces


def _collection(village: str, year: int) -> Collection:
    found = queries.collection_of(DivisionCode(village), year)
    if found is None:
        raise operations.no_such()
    return found


def _found(village: str, year: int, number: str) -> tuple[Collection, Household]:
    found = _collection(village, year)
    rows = Household.objects.filter(
        division_code=found.division_code, household_no=number
    )
    household = rows.first()
    if household is None:
        raise operations.no_such()
    return found, household


def _filled(name: str, found: Collection) -> Filled:
    """Read a sheet as a form would."""
    try:
        given = json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(
            Text(
                "无法读取文件 {name}，应为一个 JSON 对象。",
                "The file {name} cannot be read; it should be one JSON object.",
                {"name": name},
            )
        ) from error
    if not isinstance(given, dict):
        raise BadInput(Text("应为一个 JSON 对象。", "It should be one JSON object."))
    today = timezone.localdate()
    terms = queries.terms(today, found.division_code)
    form = forms.SheetForm(given, accepted={*terms.accepted, "expected"})
    if not form.is_valid():
        raise BadSheet(
            Text("采集表填写有误。", "The sheet is malformed."),
            findings=tuple(
                Finding(
                    "survey.wrong",
                    key,
                    Text("{key}：{why}", "{key}: {why}", {"key": key, "why": why[0]}),
                    field=key,
                )
                for key, why in form.errors.items()
            ),
        )
    return form.filled()


def _lines(found: list[Collection]) -> list[dict[str, Any]]:
    far = queries.progress(found)
    return [
        _line(one)
        | {
            "households": far[one.pk].households,
            "done": far[one.pk].done,
            "missing": far[one.pk].missing,
            "waiting": far[one.pk].recorded + far[one.pk].returned,
            "checked": far[one.pk].checked,
            "doubtful": far[one.pk].doubtful,
        }
        for one in found
    ]


def _line(found: Collection) -> dict[str, Any]:
    return {
        "id": found.pk,
        "village": str(found.division_code),
        "year": found.year,
        "due": found.due_on.isoformat(),
        "locked": found.is_locked,
    }


def _sheet_line(sheet: SurveySheet) -> dict[str, Any]:
    income = sheet.income
    return {
        "id": sheet.pk,
        "household": f"{sheet.division_code}/{sheet.household.household_no}",
        "year": sheet.year,
        "state": str(sheet.state),
        "locked": sheet.locked_at is not None,
        "surveyors": sheet.surveyors,
        "members_sharing": sheet.members_sharing,
        "net_fen": income.net_fen,
        "amounts_fen": {key: getattr(income, f"{key}_fen") for key in AMOUNTS},
        "evidence": {name: getattr(income, f"{name}_evidence") for name in EVIDENCED},
        "guarantees": {
            kind: str(one.verdict) for kind, one in queries.verdicts_of(sheet).items()
        },
        "doubts": list(sheet.doubts),
        "corrects": sheet.corrects_id,
        "reason": sheet.reason,
    }


def _tell(lines: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False))
        return
    for line in lines:
        click.echo("\t".join(str(value) for value in line.values()))
