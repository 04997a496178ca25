"""Every parameter that a pack may hold: its type, unit and allowed values.

No number of the regulation is here; the numbers are in the pack. A key that is not
here is refused, so a misspelt key can never be read as "no rule".
"""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.policy.code_lists import (
    CAUSES,
    EVIDENCE,
    HOLIDAYS,
    Expertise,
    Rank,
    UnitLevel,
)
from bangfu.policy.schema import Column, Field, Kind, Specification
from bangfu.policy.values import Grade, Status

AREAS = {
    "pairing": Text("结对帮扶", "Pairing"),
    "visits": Text("走访与交接", "Visits and handover"),
    "lines": Text("贫困线", "Poverty lines"),
    "publicity": Text("公示与异议", "Publicity and objections"),
    "registration": Text("识别登记", "Registration"),
    "survey": Text("年度采集", "Yearly survey"),
    "exit": Text("退出与监测", "Exit and monitoring"),
    "village": Text("村级达标", "Pass rules of a village"),
    "checks": Text("数据校验", "Data checks"),
    "measures": Text("帮扶措施", "Measures"),
    "funds": Text("资金管理", "Funds"),
    "assessment": Text("考核", "Assessment"),
    "calendar": Text("工作日历", "Working calendar"),
}

# Where a parameter acts: the identifiers that a pack may name, with their meaning.
PLACES = {
    "pairing.tier": Text("认定帮扶档次", "deciding an official's tier"),
    "pairing.quota": Text("结对户数上下限", "an official's least and most households"),
    "pairing.solve": Text("结对方案计算", "computing a pairing"),
    "pairing.coverage": Text("双向全覆盖统计", "two-way coverage"),
    "pairing.visits": Text("走访提醒", "reminders of visits"),
    "pairing.handover": Text("帮扶责任人交接", "handover between helpers"),
    "registry.line": Text("收入与贫困线比对", "comparing income with the line"),
    "registry.check.V6": Text("校验 V6（就学）", "check V6 (schooling)"),
    "registry.check.V7": Text("校验 V7（劳动能力）", "check V7 (labour)"),
    "registry.check.V10": Text("校验 V10（低保与养老金）", "check V10 (allowances)"),
    "registry.check.V13": Text("校验 V13（收入变动）", "check V13 (income change)"),
    "registry.check.V15": Text("校验 V15（雷同数据）", "check V15 (copied data)"),
    "registry.crosschecks": Text("数据比对", "cross-checks"),
    "registry.case": Text("识别登记办理时限", "deadlines of registration"),
    "registry.meeting": Text("村民代表会议评议", "the village meeting"),
    "registry.scale": Text("建档立卡规模控制", "scale control of the roll"),
    "registry.calendar": Text("动态管理日历", "the calendar of the year"),
    "registry.survey": Text("年度采集", "the yearly survey"),
    "registry.village": Text("村级达标", "pass rules of a village"),
    "registry.monitoring": Text("防返贫监测", "monitoring after exit"),
    "publicity.clock": Text("公示期计时", "the clock of a public notice"),
    "publicity.objection": Text("异议处理期限", "the deadline for objections"),
    "exit.check": Text("退出核查", "checks before exit"),
    "measures.loan": Text("扶贫小额信贷", "micro-loans"),
    "measures.relocation": Text("易地搬迁", "relocation"),
    "measures.training": Text("雨露计划", "Rain and Dew aid"),
    "measures.industry": Text("产业奖补", "awards for production"),
    "measures.shares": Text("资产收益分红", "dividends of asset shares"),
    "funds.reimbursement": Text("报账拨付", "reimbursement"),
    "funds.balance": Text("结转结余", "carry-over of unspent money"),
    "funds.transit": Text("资金在途天数", "days in transit"),
    "funds.progress": Text("支出进度", "progress of expenditure"),
    "funds.budget": Text("贫困村资金安排", "allocation to poor villages"),
    "supervision.assessment": Text("考核评分", "scoring of the assessment"),
    "calendar.working_days": Text("工作日计算", "counting working days"),
}

_MONTH_DAY = r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIER = r"[A-Z][A-Z0-9_]{0,11}"


def _integer(
    key: str,
    area: str,
    unit: str,
    *,
    low: int = 0,
    high: int | None = None,
    money: bool = False,
) -> Specification:
    return Specification(key, area, unit, Field(Kind.INTEGER, low, high), money)


def _percent(key: str, area: str, *, money: bool = False) -> Specification:
    return Specification(key, area, "percent", Field(Kind.DECIMAL, 0, 100), money)


def _fraction(key: str, area: str) -> Specification:
    """A share as a fraction, e.g. "2/3", which no number of decimals can say."""
    field = Field(Kind.TEXT, pattern=r"[1-9]/[1-9]")
    return Specification(key, area, "share", field)


def _choice(key: str, area: str, choices: dict[str, Text]) -> Specification:
    return Specification(key, area, "code", Field(Kind.CHOICE, choices=choices))


def _table(
    key: str,
    area: str,
    unit: str,
    *columns: Column,
    money: bool = False,
    yearly: bool = False,
) -> Specification:
    return Specification(key, area, unit, Field(Kind.TABLE), money, yearly, columns)


def _yearly(key: str, area: str, unit: str) -> Specification:
    return Specification(key, area, unit, Field(Kind.INTEGER, 1), yearly=True)


def _column(
    name: str, zh: str, en: str, field: Field, *, required: bool = True
) -> Column:
    return Column(name, Text(zh, en), field, required)


def _percent_column() -> Column:
    return _column(
        "share_percent",
        "比例（%）",
        "share (%)",
        Field(Kind.DECIMAL, minimum=0, maximum=100),
    )


_TIER_COLUMNS = (
    _column("tier", "档次", "tier", Field(Kind.TEXT, pattern=_TIER)),
    _column("who", "对象", "who", Field(Kind.BILINGUAL)),
    _column(
        "unit_levels",
        "单位层级",
        "unit levels",
        Field(Kind.CHOICES, choices={level.value: level.text for level in UnitLevel}),
        required=False,
    ),
    _column(
        "ranks",
        "职级",
        "ranks",
        Field(Kind.CHOICES, choices={rank.value: rank.text for rank in Rank}),
        required=False,
    ),
    _column("top_leader", "一把手", "top leader", Field(Kind.BOOLEAN), required=False),
    _column(
        "party_member", "党员", "Party member", Field(Kind.BOOLEAN), required=False
    ),
    _column("source", "出处", "source", Field(Kind.BILINGUAL)),
    _column(
        "grade",
        "依据等级",
        "grade",
        Field(Kind.CHOICE, choices={grade.value: grade.text for grade in Grade}),
    ),
    _column(
        "status",
        "核实情况",
        "status",
        Field(Kind.CHOICE, choices={status.value: status.text for status in Status}),
    ),
)

_PAIRING = (
    _table("pairing.tiers", "pairing", "rules", *_TIER_COLUMNS),
    _table(
        "pairing.quota",
        "pairing",
        "households",
        _column("tier", "档次", "tier", Field(Kind.TEXT, pattern=_TIER)),
        _column(
            "households",
            "户数",
            "households",
            Field(Kind.INTEGER, minimum=0, maximum=99),
        ),
    ),
    _choice(
        "pairing.exact_or_at_least",
        "pairing",
        {
            "exact": Text("恰好为规定户数", "exactly the number"),
            "at_least": Text("不少于规定户数", "at least the number"),
        },
    ),
    _integer("pairing.at_least.max", "pairing", "households", high=99),
    _integer("pairing.three_sends.min", "pairing", "households", high=99),
    _integer("pairing.three_sends.max", "pairing", "households", high=99),
    _choice(
        "pairing.three_sends_mode",
        "pairing",
        {
            "replace": Text("取较大者", "the larger replaces the other"),
            "add": Text("两项相加", "both are added"),
        },
    ),
    _integer("pairing.outside.min", "pairing", "households", high=99),
    _integer("pairing.outside.max", "pairing", "households", high=99),
    Specification("pairing.in_post_only", "pairing", "yes/no", Field(Kind.BOOLEAN)),
    _integer("pairing.km_price", "pairing", "points/km", high=1_000_000),
    _integer("pairing.keep_price", "pairing", "points/pair", high=1_000_000),
    _table(
        "pairing.mismatch",
        "pairing",
        "points/pair",
        _column(
            "need", "主要致贫原因", "main cause", Field(Kind.CHOICE, choices=CAUSES)
        ),
        *(
            Column(field.value, field.text, Field(Kind.INTEGER, 0, 1_000_000))
            for field in Expertise
        ),
    ),
)

_VISITS = (
    _table(
        "visit.min",
        "visits",
        "visits/period",
        _column("tier", "档次", "tier", Field(Kind.TEXT, pattern=_TIER + r"|\*")),
        _column("visits", "次数", "visits", Field(Kind.INTEGER, minimum=1, maximum=99)),
        _column(
            "months", "每几个月", "months", Field(Kind.INTEGER, minimum=1, maximum=12)
        ),
    ),
    _integer("visit.warning", "visits", "months", low=1, high=60),
    _integer("visit.alarm", "visits", "months", low=1, high=60),
    _integer("handover.max_gap", "visits", "days", high=366),
)

_LINES = (
    _integer("line.constant_2010", "lines", "yuan/person/year", low=1),
    _yearly("line.nbs", "lines", "yuan/person/year"),
    _yearly("line.admin", "lines", "yuan/person/year"),
)

_PUBLICITY = (
    _integer("publicity.entry.days", "publicity", "days", low=1, high=366),
    _integer("publicity.entry_second.days", "publicity", "days", low=1, high=366),
    _integer("publicity.exit.days", "publicity", "days", low=1, high=366),
    _integer("publicity.fund.days", "publicity", "days", low=1, high=366),
    _integer("publicity.monitor.days", "publicity", "days", low=1, high=366),
    _integer("publicity.removal.days", "publicity", "days", low=1, high=366),
    _integer("publicity.payment.days", "publicity", "working days", low=1, high=366),
    _integer("publicity.other.days", "publicity", "days", low=1, high=366),
    _integer("objection.deadline", "publicity", "working days", low=1, high=366),
)

_TASKS = {
    "survey": Text("情况摸排", "condition survey"),
    "change": Text("识别与信息变更", "identification and changes"),
    "exit": Text("退出认定", "exit"),
}

_REGISTRATION = (
    _integer("case.survey.days", "registration", "working days", low=1, high=366),
    _integer("case.verify.days", "registration", "working days", low=1, high=366),
    _integer("case.file.days", "registration", "days", low=1, high=366),
    _fraction("meeting.quorum", "registration"),
    _fraction("meeting.majority", "registration"),
    Specification(
        "scale.control",
        "registration",
        "households",
        Field(Kind.TEXT, pattern=r"none|0|[1-9][0-9]{0,4}"),
    ),
    _table(
        "calendar.tasks",
        "registration",
        "tasks",
        _column("task", "工作", "task", Field(Kind.CHOICE, choices=_TASKS)),
        _column("month", "月份", "month", Field(Kind.INTEGER, minimum=1, maximum=12)),
    ),
)

_SURVEY = (
    Specification(
        "survey.due", "survey", "month-day", Field(Kind.TEXT, pattern=_MONTH_DAY)
    ),
    _integer("survey.surveyors.min", "survey", "people", low=2, high=9),
    _table(
        "survey.evidence",
        "survey",
        "codes",
        _column("evidence", "依据", "evidence", Field(Kind.CHOICE, choices=EVIDENCE)),
        _column("is_accepted", "采信", "accepted", Field(Kind.BOOLEAN)),
    ),
    _percent("survey.weak_evidence.max", "survey"),
    _percent("survey.above_line.max", "survey"),
)

_VILLAGE = (
    _integer("village.unpaved_km.max", "village", "km"),
    _integer("village.unsafe_water.max", "village", "households"),
    _integer("village.without_power.max", "village", "households"),
    _integer("village.without_production_power.max", "village", "hamlets"),
    _integer("village.clinics.min", "village", "clinics"),
    _integer("village.doctors.min", "village", "people"),
    _percent("village.online.min", "village"),
    _percent("village.tv.min", "village"),
)

_EXIT = (
    _integer("exit.stable_years", "exit", "years", low=1, high=10),
    _percent("exit.incidence.max", "exit"),
    _percent("exit.incidence.west_max", "exit"),
    _integer("monitor.total.days", "exit", "days", low=1, high=366),
    _integer("monitor.no_measure_alarm", "exit", "months", low=1, high=60),
)

_CHECKS = (
    _integer("school.compulsory_age.min", "checks", "years", high=120),
    _integer("school.compulsory_age.max", "checks", "years", high=120),
    Specification(
        "school.age_reference",
        "checks",
        "month-day",
        Field(Kind.TEXT, pattern=_MONTH_DAY),
    ),
    _integer("labour.old_age", "checks", "years", high=120),
    _integer("pension.age", "checks", "years", high=120),
    _percent("check.income_change.max", "checks"),
    _integer("check.line_margin", "checks", "yuan/person/year"),
    _integer("check.copies.households", "checks", "households", low=2),
    _integer("check.vehicle.value_min", "checks", "yuan/household"),
    _integer("check.business.capital_min", "checks", "yuan/household"),
    _integer("check.absent.months_min", "checks", "months", low=1, high=12),
    _integer("check.split.months", "checks", "months", low=1, high=120),
    _percent("check.exit.line_margin", "checks"),
    _percent("check.exit.rise_min", "checks"),
    _integer("check.exit.rise_peers", "checks", "times", low=1),
    _integer("check.kin.households_min", "checks", "households", low=1),
    _percent("check.kin.chance_max", "checks"),
    _percent("check.bunching.chance_max", "checks"),
    _percent("check.match.chance_min", "checks"),
)

_MEASURES = (
    _integer("loan.cap", "measures", "yuan/household", money=True),
    _integer("loan.term", "measures", "months", low=1, money=True),
    _integer("loan.age.min", "measures", "years", high=120),
    _integer("loan.age.max", "measures", "years", high=120),
    _integer("reloc.area_pc", "measures", "m2/person", low=1),
    _integer("raindew.amount", "measures", "yuan/person/year", money=True),
    _integer("raindew.semester", "measures", "yuan/person/semester", money=True),
    _integer("award.cap", "measures", "yuan/household/year", money=True),
    _percent("share.min_return", "measures", money=True),
)

_FUNDS = (
    _integer("village_annual_allocation", "funds", "yuan/village/year", money=True),
    _integer("village.fund_alarm", "funds", "yuan/village/year"),
    _table(
        "reimb.stages",
        "funds",
        "percent",
        _column("stage", "阶段", "stage", Field(Kind.BILINGUAL)),
        _percent_column(),
        money=True,
    ),
    _percent("quality_deposit.min", "funds", money=True),
    _percent("quality_deposit.max", "funds", money=True),
    _integer("quality_deposit.months", "funds", "months", money=True),
    _integer("transit.days", "funds", "days", low=1),
    _percent("carry.full", "funds"),
    _percent("carry.zero", "funds"),
    _integer("carry.recover_years", "funds", "years", money=True),
    _table(
        "progress.quarters",
        "funds",
        "percent",
        _column(
            "quarter", "季度", "quarter", Field(Kind.INTEGER, minimum=1, maximum=4)
        ),
        _percent_column(),
    ),
)

_ASSESSMENT = (
    _percent("rate.wrong_exit.max", "assessment"),
    _percent("rate.missed.max", "assessment"),
    _percent("satisfaction.min", "assessment"),
    _table(
        "grade.cuts",
        "assessment",
        "points",
        _column("grade", "等次", "grade", Field(Kind.TEXT, pattern=r"[A-D]")),
        _column(
            "points",
            "最低分",
            "least points",
            Field(Kind.INTEGER, minimum=0, maximum=100),
        ),
    ),
)

_HOLIDAY = _column("holiday", "节日", "holiday", Field(Kind.CHOICE, choices=HOLIDAYS))

_CALENDAR = (
    _table(
        "calendar.holidays",
        "calendar",
        "dates",
        _HOLIDAY,
        _column("first", "首日", "first day", Field(Kind.DATE)),
        _column("last", "末日", "last day", Field(Kind.DATE)),
        yearly=True,
    ),
    _table(
        "calendar.working_weekends",
        "calendar",
        "dates",
        _HOLIDAY,
        _column("date", "日期", "date", Field(Kind.DATE)),
        yearly=True,
    ),
)

SPECIFICATIONS = {
    specification.key: specification
    for specification in (
        *_PAIRING,
        *_VISITS,
        *_LINES,
        *_PUBLICITY,
        *_REGISTRATION,
        *_SURVEY,
        *_EXIT,
        *_VILLAGE,
        *_CHECKS,
        *_MEASURES,
        *_FUNDS,
        *_ASSESSMENT,
        *_CALENDAR,
    )
}
