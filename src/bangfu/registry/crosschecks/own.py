"""Checks of the register alone: the rest of the exclusions, records, ex-ante flags."""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.registry.crosschecks import flags
from bangfu.registry.crosschecks.declaration import Check, Group, Subject, Threshold

_RED_LINES = Text(
    "地方识别工作“红线”清单", "local lists of exclusion conditions for registration"
)
_RECORDS = Text(
    "省级扶贫系统数据比对的档案异常", "record anomalies of a provincial system"
)
_AUDITS = Text("审计查出的问题", "findings of audits")
_NONE = (
    "CAST(0 AS BIGINT) AS row_id, FALSE AS name_differs, CAST(NULL AS DOUBLE) AS chance"
)


def _members(where: str) -> str:
    return (
        f"SELECT household, member, division_code, {_NONE}\nFROM member\nWHERE {where}"
    )


EXCLUSIONS = (
    Check(
        "X6",
        Text("长期外出无法核实", "Long absent, cannot be verified"),
        Group.EXCLUSION,
        Subject.HOUSEHOLD,
        _RED_LINES,
        Text(
            "全户 {adults} 名成年人全年外出务工都在 {absent_months} 个月以上，家中情况无法核实。",
            "All {adults} adults of the household work away {absent_months} months a year "
            "or more; its situation cannot be verified at home.",
        ),
        Text(
            "电话联系本人并向邻居、务工地核实；返乡时补入户调查。",
            "Call them, ask neighbours and employers; survey the house when they return.",
        ),
        thresholds=(Threshold("absent_months", "check.absent.months_min"),),
        sql=f"""SELECT household, CAST(0 AS BIGINT) AS member,
    division_code, {_NONE}, count(*) AS adults
FROM member
WHERE age >= 16
GROUP BY household, division_code
HAVING min(coalesce(work_months, 0)) >= $absent_months""",  # noqa: S608 - constants
    ),
    Check(
        "X8",
        Text("空挂户", "Empty-hook registration"),
        Group.EXCLUSION,
        Subject.HOUSEHOLD,
        _RED_LINES,
        Text(
            "档案中没有在户且共享收支的成员，疑似空挂户。",
            "Nobody of the file belongs to the household and shares its income: it looks "
            "like a registration without a family.",
        ),
        Text(
            "核对户口登记和实际居住；分户、并户另见 F11。",
            "Look at the household register and who lives there; splits and merges are F11.",
        ),
        sql=f"""SELECT h.household, CAST(0 AS BIGINT) AS member, h.division_code,
    {_NONE}
FROM household AS h
LEFT JOIN member AS m ON m.household = h.household AND m.shares_income
WHERE m.member IS NULL""",  # noqa: S608 - constants
    ),
    Check(
        "X10",
        Text("异议成立或逾期未答复", "Objection upheld or unanswered"),
        Group.EXCLUSION,
        Subject.HOUSEHOLD,
        _RED_LINES,
        Text(
            "该户的公示有 {upheld} 件异议成立、{late} 件异议逾期未答复，不能合理解释。",
            "{upheld} objections to this household's posting were upheld and {late} are "
            "unanswered after their time: the complaint has no reasonable answer.",
        ),
        Text(
            "查看异议办理结果，督促答复，必要时重新评议。",
            "Read what became of the objections, have them answered, review again if need be.",
        ),
        sql=f"""SELECT household, CAST(0 AS BIGINT) AS member,
    division_code, {_NONE}, upheld, late
FROM objection
WHERE upheld + late > 0""",  # noqa: S608 - constants
    ),
)
RECORDS = (
    Check(
        "R1",
        Text("户主证件号码缺失", "Head without a valid number"),
        Group.RECORD,
        Subject.MEMBER,
        _RECORDS,
        Text(
            "户主没有有效的身份证号码，无法比对。",
            "The head of the household has no valid identity number and cannot be compared.",
        ),
        Text(
            "查验户口簿，补录号码。",
            "Look at the household register, enter the number.",
        ),
        sql=_members("person IS NULL AND relation = '01'"),
    ),
    Check(
        "R2",
        Text("成员证件号码缺失", "Member without a valid number"),
        Group.RECORD,
        Subject.MEMBER,
        _RECORDS,
        Text(
            "家庭成员没有有效的身份证号码，无法比对。",
            "A member has no valid identity number and cannot be compared.",
        ),
        Text(
            "查验户口簿，补录号码。",
            "Look at the household register, enter the number.",
        ),
        sql=_members("person IS NULL AND coalesce(relation, '') <> '01'"),
    ),
    Check(
        "R3",
        Text("残疾类别等级缺失或矛盾", "Disability incomplete or contradictory"),
        Group.RECORD,
        Subject.MEMBER,
        _RECORDS,
        Text(
            "登记为残疾但没有类别或等级，或有类别等级却未登记残疾。",
            "Recorded as disabled without kind or grade, or with them and not as disabled.",
        ),
        Text(
            "核对残疾人证，更正档案。", "Look at the certificate and correct the file."
        ),
        sql=_members(
            "(is_disabled AND (disability_kind IS NULL OR disability_grade IS NULL))\n"
            "    OR (NOT coalesce(is_disabled, FALSE) AND disability_kind IS NOT NULL)"
        ),
    ),
    Check(
        "R4",
        Text("同一人在两户", "The same person in two households"),
        Group.RECORD,
        Subject.MEMBER,
        _RECORDS,
        Text(
            "同一证件号码同时登记在 {households} 户中。",
            "The same identity number is recorded in {households} households.",
        ),
        Text(
            "核实该人实际在哪一户生活，另一户办理成员减少。",
            "Find out where the person lives; the other household records the leaving.",
        ),
        sql=f"""SELECT m.household, m.member, m.division_code, {_NONE}, t.households
FROM member AS m
JOIN twice AS t ON t.person = m.person""",  # noqa: S608 - constants
    ),
)
EX_ANTE = (
    Check(
        "F10",
        Text("干部亲属户比例偏高", "More kin of cadres than elsewhere"),
        Group.EX_ANTE,
        Subject.VILLAGE,
        Text("审计发现：优亲厚友", "audits: favours to kin"),
        Text(
            "本村在册 {roll} 户中有 {kin} 户是干部申报的亲属（{share_pct}%），全县其他村平均 {mean_pct}%；"
            "偶然出现的概率为 {p_pct}%。",
            "Of {roll} households on the village's roll {kin} are declared kin of officials "
            "({share_pct} %), against {mean_pct} % in the county's other villages; the chance "
            "of so many is {p_pct} %.",
        ),
        Text(
            "逐户核对识别过程中是否回避、评议票数和公示。",
            "Household by household: who stood aside, how the meeting voted, the posting.",
        ),
        thresholds=(
            Threshold("kin_min", "check.kin.households_min"),
            Threshold("chance_max_pct", "check.kin.chance_max"),
        ),
        function=flags.kin_above_mean,
    ),
    Check(
        "F11",
        Text("识别前分户或并户", "Split or merged before registering"),
        Group.EX_ANTE,
        Subject.HOUSEHOLD,
        Text(
            "审计发现：拆户、并户套取", "audits: households split or merged to qualify"
        ),
        Text(
            "识别登记前 {split_months} 个月内有分户或并户（最近一次在 {days} 天前）。",
            "The household was split or merged within {split_months} months before it was "
            "registered, last {days} days before.",
        ),
        Text(
            "核对分户原因、实际居住和收支是否分开。",
            "Why was it split, and do they really live and earn apart?",
        ),
        thresholds=(Threshold("split_months", "check.split.months"),),
        function=flags.changed_before,
    ),
    Check(
        "F18",
        Text("退出收入紧贴标准", "Exit income just above the line"),
        Group.EX_ANTE,
        Subject.HOUSEHOLD,
        _AUDITS,
        Text(
            "{year} 年退出时人均纯收入 {income} 元，只比标准 {line} 元高 {over_pct}%"
            "（核查幅度 {margin_pct}%）。",
            "In {year}, the year of exit, income per person was {income} yuan, {over_pct} % "
            "above the line of {line} yuan (looked at up to {margin_pct} %).",
        ),
        Text(
            "复核收入凭证，预期收入不能计入；评估是否稳定。",
            "Check the evidence of each income; expected income does not count. Is it stable?",
        ),
        thresholds=(Threshold("margin_pct", "check.exit.line_margin"),),
        function=flags.near_line,
    ),
    Check(
        "F19",
        Text("退出当年收入突增", "Income spike in the year of exit"),
        Group.EX_ANTE,
        Subject.HOUSEHOLD,
        _AUDITS,
        Text(
            "退出当年（{year}）人均纯收入比上年增长 {rise_pct}%（上年 {before} 元，当年 {income} 元），"
            "同县退出户中位增幅 {peers_pct}%。",
            "In {year}, the year of exit, income per person rose by {rise_pct} % (from "
            "{before} to {income} yuan); the county's median of exits is {peers_pct} %.",
        ),
        Text(
            "复核增收来源和凭证，看次年是否回落。",
            "Check where the rise came from, and whether it lasted the next year.",
        ),
        thresholds=(
            Threshold("rise_min_pct", "check.exit.rise_min"),
            Threshold("peers_times", "check.exit.rise_peers"),
        ),
        function=flags.spikes,
    ),
    Check(
        "F21",
        Text("收入在标准线上聚集", "Incomes bunch at the line"),
        Group.EX_ANTE,
        Subject.COUNTY,
        Text(
            "McCrary（2008）密度断点检验，按县进行",
            "density test of McCrary (2008), per county",
        ),
        Text(
            "{year} 年 {n} 户的人均纯收入在标准 {line} 元处密度跳升（对数差 {theta}，标准误 {se}，"
            "p = {p}，带宽 {bandwidth} 元，线下 {below} 户、线上 {above} 户）。",
            "In {year}, the density of income per person of {n} households jumps up at the "
            "line of {line} yuan (log difference {theta}, standard error {se}, p = {p}, "
            "bandwidth {bandwidth} yuan, {below} households below and {above} above).",
        ),
        Text(
            "抽查线上附近农户的收入核算表，看是谁、何时录入；四舍五入也会造成聚集。",
            "Draw households just above the line and look at their worksheets, who entered "
            "them and when; rounding bunches incomes too.",
        ),
        thresholds=(Threshold("chance_max_pct", "check.bunching.chance_max"),),
        function=flags.bunching,
    ),
)
