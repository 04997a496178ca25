"""Hits in words: why, on which facts, how sure; side by side with the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.calc.values.disability import CATEGORIES, GRADES
from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import CodeList
from bangfu.registry.code_lists import RELATION, SCHOOL
from bangfu.registry.crosschecks.declared import BY_CODE
from bangfu.registry.crosschecks.kinds import LAYOUTS, Layout, ListKind
from bangfu.registry.crosschecks.models import Hit, HitState, VerdictKind
from bangfu.registry.models import Member
from bangfu.web import formats
from bangfu.web.cells import Badge

_YES, _NO, _NONE = Text("是", "yes"), Text("否", "no"), Text("—", "—")
_VERDICT_BADGES = {
    VerdictKind.TRUE: ("danger", "exclamation-octagon"),
    VerdictKind.FALSE: ("success", "check-circle-fill"),
    VerdictKind.UNCLEAR: ("neutral", "question-circle"),
}
_SIDES = {
    "register": Text("档案有、名单无", "in the file, not on the list"),
    "list": Text("名单有、档案无或矛盾", "on the list, not in the file or against it"),
    "both": Text("两边都有，类别或等级不同", "in both, of another kind or grade"),
}


def check_text(hit: Hit) -> Text:
    """Return the check's code and name; one that an upgrade took away by its code."""
    check = BY_CODE.get(hit.check_code)
    if check is None:
        return Text(hit.check_code, hit.check_code)
    return Text(
        "{code} {name}", "{code} {name}", {"code": check.code, "name": check.name}
    )


def why(hit: Hit) -> Text:
    """Return the sentence that explains a hit, with its figures."""
    check = BY_CODE.get(hit.check_code)
    if check is None:
        return Text(hit.check_code, hit.check_code)
    shown = {name: _shown(value) for name, value in hit.facts["figures"].items()}
    return check.why.with_(**shown)


def _shown(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, int):
        return str(value) if 1990 <= value <= 2100 else f"{value:,}"
    return f"{value:g}"


def sides(hit: Hit) -> list[Text]:
    """Return on which side a disagreement is."""
    found = hit.facts["figures"].get("side", [])
    return [_SIDES[one] for one in found if one in _SIDES]


def state_badge(hit: Hit) -> Badge:
    """Return where a hit stands: its verdict, or that it waits."""
    if hit.state == HitState.JUDGED:
        kind, icon = _VERDICT_BADGES[VerdictKind(hit.verdict)]
        return Badge(VerdictKind(hit.verdict).text, kind, icon)
    if hit.state == HitState.GONE:
        return Badge(HitState.GONE.text, "neutral", "dash-circle")
    if hit.is_reopened:
        text = Text("内容有变，重新核实", "changed, verify again")
        return Badge(text, "warning", "arrow-repeat")
    return Badge(HitState.OPEN.text, "info", "hand-index")


def verdict_badge(kind: str) -> Badge:
    """Return a verdict as a badge."""
    colour, icon = _VERDICT_BADGES[VerdictKind(kind)]
    return Badge(VerdictKind(kind).text, colour, icon)


def subject_text(hit: Hit) -> str:
    """Return the person or the head that a hit is about; "" for a place."""
    if hit.member is not None:
        return hit.member.name
    return hit.household.head_name if hit.household is not None else ""


def match_text(hit: Hit) -> Text:
    """Say how the list's rows were found to be about this person."""
    if not hit.facts["rows"] and "side" in hit.facts["figures"]:
        return Text("名单上没有该证件号码", "the number is not on the list")
    if not hit.facts["rows"]:
        return Text("档案自查", "from the register itself")
    if hit.chance is None:
        return Text("证件号码一致", "by identity number")
    return Text(
        "按姓名、出生日期等匹配，概率 {chance}",
        "by name, birth date and place; chance {chance}",
        {"chance": formats.percent(hit.chance)},
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison: what, the file's value, each row's value."""

    what: Text
    file: Text | str
    rows: list[Text | str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The file and the rows of lists side by side. heads: of the rows' columns."""

    heads: list[Text]
    lines: list[Line]


def comparison(hit: Hit) -> Comparison | None:
    """Return the file beside the rows; None for a hit without either."""
    member, rows = hit.member, hit.facts["rows"]
    if member is None:
        return None
    dates = hit.facts.get("lists", {})
    heads = [_head(row["kind"], dates) for row in rows]
    lines = [
        Line(Text("姓名", "Name"), member.name, [_name(row) for row in rows]),
        Line(
            Text("性别、出生日期", "Sex, birth date"),
            _person(member),
            [_NONE for _ in rows],
        ),
    ]
    keys: dict[str, Text] = {}
    for row in rows:
        layout = LAYOUTS[ListKind(row["kind"])]
        for key, title in _titles(layout).items():
            if key in row:
                keys.setdefault(key, title)
    for key, title in keys.items():
        lines.append(
            Line(
                title,
                _of_file(member, key, rows),
                [_value(row, key) for row in rows],
            )
        )
    if not rows:
        lines += [Line(what, value, []) for what, value in _own_facts(member)]
    return Comparison(heads, lines)


def _head(kind: str, dates: Mapping[str, str]) -> Text:
    return Text(
        "{list}（截至 {day}）",
        "{list} (as of {day})",
        {"list": ListKind(kind).text, "day": dates.get(kind, "")},
    )


def _name(row: Mapping[str, Any]) -> Text:
    if row["by_name"]:
        return Text("相同或同音", "the same, or sounds the same")
    return (
        Text("不同", "different") if row["name_differs"] else Text("相同", "the same")
    )


def _person(member: Member) -> Text:
    sex = {"1": Text("男", "male"), "2": Text("女", "female")}.get(member.sex, _NONE)
    born = _NONE if member.birth_date is None else member.birth_date.isoformat()
    return Text("{sex}，{born} 出生", "{sex}, born {born}", {"sex": sex, "born": born})


def _titles(layout: Layout) -> dict[str, Text]:
    return {"what": layout.what.title, "status": layout.status.title, **layout.facts}


def _value(row: Mapping[str, Any], key: str) -> Text | str:
    """Return one fact of a row as people read it."""
    if key not in row:
        return _NONE
    layout, value = LAYOUTS[ListKind(row["kind"])], row[key]
    if key in ("what", "status"):
        codes: CodeList = layout.what if key == "what" else layout.status
        return codes.labels.get(value, Text(str(value), str(value)))
    if key == "grade":
        return GRADES.get(str(value), _NONE)
    if key == "value_fen":
        amount = formats.amount(int(value))
        return Text("{amount} 元", "{amount} yuan", {"amount": amount})
    if key == "area_m2":
        return Text("{area} 平方米", "{area} m²", {"area": f"{value:g}"})
    if key == "since":
        return formats.short_date(date.fromisoformat(str(value)))
    return str(value)


def _of_file(member: Member, key: str, rows: list[dict[str, Any]]) -> Text | str:
    """Return what the file says about what a list's column says, where it does."""
    kinds = {row["kind"] for row in rows if key in row}
    if key == "grade":
        return GRADES.get(member.disability_grade, _NONE)
    if key != "what" or len(kinds) != 1:
        return _NONE
    said: dict[str, Text] = {
        ListKind.DISABILITY: CATEGORIES.get(member.disability_kind, _NONE),
        ListKind.SCHOOLING: SCHOOL.labels.get(member.school_status, _NONE),
        ListKind.INSURANCE: Text(
            "基本医保：{yes}",
            "basic medical: {yes}",
            {"yes": _yes(member.has_basic_medical)},
        ),
        ListKind.RELIEF: Text(
            "低保：{yes}", "Dibao: {yes}", {"yes": _yes(member.is_on_dibao)}
        ),
    }
    return said.get(kinds.pop(), _NONE)


def _own_facts(member: Member) -> list[tuple[Text, Text | str]]:
    """Return what the file says of a person, for a hit of the register alone."""
    return [
        (Text("与户主关系", "Relation"), RELATION.labels.get(member.relation, _NONE)),
        (
            Text("残疾类别、等级", "Disability"),
            Text(
                "{kind}，{grade}",
                "{kind}, {grade}",
                {
                    "kind": CATEGORIES.get(member.disability_kind, _NONE),
                    "grade": GRADES.get(member.disability_grade, _NONE),
                },
            ),
        ),
        (Text("在校生状况", "School"), SCHOOL.labels.get(member.school_status, _NONE)),
        (Text("务工月数", "Months of work"), str(member.work_months or 0)),
        (Text("基本医保", "Basic medical insurance"), _yes(member.has_basic_medical)),
        (Text("低保", "Dibao"), _yes(member.is_on_dibao)),
        (Text("共享收支", "Shares income"), _yes(member.shares_income)),
    ]


def _yes(value: object) -> Text:
    return _NONE if value is None else (_YES if value else _NO)
