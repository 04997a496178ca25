"""Finding projects and rows of the table, or refusing in words."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.text import Text
from bangfu.funds.projects import queries, rules
from bangfu.funds.projects.acts import BY_CODE, Act
from bangfu.funds.projects.models import Project


class NoSuchProject(BadInput):
    """There is no such project within the acting scope."""

    code = "project.none"
    http_status = 404


def act_named(code: str) -> Act:
    """Return a row of the table. Raises BadInput."""
    row = BY_CODE.get(code)
    if row is None:
        raise BadInput(
            Text(
                "没有“{code}”这一办理事项。",
                "There is no act “{code}”.",
                {"code": code[:40]},
            )
        )
    return row


def locked(project_id: int) -> Project:
    """Return a project, held until the transaction ends. Raises NoSuchProject."""
    project = queries.project_for_update(project_id)
    if project is None:
        raise no_such_project()
    return project


def no_such_project() -> NoSuchProject:
    """Return the refusal of what is not there or out of scope."""
    return NoSuchProject(
        Text(
            "没有这个项目，或不在您的管辖范围内。",
            "There is no such project within your scope.",
        )
    )


def civil_day(at: datetime) -> date:
    """Return the civil day of a moment in the city."""
    return timezone.localdate(at)  # noqa: TID251 - of the time that was passed in


def missing_of(project: Project) -> list[Finding]:
    """Return what a project lacks for the library."""
    return rules.missing_for_library(
        poor_households=project.poor_households,
        poor_people=project.poor_people,
        targets=project.targets,
        participation=project.participation,
        mechanism=project.mechanism,
    )
