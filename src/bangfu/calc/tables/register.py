"""The datasets of a snapshot of the register: no names, no numbers of persons.

What is left out on purpose: names and initials, phone, bank and account, identity
number and its tail, the number by which the village knows the family, the hamlet, the
day and month of birth, the ethnic group (only whether it is a minority), political
status, free text, and who recorded it.
"""

from __future__ import annotations

from bangfu.calc.tables.schema import (
    NONE,
    Column,
    Table,
    Type,
    code,
    division,
    number,
    pseudonym,
    whole,
    yes_no,
)
from bangfu.calc.values.text import Text

_HOUSEHOLD = pseudonym("household", "户的假名", "pseudonym of the household")

HOUSEHOLD = Table(
    "household",
    Text("户", "households"),
    (
        _HOUSEHOLD,
        division(),
        code("status", "脱贫状态（L10）", "status, list L10", pattern="[0-9]"),
        code("id_standard", "识别标准", "identification standard", pattern="[0-9]"),
        code("attribute", "贫困户属性（L1）", "attribute, list L1", pattern="[0-9]"),
        code("cause_main", "主要致贫原因（L2）", "main cause of poverty, list L2"),
        code("cause_other_1", "其他致贫原因之一", "first other cause, list L2"),
        code("cause_other_2", "其他致贫原因之二", "second other cause, list L2"),
        yes_no("is_military_family", "是否军烈属", "is a military or martyr's family"),
        whole("planned_exit_year", "year", "计划脱贫年度", "year of the planned exit"),
        number("land_arable_mu", "mu", "耕地面积", "arable land"),
        number("land_irrigated_mu", "mu", "有效灌溉面积", "irrigated land"),
        number("land_forest_mu", "mu", "林地面积", "forest"),
        number("land_returned_mu", "mu", "退耕还林面积", "land returned to forest"),
        number("land_orchard_mu", "mu", "林果面积", "orchard"),
        number("land_pasture_mu", "mu", "牧草地面积", "pasture"),
        number("land_water_mu", "mu", "水面面积", "water"),
        yes_no("has_production_power", "是否通生产用电", "has power for production"),
        yes_no("is_coop_member", "是否加入合作社", "is member of a cooperative"),
        yes_no("is_led_by_enterprise", "是否有龙头企业带动", "is led by an enterprise"),
        yes_no(
            "is_led_by_leader", "是否有创业致富带头人带动", "is led by a local leader"
        ),
        yes_no("is_water_difficult", "饮水是否困难", "has difficulty fetching water"),
        yes_no("is_water_safe", "饮水是否安全", "has safe drinking water"),
        yes_no("has_power", "是否通生活用电", "has electricity"),
        yes_no("has_radio_tv", "是否通广播电视", "has radio or television"),
        number(
            "road_distance_km", "km", "与村主干路距离", "way to the main village road"
        ),
        code("road_type", "入户路类型（L7）", "access road, list L7", pattern="[0-9]"),
        number("house_area_m2", "m2", "住房面积", "area of the house"),
        yes_no("is_house_dangerous", "是否危房", "lives in a dangerous house"),
        code(
            "house_grade", "住房鉴定等级（L9）", "house grade, list L9", pattern="[A-D]"
        ),
        code("house_structure", "住房结构", "structure of the house", pattern="[0-9]"),
        whole("house_built_year", "year", "建房年份", "year in which it was built"),
        yes_no("has_toilet", "是否有卫生厕所", "has a sanitary toilet"),
        code("fuel", "主要燃料类型（L8）", "main fuel, list L8", pattern="[0-9]"),
        yes_no("is_relocation_wanted", "是否愿意搬迁", "wants to be relocated"),
        code("relocation_mode", "搬迁方式（L11）", "relocation mode", pattern="[0-9]"),
        code("resettlement", "安置方式", "resettlement", pattern="[0-9]"),
        code("resettlement_place", "安置地", "resettlement place", pattern="[0-9]"),
        yes_no("guaranteed_food", "不愁吃", "food without worry"),
        yes_no("guaranteed_clothing", "不愁穿", "clothing without worry"),
        yes_no("guaranteed_education", "义务教育有保障", "education is guaranteed"),
        yes_no("guaranteed_medical", "基本医疗有保障", "medical care is guaranteed"),
        yes_no("guaranteed_housing", "住房安全有保障", "safe housing is guaranteed"),
        yes_no("guaranteed_water", "饮水安全有保障", "safe water is guaranteed"),
    ),
    ("household",),
)
"""One row per registered household, whatever its status."""

MEMBER = Table(
    "member",
    Text("家庭成员", "members"),
    (
        pseudonym("member", "成员记录的假名", "pseudonym of the member's record"),
        _HOUSEHOLD,
        pseudonym(
            "person",
            "人的假名，来自身份号码；同一人在任何一户、任何一期都相同",
            "pseudonym of the person, from the identity number: the same in every "
            "household and snapshot; empty without a number",
            nulls=True,
        ),
        division(),
        yes_no("is_live", "目前在户", "belongs to the household now", nulls=False),
        code("left_reason", "减少原因（L12）", "why he or she left", pattern="[0-9]"),
        code("sex", "性别", "sex", pattern="[0-9]"),
        whole("birth_year", "year", "出生年份", "year of birth"),
        whole("age", "years", "截止日周岁", "full years on the cut-off day"),
        whole(
            "school_age",
            "years",
            "截止日前最近一个学龄计算日的周岁",
            "full years on the last day, up to the cut-off, that school age is counted",
        ),
        code("relation", "与户主关系（L3）", "relation to the head, list L3"),
        yes_no("is_minority", "是否少数民族", "belongs to an ethnic minority"),
        code("education", "文化程度（L4）", "education, list L4", pattern="[0-9]"),
        code("school_status", "在校生状况（L4b）", "school status, list L4b"),
        yes_no(
            "has_dropout_reason",
            "是否填写失学辍学原因",
            "has a reason for dropping out",
        ),
        yes_no("is_chronically_ill", "长期慢性病", "is chronically ill"),
        yes_no("is_seriously_ill", "患有大病", "is seriously ill"),
        yes_no("is_disabled", "残疾", "is disabled"),
        code("disability_kind", "残疾类别", "kind of disability", pattern="[0-9]"),
        code("disability_grade", "残疾等级", "grade of disability", pattern="[0-9]"),
        code("labour", "劳动技能（L6）", "labour, list L6", pattern="[0-9]"),
        code("work_area", "务工区域（L6b）", "work area, list L6b"),
        whole("work_months", "months", "务工月数", "months of work away, 0 to 12"),
        yes_no("has_basic_medical", "参加基本医疗保险", "has basic medical insurance"),
        yes_no(
            "has_serious_illness_insurance",
            "参加大病保险",
            "has serious-illness insurance",
        ),
        yes_no("has_basic_pension", "参加基本养老保险", "has a basic pension"),
        yes_no(
            "has_commercial_medical",
            "参加商业补充医疗保险",
            "has commercial medical insurance",
        ),
        yes_no("has_accident_insurance", "参加意外保险", "has accident insurance"),
        yes_no("is_on_dibao", "享受低保", "is on Dibao"),
        yes_no("is_soldier", "现役军人", "is a soldier in service"),
        yes_no("speaks_mandarin", "会讲普通话", "speaks Mandarin"),
        yes_no("shares_income", "共享收支", "shares income and expenses", nulls=False),
    ),
    ("member",),
)
"""One row per person of a household, those who left included."""

INCOME = Table(
    "income",
    Text("年度收入", "incomes"),
    (
        _HOUSEHOLD,
        division(),
        whole("year", "year", "年度", "year", nulls=False),
        whole("wage_fen", "fen", "工资性收入", "wages", nulls=False),
        whole(
            "operating_fen", "fen", "生产经营性收入", "operating income", nulls=False
        ),
        whole("property_fen", "fen", "财产性收入", "property income", nulls=False),
        whole("property_asset_fen", "fen", "其中资产收益", "of it, shares in assets"),
        whole("transfer_fen", "fen", "转移性收入", "transfers", nulls=False),
        whole(
            "transfer_family_planning_fen",
            "fen",
            "其中计划生育金",
            "of them, family planning",
        ),
        whole("transfer_dibao_fen", "fen", "其中低保金", "of them, Dibao"),
        whole(
            "transfer_five_guarantee_fen",
            "fen",
            "其中五保金",
            "of them, five-guarantee",
        ),
        whole("transfer_pension_fen", "fen", "其中养老金", "of them, pension"),
        whole(
            "transfer_ecological_fen", "fen", "其中生态补偿金", "of them, ecological"
        ),
        whole("transfer_other_fen", "fen", "其中其他转移性收入", "of them, other"),
        whole(
            "operating_expense_fen",
            "fen",
            "生产经营性支出",
            "operating expenses",
            nulls=False,
        ),
        whole(
            "net_fen",
            "fen",
            "纯收入：四项收入减生产经营性支出，全户",
            "net income: the four incomes less operating expenses, whole household",
            nulls=False,
        ),
        whole(
            "stated_net_fen", "fen", "表上填写的纯收入", "net income as the form said"
        ),
    ),
    ("household", "year"),
)
"""One row per household and year that an income is known of."""

FLAG = Table(
    "flag",
    Text("疑点", "flags"),
    (
        _HOUSEHOLD,
        division(),
        Column(
            "code",
            Type.TEXT,
            NONE,
            Text("疑点规则", "rule that found it"),
            nulls=False,
            pattern="[A-Z][0-9]{1,3}",
        ),
        Column(
            "severity",
            Type.TEXT,
            NONE,
            Text("严重程度", "severity"),
            nulls=False,
            pattern="impossible|doubtful|note",
        ),
        whole("flags", "flags", "条数", "how many", nulls=False),
    ),
    ("household", "code", "severity"),
)
"""One row per household, rule and severity: doubts that stand, without their words."""

TABLES = (HOUSEHOLD, MEMBER, INCOME, FLAG)
