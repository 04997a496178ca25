"""Checks that compare the register with outside lists."""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.registry.crosschecks.declaration import Check, Group, Subject, Threshold
from bangfu.registry.crosschecks.kinds import ListKind

_RED_LINES = Text(
    "地方识别工作“红线”清单", "local lists of exclusion conditions for registration"
)
_ANOMALIES = Text(
    "省级扶贫系统数据比对的异常分类", "anomalies of a provincial system's cross-checks"
)
MATCHED = "household, member, division_code, row_id, name_differs, chance"


def _matched(where: str) -> str:
    return f"SELECT {MATCHED}\nFROM told\nWHERE {where}"


def _unmatched(held: str, where: str, side: str) -> str:
    """Return the SQL of members of whom the register says what no list says."""
    return f"""SELECT m.household, m.member, m.division_code,
    CAST(0 AS BIGINT) AS row_id, FALSE AS name_differs, CAST(NULL AS DOUBLE) AS chance,
    '{side}' AS side
FROM member AS m
LEFT JOIN matched AS held ON held.member = m.member AND {held}
WHERE held.member IS NULL AND m.person IS NOT NULL AND {where}"""  # noqa: S608 - constants


def _sided(where: str, side: str) -> str:
    return f"SELECT {MATCHED}, '{side}' AS side\nFROM matched\nWHERE {where}"


EXCLUSIONS = (
    Check(
        "X1",
        Text("城镇购房建房", "House or shop in town"),
        Group.EXCLUSION,
        Subject.MEMBER,
        _RED_LINES,
        Text(
            "名下有商品住房、商铺或城镇自建房，不属于搬迁安置或灾后重建。",
            "A commercial flat, a shop or a house in town is held in this person's name; "
            "it is neither relocation nor disaster housing.",
        ),
        Text(
            "核对产权证、购房时间和资金来源，是否继承、代持或已出售。",
            "Look at the deed, when and with what it was bought; inherited, held for "
            "another, or sold?",
        ),
        needs=(ListKind.REAL_ESTATE,),
        sql=_matched(
            "kind = 'real_estate' AND status = 'held'\n"
            "    AND what IN ('flat', 'shop', 'town_house')"
        ),
    ),
    Check(
        "X2",
        Text("购有车辆机械", "Car or machinery"),
        Group.EXCLUSION,
        Subject.MEMBER,
        _RED_LINES,
        Text(
            "名下有在用的轿车、小型客车、工程机械或大型农机，登记价值不低于 {value_min} 元或未登记价值。",
            "A car, minibus, construction or large farm machine in use is registered in "
            "this person's name, worth {value_min} yuan or more, or of unknown worth.",
        ),
        Text(
            "核对车辆是否本人实际使用、是否早已报废或代他人登记；残疾人专用车不算。",
            "Is it really used by the family, scrapped long ago, or registered for another? "
            "A vehicle for the disabled does not count.",
        ),
        needs=(ListKind.VEHICLES,),
        thresholds=(Threshold("value_min", "check.vehicle.value_min", 100),),
        sql=_matched(
            "kind = 'vehicles' AND status = 'in_use'\n"
            "    AND what IN ('car', 'minibus', 'machinery', 'farm_machinery')\n"
            "    AND (value_fen IS NULL OR value_fen >= $value_min)"
        ),
    ),
    Check(
        "X3",
        Text("财政供养或稳定就业", "Public payroll or steady job"),
        Group.EXCLUSION,
        Subject.MEMBER,
        _RED_LINES,
        Text(
            "在财政供养、长期合同制或大型企业正式职工名单中，且在岗。",
            "This person is in post on the public payroll, under a long contract, or in a "
            "regular job of a large enterprise.",
        ),
        Text(
            "核对工资发放记录；公益性岗位、临时务工不算。",
            "Look at the payments; public welfare posts and casual work do not count.",
        ),
        needs=(ListKind.PAYROLL,),
        sql=_matched(
            "kind = 'payroll' AND status = 'in_post'\n"
            "    AND what IN ('staff', 'contract', 'enterprise')"
        ),
    ),
    Check(
        "X4",
        Text("村“两委”干部", "Member of a village committee"),
        Group.EXCLUSION,
        Subject.MEMBER,
        _RED_LINES,
        Text(
            "在村“两委”干部名单中，且在岗。",
            "This person is in post as a member of a village committee.",
        ),
        Text(
            "核对任职文件和识别时是否回避、是否公示。",
            "Look at the appointment; did he or she stand aside, was the entry posted?",
        ),
        needs=(ListKind.PAYROLL,),
        sql=_matched(
            "kind = 'payroll' AND status = 'in_post' AND what = 'village_cadre'"
        ),
    ),
    Check(
        "X5",
        Text("经营实体", "Business really operating"),
        Group.EXCLUSION,
        Subject.MEMBER,
        _RED_LINES,
        Text(
            "是存续市场主体的法定代表人或股东，或注册资本不低于 {capital_min} 元的个体工商户经营者。",
            "This person is legal representative or shareholder of an operating business, "
            "or runs one of his or her own with {capital_min} yuan or more of capital.",
        ),
        Text(
            "核对是否实际经营、是否挂名；农民合作社成员不算。",
            "Does it really operate, or is the person a figurehead? Membership in a "
            "farmers' cooperative does not count.",
        ),
        needs=(ListKind.BUSINESS,),
        thresholds=(Threshold("capital_min", "check.business.capital_min", 100),),
        sql=_matched(
            "kind = 'business' AND status = 'operating'\n"
            "    AND (what IN ('legal_representative', 'shareholder')\n"
            "         OR (what = 'owner'\n"
            "             AND (value_fen IS NULL OR value_fen >= $capital_min)))"
        ),
    ),
    Check(
        "X7",
        Text("自费留学或商业养老保险", "Study abroad or commercial pension"),
        Group.EXCLUSION,
        Subject.MEMBER,
        _RED_LINES,
        Text(
            "有自费出国留学的学籍，或有有效的商业养老保险。",
            "This person studies abroad at own expense, or holds a commercial pension "
            "insurance in force.",
        ),
        Text(
            "核对费用由谁支付；政府代缴的保险不算。",
            "Who pays? Insurance paid by the government does not count.",
        ),
        needs=(ListKind.SCHOOLING, ListKind.INSURANCE),
        sql=_matched(
            "(kind = 'schooling' AND what = 'abroad' AND status = 'enrolled')\n"
            "    OR (kind = 'insurance' AND what = 'commercial_pension' AND status = 'active')"
        ),
    ),
    Check(
        "X9",
        Text("死亡、失踪、服刑仍在户", "Dead, missing or imprisoned and still listed"),
        Group.EXCLUSION,
        Subject.MEMBER,
        Text(
            "地方识别工作“红线”清单；审计发现的死亡人员领取补助（F1）",
            "local exclusion lists; audits: benefits of the dead (F1)",
        ),
        Text(
            "在死亡、宣告失踪或服刑人员名单中，但档案中仍是家庭成员；或登记为不共享收支。",
            "This person is on the list of the dead, missing or imprisoned and still a "
            "member in the file, or is recorded as not sharing income and expenses.",
        ),
        Text(
            "核对死亡证明或判决，及时办理成员减少并停发补助。",
            "Look at the certificate or judgment; record that the member left, and stop "
            "payments.",
        ),
        needs=(ListKind.DEATHS,),
        sql=_matched("kind = 'deaths' AND status = 'active'")
        + """
UNION ALL
SELECT household, member, division_code, CAST(0 AS BIGINT) AS row_id,
    FALSE AS name_differs, CAST(NULL AS DOUBLE) AS chance
FROM member
WHERE NOT coalesce(shares_income, TRUE)""",
    ),
)

ANOMALIES = (
    Check(
        "I1",
        Text("姓名与证件号码不符", "Name does not fit the number"),
        Group.IDENTIFICATION,
        Subject.MEMBER,
        _ANOMALIES,
        Text(
            "外部名单中同一证件号码登记的是另一个姓名。",
            "An outside list has another name under the same identity number.",
        ),
        Text(
            "核对户口簿和身份证：是档案号码错、姓名错，还是改名。",
            "Look at the household register: wrong number, wrong name, or a new name?",
        ),
        needs=tuple(ListKind),
        sql=_matched("name_differs"),
    ),
    Check(
        "I2",
        Text("低保、特困供养不一致", "Dibao and destitute support disagree"),
        Group.IDENTIFICATION,
        Subject.MEMBER,
        _ANOMALIES,
        Text(
            "档案登记的低保情况与民政部门名单不一致。",
            "The file and the civil affairs list disagree about Dibao.",
        ),
        Text(
            "以民政部门发放记录为准，更正档案。",
            "The payments of civil affairs decide; correct the file.",
        ),
        needs=(ListKind.RELIEF,),
        sql=_unmatched(
            "held.kind = 'relief' AND held.status = 'active'",
            "m.is_on_dibao AND substr(m.division_code, 1, 6) IN ($relief_in)",
            "register",
        )
        + "\nUNION ALL\n"
        + _sided(
            "kind = 'relief' AND what = 'dibao' AND status = 'active'\n"
            "    AND NOT coalesce(is_on_dibao, FALSE)",
            "list",
        ),
    ),
    Check(
        "I3",
        Text("残疾信息不一致", "Disability disagrees"),
        Group.IDENTIFICATION,
        Subject.MEMBER,
        _ANOMALIES,
        Text(
            "档案登记的残疾情况与残联持证名单不一致（有无、类别或等级）。",
            "The file and the list of certificates disagree about a disability, its kind "
            "or its grade.",
        ),
        Text(
            "核对残疾人证；未办证的协助评残办证。",
            "Look at the certificate; help those without one to be assessed.",
        ),
        needs=(ListKind.DISABILITY,),
        sql=_unmatched(
            "held.kind = 'disability' AND held.status = 'active'",
            "m.is_disabled AND substr(m.division_code, 1, 6) IN ($disability_in)",
            "register",
        )
        + "\nUNION ALL\n"
        + _sided(
            "kind = 'disability' AND status = 'active' AND NOT coalesce(is_disabled, FALSE)",
            "list",
        )
        + "\nUNION ALL\n"
        + _sided(
            "kind = 'disability' AND status = 'active' AND is_disabled\n"
            "    AND (what <> disability_kind OR grade <> disability_grade)",
            "both",
        ),
    ),
    Check(
        "I4",
        Text("就学信息不一致", "Schooling disagrees"),
        Group.IDENTIFICATION,
        Subject.MEMBER,
        Text(
            "控辍保学比对；义务教育有保障的核查口径",
            "drop-out control; how guaranteed schooling is verified",
        ),
        Text(
            "义务教育阶段（{school_age_min} 至 {school_age_max} 周岁）的就学情况，档案与学籍名单不一致。",
            "The file and the school rolls disagree about a child of compulsory age "
            "({school_age_min} to {school_age_max}).",
        ),
        Text(
            "入户并与学校核实是否失学辍学；送教上门、跨县就读须有证明。",
            "Visit and ask the school: did the child drop out? Home teaching and a school "
            "elsewhere need proof.",
        ),
        needs=(ListKind.SCHOOLING,),
        thresholds=(
            Threshold("school_age_min", "school.compulsory_age.min"),
            Threshold("school_age_max", "school.compulsory_age.max"),
        ),
        sql=_unmatched(
            "held.kind = 'schooling' AND held.status = 'enrolled'",
            "m.school_status <> '01'\n"
            "    AND m.school_age BETWEEN $school_age_min AND $school_age_max\n"
            "    AND substr(m.division_code, 1, 6) IN ($schooling_in)",
            "register",
        )
        + "\nUNION ALL\n"
        + _sided(
            "kind = 'schooling' AND school_age BETWEEN $school_age_min AND $school_age_max\n"
            "    AND ((status = 'enrolled' AND school_status = '01')\n"
            "         OR (status = 'dropped_out' AND school_status <> '01'))",
            "list",
        ),
    ),
    Check(
        "I5",
        Text("基本医保信息不一致", "Basic medical insurance disagrees"),
        Group.IDENTIFICATION,
        Subject.MEMBER,
        Text("基本医疗有保障的核查口径", "how guaranteed medical care is verified"),
        Text(
            "档案登记的基本医保参保情况与医保名单不一致。",
            "The file and the list of insured persons disagree about basic medical "
            "insurance.",
        ),
        Text(
            "核对缴费记录；确未参保的，按政策资助参保。",
            "Look at the payments; who is really uninsured gets the premium by policy.",
        ),
        needs=(ListKind.INSURANCE,),
        sql=_unmatched(
            "held.what IN ('resident_medical', 'employee_medical')\n"
            "    AND held.status = 'active'",
            "m.has_basic_medical AND substr(m.division_code, 1, 6) IN ($insurance_in)",
            "register",
        )
        + "\nUNION ALL\n"
        + _sided(
            "kind = 'insurance' AND status = 'active'\n"
            "    AND what IN ('resident_medical', 'employee_medical')\n"
            "    AND NOT coalesce(has_basic_medical, TRUE)",
            "list",
        ),
    ),
)
