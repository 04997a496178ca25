"""The small vocabularies of a survey: evidence, guarantees, verdicts, states."""

from __future__ import annotations

from django.db import models

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import CodeList
from bangfu.policy.code_lists import EVIDENCE


class Evidence(models.TextChoices):
    """On what an amount rests, from strong to weak. EXPECTED is known to be refused."""

    BANK = "bank"
    CONTRACT = "contract"
    RECORD = "record"
    STATEMENT = "statement"
    ESTIMATE = "estimate"
    EXPECTED = "expected"

    @property
    def text(self) -> Text:
        """The kind's official name."""
        return EVIDENCE[self.value]


class GuaranteeKind(models.TextChoices):
    """Two no-worries, three guarantees, and water."""

    FOOD = "food"
    CLOTHING = "clothing"
    EDUCATION = "education"
    MEDICAL = "medical"
    HOUSING = "housing"
    WATER = "water"

    @property
    def text(self) -> Text:
        """The guarantee's official name."""
        return _GUARANTEES[self]


_GUARANTEES = {
    GuaranteeKind.FOOD: Text("不愁吃", "food without worry"),
    GuaranteeKind.CLOTHING: Text("不愁穿", "clothing without worry"),
    GuaranteeKind.EDUCATION: Text("义务教育有保障", "education guaranteed"),
    GuaranteeKind.MEDICAL: Text("基本医疗有保障", "medical care guaranteed"),
    GuaranteeKind.HOUSING: Text("住房安全有保障", "housing guaranteed"),
    GuaranteeKind.WATER: Text("饮水安全有保障", "water guaranteed"),
}


class Verdict(models.TextChoices):
    """What the check of a guarantee found."""

    MET = "met"
    UNMET = "unmet"
    UNCLEAR = "unclear"

    @property
    def text(self) -> Text:
        """The verdict in words."""
        return _VERDICTS[self]

    @property
    def as_fact(self) -> bool | None:
        """The verdict as the household's file holds it; None: not known."""
        return {Verdict.MET: True, Verdict.UNMET: False, Verdict.UNCLEAR: None}[self]


_VERDICTS = {
    Verdict.MET: Text("达标", "met"),
    Verdict.UNMET: Text("未达标", "not met"),
    Verdict.UNCLEAR: Text("待核实", "unclear"),
}


class SheetState(models.TextChoices):
    """How far a sheet is before the lock."""

    RECORDED = "recorded"
    RETURNED = "returned"
    CHECKED = "checked"

    @property
    def text(self) -> Text:
        """The state in words."""
        return _STATES[self]


_STATES = {
    SheetState.RECORDED: Text("待审核", "to be checked"),
    SheetState.RETURNED: Text("已退回", "returned"),
    SheetState.CHECKED: Text("已审核", "checked"),
}

SPENDING: dict[str, Text] = {
    "medical": Text("医疗自付支出", "illness, paid by the family"),
    "education": Text("教育支出", "schooling"),
    "living": Text("衣食住行支出", "food, clothing, housing, travel"),
    "other": Text("其他支出", "other"),
}
EVIDENCE_CODES = CodeList(
    "evidence",
    Text("收入依据", "evidence"),
    tuple((one.value, one.text) for one in Evidence),
    {
        "银行": "bank",
        "一卡通": "bank",
        "合同": "contract",
        "工资单": "contract",
        "第三方记录": "record",
        "部门记录": "record",
        "陈述": "statement",
        "农户陈述": "statement",
        "预计": "expected",
        "预计收入": "expected",
    },
)
VERDICT_CODES = CodeList(
    "verdict",
    Text("保障情况", "verdict"),
    tuple((one.value, one.text) for one in Verdict),
    {"是": "met", "有保障": "met", "否": "unmet", "无保障": "unmet"},
)
