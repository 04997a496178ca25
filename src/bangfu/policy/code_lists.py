"""Codes that pack tables use, with their names; other apps store the same codes."""

from __future__ import annotations

import enum

from bangfu.calc.values.text import Text


class Rank(enum.StrEnum):
    """Rank of an official (职级), from the highest down."""

    CITY_LEADER = "city_leader"
    COUNTY_LEADER = "county_leader"
    DEPUTY_COUNTY = "deputy_county"
    SECTION_HEAD = "section_head"
    DEPUTY_SECTION = "deputy_section"
    STAFF = "staff"

    @property
    def text(self) -> Text:
        """The rank's name."""
        return _RANK_TEXTS[self]


_RANK_TEXTS = {
    Rank.CITY_LEADER: Text("市级领导", "city leader"),
    Rank.COUNTY_LEADER: Text("正县（处）级", "county (division) level"),
    Rank.DEPUTY_COUNTY: Text("副县（处）级", "deputy county (division) level"),
    Rank.SECTION_HEAD: Text("正科级", "section head"),
    Rank.DEPUTY_SECTION: Text("副科级", "deputy section head"),
    Rank.STAFF: Text("一般干部", "ordinary staff"),
}


class UnitLevel(enum.StrEnum):
    """Level of an official's unit; a higher unit stationed in the city is "city"."""

    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"

    @property
    def text(self) -> Text:
        """The level's name."""
        return _UNIT_LEVEL_TEXTS[self]


_UNIT_LEVEL_TEXTS = {
    UnitLevel.CITY: Text("市直、驻市单位", "city unit or unit stationed in the city"),
    UnitLevel.COUNTY: Text("县（市、区）直单位", "county unit"),
    UnitLevel.TOWNSHIP: Text("乡（镇）", "township"),
}


class Expertise(enum.StrEnum):
    """What an official knows best (专长)."""

    AGRICULTURE = "agriculture"
    HEALTH = "health"
    EDUCATION = "education"
    FINANCE = "finance"
    CONSTRUCTION = "construction"
    LABOUR = "labour"
    CIVIL = "civil"
    GENERAL = "general"

    @property
    def text(self) -> Text:
        """The field's name."""
        return _EXPERTISE_TEXTS[self]


_EXPERTISE_TEXTS = {
    Expertise.AGRICULTURE: Text("农业技术", "agriculture"),
    Expertise.HEALTH: Text("卫生健康", "health"),
    Expertise.EDUCATION: Text("教育", "education"),
    Expertise.FINANCE: Text("金融", "finance"),
    Expertise.CONSTRUCTION: Text("住建交通", "construction and transport"),
    Expertise.LABOUR: Text("人社", "labour and social security"),
    Expertise.CIVIL: Text("民政", "civil affairs"),
    Expertise.GENERAL: Text("综合", "general"),
}

# Causes of poverty, list L2 of the national form; they name a household's main need.
CAUSES = {
    "1": Text("因病", "illness"),
    "2": Text("因残", "disability"),
    "3": Text("因学", "schooling"),
    "4": Text("因灾", "disaster"),
    "5": Text("缺土地", "lack of land"),
    "6": Text("缺水", "lack of water"),
    "7": Text("缺技术", "lack of skills"),
    "8": Text("缺劳力", "lack of labour"),
    "9": Text("缺资金", "lack of capital"),
    "10": Text("交通条件落后", "poor transport"),
    "11": Text("自身发展动力不足", "lack of motivation"),
    "12": Text("因婚", "marriage"),
    "13": Text("因丧", "funeral"),
    "99": Text("其他", "other"),
}

HOLIDAYS = {
    "new_year": Text("元旦", "New Year"),
    "spring_festival": Text("春节", "Spring Festival"),
    "qingming": Text("清明节", "Qingming"),
    "labour_day": Text("劳动节", "Labour Day"),
    "dragon_boat": Text("端午节", "Dragon Boat Festival"),
    "mid_autumn": Text("中秋节", "Mid-Autumn Festival"),
    "national_day": Text("国庆节", "National Day"),
    "victory_day": Text("抗战胜利纪念日", "Victory Day"),
}

# On what an amount of income rests.
EVIDENCE = {
    "bank": Text("银行流水", "bank record"),
    "contract": Text("合同或工资单", "contract or pay slip"),
    "record": Text("部门或第三方记录", "record of a third party"),
    "statement": Text("农户陈述并签字", "signed statement"),
    "estimate": Text("估算", "estimate"),
    "expected": Text("预期收入", "expected income"),
}
