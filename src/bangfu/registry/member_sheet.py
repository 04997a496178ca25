"""The sheet of the members of households."""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Column, Kind, Sheet
from bangfu.registry import code_lists
from bangfu.registry.sheet_columns import (
    DIVISION_CODE,
    HOUSEHOLD_NO,
    code_column,
    yes_no_column,
)

_MONTHS = Text("月", "months")

MEMBER_SHEET = Sheet(
    "members",
    Text("成员", "Members"),
    (
        DIVISION_CODE,
        HOUSEHOLD_NO,
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
        code_column(
            "ethnicity", "民族", "Ethnic group", code_lists.ETHNICITY, "AAB007"
        ),
        code_column(
            "education", "文化程度", "Education", code_lists.EDUCATION, "AAB008"
        ),
        code_column(
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
        code_column(
            "labour", "劳动技能", "Labour", code_lists.LABOUR, "AAB010", "劳动能力"
        ),
        code_column(
            "work_area", "务工区域", "Work area", code_lists.WORK_AREA, "AAB011"
        ),
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
        yes_no_column(
            "has_basic_medical", "是否参加基本医疗保险", "Basic medical", "AAB013"
        ),
        yes_no_column(
            "has_serious_illness_insurance",
            "是否参加大病保险",
            "Serious-illness insurance",
            "AAB022",
        ),
        yes_no_column(
            "has_basic_pension", "是否参加基本养老保险", "Basic pension", "AAB014"
        ),
        yes_no_column(
            "has_commercial_medical",
            "是否参加商业补充医疗保险",
            "Commercial medical insurance",
            "AAB067",
        ),
        yes_no_column(
            "has_accident_insurance",
            "是否接受意外保险补贴",
            "Accident insurance",
            "AAB066",
        ),
        yes_no_column("is_on_dibao", "是否享受低保", "On Dibao", "AAB030"),
        yes_no_column("is_soldier", "是否现役军人", "Active soldier", "AAB019"),
        yes_no_column("speaks_mandarin", "是否会讲普通话", "Speaks Mandarin", "AAB065"),
        code_column(
            "politics", "政治面貌", "Political status", code_lists.POLITICS, "AAK033"
        ),
        yes_no_column(
            "shares_income", "是否共享收入", "Shares income", "", "是否共同生活"
        ),
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
        code_column("left_reason", "减少原因", "Why left", code_lists.MEMBER_CHANGE),
    ),
    aliases=("家庭成员", "成员信息", "人员", "贫困人口"),
    required=False,
)
