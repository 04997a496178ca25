"""The workbook of the household roll: sheet 户 and sheet 成员.

A household is found by its village and its number; the members' sheet repeats both. The
columns' keys are those of the models, apart from what is stored sealed: identity
number, certificate, phone, account. National field codes are accepted as headers.
"""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import CodeList, Column, Kind, Sheet, Workbook
from bangfu.registry import code_lists

_MU = Text("亩", "mu")
_KM = Text("公里", "km")
_M2 = Text("平方米", "m2")
_MONTHS = Text("月", "months")
_AREA_MAX = 99_999
_FEN_MAX = 10**13


def _code(
    key: str, zh: str, en: str, codes: CodeList, external: str = "", *aliases: str
) -> Column:
    return Column(
        key,
        Text(zh, en),
        Kind.CODE,
        codes=codes,
        external_code=external,
        aliases=aliases,
        width=14,
    )


def _yes_no(key: str, zh: str, en: str, external: str = "", *aliases: str) -> Column:
    return Column(
        key,
        Text(zh, en),
        Kind.BOOL,
        external_code=external,
        aliases=aliases,
        width=12,
    )


def _mu(key: str, zh: str, en: str, external: str) -> Column:
    return Column(
        key,
        Text(zh, en),
        Kind.DECIMAL,
        unit=_MU,
        minimum=0,
        maximum=_AREA_MAX,
        external_code=external,
        width=12,
    )


def _yuan(key: str, zh: str, en: str, external: str = "", *aliases: str) -> Column:
    """Declare an income column. No minimum: a negative one is a finding of V9."""
    return Column(
        key,
        Text(zh, en),
        Kind.YUAN,
        external_code=external,
        aliases=aliases,
        maximum=_FEN_MAX,
        width=14,
    )


_DIVISION_CODE = Column(
    "division_code",
    Text("村代码", "Village code"),
    Kind.DIVISION,
    required=True,
    width=16,
    help=Text(
        "所在行政村的 12 位区划代码。",
        "The 12-digit division code of the village.",
    ),
    aliases=("行政村代码", "村区划代码", "区划代码", "行政区划代码", "村编码"),
    example="990101101001",
)
_HOUSEHOLD_NO = Column(
    "household_no",
    Text("户编号", "Household number"),
    Kind.NUMBER_TEXT,
    required=True,
    width=14,
    minimum=1,
    maximum=30,
    help=Text(
        "村内不重复；两张表用村代码和户编号对应同一户。",
        "Unique in the village; with the village code it ties the two sheets.",
    ),
    aliases=("户号", "贫困户编号", "户编码", "农户编号"),
    example="0001",
)

_IDENTITY_OF_HOUSEHOLD = (
    _DIVISION_CODE,
    _HOUSEHOLD_NO,
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
    _code(
        "id_standard",
        "识别标准",
        "Identification standard",
        code_lists.ID_STANDARD,
        "AAC005",
    ),
    _code(
        "attribute",
        "贫困户属性",
        "Household attribute",
        code_lists.ATTRIBUTE,
        "AAC006",
        "属性",
        "户属性",
    ),
    _code(
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
    _yes_no(
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
    _yuan("wage", "工资性收入", "Wages", "AAC073"),
    _yuan(
        "operating",
        "生产经营性收入",
        "Operating income",
        "AAC071",
        "经营性收入",
    ),
    _yuan("property", "财产性收入", "Property income", "AAC072"),
    _yuan("property_asset", "其中：资产收益", "Of property: asset dividends", "AAC092"),
    _yuan("transfer", "转移性收入", "Transfers"),
    _yuan(
        "transfer_family_planning",
        "其中：计划生育金",
        "Of transfers: family planning",
        "AAC076",
        "计划生育金",
    ),
    _yuan("transfer_dibao", "其中：低保金", "Of transfers: Dibao", "AAC077", "低保金"),
    _yuan(
        "transfer_five_guarantee",
        "其中：五保金",
        "Of transfers: five guarantees",
        "AAC086",
        "五保金",
    ),
    _yuan(
        "transfer_pension",
        "其中：养老保险金",
        "Of transfers: pension",
        "AAC087",
        "养老保险金",
    ),
    _yuan(
        "transfer_ecological",
        "其中：生态补偿金",
        "Of transfers: ecological",
        "AAC078",
        "生态补偿金",
    ),
    _yuan(
        "transfer_other",
        "其中：其他转移性收入",
        "Of transfers: other",
        "AAC083",
        "其他转移性收入",
    ),
    _yuan(
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
        maximum=_FEN_MAX,
        width=14,
        help=Text(
            "只用于核对；纯收入由系统按各项计算。",
            "Only compared: the system computes it from its parts.",
        ),
        aliases=("年纯收入", "纯收入"),
    ),
)

_LAND = (
    _mu("land_arable_mu", "耕地面积", "Arable land", "AAC301"),
    _mu("land_irrigated_mu", "有效灌溉面积", "Irrigated land", "AAC302"),
    _mu("land_forest_mu", "林地面积", "Forest", "AAC303"),
    _mu("land_returned_mu", "退耕还林面积", "Returned to forest", "AAC304"),
    _mu("land_orchard_mu", "林果面积", "Orchards", "AAC305"),
    _mu("land_pasture_mu", "牧草地面积", "Pasture", "AAC306"),
    _mu("land_water_mu", "水面面积", "Water surface", "AAC307"),
    _yes_no("has_production_power", "是否通生产用电", "Power for production", "AAC308"),
    _yes_no("is_coop_member", "是否加入合作社", "Member of a cooperative", "AAC084"),
    _yes_no(
        "is_led_by_enterprise", "是否有龙头企业带动", "Led by an enterprise", "AAC088"
    ),
    _yes_no(
        "is_led_by_leader", "是否有致富带头人带动", "Led by a local leader", "AAC089"
    ),
)

_LIVING = (
    _yes_no("is_water_difficult", "是否饮水困难", "Water difficult", "AAC311"),
    _yes_no("is_water_safe", "是否饮水安全", "Water safe", "AAC312"),
    _yes_no("has_power", "是否通生活用电", "Power at home", "AAC313"),
    _yes_no("has_radio_tv", "是否通广播电视", "Radio and television", "AAC314"),
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
    _code("road_type", "入户路类型", "Access road", code_lists.ROAD, "AAC316"),
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
    _yes_no("is_house_dangerous", "是否危房", "House dangerous", "AAC318"),
    _code(
        "house_grade",
        "住房鉴定等级",
        "House grade",
        code_lists.HOUSE_GRADE,
        "AAC322",
        "危房等级",
    ),
    _code("house_structure", "住房结构", "House structure", code_lists.HOUSE_STRUCTURE),
    Column(
        "house_built_year",
        Text("建房年份", "Year built"),
        Kind.YEAR,
        minimum=1900,
        maximum=2100,
        width=10,
    ),
    _yes_no("has_toilet", "是否有卫生厕所", "Sanitary toilet", "AAC319"),
    _code("fuel", "主要燃料类型", "Main fuel", code_lists.FUEL, "AAC320"),
    _yes_no("is_relocation_wanted", "是否有搬迁意愿", "Wants to relocate"),
    _code("relocation_mode", "搬迁方式", "Relocation mode", code_lists.RELOCATION_MODE),
    _code("resettlement", "安置方式", "Resettlement", code_lists.RESETTLEMENT),
    _code(
        "resettlement_place",
        "安置地",
        "Place of resettlement",
        code_lists.RESETTLEMENT_PLACE,
    ),
)

_GUARANTEES = (
    _yes_no("guaranteed_food", "不愁吃", "Food without worry", "", "是否不愁吃"),
    _yes_no(
        "guaranteed_clothing", "不愁穿", "Clothing without worry", "", "是否不愁穿"
    ),
    _yes_no("guaranteed_education", "义务教育有保障", "Education guaranteed"),
    _yes_no("guaranteed_medical", "基本医疗有保障", "Medical care guaranteed"),
    _yes_no("guaranteed_housing", "住房安全有保障", "Housing guaranteed"),
    _yes_no("guaranteed_water", "饮水安全有保障", "Water guaranteed"),
)

HOUSEHOLD_SHEET = Sheet(
    "households",
    Text("户", "Households"),
    (*_IDENTITY_OF_HOUSEHOLD, *_INCOME, *_LAND, *_LIVING, *_GUARANTEES),
    key_columns=("division_code", "household_no"),
    aliases=("户信息", "贫困户", "家庭信息", "贫困户信息"),
)

MEMBER_SHEET = Sheet(
    "members",
    Text("成员", "Members"),
    (
        _DIVISION_CODE,
        _HOUSEHOLD_NO,
        Column(
            "name",
            Text("姓名", "Name"),
            Kind.TEXT,
            required=True,
            width=12,
            maximum=60,
            external_code="AAB002",
            aliases=("成员姓名",),
            example="张三",
        ),
        Column(
            "sex",
            Text("性别", "Sex"),
            Kind.CODE,
            codes=code_lists.SEX,
            width=8,
            external_code="AAB003",
            example="男",
        ),
        Column(
            "identity_number",
            Text("身份证号码", "Identity number"),
            Kind.IDENTITY,
            sensitive=True,
            width=22,
            help=Text(
                "18 位，文本格式；无号码的留空并填出生日期。",
                "18 characters, as text; without one leave it empty and give the "
                "birth date.",
            ),
            aliases=("身份证号", "公民身份号码", "证件号码", "身份号码"),
            external_code="AAB004",
        ),
        Column(
            "birth_date",
            Text("出生日期", "Birth date"),
            Kind.DATE,
            width=12,
            help=Text(
                "有身份证号码的可留空。", "May stay empty beside an identity number."
            ),
            aliases=("出生年月日",),
        ),
        Column(
            "relation",
            Text("与户主关系", "Relation to head"),
            Kind.CODE,
            codes=code_lists.RELATION,
            required=True,
            width=14,
            help=Text(
                "每户有且只有一名户主。", "Each household has one head, no more."
            ),
            external_code="AAB006",
            example="户主",
        ),
        _code("ethnicity", "民族", "Ethnic group", code_lists.ETHNICITY, "AAB007"),
        _code("education", "文化程度", "Education", code_lists.EDUCATION, "AAB008"),
        _code(
            "school_status",
            "在校生状况",
            "School status",
            code_lists.SCHOOL,
            "AAB009",
        ),
        Column(
            "dropout_reason",
            Text("失学辍学原因", "Reason for not being at school"),
            Kind.TEXT,
            maximum=80,
            width=16,
        ),
        Column(
            "health",
            Text("健康状况", "Health"),
            Kind.CODES,
            codes=code_lists.HEALTH,
            width=16,
            help=Text("可多选，用“、”分开。", "Several are separated by “、”."),
            external_code="AAB017",
            example="长期慢性病、残疾",
        ),
        Column(
            "disability_certificate",
            Text("残疾人证号", "Disability certificate"),
            Kind.IDENTITY,
            sensitive=True,
            width=24,
            help=Text(
                "20 位或 22 位；系统只存类别和等级。",
                "20 or 22 characters; only category and grade are stored.",
            ),
            aliases=("残疾证号", "残疾人证号码"),
        ),
        _code("labour", "劳动技能", "Labour", code_lists.LABOUR, "AAB010", "劳动能力"),
        _code("work_area", "务工区域", "Work area", code_lists.WORK_AREA, "AAB011"),
        Column(
            "work_months",
            Text("务工时间", "Work time in the year"),
            Kind.INTEGER,
            unit=_MONTHS,
            minimum=0,
            maximum=12,
            width=12,
            external_code="AAB012",
            aliases=("务工月数",),
        ),
        _yes_no("has_basic_medical", "是否参加基本医疗保险", "Basic medical", "AAB013"),
        _yes_no(
            "has_serious_illness_insurance",
            "是否参加大病保险",
            "Serious-illness insurance",
            "AAB022",
        ),
        _yes_no("has_basic_pension", "是否参加基本养老保险", "Basic pension", "AAB014"),
        _yes_no(
            "has_commercial_medical",
            "是否参加商业补充医疗保险",
            "Commercial medical insurance",
            "AAB067",
        ),
        _yes_no(
            "has_accident_insurance",
            "是否接受意外保险补贴",
            "Accident insurance",
            "AAB066",
        ),
        _yes_no("is_on_dibao", "是否享受低保", "On Dibao", "AAB030"),
        _yes_no("is_soldier", "是否现役军人", "Active soldier", "AAB019"),
        _yes_no("speaks_mandarin", "是否会讲普通话", "Speaks Mandarin", "AAB065"),
        _code(
            "politics", "政治面貌", "Political status", code_lists.POLITICS, "AAK033"
        ),
        _yes_no("shares_income", "是否共享收入", "Shares income", "", "是否共同生活"),
        Column(
            "left_date",
            Text("减少日期", "Left on"),
            Kind.DATE,
            width=12,
            help=Text(
                "成员死亡、婚出、迁出等的日期；其资料仍保留。",
                "Day of death, marriage out and the like; the record stays.",
            ),
        ),
        _code("left_reason", "减少原因", "Why left", code_lists.MEMBER_CHANGE),
    ),
    aliases=("家庭成员", "成员信息", "人员", "贫困人口"),
    required=False,
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
