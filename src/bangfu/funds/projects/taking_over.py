"""Projects of before the system: entered from their papers, with the basis on record."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.funds.projects import operations, permissions, rules, stepping
from bangfu.funds.projects.acts import TAKEN_OVER
from bangfu.funds.projects.models import Project
from bangfu.funds.projects.records import missing_of
from bangfu.funds.projects.rules import Statement
from bangfu.funds.projects.states import ProjectState
from bangfu.funds.projects.stepping import Said
from bangfu.scope import Actor


def take_over(
    *,
    by: Actor,
    at: datetime,
    village: DivisionCode,
    stated: Statement,
    state: ProjectState,
    basis: str,
    happened_on: date,
) -> Project:
    """Enter a project of before the system, as a draft or in the library.

    basis: the document that shows its state. Raises NotAllowed, BadFacts, Incomplete for
    one in the library that lacks something, NumberTaken.
    """
    permissions.check_import(by)
    permissions.check_plan(by, village)
    if state not in TAKEN_OVER or not basis.strip():
        raise rules.BadFacts(
            Text(
                "历史项目只能录入为申报或已入库，并须写明依据。",
                "It is entered as a draft or in the library, with its basis.",
            )
        )
    project = operations.stated_project(
        by=by, at=at, village=village, stated=stated, happened_on=happened_on
    )
    if state == ProjectState.IN_LIBRARY:
        rules.check_complete(missing_of(project))
    said = Said(happened_on, facts={"basis": basis.strip()[:200]})
    with transaction.atomic():
        operations.store(
            by=by,
            at=at,
            project=project,
            stated=stated,
            begin=lambda: stepping.take_over(project, state, by=by, at=at, said=said),
        )
    return project
