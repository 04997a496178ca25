"""Drafting the notices by which projects are posted, for everybody who waits for one."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.calc.values.money import format_yuan
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.funds.projects import posting
from bangfu.funds.projects.models import Project
from bangfu.publicity.kinds import KINDS, Kind, KindCode
from bangfu.publicity.models import Notice
from bangfu.publicity.operations import notices
from bangfu.publicity.rules import Draft, Line
from bangfu.scope import Actor

_COLUMNS = (
    Text("建设地点", "place"),
    Text("建设内容", "tasks"),
    Text("建设期限", "schedule"),
    Text("责任单位", "unit"),
    Text("资金（元）", "money (yuan)"),
    Text("受益户（其中贫困户）", "households (poor ones)"),
    Text("绩效目标", "targets"),
)
_CELL_MAX = 200


class NothingToPost(BadInput):
    """No project waits for this notice."""

    code = "project.nothing_to_post"


def kinds_of(by: Actor) -> list[Kind]:
    """Return the kinds of notices that post projects and that the reader's office posts."""
    return [
        KINDS[code]
        for code, (role, level) in posting.KIND_OFFICES.items()
        if by.role == role and by.division is not None and by.division.level == level
    ]


def waiting(by: Actor, code: KindCode) -> list[Project]:
    """Return the projects within the reader's division that this notice would post."""
    return posting.projects_to_post(code, DivisionCode(by.division or "-"))


def draft_notice(*, by: Actor, at: datetime, code: KindCode) -> Notice:
    """Draft the notice for every project that waits for it, ready to be looked through.

    Raises NotAllowed for who does not post it, NothingToPost, and what drafting refuses.
    """
    kind = KINDS[code]
    if kind not in kinds_of(by):
        raise NotAllowed(
            Text(
                "{kind}不由您的单位发布。",
                "A {kind} is not posted by your office.",
                {"kind": kind.text},
            )
        )
    found = waiting(by, code)
    if not found:
        raise NothingToPost(
            Text(
                "没有等待“{kind}”的项目。",
                "No project waits for “{kind}”.",
                {"kind": kind.text},
            )
        )
    division = DivisionCode(by.division or "")
    day = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
    total = sum(project.budget_fen for project in found)
    return notices.draft(
        by=by,
        at=at,
        draft=Draft(
            kind=kind,
            division=division,
            level=posting.KIND_OFFICES[code][1],
            title=f"{day.year}年{kind.text.zh}"[:100],
            place="村务公开栏",
            audience="villagers",
            content=_content(kind, divisions.full_name(division, at=day), total),
            columns=_COLUMNS,
            lines=[_line(project) for project in found],
        ),
    )


def _content(kind: Kind, name: str, total_fen: int) -> dict[str, str]:
    stated = {
        "unit": name,
        "basis": "县级脱贫攻坚项目库建设管理程序",
        "hotline": "12317",
        "address": name,
        "amount": f"{format_yuan(total_fen)} 元",
        "fund_source": "详见各项目资金来源",
    }
    return {item.key: stated.get(item.key, item.initial) for item in kind.items}


def _line(project: Project) -> Line:
    targets = "；".join(f"{one['name']}：{one['value']}" for one in project.targets)
    values = (
        project.place,
        project.tasks,
        f"{project.starts_on.isoformat()} 至 {project.ends_on.isoformat()}",
        project.unit,
        format_yuan(project.budget_fen),
        f"{project.households}（{project.poor_households}）",
        targets or "—",
    )
    return Line(
        label=f"{project.project_no} {project.name}"[:_CELL_MAX],
        values=tuple(value[:_CELL_MAX] for value in values),
        subject_type=posting.SUBJECT,
        subject_id=str(project.pk),
        division=DivisionCode(project.division_code),
    )
