"""What must be stated with an act besides its day and reason, and how it is read.

BadFacts   what the act asks for is missing or malformed; all findings at once
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.text import Text
from bangfu.registry.cases.states import MonitoringCategory, RemovalReason

CODES: dict[str, type[MonitoringCategory | RemovalReason]] = {
    "monitoring_category": MonitoringCategory,
    "removal_reason": RemovalReason,
}
TEXT_MAX = 400
SURVEYORS_MIN = 2
_YEAR_MIN, _YEAR_MAX = 2014, 2100


class BadFacts(BadInput):
    """What the act asks for is missing or malformed."""

    code = "case.bad_facts"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that must be stated with an act: its key, name and type.

    type: "text", "date", "year", "count", "flag" or a code list's key.
    """

    key: str
    text: Text
    type: str = "text"
    is_required: bool = True


SOURCE = Fact("source", Text("线索来源", "source"))
ON_BEHALF = Fact("on_behalf", Text("代申请", "on behalf of"), "flag", is_required=False)
SURVEYORS = Fact("surveyors", Text("调查人（两人以上）", "surveyors, two or more"))
SAMPLED = Fact("sample_visits", Text("抽查入户数", "households visited"), "count")
YEAR = Fact("planned_exit_year", Text("计划脱贫年度", "planned exit year"), "year")
GAPS = Fact("gaps", Text("尚存差距", "what is still missing"))
ACKNOWLEDGED = Fact(
    "acknowledged_on", Text("户主签字日期", "signed by the head"), "date"
)
CATEGORY = Fact("category", Text("监测类别", "category"), "monitoring_category")
RISK = Fact("risk", Text("返贫致贫风险", "risk"))
REMOVED = Fact("removed_risk", Text("风险消除情况", "how the risk vanished"))
REMOVAL_REASON = Fact("removal_reason", Text("清退原因", "why"), "removal_reason")
SPENDING = Fact(
    "spending_yuan",
    Text("当年医疗、教育支出（元）", "spent on illness and schooling this year (yuan)"),
    "count",
)
KEYS = Fact(
    "keys_on",
    Text("领取新房钥匙日期（易地搬迁户）", "got the keys of the new home (relocated)"),
    "date",
    is_required=False,
)


def read_facts(
    name: Text, asked: Sequence[Fact], given: Mapping[str, object]
) -> dict[str, object]:
    """Return what the act asks for in plain types, ready for storing.

    Raises BadFacts with every finding: missing, unknown, malformed.
    """
    known = {fact.key: fact for fact in asked}
    findings = [
        Finding(
            "case.unknown_fact",
            key,
            Text("不需要“{key}”。", "“{key}” is not asked for.", {"key": key}),
            field=key,
        )
        for key in given
        if key not in known
    ]
    facts: dict[str, object] = {}
    for fact in asked:
        try:
            value = _read(fact, given.get(fact.key))
        except ValueError:
            findings.append(_malformed(fact, given[fact.key]))
            continue
        if value is None and fact.is_required:
            findings.append(
                Finding(
                    "case.missing_fact",
                    fact.key,
                    Text(
                        "请填写“{name}”。", "“{name}” is needed.", {"name": fact.text}
                    ),
                    field=fact.key,
                )
            )
        elif value is not None:
            facts[fact.key] = value
    findings += _surveyors_findings(facts)
    if findings:
        raise BadFacts(
            Text(
                "“{act}”有 {n} 处需要改正。",
                "“{act}” has {n} entries to correct.",
                {"act": name, "n": len(findings)},
            ),
            findings=tuple(findings),
        )
    return facts


def _read(fact: Fact, value: object) -> object:
    """Return the value as JSON can hold it, None when empty; ValueError if malformed."""
    text = "" if value is None else str(value).strip()
    if text == "" or (fact.type == "flag" and text in {"False", "false", "0"}):
        return None
    if fact.type == "flag":
        return True
    if fact.type == "date":
        return date.fromisoformat(text).isoformat()
    if fact.type in {"year", "count"}:
        number = int(text)
        if number < 0 or (fact.type == "year" and not _YEAR_MIN <= number <= _YEAR_MAX):
            raise ValueError(text)
        return number
    if fact.type in CODES:
        return CODES[fact.type](text).value
    if len(text) > TEXT_MAX:
        raise ValueError(text)
    return text


def _malformed(fact: Fact, value: object) -> Finding:
    return Finding(
        "case.bad_fact",
        fact.key,
        Text(
            "“{name}”填写有误：{value}。",
            "“{name}” is malformed: {value}.",
            {"name": fact.text, "value": str(value)[:40]},
        ),
        field=fact.key,
    )


def _surveyors_findings(facts: Mapping[str, object]) -> list[Finding]:
    if "surveyors" not in facts:
        return []
    people = {
        part
        for part in str(facts["surveyors"]).replace("，", "、").split("、")
        if part.strip()
    }
    if len(people) >= SURVEYORS_MIN:
        return []
    return [
        Finding(
            "case.one_surveyor",
            "surveyors",
            Text(
                "入户调查须两人以上，请用顿号分开写出各人姓名。",
                "A survey takes two people or more; separate the names by “、”.",
            ),
            field="surveyors",
        )
    ]
