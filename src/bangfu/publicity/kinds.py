"""Kinds of notices: who posts them, which parameter says for how long, what they must say."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bangfu.calc.values.division_code import Level
from bangfu.calc.values.text import Text


class KindCode(enum.StrEnum):
    """The kinds."""

    ENTRY_FIRST = "entry_first"
    ENTRY_SECOND = "entry_second"
    ENTRY_ANNOUNCED = "entry_announced"
    EXIT = "exit"
    EXIT_ANNOUNCED = "exit_announced"
    REMOVAL = "removal"
    MONITOR = "monitor"
    MONITOR_CLEARED = "monitor_cleared"
    FUND = "fund"
    PROJECT_VILLAGE = "project_village"
    PROJECT_TOWNSHIP = "project_township"
    PROJECT_COUNTY = "project_county"
    PAYMENT = "payment"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a notice must say besides its list.

    is_contact: a telephone number of the office may stand here.
    """

    key: str
    text: Text
    is_contact: bool = False
    initial: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice.

    days_key: the parameter of the policy pack that holds the length of the window; None
    for an announcement, to which complaints are always open and which stops nothing.
    """

    code: KindCode
    text: Text
    days_key: str | None
    levels: tuple[Level, ...]
    items: tuple[Item, ...]


_UNIT = Item("unit", Text("公示单位", "posting office"))
_BASIS = Item("basis", Text("公示依据", "basis"))
_HOTLINE = Item(
    "hotline", Text("监督电话", "hotline"), is_contact=True, initial="12317"
)
_ADDRESS = Item("address", Text("异议受理地点", "where objections are taken"))
_MEETING = Item("meeting", Text("民主评议情况", "the villagers' review"))
_DOCUMENT = Item("document_no", Text("批准文号", "number of the document"))
_AMOUNT = Item("amount", Text("资金总额", "total amount"))
_SOURCE = Item("fund_source", Text("资金来源", "source of the money"))
_STANDARD = Item("standard", Text("补助标准", "standard of the benefit"))
_COMMON = (_UNIT, _BASIS, _HOTLINE, _ADDRESS)
_VILLAGE, _TOWNSHIP, _COUNTY = Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY
_ALL = (_VILLAGE, _TOWNSHIP, _COUNTY, Level.CITY)

KINDS = {
    kind.code: kind
    for kind in (
        Kind(
            KindCode.ENTRY_FIRST,
            Text("识别第一次公示", "first posting at entry"),
            "publicity.entry.days",
            (_VILLAGE,),
            (*_COMMON, _MEETING),
        ),
        Kind(
            KindCode.ENTRY_SECOND,
            Text("识别第二次公示", "second posting at entry"),
            "publicity.entry_second.days",
            (_TOWNSHIP,),
            _COMMON,
        ),
        Kind(
            KindCode.ENTRY_ANNOUNCED,
            Text("建档立卡公告", "announcement of registration"),
            None,
            (_COUNTY,),
            (*_COMMON, _DOCUMENT),
        ),
        Kind(
            KindCode.EXIT,
            Text("退出公示", "posting at exit"),
            "publicity.exit.days",
            (_VILLAGE,),
            (*_COMMON, _MEETING),
        ),
        Kind(
            KindCode.EXIT_ANNOUNCED,
            Text("退出公告", "announcement of exit"),
            None,
            (_COUNTY,),
            (*_COMMON, _DOCUMENT),
        ),
        Kind(
            KindCode.REMOVAL,
            Text("清退公示", "posting of a removal"),
            "publicity.removal.days",
            (_VILLAGE, _TOWNSHIP),
            (*_COMMON, _MEETING),
        ),
        Kind(
            KindCode.MONITOR,
            Text("监测对象公示", "posting of monitored households"),
            "publicity.monitor.days",
            (_VILLAGE,),
            (*_COMMON, _MEETING),
        ),
        Kind(
            KindCode.MONITOR_CLEARED,
            Text("风险消除公示", "posting of removed risks"),
            "publicity.monitor.days",
            (_VILLAGE,),
            (*_COMMON, _MEETING),
        ),
        Kind(
            KindCode.FUND,
            Text("资金项目公示", "posting of funds and projects"),
            "publicity.fund.days",
            _ALL,
            (*_COMMON, _AMOUNT, _SOURCE),
        ),
        Kind(
            KindCode.PROJECT_VILLAGE,
            Text("项目村级公示", "posting of projects in the village"),
            "publicity.fund.days",
            (_VILLAGE,),
            (*_COMMON, _AMOUNT, _SOURCE),
        ),
        Kind(
            KindCode.PROJECT_TOWNSHIP,
            Text("项目乡镇公示", "posting of projects in the township"),
            "publicity.fund.days",
            (_TOWNSHIP,),
            (*_COMMON, _AMOUNT, _SOURCE),
        ),
        Kind(
            KindCode.PROJECT_COUNTY,
            Text("项目县级公示", "posting of projects in the county"),
            "publicity.fund.days",
            (_COUNTY,),
            (*_COMMON, _AMOUNT, _SOURCE),
        ),
        Kind(
            KindCode.PAYMENT,
            Text("一卡通发放公示", "posting of payments"),
            "publicity.payment.days",
            (_VILLAGE, _TOWNSHIP),
            (*_COMMON, _AMOUNT, _STANDARD),
        ),
        Kind(
            KindCode.OTHER,
            Text("其他公示", "other posting"),
            "publicity.other.days",
            _ALL,
            _COMMON,
        ),
    )
}


def kind(code: str) -> Kind:
    """Return a kind; an unknown code is a programming error."""
    return KINDS[KindCode(code)]
