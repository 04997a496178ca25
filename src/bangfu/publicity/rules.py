"""What is allowed, and what the clock says. Pure: no database, no clock of its own.

WrongNotice        kind, level, title, place, required content or entries are wrong
PersonalData       what would be public holds a number that must not be
WrongNoticeState   the notice is not in a state for this act
WrongDay           the stated day cannot be
WindowRuns         the window is not over
NothingToSettle    every entry is settled or stopped by an objection
NoReason           an act that needs a reason
NotPosted          an objection to what has not been posted
EntryIsOver        the entry has its verdict already
ObjectionIsOver    the objection is decided or taken back already
WrongObjection     text, day or complainant of an objection are wrong
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, Finding, OutOfLimit, WrongState
from bangfu.calc.values.text import Text, join
from bangfu.policy.work_calendar import WorkCalendar
from bangfu.publicity.kinds import Kind
from bangfu.publicity.masking import has_personal_number
from bangfu.publicity.states import Act, NoticeState, Verdict, transition

TITLE_LENGTH_MAX = 100
PLACE_LENGTH_MAX = 100
ITEM_LENGTH_MAX = 500
ENTRIES_MAX = 2_000
COLUMNS_MAX = 12
CELL_LENGTH_MAX = 200
REASON_LENGTH_MIN, REASON_LENGTH_MAX = 4, 300
OBJECTION_LENGTH_MIN, OBJECTION_LENGTH_MAX = 10, 4_000
EVIDENCE_MAX = 20
_DAY = timedelta(days=1)
WORKING_DAYS = "working days"


class WrongNotice(BadInput):
    """Kind, level, title, place, required content or entries are wrong."""

    code = "publicity.wrong_notice"


class PersonalData(BadInput):
    """What would be public holds an identity, telephone or bank card number."""

    code = "publicity.personal_data"


class WrongNoticeState(WrongState):
    """The notice is not in a state for this act."""

    code = "publicity.wrong_state"


class WrongDay(BadInput):
    """The stated day cannot be."""

    code = "publicity.wrong_day"


class WindowRuns(WrongState):
    """The window is not over."""

    code = "publicity.window_runs"


class NothingToSettle(WrongState):
    """Every entry is settled or stopped by an objection."""

    code = "publicity.nothing_to_settle"


class NoReason(BadInput):
    """The act needs a reason."""

    code = "publicity.no_reason"


class NotPosted(WrongState):
    """Nothing was posted to which there could be an objection."""

    code = "publicity.not_posted"


class EntryIsOver(WrongState):
    """The entry has its verdict already."""

    code = "publicity.entry_is_over"


class ObjectionIsOver(WrongState):
    """The objection is decided or taken back already."""

    code = "publicity.objection_is_over"


class WrongObjection(BadInput):
    """Text, day or complainant of an objection are wrong."""

    code = "publicity.wrong_objection"


# What a notice says


@dataclass(frozen=True, slots=True)
class Line:
    """One entry to be posted: only what anybody may read.

    label: how people find it on the board. values: one for each column. subject_type
    and subject_id: the record it is about; both empty for a line without one.
    division: where it belongs; None takes the notice's.
    """

    label: str
    values: tuple[str, ...] = ()
    subject_type: str = ""
    subject_id: str = ""
    division: DivisionCode | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a notice is to say.

    division: where it is posted. level: of the office that posts it. content: by key of
    the kind's items. columns: headings of the values, in both languages.
    """

    kind: Kind
    division: DivisionCode
    level: Level
    title: str
    place: str
    audience: str
    content: Mapping[str, str]
    columns: tuple[Text, ...] = ()
    lines: Sequence[Line] = field(default=())


def check_draft(draft: Draft) -> None:
    """Raise WrongNotice, PersonalData or OutOfLimit, with all findings."""
    _check_place(draft)
    findings = [*_missing(draft), *_too_long(draft)]
    if findings:
        raise WrongNotice(
            Text("公示内容不完整或过长。", "Something is missing or too long."),
            findings=tuple(findings),
        )
    check_lines(draft)
    _check_personal_data(draft)


def _check_place(draft: Draft) -> None:
    if draft.level not in draft.kind.levels:
        allowed = join([level.text for level in draft.kind.levels], zh="、", en=", ")
        raise WrongNotice(
            Text(
                "{kind}不由{level}发布，应由{allowed}发布。",
                "A {kind} is not posted at {level} level; it takes: {allowed}.",
                {
                    "kind": draft.kind.text,
                    "level": draft.level.text,
                    "allowed": allowed,
                },
            )
        )
    if draft.division.level < draft.level:
        raise WrongNotice(
            Text(
                "公示范围 {division} 大于发布单位的辖区。",
                "The notice's place {division} is wider than its office's division.",
                {"division": draft.division},
            )
        )


def _missing(draft: Draft) -> Iterable[Finding]:
    named = [
        ("title", Text("标题", "title"), draft.title),
        ("place", Text("张贴地点", "place"), draft.place),
    ]
    named += [(i.key, i.text, draft.content.get(i.key, "")) for i in draft.kind.items]
    for key, text, value in named:
        if not value.strip():
            words = Text("请填写{item}。", "Fill in: {item}.", {"item": text})
            yield Finding("publicity.missing", key, words, field=key)


def _too_long(draft: Draft) -> Iterable[Finding]:
    limits = [
        ("title", draft.title, TITLE_LENGTH_MAX),
        ("place", draft.place, PLACE_LENGTH_MAX),
        *((key, value, ITEM_LENGTH_MAX) for key, value in draft.content.items()),
    ]
    for key, value, limit in limits:
        if len(value) > limit:
            words = Text("最多 {limit} 字。", "At most {limit} characters.")
            yield Finding(
                "publicity.too_long", key, words.with_(limit=limit), field=key
            )


def check_lines(draft: Draft) -> None:
    """Raise WrongNotice or OutOfLimit for entries that cannot be posted."""
    if not draft.lines:
        raise WrongNotice(
            Text("公示名单是空的。", "There is no entry to post."),
            remedy=Text("请至少填写一条。", "Fill in one line at least."),
        )
    if len(draft.lines) > ENTRIES_MAX or len(draft.columns) > COLUMNS_MAX:
        raise OutOfLimit(
            Text(
                "一份公示最多 {rows} 条、{columns} 栏。",
                "A notice has at most {rows} entries and {columns} columns.",
                {"rows": f"{ENTRIES_MAX:,}", "columns": COLUMNS_MAX},
            ),
            remedy=Text("请按村或批次拆分。", "Split it by village or batch."),
        )
    findings = []
    seen: set[tuple[str, str]] = set()
    for number, line in enumerate(draft.lines, start=1):
        wrong = _wrong_line(draft, line, seen)
        if wrong is not None:
            findings.append(_line_finding("publicity.line", number, wrong))
    if findings:
        raise WrongNotice(
            Text("公示名单有误。", "Some entries are wrong."), findings=tuple(findings)
        )


def _wrong_line(draft: Draft, line: Line, seen: set[tuple[str, str]]) -> Text | None:
    if not line.label.strip():
        return Text("缺少首栏内容", "the first column is empty")
    if len(line.values) != len(draft.columns):
        return Text(
            "有 {n} 栏，应为 {m} 栏",
            "{n} columns instead of {m}",
            {"n": len(line.values) + 1, "m": len(draft.columns) + 1},
        )
    if any(len(value) > CELL_LENGTH_MAX for value in (line.label, *line.values)):
        return Text(
            "单栏超过 {limit} 字",
            "a value has more than {limit} characters",
            {"limit": CELL_LENGTH_MAX},
        )
    if line.division is not None and not draft.division.contains(line.division):
        return Text("不在公示范围内", "it lies outside the notice's place")
    subject = (line.subject_type, line.subject_id)
    if bool(line.subject_type) != bool(line.subject_id):
        return Text("对象标识不完整", "its subject is incomplete")
    if line.subject_id and subject in seen:
        return Text("与前面一条重复", "the same subject stands above")
    seen.add(subject)
    return None


def _line_finding(code: str, number: int, message: Text) -> Finding:
    place = Text("第 {n} 条", "entry {n}", {"n": number})
    return Finding(code, str(number), message, place=place)


def _check_personal_data(draft: Draft) -> None:
    contacts = {item.key for item in draft.kind.items if item.is_contact}
    texts = [("title", draft.title), ("place", draft.place)]
    texts += [(k, v) for k, v in draft.content.items() if k not in contacts]
    message = Text(
        "含有证件号、手机号或银行账号样式的数字",
        "holds what looks like an identity, mobile or bank card number",
    )
    findings = [
        Finding("publicity.personal_data", key, message, field=key)
        for key, value in texts
        if has_personal_number(value)
    ]
    findings += [
        _line_finding("publicity.personal_data", number, message)
        for number, line in enumerate(draft.lines, start=1)
        if any(has_personal_number(value) for value in (line.label, *line.values))
    ]
    if findings:
        raise PersonalData(
            Text(
                "公示公告中不得公开身份证件号码、手机号、银行账号等敏感信息。",
                "Identity, telephone and bank card numbers must not be made public.",
            ),
            remedy=Text("请删去或遮盖后再提交。", "Take them out or mask them."),
            findings=tuple(findings),
        )


def check_act(act: Act, state: str) -> None:
    """Raise WrongNoticeState unless the table lets `act` start from `state`."""
    line = transition(act)
    if state in line.from_:
        return
    allowed = join([one.text for one in line.from_], zh="”或“", en="” or “")
    raise WrongNoticeState(
        Text(
            "公示目前“{state}”，不能{act}；需为“{allowed}”。",
            "The notice is “{state}”, so this cannot be done: {act}; it takes “{allowed}”.",
            {
                "state": NoticeState(state).text,
                "act": act.text,
                "allowed": allowed,
            },
        )
    )


def check_reason(reason: str) -> str:
    """Return the reason without blanks around it. Raises NoReason."""
    text = reason.strip()
    if not REASON_LENGTH_MIN <= len(text) <= REASON_LENGTH_MAX:
        raise NoReason(
            Text(
                "请写明理由，{low} 至 {high} 字。",
                "State the reason in {low} to {high} characters.",
                {"low": REASON_LENGTH_MIN, "high": REASON_LENGTH_MAX},
            )
        )
    return text


def check_happened_on(day: date, *, checked: date, today: date) -> None:
    """Raise WrongDay unless the board was put up after the check and not in future."""
    if checked <= day <= today:
        return
    raise WrongDay(
        Text(
            "张贴日期 {day} 应在核对日 {checked} 至今天 {today} 之间。",
            "The day of posting {day} must lie from the check on {checked} to {today}.",
            {"day": day, "checked": checked, "today": today},
        ),
        remedy=Text(
            "公示期从登记次日起算，与填写的日期无关。",
            "The window runs from the day after recording, whatever day is stated.",
        ),
    )


@dataclass(frozen=True, slots=True)
class Window:
    """Full civil days, both included; `days` is what the policy asks for.

    An announcement has no days: its last day lies before its first.
    """

    first: date
    last: date
    days: int
    unit: str

    def is_over(self, today: date) -> bool:
        """Tell whether the window lies in the past; one without days always does."""
        return self.days == 0 or today > self.last


def window(recorded: date, days: int, unit: str, calendar: WorkCalendar) -> Window:
    """Return the window of what was recorded on a civil day.

    It begins on the next day and holds `days` full days, or as many working days and
    whatever lies between. days: 0 to 366. Raises NoCalendar for working days of a year
    without public holidays.
    """
    if unit == WORKING_DAYS and days:
        last = calendar.add_working_days(recorded, days)
    else:
        last = recorded + _DAY * days
    return Window(recorded + _DAY, last, days, unit)


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What the verdict of an entry follows from.

    window: None before posting. has_passed: it was settled. is_upheld, is_stopped: some
    objection is upheld, or open and within the window. is_corrected: a correction of it
    is being prepared.
    """

    window: Window | None = None
    has_passed: bool = False
    is_withdrawn: bool = False
    is_upheld: bool = False
    is_stopped: bool = False
    is_corrected: bool = False


def verdict(facts: EntryFacts, *, today: date) -> Verdict:
    """Return what became of an entry by today."""
    if facts.is_upheld:
        return Verdict.UPHELD
    if facts.is_withdrawn:
        return Verdict.WITHDRAWN
    if facts.has_passed:
        return Verdict.PASSED
    if facts.window is None:
        return Verdict.OPEN
    if facts.is_stopped or facts.is_corrected:
        return Verdict.STOPPED
    return Verdict.PASSED if facts.window.is_over(today) else Verdict.RUNNING


def check_settle(window: Window, today: date) -> None:
    """Raise WindowRuns while the window is not over."""
    if window.is_over(today):
        return
    raise WindowRuns(
        Text(
            "公示期到 {last} 止，{next} 起可以办结。",
            "The window runs to {last}; it can be settled from {next}.",
            {"last": window.last, "next": window.last + _DAY},
        )
    )


# Objections


@dataclass(frozen=True, slots=True)
class Received:
    """An objection as it came in.

    name: empty for an anonymous one. contact: how the complainant is told of the
    result. received_on: the day stated by who took it.
    """

    channel: str
    about: str
    received_on: date
    text: str
    name: str = ""
    contact: str = ""


def check_received(received: Received, *, posted: date, today: date) -> None:
    """Raise WrongObjection. posted, today: civil days."""
    text = received.text.strip()
    if not OBJECTION_LENGTH_MIN <= len(text) <= OBJECTION_LENGTH_MAX:
        raise WrongObjection(
            Text(
                "异议内容为 {low} 至 {high} 字。",
                "The objection has {low} to {high} characters.",
                {"low": OBJECTION_LENGTH_MIN, "high": f"{OBJECTION_LENGTH_MAX:,}"},
            ),
            remedy=Text(
                "请照异议人的原意写明事实和理由。",
                "Write down the facts and grounds as the complainant stated them.",
            ),
        )
    if not posted <= received.received_on <= today:
        raise WrongObjection(
            Text(
                "收到日期 {day} 应在张贴登记日 {posted} 至今天 {today} 之间。",
                "The day of receipt {day} must lie from the posting on {posted} to {today}.",
                {"day": received.received_on, "posted": posted, "today": today},
            )
        )
    if received.contact.strip() and not received.name.strip():
        raise WrongObjection(
            Text("填写了联系方式而没有姓名。", "There is a contact and no name."),
            remedy=Text(
                "署名异议请填姓名；匿名异议请清空联系方式。",
                "Give the name, or empty the contact of an anonymous objection.",
            ),
        )


def handler_level(posted_by: Level, about: str) -> Level:
    """Return the level that handles an objection.

    It is the level that posted, yet never a village, which is not to know complainants;
    against the office or its staff it is the level above, up to the city.
    """
    above = {
        Level.VILLAGE: Level.TOWNSHIP,
        Level.TOWNSHIP: Level.COUNTY,
        Level.COUNTY: Level.CITY,
    }
    if about == "staff" or posted_by is Level.VILLAGE:
        return above.get(posted_by, posted_by)
    return posted_by


def stops(window: Window, *, received_on: date, is_over: bool) -> bool:
    """Tell whether an objection stops its entry: it came within the window.

    is_over: the entry has its verdict. A later objection is heard and stops nothing.
    """
    return not is_over and window.days > 0 and received_on <= window.last
