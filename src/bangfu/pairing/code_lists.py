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
