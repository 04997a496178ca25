"""The name of every rule that a finding of an import can break, in words.

One table for all: V1 to V15, what the tables themselves cannot hold, what the reader
refuses in a cell, and what the rosters of units and officials are checked for, because
one page shows the findings of every kind of import. Light: pages load it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bangfu.calc.values.text import Text

_NUMBERED = re.compile(r"V[0-9]+")

V_RULES: Mapping[str, Text] = {
    "V1": Text("身份证号码", "identity number"),
    "V2": Text("残疾人证", "disability certificate"),
    "V3": Text("户主与配偶", "head and spouse"),
    "V4": Text("关系与性别", "relation and sex"),
    "V5": Text("重复登记", "registered twice"),
    "V6": Text("在校与学龄", "school and age"),
    "V7": Text("劳动能力", "labour"),
    "V8": Text("务工与工资", "work and wage"),
    "V9": Text("收入合计", "sums of income"),
    "V10": Text("低保与养老金", "Dibao and pension"),
    "V11": Text("危房等级", "dangerous house"),
    "V12": Text("致贫原因", "causes"),
    "V13": Text("收入变动与贴线", "income change and line"),
    "V14": Text("五保户劳力", "five-guarantee labour"),
    "V15": Text("雷同数据", "copied values"),
}

_OF_THE_REGISTER: Mapping[str, Text] = {
    "left": Text("成员减少", "members who left"),
    "causes": Text("致贫原因项数", "number of causes"),
    "status": Text("脱贫状态", "status"),
    "year": Text("收入年度", "year of income"),
    "as_of": Text("名册截止日期", "date of the roll"),
    "blank_key": Text("户编号为空或为 0", "household number empty or zero"),
    "bad_key": Text("户编号写法", "form of the household number"),
    "not_a_village": Text("不是村代码", "not the code of a village"),
    "out_of_scope": Text("超出管辖范围", "outside your division"),
    "unknown_village": Text("区划库中没有的村", "village not on file"),
    "no_household": Text("成员无对应户", "member of no household"),
    "with_household": Text("随整户退回", "back with its household"),
}

_OF_CELLS: Mapping[str, Text] = {
    "required": Text("必填项为空", "required cell empty"),
    "repeated_key": Text("重复的行", "repeated row"),
    "error_cell": Text("公式错误值", "formula error"),
    "turned_into_date": Text("被表格软件改成日期", "turned into a date"),
    "numeric_identity": Text("证件号为数字格式", "identity number as a number"),
    "digits_lost": Text("数字位数丢失", "digits lost"),
    "too_long": Text("内容过长", "text too long"),
    "out_of_range": Text("超出允许范围", "out of range"),
    "unknown_code": Text("不认识的选项", "unknown option"),
    "not_yes_or_no": Text("应填是或否", "neither yes nor no"),
    "not_a_division": Text("不是区划代码", "not a division code"),
    "not_a_date": Text("不是日期", "not a date"),
    "not_a_year": Text("不是年份", "not a year"),
    "not_a_number": Text("不是数字", "not a number"),
    "too_many_decimals": Text("小数位数过多", "too many decimals"),
    "unread_sheet": Text("未读取的工作表", "sheet not read"),
    "unknown_columns": Text("未读取的列", "columns not read"),
    "converted_unit": Text("单位已换算", "unit converted"),
}

_OF_ROSTERS: Mapping[str, Text] = {
    "not_a_unit_level": Text("单位所属区划层级", "level of the unit's division"),
    "unknown_division": Text("区划库中没有的代码", "division not on file"),
    "serves_beyond": Text("帮扶范围超出管辖", "serves beyond your division"),
    "level_differs": Text("单位层级不一致", "level of the unit differs"),
    "half_a_place": Text("坐标不成对", "half a coordinate"),
    "no_plane": Text("本市无区划坐标", "no points of the city"),
    "no_unit": Text("单位未登记", "unit not registered"),
    "tier_differs": Text("档次与认定不一致", "tier differs"),
    "half_a_key": Text("户的代码不完整", "half a household's key"),
    "nobody_named": Text("亲属未写明", "kin not named"),
    "identity_number": Text("亲属身份证号码", "identity number of kin"),
    "household_not_registered": Text("亲属所在户未登记", "kin's household not on file"),
}

NAMES: Mapping[str, Text] = {
    **V_RULES,
    **_OF_THE_REGISTER,
    **_OF_CELLS,
    **_OF_ROSTERS,
}


def name_of(code: str) -> Text:
    """Return the name of a rule; of one that is not in the table, its code."""
    return NAMES.get(code) or Text(code, code)


def titled(code: str) -> Text:
    """Return a rule as people speak of it: “V1 身份证号码”; words alone without number."""
    name = name_of(code)
    if _NUMBERED.fullmatch(code) is None:
        return name
    return Text("{code} {name}", "{code} {name}", {"code": code, "name": name})


def order(code: str) -> tuple[int, str]:
    """Return by what rules are listed: V1, V2 … V15, then the others by code."""
    number = code[1:] if _NUMBERED.fullmatch(code) else ""
    return (int(number) if number else len(V_RULES) + 1, code)
