"""The two workbooks of the staff side: units, and officials with their declared kin.

One row is one unit or one official. An official's kin stand in the same row, so that
the official and the kin are accepted or refused together. The columns' keys are those
of the models; `kin<n>_*` are the relatives 1 to KIN_MAX.
"""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Column, Kind, Sheet, Workbook
from bangfu.pairing.code_lists import (
    AFFILIATION,
    EXPERTISE,
    KIN_RELATION,
    RANK,
    SEX,
    UNIT_LEVEL,
)

KIN_MAX = 3

_KM = Text("公里", "km")
_DEGREES = Text("度", "degrees")

_DIVISION_CODE = Column(
    "division_code",
    Text("单位所属区划代码", "Unit's division code"),
    Kind.DIVISION,
    required=True,
    width=18,
    help=Text(
        "单位由哪一级管理就填哪一级的区划代码：市 4 位、县 6 位、乡 9 位。",
        "Code of the division that keeps the unit: city 4, county 6, township 9 "
        "digits.",
    ),
    aliases=("所属区划代码", "单位区划代码", "区划代码", "unit_division_code"),
    example="990101",
)
_UNIT_NO = Column(
    "unit_no",
    Text("单位编号", "Unit number"),
    Kind.NUMBER_TEXT,
    required=True,
    width=14,
    help=Text(
        "同一区划内不重复；统一社会信用代码或自编号均可。",
        "Unique within the division; the social credit code or a number of your own.",
    ),
    aliases=("单位代码", "单位编码"),
    minimum=1,
    maximum=30,
    example="U001",
)

UNITS_SHEET = Sheet(
    "units",
    Text("帮扶单位", "Units"),
    (
        _DIVISION_CODE,
        _UNIT_NO,
        Column(
            "name",
            Text("单位名称", "Unit name"),
            Kind.TEXT,
            required=True,
            width=30,
            maximum=120,
            example="某县农业局",
        ),
        Column(
            "level",
            Text("单位层级", "Unit level"),
            Kind.CODE,
            required=True,
            codes=UNIT_LEVEL,
            width=18,
            help=Text(
                "决定干部的帮扶档次；省以上驻市单位填“市直、驻市单位”。",
                "Decides the tier of its officials; higher units stationed in the city "
                "count as city units.",
            ),
            example="县（市、区）直单位",
        ),
        Column(
            "affiliation",
            Text("单位隶属", "Affiliation"),
            Kind.CODE,
            codes=AFFILIATION,
            width=12,
            example="县级",
        ),
        Column(
            "serves_code",
            Text("帮扶范围区划代码", "Served division code"),
            Kind.DIVISION,
            width=18,
            help=Text(
                "该单位干部可结对的地区；留空表示单位所属区划。",
                "Where its officials may be paired; empty means the unit's division.",
            ),
            aliases=("帮扶范围", "包扶区划代码"),
            example="990101",
        ),
        Column(
            "workplace_code",
            Text("办公地点区划代码", "Place of work, division code"),
            Kind.DIVISION,
            width=18,
            help=Text(
                "没有坐标时，以该区划的中心计算路程。",
                "Without coordinates the way is counted from this division's middle.",
            ),
            aliases=("办公地点",),
            example="990101001",
        ),
        Column(
            "longitude",
            Text("经度", "Longitude"),
            Kind.DECIMAL,
            unit=_DEGREES,
            decimals=6,
            minimum=-180,
            maximum=180,
            width=12,
        ),
        Column(
            "latitude",
            Text("纬度", "Latitude"),
            Kind.DECIMAL,
            unit=_DEGREES,
            decimals=6,
            minimum=-85,
            maximum=85,
            width=12,
        ),
        Column(
            "x_km",
            Text("东向坐标", "East"),
            Kind.DECIMAL,
            unit=_KM,
            decimals=3,
            minimum=-20_000,
            maximum=20_000,
            width=12,
        ),
        Column(
            "y_km",
            Text("北向坐标", "North"),
            Kind.DECIMAL,
            unit=_KM,
            decimals=3,
            minimum=-20_000,
            maximum=20_000,
            width=12,
        ),
    ),
    key_columns=("division_code", "unit_no"),
    aliases=("单位", "单位名册"),
)

UNITS = Workbook(
    "units",
    Text("帮扶单位名册", "Roll of units"),
    (UNITS_SHEET,),
    instructions=(
        Text(
            "一行一个单位；带 * 的列必填。",
            "One row a unit; fill the columns with *.",
        ),
        Text(
            "坐标可填经度和纬度，或东向和北向公里数；都不填时按办公地点区划计算。",
            "Give longitude and latitude, or km east and north; without either the "
            "division of the place of work is used.",
        ),
        Text(
            "单位名册须先于干部名册导入。",
            "Import the units before the officials.",
        ),
    ),
)


def _yes_no(key: str, title: Text, *aliases: str, help: Text | None = None) -> Column:  # noqa: A002
    return Column(key, title, Kind.BOOL, width=10, aliases=aliases, help=help)


def _kin_columns(number: int) -> tuple[Column, ...]:
    return (
        Column(
            f"kin{number}_relation",
            Text(f"亲属{number}关系", f"Relative {number}: relation"),
            Kind.CODE,
            codes=KIN_RELATION,
            width=14,
            help=Text(
                "与干部本人的关系；用于回避，不得与亲属所在户结对。",
                "Relation to the official, who is never paired with that household.",
            ),
        ),
        Column(
            f"kin{number}_identity_number",
            Text(f"亲属{number}身份号码", f"Relative {number}: identity number"),
            Kind.IDENTITY,
            width=22,
            sensitive=True,
            help=Text(
                "身份号码，或村代码加户编号，任填一种。",
                "The identity number, or village code and household number.",
            ),
        ),
        Column(
            f"kin{number}_village_code",
            Text(f"亲属{number}所在村代码", f"Relative {number}: village code"),
            Kind.DIVISION,
            width=16,
        ),
        Column(
            f"kin{number}_household_no",
            Text(f"亲属{number}户编号", f"Relative {number}: household number"),
            Kind.NUMBER_TEXT,
            width=14,
            maximum=30,
        ),
    )


OFFICIALS_SHEET = Sheet(
    "officials",
    Text("帮扶干部", "Officials"),
    (
        _DIVISION_CODE,
        _UNIT_NO,
        Column(
            "official_no",
            Text("干部编号", "Official number"),
            Kind.NUMBER_TEXT,
            required=True,
            width=14,
            help=Text("同一单位内不重复。", "Unique within the unit."),
            aliases=("人员编号", "工号"),
            minimum=1,
            maximum=30,
            example="001",
        ),
        Column(
            "name",
            Text("姓名", "Name"),
            Kind.TEXT,
            required=True,
            width=12,
            maximum=60,
            aliases=("干部姓名",),
            example="张三",
        ),
        Column("sex", Text("性别", "Sex"), Kind.CODE, codes=SEX, width=8, example="男"),
        Column(
            "rank",
            Text("职级", "Rank"),
            Kind.CODE,
            required=True,
            codes=RANK,
            width=14,
            help=Text(
                "与单位层级、是否主要负责人、是否党员一起决定帮扶档次。",
                "Decides the tier, with unit level, top leader and Party member.",
            ),
            example="正科级",
        ),
        Column(
            "post",
            Text("职务", "Post"),
            Kind.TEXT,
            width=16,
            maximum=80,
            example="局长",
        ),
        _yes_no(
            "is_top_leader",
            Text("是否单位主要负责人", "Top leader"),
            "是否一把手",
            "一把手",
            "是否主要负责人",
        ),
        _yes_no(
            "is_party_member", Text("是否中共党员", "Party member"), "是否党员", "党员"
        ),
        _yes_no(
            "is_in_post",
            Text("是否在职", "In post"),
            "在职",
            help=Text(
                "留空视为在职；调离、退休填“否”，其结对随下一方案终止。",
                "Empty means in post; “no” for who left: the next run ends the pairs.",
            ),
        ),
        _yes_no(
            "is_three_sends",
            Text("是否“三送”干部", "Three-sends official"),
            "是否三送干部",
            "三送干部",
        ),
        Column(
            "expertise",
            Text("专长", "Field of expertise"),
            Kind.CODE,
            codes=EXPERTISE,
            width=14,
            example="农业技术",
        ),
        Column(
            "office_phone",
            Text("办公电话", "Office phone"),
            Kind.NUMBER_TEXT,
            width=16,
            maximum=30,
            help=Text("公开在帮扶明白卡上。", "Printed on the household's card."),
        ),
        Column(
            "stated_tier",
            Text("帮扶档次", "Stated tier"),
            Kind.TEXT,
            width=10,
            maximum=20,
            help=Text(
                "仅用于核对；档次由系统按政策认定。",
                "Only compared: the tier follows from the policy.",
            ),
            aliases=("档次",),
        ),
        *(column for n in range(1, KIN_MAX + 1) for column in _kin_columns(n)),
    ),
    key_columns=("division_code", "unit_no", "official_no"),
    aliases=("干部", "干部名册", "帮扶责任人"),
)

OFFICIALS = Workbook(
    "officials",
    Text("帮扶干部名册", "Roll of officials"),
    (OFFICIALS_SHEET,),
    instructions=(
        Text(
            "一行一名干部；带 * 的列必填。",
            "One row an official; fill the columns with *.",
        ),
        Text(
            "不需要干部本人的身份号码，请勿填写。",
            "The official's own identity number is not asked for; leave it out.",
        ),
        Text(
            "最多填 {most} 名在贫困户中的亲属，用于结对回避。",
            "State up to {most} relatives in poor households, for avoidance.",
            {"most": KIN_MAX},
        ),
        Text(
            "帮扶档次由系统按政策参数认定，名册中所填仅作核对。",
            "Tiers follow from the policy; what the roster says is only compared.",
        ),
    ),
)
