"""Columns that the sheets have in common, and short ways to declare a column."""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import CodeList, Column, Kind

_MU = Text("亩", "mu")
_AREA_MAX = 99_999
FEN_MAX = 10**13


def code_column(
    key: str, zh: str, en: str, codes: CodeList, external: str = "", *aliases: str
) -> Column:
    """Declare a column of codes; aliases: other headers."""
    return Column(
        key,
        Text(zh, en),
        Kind.CODE,
        codes=codes,
        external_code=external,
        aliases=aliases,
        width=14,
    )


def yes_no_column(
    key: str, zh: str, en: str, external: str = "", *aliases: str
) -> Column:
    """Declare a yes-or-no column."""
    return Column(
        key,
        Text(zh, en),
        Kind.BOOL,
        external_code=external,
        aliases=aliases,
        width=12,
    )


def mu_column(key: str, zh: str, en: str, external: str) -> Column:
    """Declare an area of land."""
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


def yuan_column(
    key: str, zh: str, en: str, external: str = "", *aliases: str
) -> Column:
    """Declare an income column. No minimum: a negative one is a finding of V9."""
    return Column(
        key,
        Text(zh, en),
        Kind.YUAN,
        external_code=external,
        aliases=aliases,
        maximum=FEN_MAX,
        width=14,
    )


DIVISION_CODE = Column(
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
HOUSEHOLD_NO = Column(
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
