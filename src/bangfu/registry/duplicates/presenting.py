"""Suspected duplicates in words: why they were found, and the records side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text, join
from bangfu.divisions import queries as divisions
from bangfu.registry import code_lists
from bangfu.registry.changes import Shown, shown
from bangfu.registry.duplicates import queries
from bangfu.registry.duplicates.models import DuplicateGroup, DuplicatePair
from bangfu.registry.duplicates.states import GroupState, Verdict
from bangfu.registry.models import Member
from bangfu.registry.sheets import MEMBER_SHEET
from bangfu.web import formats
from bangfu.web.cells import Badge

_STATE_KINDS = {
    GroupState.OPEN: ("warning", "hourglass-split"),
    GroupState.LATER: ("neutral", "clock"),
    GroupState.DECIDED: ("success", "check-circle"),
    GroupState.GONE: ("neutral", "dash-circle"),
}
_CERTAIN = 0.995  # no score is a certainty, so none reads 100 %
FIELD_TEXTS = {
    "surname": Text("姓", "surname"),
    "given": Text("名", "given name"),
    "birth": Text("出生日期", "birth date"),
    "sex": Text("性别", "sex"),
    "id_number": Text("证件号码", "identity number"),
    "division": Text("所在地", "place"),
}
_ORDER = tuple(FIELD_TEXTS)
_DIFFERENT = "else"
LEVEL_TEXTS = {
    "same": Text("相同", "the same"),
    "swapped": Text("姓与名颠倒", "surname and given name swapped"),
    "same sound": Text("同音", "the same sound"),
    "one character": Text("一字相同或字序不同", "one character the same, or order"),
    "close": Text("写法相近", "written alike"),
    "close, new writing": Text("写法相近，疑为笔误", "written alike, maybe a slip"),
    "alike": Text("大致相近", "roughly alike"),
    "day and month swapped": Text("月日颠倒", "day and month swapped"),
    "one digit": Text("差一位", "one digit off"),
    "two digits": Text("差两位", "two digits off"),
    "lunar or solar": Text("疑为农历与公历之差", "lunar against solar calendar"),
    "within a month": Text("相差一个月内", "within a month"),
    "part unknown": Text("一方只有年份", "one has only a part"),
    "month and day": Text("月日相同", "month and day the same"),
    "year and one part": Text("年份及月或日相同", "year and month or day the same"),
    "about a year": Text("相差约一年", "about a year apart"),
    "township": Text("同一乡镇", "the same township"),
    "county": Text("同一县", "the same county"),
    _DIFFERENT: Text("不同", "different"),
}


def state_badge(group: DuplicateGroup) -> Badge:
    """Return where a group stands as a badge."""
    state = GroupState(group.state)
    kind, icon = _STATE_KINDS[state]
    return Badge(state.text, kind, icon)


def chance_text(chance: float) -> str:
    """Say a chance; never as a certainty."""
    if chance > _CERTAIN:
        return "> 99%"
    return formats.percent(chance, 0)


@dataclass(frozen=True, slots=True)
class Why:
    """A pair of a group in words. agrees, differs: fields, in the order of reading."""

    left: Text | str
    right: Text | str
    chance: str
    agrees: list[Text]
    differs: list[Text]
    verdict: Text
    is_decided: bool


def reasons(pairs: Iterable[DuplicatePair], members: dict[int, Member]) -> list[Why]:
    """Say of each pair which comparisons agreed, and which did not."""
    found = []
    for pair in pairs:
        levels = [
            (field, pair.agreement[field])
            for field in _ORDER
            if field in pair.agreement
        ]
        found.append(
            Why(
                left=_named(members.get(pair.left_id)),
                right=_named(members.get(pair.right_id)),
                chance=chance_text(pair.chance),
                agrees=[_level(*one) for one in levels if one[1] != _DIFFERENT],
                differs=[_level(*one) for one in levels if one[1] == _DIFFERENT],
                verdict=Verdict(pair.verdict).text,
                is_decided=pair.verdict != Verdict.NONE,
            )
        )
    return found


def _level(field: str, level: str) -> Text:
    return Text(
        "{field}{level}",
        "{field}: {level}",
        {"field": FIELD_TEXTS[field], "level": LEVEL_TEXTS[level]},
    )


def _named(member: Member | None) -> Text | str:
    if member is None:
        return "—"
    named = {"name": member.name, "no": member.household.household_no}
    return Text("{name}（{no}）", "{name} ({no})", named)


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of every record. verdict: "same", "different" or "unknown"."""

    title: Text
    values: list[Shown]
    verdict: str

    @property
    def is_different(self) -> bool:
        """Whether two records say different things."""
        return self.verdict == "different"

    @property
    def verdict_text(self) -> Text:
        """Whether the records agree, in words."""
        return _LINE_TEXTS[self.verdict]


_LINE_TEXTS = {
    "same": Text("一致", "the same"),
    "different": Text("不同", "different"),
    "unknown": Text("有缺项", "one is empty"),
    "none": Text("均未填", "all empty"),
}


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the comparison."""

    member: Member
    place: str
    family: Text
    is_live: bool


def records(members: Sequence[Member], *, on: date) -> list[Record]:
    """Return the records with place and family in words."""
    codes = {DivisionCode(one.division_code) for one in members}
    places = {code: divisions.full_name(code, at=on) for code in codes}
    families: dict[int, list[str]] = {}
    for one in queries.live_members_of({one.household_id for one in members}):
        families.setdefault(one.household_id, []).append(one.name)
    return [
        Record(
            member=one,
            place=places[DivisionCode(one.division_code)],
            family=listed(families.get(one.household_id, [])),
            is_live=one.left_date is None,
        )
        for one in members
    ]


def side_by_side(found: Sequence[Record]) -> list[Line]:
    """Return every fact that any record has, record by record, marked where they differ.

    The identity number stays masked: whether two are the same is told by their index.
    """
    lines = []
    for title, show, key in _FACTS:
        values = [show(one) for one in found]
        keys = [key(one) for one in found]
        known = [one for one in keys if one not in (None, "", [])]
        if not known and title.zh not in _ALWAYS:
            continue
        lines.append(Line(title, values, _verdict(keys, known)))
    return lines


def _verdict(keys: list[object], known: list[object]) -> str:
    if not known:
        return "none"
    if any(one != known[0] for one in known):
        return "different"
    return "same" if len(known) == len(keys) else "unknown"


_Show = Callable[[Record], Shown]
_Key = Callable[[Record], object]


def _member_fact(name: str) -> tuple[Text, _Show, _Key]:
    column = MEMBER_SHEET.by_key[name]

    def value(one: Record) -> object:
        return getattr(one.member, name)

    return column.title, lambda one: shown(column, value(one)), value


def _birth_date(one: Record) -> Shown:
    day = one.member.birth_date
    return None if day is None else formats.civil_date(day)


def _number(one: Record) -> Shown:
    return f"***{one.member.identity_tail}" if one.member.identity_tail else None


def _number_key(one: Record) -> object:
    index = one.member.identity_index
    return None if index is None else bytes(index)


def _status(one: Record) -> Shown:
    return code_lists.STATUS.labels[one.member.household.status]


def _recorded(one: Record) -> Shown:
    return formats.moment(one.member.recorded_at)


_MEMBER_FACTS = (
    "relation",
    "ethnicity",
    "education",
    "school_status",
    "health",
    "labour",
    "work_area",
    "is_on_dibao",
)
_FACTS: tuple[tuple[Text, _Show, _Key], ...] = (
    _member_fact("name"),
    _member_fact("sex"),
    (Text("出生日期", "Birth date"), _birth_date, lambda one: one.member.birth_date),
    (Text("证件号码", "Identity number"), _number, _number_key),
    (Text("所在村", "Village"), lambda one: one.place, lambda one: one.place),
    (
        Text("户编号", "Household"),
        lambda one: one.member.household.household_no,
        lambda one: one.member.household_id,
    ),
    (
        Text("户主", "Head"),
        lambda one: one.member.household.head_name,
        lambda one: one.member.household.head_name,
    ),
    (Text("户状态", "Status"), _status, lambda one: one.member.household.status),
    (
        Text("同户成员", "In the household"),
        lambda one: one.family,
        lambda one: one.family.zh,
    ),
    *(_member_fact(name) for name in _MEMBER_FACTS),
    (Text("登记时间", "Recorded"), _recorded, _recorded),
)
_ALWAYS = {"出生日期", "证件号码"}


def title_of(members: Iterable[Member]) -> Text:
    """Return the page's title: the names that may be one person."""
    names = sorted({one.name for one in members})
    return Text(
        "疑似重复：{names}",
        "May be one person: {names}",
        {"names": listed(names)},
    )


def listed(words: Iterable[str]) -> Text:
    """Say names or numbers one after the other, each once."""
    each = [Text(word, word) for word in dict.fromkeys(words)]
    return join(each, zh="、", en=", ")
