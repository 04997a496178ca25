"""Rules V1 to V15: what each finds, and what it leaves alone."""

from __future__ import annotations

from datetime import date

import pytest
from tests.registry.rule_frames import LIMITS, breaches, frames, head, messages, number

from bangfu.registry.rules.every import RULES, check_all


def test_a_household_in_order_breaks_no_rule():
    built = frames(
        head(labour="1", work_months=6, health=["1"]),
        {"relation": "02", "identity_number": number("1972-05-01", 2)},
        {
            "relation": "03",
            "identity_number": number("2005-09-01", 3),
            "school_status": "03",
        },
        households=[{"attribute": "1", "cause_main": "3", "house_grade": "B"}],
        incomes=[{"wage_fen": 900_000, "previous_net_fen": 800_000, "sharing": 3}],
    )

    assert check_all(built, LIMITS) == []


def test_every_rule_returns_only_breaches_with_both_languages():
    built = frames(head())

    for rule in RULES:
        for breach in rule(built, LIMITS):
            assert breach.rows.is_empty()
            assert breach.message.zh
            assert breach.message.en


# V1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "990101197001010014",
            "校验码错误，请核对是否抄错或被表格软件改动",
        ),
        ("990101700101001", "是 15 位旧号码，应为 18 位"),
        ("99010119700101001", "应为 18 位，现为 17 位"),
        (
            "99010119700101A01X",
            "含有不允许的字符：前 17 位应为数字，末位为数字或 X",
        ),
        ("98010119700101001X", "前两位 98 不是省级代码"),
        (number("1899-01-01"), "其中的出生年份早于 1900 年"),
        (number("2016-03-02"), "其中的出生日期晚于今天"),
    ],
)
def test_v1_refuses_an_impossible_number(text, message):
    built = frames({"relation": "01", "identity_number": text})

    assert f"impossible identity_number: {message}" in messages("V1", built)


def test_v1_refuses_a_birth_date_that_does_not_exist():
    from bangfu.calc.values.identity import check_character

    first = "99010119700230001"
    built = frames(
        {"relation": "01", "identity_number": first + check_character(first)}
    )

    assert messages("V1", built) == ["impossible identity_number: 其中的出生日期不存在"]


def test_v1_takes_the_number_of_a_real_province_and_the_standards_own_example():
    # GB 11643-1999, annex: 11010519491231002X.
    built = frames({"relation": "01", "identity_number": "11010519491231002X"})

    assert messages("V1", built) == []


def test_v1_refuses_province_99_outside_the_demo():
    real = LIMITS.__class__(on=LIMITS.on, demo=False)

    assert messages("V1", frames(head()), real) == [
        "impossible identity_number: 前两位 99 不是省级代码"
    ]


def test_v1_refuses_a_sex_or_birth_that_the_number_contradicts():
    built = frames(head(sex="2", birth_date=date(1971, 1, 1)))

    assert messages("V1", built) == [
        "impossible sex: 与身份证号码不一致",
        "impossible birth_date: 1971-01-01 与身份证号码不一致",
    ]


def test_v1_does_not_compare_a_sex_that_is_not_stated():
    assert messages("V1", frames(head(sex="9"))) == []


def test_v1_refuses_a_birth_in_the_future_and_doubts_a_great_age():
    built = frames(
        {"relation": "01", "birth_date": date(2016, 3, 2), "identity_key": b"1"},
        {"relation": "11", "birth_date": date(1895, 3, 1), "identity_key": b"2"},
    )

    assert messages("V1", built) == [
        "impossible birth_date: 晚于今天",
        "doubtful birth_date: 年龄 121 岁，请核实",
    ]


def test_v1_doubts_a_person_without_a_number():
    built = frames({"relation": "01", "birth_date": date(1970, 1, 1)})

    assert messages("V1", built) == [
        "doubtful identity_number: 没有身份证号码，无法查重"
    ]


# V2


def test_v2_takes_a_certificate_that_carries_the_persons_number():
    built = frames(
        head(
            disability_certificate=number() + "41",
            disability_grade="1",
            health=["4"],
        )
    )

    assert messages("V2", built) == []


@pytest.mark.parametrize(
    ("certificate", "message"),
    [
        (number() + "4", "应为 18、20 或 22 位，现为 19 位"),
        (number("1980-01-01") + "41", "前 18 位与本人身份证号码不一致"),
        (number() + "81", "第 19 位（类别 1–7）或第 20 位（等级 1–4）有误"),
    ],
)
def test_v2_doubts_a_wrong_certificate(certificate, message):
    built = frames(head(disability_certificate=certificate))

    assert messages("V2", built) == [f"doubtful disability_certificate: {message}"]


def test_v2_compares_health_with_the_certificate():
    built = frames(
        head(disability_grade="2", health=["1"]),
        {"relation": "02", "identity_number": number("1972-01-01", 2), "health": ["4"]},
    )

    assert messages("V2", built) == [
        "doubtful health: 持有残疾人证，健康状况未填“残疾”",
        "note disability_certificate: 健康状况为残疾，未填残疾人证号",
    ]


# V3


def test_v3_refuses_two_heads_and_marks_the_second():
    built = frames(head(), head(identity_number=number("1975-01-01")))

    (found,) = breaches("V3", built)
    assert found.rows.rows() == [(0, 1)]
    assert found.message.zh == "本户有两名以上户主"
    assert found.severity == "impossible"


def test_v3_refuses_a_new_household_without_a_head_and_doubts_a_stored_one():
    built = frames(
        {"relation": "02", "identity_key": b"1"},
        head(household=1, left_date=date(2016, 1, 1), left_reason="1"),
        households=[{}, {"is_new": False}],
    )

    assert messages("V3", built) == [
        "impossible None: 本户没有户主，请在“成员”表中填写",
        "doubtful None: 本户现无户主，请确定新户主",
    ]


def test_v3_doubts_a_second_spouse():
    built = frames(
        head(),
        {"relation": "02", "identity_key": b"1"},
        {"relation": "02", "identity_key": b"2"},
    )

    assert messages("V3", built) == ["doubtful relation: 本户有两名以上配偶"]


# V4


def test_v4_doubts_a_relation_of_the_other_sex():
    built = frames(
        head(),
        {"relation": "03", "sex": "2", "identity_key": b"1"},
        {"relation": "04", "sex": "1", "identity_key": b"2"},
        {"relation": "04", "sex": "2", "identity_key": b"3"},
        {"relation": "99", "sex": "2", "identity_key": b"4"},
    )

    (found,) = breaches("V4", built)
    assert found.rows["member"].to_list() == [1, 2]
    assert found.message.zh == "与性别不符"


def test_v4_doubts_head_and_spouse_of_one_sex():
    built = frames(head(), {"relation": "02", "sex": "1", "identity_key": b"1"})

    assert messages("V4", built) == ["doubtful relation: 户主与配偶性别相同，请核实"]


# V5


def test_v5_refuses_a_person_twice_in_a_household():
    built = frames(head(), head(relation="03"))

    assert messages("V5", built) == [
        "impossible identity_number: 同一身份证号码在本户重复"
    ]


def test_v5_refuses_the_same_name_and_birth_without_numbers():
    twin = {"relation": "03", "name": "李四", "birth_date": date(2010, 1, 1)}
    built = frames(head(), twin, twin)

    assert messages("V5", built) == [
        "impossible name: 姓名和出生日期相同的成员在本户重复，且无身份证号码"
    ]


def test_v5_lets_a_person_who_left_stand_beside_the_present_one():
    gone = {"left_date": date(2015, 1, 1), "left_reason": "9"}
    built = frames(head(), head(relation="03", **gone))

    assert messages("V5", built) == []


def test_v5_doubts_a_person_in_two_households_of_the_files():
    built = frames(head(), head(household=1), households=[{}, {}])

    assert messages("V5", built) == [
        "doubtful identity_number: 同一人也在 990101001001/0002 户",
        "doubtful identity_number: 同一人也在 990101001001/0001 户",
    ]


def test_v5_doubts_a_person_registered_elsewhere_and_says_only_the_place():
    built = frames(head(), elsewhere=[(number(), "990102")])

    assert messages("V5", built) == ["doubtful identity_number: 同一人已在 990102 登记"]


# V6


def test_v6_doubts_a_child_of_school_age_who_is_not_at_school():
    # Full years at 31 August 2015: 6 and 5.
    built = frames(
        head(),
        {
            "relation": "03",
            "identity_number": number("2009-08-31", 3),
            "school_status": "01",
        },
        {
            "relation": "03",
            "identity_number": number("2009-09-01", 5),
            "school_status": "01",
        },
        {
            "relation": "04",
            "identity_number": number("2004-01-01", 4),
            "school_status": "01",
            "dropout_reason": "重度残疾",
        },
    )

    assert messages("V6", built) == [
        "doubtful school_status: 6 岁，属义务教育阶段，不在校且未填原因"
    ]


def test_v6_doubts_a_school_that_does_not_fit_the_age():
    built = frames(
        head(),
        {
            "relation": "03",
            "identity_number": number("1990-01-01", 3),
            "school_status": "03",
        },
        {
            "relation": "04",
            "identity_number": number("2010-01-01", 4),
            "education": "5",
        },
    )

    assert messages("V6", built) == [
        "doubtful school_status: 与年龄 25 岁不符",
        "doubtful education: 与年龄 6 岁不符",
    ]


# V7


def test_v7_doubts_labour_of_the_old_the_young_and_the_disabled():
    built = frames(
        head(identity_number=number("1956-03-01"), labour="1"),
        {"relation": "03", "identity_number": number("2004-01-01", 3), "labour": "5"},
        {
            "relation": "02",
            "identity_number": number("1960-01-01", 2),
            "labour": "2",
            "health": ["4"],
        },
        {"relation": "11", "identity_number": number("1936-01-01", 5), "labour": "4"},
    )

    assert messages("V7", built) == [
        "doubtful labour: 60 岁仍填普通或技能劳动力，请核实",
        "doubtful labour: 12 岁填有劳动力，请核实",
        "doubtful labour: 残疾人填技能劳动力，请核实",
    ]


# V8


def test_v8_compares_months_of_work_with_the_wage():
    built = frames(
        head(work_months=3),
        head(household=1, work_months=0),
        head(household=2),
        households=[{}, {}, {}],
        incomes=[
            {"household": 0, "operating_fen": 100},
            {"household": 1, "wage_fen": 100},
            {"household": 2, "wage_fen": 100},
        ],
    )

    assert messages("V8", built) == [
        "doubtful wage: 务工共 3 个月，工资性收入为 0",
        "doubtful wage: 有工资性收入，成员务工时间均为 0",
    ]


# V9


def test_v9_refuses_a_negative_part_but_not_a_negative_net():
    built = frames(head(), incomes=[{"wage_fen": -1, "operating_expense_fen": 500_000}])

    assert messages("V9", built) == ["impossible wage: 不能为负数"]


def test_v9_compares_the_stated_net_with_the_sum_to_one_yuan():
    one = {"wage_fen": 300_000, "operating_fen": 50, "stated_net_fen": 300_150}
    two = {**one, "household": 1, "stated_net_fen": 300_151}
    built = frames(head(), head(household=1), households=[{}, {}], incomes=[one, two])

    assert messages("V9", built) == [
        "doubtful stated_net: 填报 3001.51 元，按各项计算为 3000.50 元"
    ]


def test_v9_compares_the_parts_of_transfer_and_property():
    built = frames(
        head(),
        incomes=[
            {
                "transfer_fen": 100_000,
                "transfer_dibao_fen": 120_000,
                "property_fen": 100,
                "property_asset_fen": 200,
            }
        ],
    )

    assert messages("V9", built) == [
        "doubtful transfer: 各分项合计 1200 元，转移性收入为 1000 元",
        "doubtful property_asset: 资产收益大于财产性收入",
    ]


# V10


def test_v10_compares_dibao_money_with_members():
    rows = [
        {"household": 0, "transfer_fen": 100, "transfer_dibao_fen": 100},
        {"household": 1, "transfer_dibao_fen": 0},
        {"household": 2, "transfer_fen": 100, "transfer_dibao_fen": 100},
    ]
    built = frames(
        head(is_on_dibao=False),
        head(household=1, is_on_dibao=True),
        head(household=2),
        households=[{}, {}, {}],
        incomes=rows,
    )

    assert messages("V10", built) == [
        "doubtful transfer_dibao: 有低保金，成员均未享受低保",
        "doubtful transfer_dibao: 有成员享受低保，低保金为 0",
    ]


def test_v10_doubts_a_pension_without_the_age_and_notes_the_age_without_a_pension():
    built = frames(
        head(),
        head(household=1, identity_number=number("1950-01-01")),
        households=[{}, {}],
        incomes=[
            {"household": 0, "transfer_fen": 100, "transfer_pension_fen": 100},
            {"household": 1, "transfer_pension_fen": 0},
        ],
    )

    assert messages("V10", built) == [
        "doubtful transfer_pension: 有养老保险金，成员均未到领取年龄",
        "note transfer_pension: 有成员到领取年龄，养老保险金为 0",
    ]


# V11


def test_v11_compares_the_grade_with_the_danger():
    built = frames(
        head(),
        head(household=1),
        head(household=2),
        head(household=3),
        households=[
            {"house_grade": "D", "is_house_dangerous": False},
            {"house_grade": "A", "is_house_dangerous": True},
            {"is_house_dangerous": True},
            {"house_grade": "C", "is_house_dangerous": True},
        ],
    )

    assert messages("V11", built) == [
        "doubtful is_house_dangerous: 鉴定等级为 D 级，却填非危房",
        "doubtful house_grade: 填危房，鉴定等级却为 A 级",
        "doubtful house_grade: 填危房，缺鉴定等级",
    ]


# V12


def test_v12_doubts_a_cause_that_no_member_shows():
    built = frames(
        head(health=["1"], school_status="01"),
        households=[{"cause_main": "1", "cause_other": ["2", "3"]}],
    )

    assert messages("V12", built) == [
        "doubtful cause_main: 致贫原因含因病，成员均健康",
        "doubtful cause_main: 致贫原因含因残，成员中无残疾人",
        "doubtful cause_main: 致贫原因含因学，成员中无在校生",
    ]


def test_v12_leaves_causes_alone_that_show_or_cannot_be_known():
    built = frames(
        head(health=["2", "4"], school_status="16"),
        head(household=1),
        households=[
            {"cause_main": "1", "cause_other": ["2", "3"]},
            {"cause_main": "1", "cause_other": ["2", "3"]},
        ],
    )

    assert messages("V12", built) == []


def test_more_than_two_other_causes_are_refused():
    built = frames(
        head(), households=[{"cause_main": "5", "cause_other": ["6", "7", "9"]}]
    )

    assert messages("causes", built) == ["impossible cause_other: 其他致贫原因最多两项"]


def test_v12_doubts_other_causes_that_repeat_or_lack_the_main_one():
    built = frames(
        head(),
        head(household=1),
        households=[
            {"cause_main": "5", "cause_other": ["5"]},
            {"cause_other": ["6"]},
        ],
    )

    assert messages("V12", built) == [
        "doubtful cause_other: 其他致贫原因重复了主要原因",
        "doubtful cause_main: 缺主要致贫原因",
    ]


# V13


def test_v13_doubts_a_change_of_more_than_half():
    rows = [
        {"household": 0, "wage_fen": 150_000, "previous_net_fen": 100_000},
        {"household": 1, "wage_fen": 150_001, "previous_net_fen": 100_000},
        {"household": 2, "wage_fen": 150_001},
    ]
    built = frames(
        *(head(household=at) for at in range(3)),
        households=[{}, {}, {}],
        incomes=rows,
    )

    assert messages("V13", built) == [
        "doubtful year: 纯收入由上年 1000 元变为 1500.01 元，请核实"
    ]


def test_v13_doubts_an_income_right_above_the_line_of_its_year():
    # The line of 2015 is 2 968 yuan; three people share 8 904 to 8 907 yuan.
    rows = [
        {"household": 0, "wage_fen": 890_400, "sharing": 3},
        {"household": 1, "wage_fen": 890_701, "sharing": 3},
        {"household": 2, "wage_fen": 890_399, "sharing": 3},
        {"household": 3, "wage_fen": 890_400, "sharing": 3, "year": 2014},
    ]
    built = frames(
        *(head(household=at) for at in range(4)),
        households=[{}] * 4,
        incomes=rows,
    )

    (found,) = breaches("V13", built)
    assert found.rows.rows() == [(0, "2968")]
    assert found.message.zh == "人均纯收入紧贴当年标准 {line} 元，请核实"


# V14


def test_v14_doubts_a_five_guarantee_household_with_able_members():
    built = frames(
        head(labour="1"),
        head(household=1, labour="4"),
        households=[{"attribute": "3"}, {"attribute": "3"}],
    )

    assert messages("V14", built) == [
        "doubtful attribute: 五保户中有 1 名有劳动力的成员，请核实"
    ]


# V15


def test_v15_doubts_incomes_that_five_households_share():
    same = {"wage_fen": 123_400, "operating_fen": 56_700}
    five = [{"household": at, **same} for at in range(5)]
    four = [{"household": at, **same, "wage_fen": 1} for at in range(5, 9)]
    built = frames(
        *(head(household=at) for at in range(9)),
        households=[{}] * 9,
        incomes=five + four,
    )

    found = messages("V15", built)
    assert found == ["doubtful wage: 收入各项与共 5 户完全相同，请核实"] * 5


# What the tables cannot hold


def test_leaving_needs_date_and_reason_and_is_not_in_the_future():
    built = frames(
        head(),
        {"relation": "03", "left_reason": "1", "identity_key": b"1"},
        {
            "relation": "03",
            "left_date": date(2016, 3, 2),
            "left_reason": "1",
            "identity_key": b"2",
        },
    )

    assert messages("left", built) == [
        "impossible left_date: 减少日期和减少原因须同时填写",
        "impossible left_date: 减少日期晚于今天",
    ]


def test_income_needs_a_year_that_is_not_in_the_future():
    built = frames(
        head(),
        head(household=1),
        households=[{}, {}],
        incomes=[{"year": None}, {"household": 1, "year": 2017}],
    )

    assert messages("year", built) == [
        "impossible year: 填了收入，缺收入年度",
        "impossible year: 收入年度晚于 2016 年",
    ]
