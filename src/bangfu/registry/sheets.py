"""The workbook of the household roll: sheet 户 and sheet 成员.

A household is found by its village and its number; the members' sheet repeats both. The
columns' keys are those of the models, apart from what is stored sealed: identity
number, certificate, phone, account. National field codes are accepted as headers.
"""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Column, Kind, Sheet, Workbook
from bangfu.registry import code_lists
from bangfu.registry.member_sheet import MEMBER_SHEET
from bangfu.registry.sheet_columns import (
    DIVISION_CODE,
    FEN_MAX,
    HOUSEHOLD_NO,
    code_column,
    mu_column,
    yes_no_column,
    yuan_column,
)

__all__ = ["HOUSEHOLDS", "HOUSEHOLD_SHEET", "MEMBER_SHEET"]

_KM = Text("公里", "km")
_M2 = Text("平方米", "m2")

_IDENTITY_OF_HOUSEHOLD = (
    DIVISION_CODE,
    HOUSEHOLD_NO,
    Column(
        "group_name",
        Text("村民小组", "Villagers' group"),
        Kind.TEXT,
        width=12,
        maximum=40,
        aliases=("组", "小组", "自然村"),
        example="一组",
    ),
    Column(
        "status",
        Text("脱贫状态", "Status"),
        Kind.CODE,
        codes=code_lists.STATUS,
        width=12,
        help=Text("新登记户留空即为未脱贫。", "Empty in a new household: not exited."),
        aliases=("脱贫属性", "贫困状态"),
        example="未脱贫",
    ),
    code_column(
        "id_standard",
        "识别标准",
        "Identification standard",
        code_lists.ID_STANDARD,
        "AAC005",
    ),
    code_column(
        "attribute",
        "贫困户属性",
        "Household attribute",
        code_lists.ATTRIBUTE,
        "AAC006",
        "属性",
        "户属性",
    ),
    code_column(
        "cause_main",
        "主要致贫原因",
        "Main cause of poverty",
        code_lists.CAUSE,
        "AAC007",
        "致贫原因",
    ),
    Column(
        "cause_other",
        Text("其他致贫原因", "Other causes of poverty"),
        Kind.CODES,
        codes=code_lists.CAUSE,
        width=18,
        help=Text(
            "最多两项，用“、”分开；不重复主要原因。",
            "Two at most, separated by “、”, without the main cause.",
        ),
        external_code="AAC008",
        example="因学、缺技术",
    ),
    yes_no_column(
        "is_military_family",
        "是否军烈属",
        "Military or martyr's family",
        "AAC012",
        "军烈属",
    ),
    Column(
        "planned_exit_year",
        Text("计划脱贫年度", "Planned exit year"),
        Kind.YEAR,
        width=12,
        minimum=2014,
        maximum=2100,
    ),
    Column(
        "phone",
        Text("联系电话", "Phone"),
        Kind.NUMBER_TEXT,
        width=16,
        maximum=20,
        sensitive=True,
        aliases=("电话", "手机号", "手机号码"),
        external_code="AAR012",
    ),
    Column(
        "bank_name",
        Text("开户银行", "Bank"),
        Kind.TEXT,
        width=18,
        maximum=80,
        external_code="AAQ002",
    ),
    Column(
        "bank_account",
        Text("银行账号", "Bank account"),
        Kind.NUMBER_TEXT,
        width=24,
        maximum=32,
        sensitive=True,
        aliases=("银行卡号", "账号", "一卡通账号"),
        external_code="AAC004",
    ),
)

_INCOME = (
    Column(
        "year",
        Text("收入年度", "Year of income"),
        Kind.YEAR,
        width=10,
        minimum=2005,
        maximum=2100,
        help=Text(
            "以下收入所属的年度；填了收入就必须填。",
            "The year of the incomes that follow; needed when any is filled in.",
        ),
        aliases=("年度", "数据年度"),
        example="2015",
    ),
    yuan_column("wage", "工资性收入", "Wages", "AAC073"),
    yuan_column(
        "operating",
        "生产经营性收入",
        "Operating income",
        "AAC071",
        "经营性收入",
    ),
    yuan_column("property", "财产性收入", "Property income", "AAC072"),
    yuan_column(
        "property_asset", "其中：资产收益", "Of property: asset dividends", "AAC092"
    ),
    yuan_column("transfer", "转移性收入", "Transfers"),
    yuan_column(
        "transfer_family_planning",
        "其中：计划生育金",
        "Of transfers: family planning",
        "AAC076",
        "计划生育金",
    ),
    yuan_column(
        "transfer_dibao", "其中：低保金", "Of transfers: Dibao", "AAC077", "低保金"
    ),
    yuan_column(
        "transfer_five_guarantee",
        "其中：五保金",
        "Of transfers: five guarantees",
        "AAC086",
        "五保金",
    ),
    yuan_column(
        "transfer_pension",
        "其中：养老保险金",
        "Of transfers: pension",
        "AAC087",
        "养老保险金",
    ),
    yuan_column(
        "transfer_ecological",
        "其中：生态补偿金",
        "Of transfers: ecological",
        "AAC078",
        "生态补偿金",
    ),
    yuan_column(
        "transfer_other",
        "其中：其他转移性收入",
        "Of transfers: other",
        "AAC083",
        "其他转移性收入",
    ),
    yuan_column(
        "operating_expense",
        "生产经营性支出",
        "Operating expense",
        "AAC074",
        "经营性支出",
    ),
    Column(
        "stated_net",
        Text("家庭纯收入", "Stated net income"),
        Kind.YUAN,
        maximum=FEN_MAX,
        width=14,
        help=Text(
            "只用于核对；纯收入由系统按各项计算。",
            "Only compared: the system computes it from its parts.",
        ),
        aliases=("年纯收入", "纯收入"),
    ),
)

_LAND = (
    mu_column("land_arable_mu", "耕地面积", "Arable land", "AAC301"),
    mu_column("land_irrigated_mu", "有效灌溉面积", "Irrigated land", "AAC302"),
    mu_column("land_forest_mu", "林地面积", "Forest", "AAC303"),
    mu_column("land_returned_mu", "退耕还林面积", "Returned to forest", "AAC304"),
    mu_column("land_orchard_mu", "林果面积", "Orchards", "AAC305"),
    mu_column("land_pasture_mu", "牧草地面积", "Pasture", "AAC306"),
    mu_column("land_water_mu", "水面面积", "Water surface", "AAC307"),
    yes_no_column(
        "has_production_power", "是否通生产用电", "Power for production", "AAC308"
    ),
    yes_no_column(
        "is_coop_member", "是否加入合作社", "Member of a cooperative", "AAC084"
    ),
    yes_no_column(
        "is_led_by_enterprise", "是否有龙头企业带动", "Led by an enterprise", "AAC088"
    ),
    yes_no_column(
        "is_led_by_leader", "是否有致富带头人带动", "Led by a local leader", "AAC089"
    ),
)

_LIVING = (
    yes_no_column("is_water_difficult", "是否饮水困难", "Water difficult", "AAC311"),
    yes_no_column("is_water_safe", "是否饮水安全", "Water safe", "AAC312"),
    yes_no_column("has_power", "是否通生活用电", "Power at home", "AAC313"),
    yes_no_column("has_radio_tv", "是否通广播电视", "Radio and television", "AAC314"),
    Column(
        "road_distance_km",
        Text("与村主干路距离", "Distance to main road"),
        Kind.DECIMAL,
        unit=_KM,
        minimum=0,
        maximum=999,
        width=12,
        external_code="AAC315",
    ),
    code_column("road_type", "入户路类型", "Access road", code_lists.ROAD, "AAC316"),
    Column(
        "house_area_m2",
        Text("住房面积", "Area of the house"),
        Kind.DECIMAL,
        unit=_M2,
        minimum=0,
        maximum=9_999,
        width=12,
        external_code="AAC317",
    ),
    yes_no_column("is_house_dangerous", "是否危房", "House dangerous", "AAC318"),
    code_column(
        "house_grade",
        "住房鉴定等级",
        "House grade",
        code_lists.HOUSE_GRADE,
        "AAC322",
        "危房等级",
    ),
    code_column(
        "house_structure", "住房结构", "House structure", code_lists.HOUSE_STRUCTURE
    ),
    Column(
        "house_built_year",
        Text("建房年份", "Year built"),
        Kind.YEAR,
        minimum=1900,
        maximum=2100,
        width=10,
    ),
    yes_no_column("has_toilet", "是否有卫生厕所", "Sanitary toilet", "AAC319"),
    code_column("fuel", "主要燃料类型", "Main fuel", code_lists.FUEL, "AAC320"),
    yes_no_column("is_relocation_wanted", "是否有搬迁意愿", "Wants to relocate"),
    code_column(
        "relocation_mode", "搬迁方式", "Relocation mode", code_lists.RELOCATION_MODE
    ),
    code_column("resettlement", "安置方式", "Resettlement", code_lists.RESETTLEMENT),
    code_column(
        "resettlement_place",
        "安置地",
        "Place of resettlement",
        code_lists.RESETTLEMENT_PLACE,
    ),
)

_GUARANTEES = (
    yes_no_column("guaranteed_food", "不愁吃", "Food without worry", "", "是否不愁吃"),
    yes_no_column(
        "guaranteed_clothing", "不愁穿", "Clothing without worry", "", "是否不愁穿"
    ),
    yes_no_column("guaranteed_education", "义务教育有保障", "Education guaranteed"),
    yes_no_column("guaranteed_medical", "基本医疗有保障", "Medical care guaranteed"),
    yes_no_column("guaranteed_housing", "住房安全有保障", "Housing guaranteed"),
    yes_no_column("guaranteed_water", "饮水安全有保障", "Water guaranteed"),
)

HOUSEHOLD_SHEET = Sheet(
    "households",
    Text("户", "Households"),
    (*_IDENTITY_OF_HOUSEHOLD, *_INCOME, *_LAND, *_LIVING, *_GUARANTEES),
    key_columns=("division_code", "household_no"),
    aliases=("户信息", "贫困户", "家庭信息", "贫困户信息"),
)

HOUSEHOLDS = Workbook(
    "households",
    Text("建档立卡户名册", "Household roll"),
    (HOUSEHOLD_SHEET, MEMBER_SHEET),
    instructions=(
        Text(
            "“户”表一行一户，“成员”表一行一人；带 * 的列必填。",
            "One row a household on 户, one row a person on 成员; fill columns with *.",
        ),
        Text(
            "两张表用“村代码”和“户编号”对应；户编号不能为空或 0。",
            "Village code and household number tie the two sheets; the number is never "
            "empty or 0.",
        ),
        Text(
            "一户中有一处错误，整户不导入，退回错误表；其他户照常导入。",
            "One error keeps its whole household out and in the error workbook; the "
            "others go in.",
        ),
        Text(
            "空单元格不改变已有数据；要清空须在导入时选择“空值覆盖”。",
            "An empty cell changes nothing, unless “overwrite with empty” is chosen.",
        ),
        Text(
            "已登记的成员不在表中不会被删除；减少成员请填减少日期和原因。",
            "A stored member who is not listed is kept; to end one, give date and "
            "reason.",
        ),
        Text(
            "收入以元为单位，填全户全年数；所属年度填“收入年度”。",
            "Incomes are yuan, of the whole household and year, which “year of income” "
            "names.",
        ),
    ),
)
