"""The household feature table: one row per household, computed from a snapshot."""

from __future__ import annotations

from bangfu.calc.tables.schema import (
    Column,
    Table,
    code,
    division,
    number,
    pseudonym,
    whole,
    yes_no,
)
from bangfu.calc.values.text import Text


def _persons(name: str, zh: str, en: str) -> Column:
    """Count members of a kind; 0 when there is none."""
    return whole(name, "persons", zh, en, nulls=False)


HOUSEHOLD_FEATURES = Table(
    "household_features",
    Text("户特征表", "household features"),
    (
        pseudonym("household", "户的假名", "pseudonym of the household"),
        division(),
        # where it stands
        code("status", "脱贫状态（L10）", "status, list L10", pattern="[0-9]"),
        yes_no(
            "is_active",
            "需要帮扶：未脱贫、预脱贫或返贫",
            "is helped now: not exited, pre-exit or relapsed",
            nulls=False,
        ),
        code("attribute", "贫困户属性（L1）", "attribute, list L1", pattern="[0-9]"),
        code("cause_main", "主要致贫原因（L2）", "main cause of poverty, list L2"),
        whole(
            "causes",
            "causes",
            "致贫原因个数，含主要原因",
            "causes of poverty, the main one included",
            nulls=False,
        ),
        # people: members who belong to the household on the cut-off day
        _persons("members", "在户人数", "members"),
        _persons("members_sharing", "共享收支人数", "members who share income"),
        _persons("children_under_6", "6 岁以下人数", "members under 6"),
        _persons("children_6_to_15", "6 至 15 岁人数", "members of 6 to 15"),
        _persons("adults_16_to_59", "16 至 59 岁人数", "members of 16 to 59"),
        _persons("elderly_60_up", "60 岁及以上人数", "members of 60 and over"),
        _persons("ages_unknown", "年龄不详人数", "members of unknown age"),
        _persons("women", "女性人数", "women and girls"),
        _persons("minority", "少数民族人数", "members of ethnic minorities"),
        whole("head_age", "years", "户主周岁", "age of the head; empty when not known"),
        yes_no("is_head_female", "户主为女性", "the head is a woman"),
        code(
            "head_education",
            "户主文化程度（L4）",
            "education of the head, list L4",
            pattern="[0-9]",
        ),
        _persons(
            "schooled_senior_up",
            "高中及以上文化程度人数",
            "members with senior secondary education or more",
        ),
        _persons("at_school", "在校生人数", "members at school, pre-school included"),
        _persons(
            "out_of_school",
            "义务教育年龄段未在校人数（按学龄计算日）",
            "members of compulsory school age, on the school day, known not to be at "
            "school",
        ),
        # health and insurance
        _persons("chronically_ill", "长期慢性病人数", "chronically ill members"),
        _persons("seriously_ill", "大病人数", "seriously ill members"),
        _persons("disabled", "残疾人数", "disabled members"),
        _persons(
            "severely_disabled",
            "一、二级残疾人数",
            "members with disability of grade 1 or 2",
        ),
        _persons(
            "without_basic_medical",
            "未参加基本医疗保险人数",
            "members known to lack basic medical insurance",
        ),
        _persons(
            "without_serious_illness_insurance",
            "未参加大病保险人数",
            "members known to lack serious-illness insurance",
        ),
        _persons("on_dibao", "享受低保人数", "members on Dibao"),
        # labour and work
        _persons(
            "able_to_work",
            "有劳动能力人数（普通、技能、弱劳动力）",
            "members able to work: ordinary, skilled, weak or half labour",
        ),
        _persons("skilled", "技能劳动力人数", "skilled members"),
        _persons(
            "working_away",
            "乡镇以外务工人数",
            "members who worked outside the township",
        ),
        whole(
            "work_months",
            "months",
            "全户务工月数",
            "months of work away, of all members",
            nulls=False,
        ),
        number(
            "dependants_per_worker",
            "persons per person",
            "每个劳动力负担人数，无劳动力时为空",
            "members not able to work per member able to; empty when nobody is",
        ),
        # land, house, living
        number(
            "land_arable_mu_per_head",
            "mu per person",
            "人均耕地",
            "arable land per member",
        ),
        number(
            "land_forest_mu_per_head", "mu per person", "人均林地", "forest per member"
        ),
        number(
            "house_area_m2_per_head",
            "m2 per person",
            "人均住房面积",
            "area of the house per member",
        ),
        yes_no(
            "is_house_unsafe",
            "住房不安全：危房，或鉴定为 C、D 级",
            "the house is dangerous or of grade C or D",
        ),
        yes_no("is_house_adobe", "土坯房", "the house is of adobe"),
        whole("house_age", "years", "房龄", "age of the house in the cut-off year"),
        yes_no("has_power", "通生活用电", "has electricity"),
        yes_no("has_radio_tv", "通广播电视", "has radio or television"),
        yes_no("has_toilet", "有卫生厕所", "has a sanitary toilet"),
        yes_no("is_water_safe", "饮水安全", "has safe drinking water"),
        yes_no("is_water_difficult", "饮水困难", "has difficulty fetching water"),
        yes_no("has_clean_fuel", "使用清洁能源", "cooks with clean energy"),
        number(
            "road_distance_km",
            "km",
            "与村主干路距离",
            "way to the main village road",
        ),
        yes_no(
            "has_hard_road",
            "入户路为水泥或沥青路",
            "the road to the house is of concrete or asphalt",
        ),
        yes_no("is_coop_member", "加入合作社", "is member of a cooperative"),
        yes_no("is_led_by_enterprise", "有龙头企业带动", "is led by an enterprise"),
        whole(
            "guarantees_unmet",
            "guarantees",
            "“两不愁三保障”及饮水中未达标的项数",
            "of the two no-worries, three guarantees and water, those known not to hold",
            nulls=False,
        ),
        whole(
            "guarantees_unknown",
            "guarantees",
            "其中未核实的项数",
            "of them, those that nobody has asked about",
            nulls=False,
        ),
        # income of the latest year on record up to the cut-off year
        whole("income_year", "year", "最近收入年度", "latest year with an income"),
        whole("net_fen", "fen", "该年全户纯收入", "net income of that year"),
        whole(
            "net_per_head_fen",
            "fen per person",
            "该年人均纯收入，除以共享收支人数，舍去不足一分的部分",
            "net income per member who shares it, rounded down",
        ),
        number(
            "wage_share",
            "share",
            "工资性收入占四项收入的比重",
            "wages as a share of the four incomes",
        ),
        number(
            "operating_share",
            "share",
            "生产经营性收入占四项收入的比重",
            "operating income as a share of the four incomes",
        ),
        number(
            "transfer_share",
            "share",
            "转移性收入占四项收入的比重",
            "transfers as a share of the four incomes",
        ),
        number(
            "net_change",
            "share",
            "纯收入比上年变动的比例，上年无记录或不为正时为空",
            "change of net income on the year before; empty when that is not on record "
            "or not positive",
        ),
        # doubts
        whole("flags", "flags", "未消除的疑点数", "doubts that stand", nulls=False),
    ),
    ("household",),
)
"""Facts by which households are ranked, compared and matched. Never a verdict.

A count of persons counts those of whom the fact is known; what nobody asked counts
nothing, and `ages_unknown`, `guarantees_unknown` say how much is not known. A number
per head is empty for a household without members.
"""
