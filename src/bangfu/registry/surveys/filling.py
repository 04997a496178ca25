"""A sheet as it is filled in: what is wrong in it, and what is doubtful. Pure.

BadSheet   what was filled in is missing or wrong; all findings at once
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.text import Text
from bangfu.registry.models import EVIDENCED
from bangfu.registry.surveys.kinds import SPENDING, Evidence, GuaranteeKind, Verdict

NAMES_MAX = 120
NOTE_MAX = 200
AMOUNT_MAX_FEN = 10**9
PARTS: Mapping[str, tuple[str, ...]] = {
    "property": ("property_asset",),
    "transfer": (
        "transfer_dibao",
        "transfer_five_guarantee",
        "transfer_pension",
        "transfer_family_planning",
        "transfer_ecological",
        "transfer_other",
    ),
}
COMPONENT_TEXTS = {
    "wage": Text("工资性收入", "wages"),
    "operating": Text("生产经营性收入", "production"),
    "property": Text("财产性收入", "property"),
    "transfer": Text("转移性收入", "transfers"),
    "operating_expense": Text("生产经营性支出", "operating expense"),
}
AMOUNTS = (*EVIDENCED, *PARTS["property"], *PARTS["transfer"])
DOUBTS = {
    "S1": Text(
        "陈述、估算的收入占比偏高",
        "most of the income rests on statements or estimates",
    ),
    "S2": Text(
        "医疗、教育支出大于纯收入",
        "illness and schooling cost more than the net income",
    ),
    "S3": Text(
        "已脱贫户有保障未达标或待核实",
        "an exited household lacks a guarantee, or it is unclear",
    ),
    "S4": Text("人均收入略高于标准线", "income per person is barely above the line"),
    "S5": Text("没有共享收入的成员", "no member shares the income"),
}
# Rules of the household file that speak of a year's income.
INCOME_RULES = ("V8", "V9", "V10", "V13", "V15")


PART_TEXTS = {
    "property_asset": Text("其中：资产收益分红", "of which dividends"),
    "transfer_dibao": Text("其中：低保金", "of which Dibao"),
    "transfer_five_guarantee": Text(
        "其中：特困供养金", "of which support of the destitute"
    ),
    "transfer_pension": Text("其中：养老金", "of which pensions"),
    "transfer_family_planning": Text("其中：计生补贴", "of which family planning"),
    "transfer_ecological": Text("其中：生态补偿金", "of which ecological payments"),
    "transfer_other": Text("其中：其他转移性收入", "of which other transfers"),
}
# In the order of the paper sheet: a total follows its parts.
ORDER = (
    "wage",
    "operating",
    "operating_expense",
    "property_asset",
    "property",
    *PARTS["transfer"],
    "transfer",
)


def text_of(key: str) -> Text:
    """Return the name of an amount."""
    return COMPONENT_TEXTS.get(key) or PART_TEXTS[key]


class BadSheet(BadInput):
    """The sheet is wrong; the findings say what and where."""

    code = "survey.bad_sheet"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one guarantee. by and on: blank or None are the surveyors' own."""

    verdict: Verdict
    note: str = ""
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A sheet as it was filled in.

    amounts: fen by key of AMOUNTS; a total that is left out is the sum of its parts, 0
    without any. evidence: by key of `EVIDENCED`. spent: fen by key of SPENDING.
    """

    surveyed_on: date
    surveyors: str
    amounts: Mapping[str, int | None]
    evidence: Mapping[str, str]
    spent: Mapping[str, int]
    guarantees: Mapping[str, Checked]
    note: str = ""

    @property
    def names(self) -> list[str]:
        """The surveyors, each once."""
        return names_in(self.surveyors)

    @property
    def totals(self) -> dict[str, int | None]:
        """All amounts, with the totals that their parts make."""
        filled = {key: self.amounts.get(key) for key in AMOUNTS}
        for key in EVIDENCED:
            if filled[key] is None:
                filled[key] = sum(filled[part] or 0 for part in PARTS.get(key, ()))
        return filled


def names_in(text: str) -> list[str]:
    """Return the names in a text that separates them by “、”, commas or semicolons."""
    for mark in "，,；;/":
        text = text.replace(mark, "、")
    return list(
        dict.fromkeys(name.strip() for name in text.split("、") if name.strip())
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policy pack says on the day of the survey."""

    surveyors_min: int
    accepted: frozenset[str]
    weak_max_pct: Decimal
    above_line_max_pct: Decimal


def check_filled(filled: Filled, *, year: int, today: date, terms: Terms) -> None:
    """Raise BadSheet with everything that is wrong in a sheet."""
    found = [
        *_surveyor_findings(filled, year, today, terms),
        *_amount_findings(filled),
        *_evidence_findings(filled, terms),
        *_guarantee_findings(filled, today),
    ]
    if found:
        raise BadSheet(
            Text(
                "采集表有 {n} 处需要改正。", "The sheet has {n} entries to correct."
            ).with_(n=len(found)),
            findings=tuple(found),
        )


def _finding(field: str, message: Text) -> Finding:
    return Finding("survey.wrong", field, message, field=field)


def _surveyor_findings(
    filled: Filled, year: int, today: date, terms: Terms
) -> list[Finding]:
    found = []
    if len(filled.names) < terms.surveyors_min:
        found.append(_finding("surveyors", _TOO_FEW.with_(n=terms.surveyors_min)))
    if len("、".join(filled.names)) > NAMES_MAX:
        found.append(_finding("surveyors", _TOO_LONG.with_(n=NAMES_MAX)))
    if filled.surveyed_on > today:
        found.append(_finding("surveyed_on", _FUTURE))
    if filled.surveyed_on < date(year, 1, 1):
        found.append(_finding("surveyed_on", _TOO_EARLY.with_(year=year)))
    if len(filled.note) > NOTE_MAX:
        found.append(_finding("note", _TOO_LONG.with_(n=NOTE_MAX)))
    return found


def _amount_findings(filled: Filled) -> list[Finding]:
    found = [
        _finding(key, _NEGATIVE)
        for key in AMOUNTS
        if (filled.amounts.get(key) or 0) < 0
    ]
    found += [
        _finding(f"spent_{key}", _NEGATIVE)
        for key in SPENDING
        if filled.spent.get(key, 0) < 0
    ]
    named = {f"spent_{key}": amount for key, amount in filled.spent.items()}
    found += [
        _finding(key, _TOO_MUCH)
        for key, amount in {**filled.amounts, **named}.items()
        if (amount or 0) > AMOUNT_MAX_FEN
    ]
    totals = filled.totals
    for key, parts in PARTS.items():
        of_parts = sum(totals[part] or 0 for part in parts)
        if of_parts > (totals[key] or 0):
            found.append(_finding(key, _PARTS_EXCEED))
    return found


def _evidence_findings(filled: Filled, terms: Terms) -> list[Finding]:
    found, totals = [], filled.totals
    for key in EVIDENCED:
        kind = filled.evidence.get(key, "")
        field = f"{key}_evidence"
        about = {"what": COMPONENT_TEXTS[key]}
        if kind == Evidence.EXPECTED:
            found.append(_finding(field, _EXPECTED.with_(**about)))
        elif kind and kind not in terms.accepted:
            found.append(_finding(field, _NOT_ACCEPTED.with_(**about)))
        elif totals[key] and not kind:
            found.append(_finding(field, _NO_EVIDENCE.with_(**about)))
    return found


def _guarantee_findings(filled: Filled, today: date) -> list[Finding]:
    found = []
    for kind in GuaranteeKind:
        checked = filled.guarantees.get(kind.value)
        about = {"what": kind.text}
        if checked is None:
            found.append(_finding(f"verdict_{kind}", _NO_VERDICT.with_(**about)))
        elif checked.verdict is not Verdict.MET and not checked.note.strip():
            found.append(_finding(f"note_{kind}", _NO_NOTE.with_(**about)))
        elif checked.on is not None and checked.on > today:
            found.append(_finding(f"on_{kind}", _FUTURE))
        if checked is not None and len(checked.note) > NOTE_MAX:
            found.append(_finding(f"note_{kind}", _TOO_LONG.with_(n=NOTE_MAX)))
    return found


# Doubts


@dataclass(frozen=True, slots=True)
class Known:
    """What the register knows beside the sheet. line_fen: of the year, None without."""

    status: str
    members_sharing: int
    line_fen: int | None


def doubts(filled: Filled, known: Known, terms: Terms) -> list[str]:
    """Return the codes of what is doubtful, in order; a lead, never a verdict."""
    totals = {key: filled.totals[key] or 0 for key in EVIDENCED}
    earned = {key: totals[key] for key in EVIDENCED if key != "operating_expense"}
    gross = sum(earned.values())
    net = gross - totals["operating_expense"]
    weak = sum(
        amount
        for key, amount in earned.items()
        if filled.evidence.get(key) in (Evidence.STATEMENT, Evidence.ESTIMATE)
    )
    found = []
    if gross and weak * 100 > gross * terms.weak_max_pct:
        found.append("S1")
    if filled.spent.get("medical", 0) + filled.spent.get("education", 0) > net:
        found.append("S2")
    met = all(one.verdict is Verdict.MET for one in filled.guarantees.values())
    if known.status == "1" and not met:
        found.append("S3")
    if known.line_fen is not None and known.members_sharing:
        per_person, line = net // known.members_sharing, known.line_fen
        if line <= per_person <= line * (100 + terms.above_line_max_pct) / 100:
            found.append("S4")
    if not known.members_sharing:
        found.append("S5")
    return found


_TOO_FEW = Text(
    "入户采集须 {n} 人以上，请用顿号分开写出各人姓名",
    "a survey takes {n} people or more; separate their names by “、”",
)
_TOO_LONG = Text("最多 {n} 个字", "at most {n} characters")
_FUTURE = Text("日期不能晚于今天", "the day is in the future")
_TOO_EARLY = Text("入户日期早于 {year} 年", "the day lies before {year}")
_NEGATIVE = Text("金额不能为负", "an amount is not negative")
_TOO_MUCH = Text(
    "最多 {most} 元", "at most {most} yuan", {"most": f"{AMOUNT_MAX_FEN // 100:,}"}
)
_PARTS_EXCEED = Text("各分项之和大于合计", "the parts exceed the total")
_EXPECTED = Text(
    "{what}：预期收入不能作为依据，只登记已经取得的收入",
    "{what}: expected income is no evidence; record what was received",
)
_NOT_ACCEPTED = Text(
    "{what}：本地政策不采信这类依据", "{what}: the policy does not accept this evidence"
)
_NO_EVIDENCE = Text("{what}：请选择依据", "{what}: choose the evidence")
_NO_VERDICT = Text("{what}：请选择保障情况", "{what}: choose a verdict")
_NO_NOTE = Text("{what}：未达标或待核实须说明情况", "{what}: say what is lacking")
