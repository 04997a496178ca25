"""Frames for the rules, from a few facts; what is not said is unknown."""

from __future__ import annotations

from datetime import date

import polars as pl

from bangfu.calc.values.identity import make_identity_number
from bangfu.registry.rules.every import check_all
from bangfu.registry.rules.frames import Breach, Frames, Limits
from bangfu.registry.rules.incomes import AMOUNTS
from bangfu.registry.rules.persons import identity_birth, identity_sex, is_shaped

ON = date(2016, 3, 1)
LIMITS = Limits(on=ON, line_fen={2015: 296_800}, demo=True)

_HOUSEHOLD = {
    "household": pl.UInt32,
    "is_new": pl.Boolean,
    "division_code": pl.String,
    "household_no": pl.String,
    "status": pl.String,
    "old.status": pl.String,
    "old.has_case": pl.Boolean,
    "attribute": pl.String,
    "cause_main": pl.String,
    "cause_other": pl.List(pl.String),
    "is_house_dangerous": pl.Boolean,
    "house_grade": pl.String,
}
_MEMBER = {
    "member": pl.UInt32,
    "household": pl.UInt32,
    "is_given": pl.Boolean,
    "is_live": pl.Boolean,
    "name": pl.String,
    "sex": pl.String,
    "birth_date": pl.Date,
    "identity_number": pl.String,
    "identity_key": pl.Binary,
    "relation": pl.String,
    "education": pl.String,
    "school_status": pl.String,
    "dropout_reason": pl.String,
    "health": pl.List(pl.String),
    "disability_certificate": pl.String,
    "disability_grade": pl.String,
    "labour": pl.String,
    "work_months": pl.Int64,
    "is_on_dibao": pl.Boolean,
    "left_date": pl.Date,
    "left_reason": pl.String,
}
_INCOME = {
    "household": pl.UInt32,
    "year": pl.Int16,
    "is_given": pl.Boolean,
    **dict.fromkeys(AMOUNTS, pl.Int64),
    "stated_net_fen": pl.Int64,
    "net_fen": pl.Int64,
    "previous_net_fen": pl.Int64,
    "sharing": pl.UInt32,
}
_ELSEWHERE = {"identity_key": pl.Binary, "place": pl.String}


def number(birth: str = "1970-01-01", sequence: int = 1) -> str:
    """A fictional identity number; odd sequences are men."""
    return make_identity_number("990101", date.fromisoformat(birth), sequence)


def head(**facts: object) -> dict[str, object]:
    """The head of household 0, a man born in 1970."""
    return {"relation": "01", "identity_number": number(), **facts}


def frames(
    *members: dict[str, object],
    households: list[dict[str, object]] | None = None,
    incomes: list[dict[str, object]] | None = None,
    elsewhere: list[tuple[str, str]] | None = None,
) -> Frames:
    """Build frames; a member belongs to household 0 unless it says otherwise."""
    return Frames(
        households=_households(households or [{}]),
        members=_members(members),
        incomes=_incomes(incomes or []),
        elsewhere=pl.DataFrame(
            [(text.encode(), place) for text, place in elsewhere or []],
            schema=_ELSEWHERE,
            orient="row",
        ),
    )


def breaches(code: str, built: Frames, limits: Limits = LIMITS) -> list[Breach]:
    """Return what breaks the rules of one code."""
    return [found for found in check_all(built, limits) if found.code == code]


def messages(code: str, built: Frames, limits: Limits = LIMITS) -> list[str]:
    """Return the Chinese sentences of one code, one a row, with severity and field."""
    return [
        f"{found.severity} {found.field}: {found.message_for(row).in_language('zh')}"
        for found in breaches(code, built, limits)
        for row in found.rows.iter_rows(named=True)
    ]


def _households(rows: list[dict[str, object]]) -> pl.DataFrame:
    full = [
        {
            "household": at,
            "is_new": True,
            "division_code": "990101001001",
            "household_no": f"{at + 1:04d}",
            **row,
        }
        for at, row in enumerate(rows)
    ]
    return pl.DataFrame(full, schema=_HOUSEHOLD)


def _members(rows: tuple[dict[str, object], ...]) -> pl.DataFrame:
    full = []
    for at, row in enumerate(rows):
        given = {"household": 0, "is_given": True, "name": f"人{at}", **row}
        full.append({"member": at, "is_live": "left_date" not in row, **given})
    frame = pl.DataFrame(full, schema=_MEMBER)
    text = pl.col("identity_number")
    shaped = pl.when(is_shaped(text)).then(text)
    frame = frame.with_columns(
        identity_key=pl.coalesce("identity_key", text.cast(pl.Binary)),
        identity_birth=identity_birth(shaped),
        identity_sex=pl.when(shaped.is_not_null()).then(identity_sex(shaped)),
    )
    return frame.with_columns(
        sex=pl.coalesce("sex", "identity_sex"),
        birth_date=pl.coalesce("birth_date", "identity_birth"),
    )


def _incomes(rows: list[dict[str, object]]) -> pl.DataFrame:
    main = ("wage_fen", "operating_fen", "property_fen", "transfer_fen")
    full = []
    for row in rows:
        amounts = {**dict.fromkeys(main, 0), "operating_expense_fen": 0, **row}
        net = sum(int(str(amounts[name])) for name in main)
        net -= int(str(amounts["operating_expense_fen"]))
        given = {"household": 0, "year": 2015, "is_given": True, "sharing": 1}
        full.append({**given, "net_fen": net, **amounts})
    return pl.DataFrame(full, schema=_INCOME)
