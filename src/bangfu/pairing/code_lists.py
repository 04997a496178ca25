"""Code lists of the staff roster.

Unit affiliation is L14 of the national form. Rank, unit level and expertise are the
codes that the policy pack's tier rules use, so that a rule and a roster cannot drift.
"""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import CodeList
from bangfu.policy.code_lists import Expertise, Rank, UnitLevel

AFFILIATION = CodeList(
    "affiliation",
    Text("单位隶属", "affiliation"),
    (
        ("1", Text("中央", "central")),
        ("2", Text("省级", "province")),
        ("3", Text("市级", "city")),
        ("4", Text("县级", "county")),
        ("5", Text("乡级", "township")),
        ("6", Text("部队", "army")),
        ("9", Text("其他", "other")),
    ),
)
RANK = CodeList(
    "rank", Text("职级", "rank"), tuple((rank.value, rank.text) for rank in Rank)
)
UNIT_LEVEL = CodeList(
    "unit_level",
    Text("单位层级", "unit level"),
    tuple((level.value, level.text) for level in UnitLevel),
)
EXPERTISE = CodeList(
    "expertise",
    Text("专长", "field of expertise"),
    tuple((field.value, field.text) for field in Expertise),
)
SEX = CodeList(
    "sex",
    Text("性别", "sex"),
    (("1", Text("男", "male")), ("2", Text("女", "female"))),
)
# The relations that the Civil Servant Law names for avoidance (2018 text, article 74).
KIN_RELATION = CodeList(
    "kin_relation",
    Text("亲属关系", "relation"),
    (
        ("spouse", Text("配偶", "spouse")),
        ("direct", Text("直系血亲", "direct blood relative")),
        ("collateral", Text("三代以内旁系血亲", "collateral within three generations")),
        ("in_law", Text("近姻亲", "close relative by marriage")),
        ("other", Text("其他亲属", "other relative")),
    ),
    aliases={
        "夫妻": "spouse",
        "丈夫": "spouse",
        "妻子": "spouse",
        "父亲": "direct",
        "母亲": "direct",
        "父母": "direct",
        "子女": "direct",
        "儿子": "direct",
        "女儿": "direct",
        "祖父": "direct",
        "祖母": "direct",
        "兄弟": "collateral",
        "姐妹": "collateral",
        "兄弟姐妹": "collateral",
        "叔伯": "collateral",
        "岳父": "in_law",
        "岳母": "in_law",
        "公公": "in_law",
        "婆婆": "in_law",
        "其他": "other",
    },
)
