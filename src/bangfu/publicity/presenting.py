"""What the pages show of notices and objections, as values for templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html_join

from bangfu.audit import queries as audit
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.publicity import permissions, queries
from bangfu.publicity.kinds import kind
from bangfu.publicity.models import Entry, Notice, Objection
from bangfu.publicity.states import Act, NoticeState, ObjectionState
from bangfu.scope import Actor
from bangfu.web.language import say

EVENTS_MAX = 100
DIVISIONS_MAX = 500
_EVENTS = {
    "publicity.notice.drafted": Text("拟稿", "drafted"),
    "publicity.notice.revised": Text("修改", "revised"),
    "publicity.notice.submitted": Text("提交核对", "submitted"),
    "publicity.notice.checked": Text("核对无误", "checked"),
    "publicity.notice.returned": Text("退回", "returned"),
    "publicity.notice.cancelled": Text("作废", "cancelled"),
    "publicity.notice.posted": Text("登记张贴", "posted"),
    "publicity.notice.settled": Text("期满办结", "settled"),
    "publicity.notice.corrected": Text("更正", "corrected"),
    "publicity.notice.withdrawn": Text("撤回公示", "withdrawn"),
    "publicity.notice.entry_withdrawn": Text("撤回一条", "an entry withdrawn"),
    "publicity.notice.closed": Text("全部办结", "closed"),
    "publicity.objection.received": Text("登记异议", "received"),
    "publicity.objection.taken_over": Text("提级办理", "taken over"),
    "publicity.objection.decided": Text("作出结论", "decided"),
    "publicity.objection.retracted": Text("异议人撤回", "taken back"),
    "publicity.objection.told": Text("告知结果", "the complainant was told"),
    "publicity.complaint.opened": Text("查看异议内容", "opened"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a timeline."""

    at: object
    by: str
    text: Text
    reason: str


def timeline(record: Notice | Objection) -> list[Happening]:
    """Return what was done with a record, newest first."""
    return [
        Happening(
            one.recorded_at,
            one.username,
            _EVENTS.get(one.action, Text(one.action, one.action)),
            one.reason,
        )
        for one in audit.events_of(record)[:EVENTS_MAX]
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """The one next step of a notice. url: empty when others must act or time must pass.

    is_post: it is done at once by a button; else the address leads to a form.
    """

    text: Text
    label: Text | None = None
    url: str = ""
    is_post: bool = False
    back_url: str = ""


def next_step(by: Actor, notice: Notice, *, today: date) -> Step | None:
    """Return what comes next, and whether `by` may do it; None when all is over."""
    state = NoticeState(notice.state)
    if state is NoticeState.DRAFT:
        text = Text(
            "拟稿完成后提交另一人核对。", "Submit the draft to a second person."
        )
        return _button(by, notice, Act.SUBMIT, text, "publicity:submit")
    if state is NoticeState.SUBMITTED:
        if by.user_id in notice.author_ids:
            return Step(
                Text(
                    "您写过这份公示，须由另一人核对。", "A second person must check it."
                )
            )
        text = Text(
            "核对内容、名单和公示范围。", "Check the text, the entries, the place."
        )
        return _button(by, notice, Act.CHECK, text, "publicity:check")
    if state is NoticeState.CHECKED:
        text = Text(
            "打印张贴，拍照后登记；公示期从登记次日起算。",
            "Print and post it, take a photograph, record it; the window begins the "
            "next day.",
        )
        return _button(by, notice, Act.POST, text, "publicity:post", is_post=False)
    if state is NoticeState.POSTED:
        return _while_posted(by, notice, today)
    return None


def _button(
    by: Actor, notice: Notice, act: Act, text: Text, route: str, *, is_post: bool = True
) -> Step:
    if not permissions.can_act(by, act, notice):
        return Step(text)
    back = ""
    if act is Act.CHECK:
        back = reverse("publicity:return", args=[notice.pk])
    return Step(text, act.text, reverse(route, args=[notice.pk]), is_post, back)


def _while_posted(by: Actor, notice: Notice, today: date) -> Step:
    posting = queries.posting_of(notice)
    window = queries.window_of_posting(posting)
    if not window.is_over(today):
        left = (window.last - max(today, posting.first_date)).days + 1
        return Step(
            Text(
                "公示至 {last} 止，还有 {n} 天。",
                "Posted until {last}: {n} days left.",
                {"last": window.last.isoformat(), "n": left},
            )
        )
    if not queries.to_settle(at=today).filter(pk=notice.pk).exists():
        return Step(
            Text(
                "公示期已满，余下的条目有异议或更正，办结后再结束。",
                "The window is over; what is left waits for objections or corrections.",
            )
        )
    text = Text("公示期已满，可以办结无异议的条目。", "The window is over; settle it.")
    return _button(by, notice, Act.SETTLE, text, "publicity:settle")


def other_acts(by: Actor, notice: Notice) -> list[tuple[Text, str]]:
    """Return what else may be done now: words and address."""
    routes = {
        Act.REVISE: "publicity:revise",
        Act.RETURN: "publicity:return",
        Act.CANCEL: "publicity:cancel",
        Act.CORRECT: "publicity:correct",
        Act.WITHDRAW: "publicity:withdraw",
    }
    return [
        (act.text, reverse(route, args=[notice.pk]))
        for act, route in routes.items()
        if _is_possible(act, notice) and permissions.can_act(by, act, notice)
    ]


def _is_possible(act: Act, notice: Notice) -> bool:
    if act is Act.RETURN:  # beside the check the button stands there already
        return notice.state == NoticeState.CHECKED
    allowed = {
        Act.REVISE: {NoticeState.DRAFT},
        Act.CANCEL: {NoticeState.DRAFT, NoticeState.SUBMITTED, NoticeState.CHECKED},
        Act.CORRECT: {NoticeState.POSTED},
        Act.WITHDRAW: {NoticeState.POSTED},
    }
    return notice.state in allowed[act]


def content_of(notice: Notice) -> list[tuple[Text, str]]:
    """Return the items of a notice with their words."""
    return [
        (item.text, notice.content.get(item.key, ""))
        for item in kind(notice.kind).items
    ]


def prepare_entries(by: Actor, notice: Notice, entries: Iterable[Entry]) -> None:
    """Give each entry its verdict and what may be done with it."""
    rows: list[Any] = list(entries)
    found = queries.verdicts(rows)
    is_posted = notice.state == NoticeState.POSTED
    can_object = permissions.can_receive(by) and notice.state in queries.IN_PUBLIC
    for row in rows:
        row.verdict = found[row.pk]
        links = []
        if can_object:
            url = reverse("publicity:receive", args=[notice.pk])
            links.append((f"{url}?entry={row.pk}", say(_OBJECT)))
        if is_posted and not row.is_final:
            links += _entry_links(by, notice, row)
        row.actions = format_html_join(" · ", '<a href="{}">{}</a>', links)


_OBJECT = Text("登记异议", "Object")
_TAKE_OFF = Text("撤回", "Withdraw")


def _entry_links(by: Actor, notice: Notice, row: Entry) -> list[tuple[str, str]]:
    links = []
    if permissions.can_act(by, Act.CORRECT, notice):
        url = reverse("publicity:correct", args=[notice.pk])
        links.append((f"{url}?entry={row.pk}", say(Act.CORRECT)))
    if permissions.can_act(by, Act.WITHDRAW, notice):
        url = reverse("publicity:withdraw_entry", args=[row.pk])
        links.append((url, say(_TAKE_OFF)))
    return links


def places(by: Actor, *, at: date) -> list[tuple[str, str]]:
    """Return where the office of `by` may post: its division and those in it."""
    assert by.division is not None  # noqa: S101 - the caller checked the role
    rows = divisions.tree_at(at, within=by.division)[:DIVISIONS_MAX]
    found = [(str(one.code), f"{one.name}（{one.code}）") for one in rows]
    return found or [(str(by.division), str(by.division))]


def place_name(code: str, *, at: date) -> str:
    """Return the full name of a division, or its code."""
    return divisions.full_name(DivisionCode(code), at=at)


def handler_words(objection: Objection) -> Text:
    """Say which office handles an objection."""
    return Text(
        "{level}（{code}）",
        "{level} ({code})",
        {"level": Level(objection.handler_level).text, "code": objection.handler_code},
    )


def objection_acts(
    by: Actor, objection: Objection, *, is_named: bool
) -> list[tuple[Text, str]]:
    """Return what `by` may do with an objection: words and address."""
    is_open = objection.state == ObjectionState.OPEN
    acts = []
    if permissions.can_handle(by, objection):
        acts.append((Text("查看异议内容", "Open the complaint"), "publicity:open"))
        if is_open:
            acts += [
                (Text("作出结论", "Decide"), "publicity:decide"),
                (Text("登记撤回", "Taken back"), "publicity:retract"),
            ]
        decided = {ObjectionState.UPHELD, ObjectionState.REJECTED}
        if is_named and objection.state in decided and objection.told_on is None:
            acts.append((Text("登记告知", "Record the telling"), "publicity:tell"))
    if is_open and permissions.can_take_over(by, objection):
        acts.append((Text("提级办理", "Take over"), "publicity:take_over"))
    return [(text, reverse(route, args=[objection.pk])) for text, route in acts]
