"""What other parts of the site ask of this app: to-dos, and a guard of evidence."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from bangfu.calc.values.text import Text
from bangfu.publicity import permissions, queries
from bangfu.publicity.models import Notice
from bangfu.publicity.states import NoticeState
from bangfu.scope import Actor
from bangfu.web.todo import Todo


def guard_evidence(*, by: Actor, subject_id: str) -> None:
    """Raise NotAllowed unless `by` handles the objection whose evidence is opened."""
    permissions.check_handler(by, queries.objection(int(subject_id)))


def todo(*, by: Actor, at: datetime) -> list[Todo]:
    """Return notices to check, post and settle, objections that are due or untold."""
    if by.division is None:
        return []
    found = []
    if by.role in permissions.SECOND_ROLES:
        waiting = Notice.objects.filter(state=NoticeState.SUBMITTED).exclude(
            author_ids__contains=[by.user_id]
        )
        if by.role not in permissions.POST_ROLES:
            waiting = queries.of_level(waiting, by.division)
        found.append(
            _todo(
                Text("待核对的公示", "Notices to check"), waiting.count(), "submitted"
            )
        )
    if by.role in permissions.POST_ROLES:
        mine = queries.of_level(Notice.objects.all(), by.division)
        to_post = mine.filter(state=NoticeState.CHECKED).count()
        to_settle = queries.of_level(
            queries.to_settle(at=queries.today()), by.division
        ).count()
        found += [
            _todo(Text("待张贴的公示", "Notices to post"), to_post, "checked"),
            _todo(Text("期满待办结的公示", "Notices to settle"), to_settle, "over"),
        ]
    if by.role in permissions.OBJECTION_ROLES:
        found += _objections(by)
    return found


def _todo(text: Text, count: int, standing: str) -> Todo:
    url = f"{reverse('publicity:notices')}?standing={standing}"
    return Todo(text, count, url, icon="megaphone")


def _objections(by: Actor) -> list[Todo]:
    assert by.division is not None  # noqa: S101 - asked above
    url = reverse("publicity:objections")
    rows = queries.handled_at(queries.objections(), by.division)
    open_count = rows.filter(state="open").count()
    due = queries.handled_at(queries.due(at=queries.today()), by.division).count()
    untold = queries.handled_at(queries.untold(), by.division).count()
    return [
        Todo(
            Text("到期未办结的异议", "Objections that are due"),
            due,
            f"{url}?standing=due",
            icon="alarm",
        ),
        Todo(
            Text("办理中的异议", "Open objections"),
            open_count,
            f"{url}?standing=open",
            icon="chat-left-text",
        ),
        Todo(
            Text("待告知结果的异议", "Results to tell"),
            untold,
            f"{url}?standing=untold",
            icon="telephone",
        ),
    ]
