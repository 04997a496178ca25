"""The frames that the rules judge, their limits, and what a rule returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import polars as pl

from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text


@dataclass(frozen=True, slots=True)
class Frames:
    """Households as they would stand after the change, with all their members.

    households: `household` (UInt32, the row's own number), `is_new` (Boolean), the
    model's fields, and as stored `old.status` and `old.has_case` (Boolean). members:
    `member`, `household` (UInt32), `is_given` (Boolean: stands in the input), `is_live`
    (Boolean), the model's fields, and `identity_number` (String, only where given),
    `disability_certificate` (likewise), `identity_key` (Binary, the blind index),
    `identity_sex` and `identity_birth` (what the number says, also of a stored one).
    incomes: `household`, `year`, the amounts (Int64, fen), `net_fen`,
    `previous_net_fen` (of the year before, null when unknown), `sharing` (UInt32, live
    members who share income), `is_given`: to be judged. elsewhere: `identity_key`, `place`
    (String): live registrations outside these households, as a household's key within
    the actor's scope, else as a county code.
    """

    households: pl.DataFrame
    members: pl.DataFrame
    incomes: pl.DataFrame
    elsewhere: pl.DataFrame

    @property
    def live(self) -> pl.DataFrame:
        """Members who belong to their household now."""
        return self.members.filter(pl.col("is_live"))


@dataclass(frozen=True, slots=True)
class Limits:
    """What the policy pack says, and the day of which the households are told.

    on: the civil day for which the rolls were drawn up; ages are taken on it. today: the
    day of the check, which no birth and no leaving may follow; `on` where it is None.
    ages in full years; `school_day`: month and day at which school age is counted.
    income_change_pct: percent. line_fen: exit line by year, fen per person. first_status:
    of a new household that states none. demo: take the fictional province 99.
    """

    on: date
    school_age_min: int = 6
    school_age_max: int = 15
    school_day: tuple[int, int] = (8, 31)
    old_age: int = 60
    pension_age: int = 60
    income_change_pct: Decimal = Decimal(50)
    line_margin_fen: int = 100
    copies_households: int = 5
    line_fen: Mapping[int, int] = field(default_factory=dict)
    first_status: str = "0"
    demo: bool = False
    today: date | None = None

    @property
    def last_day(self) -> date:
        """The day after which nothing can have happened."""
        return self.today or self.on

    @property
    def school_date(self) -> date:
        """The last day on or before `on` at which school age is counted."""
        day = date(self.on.year, *self.school_day)
        return day if day <= self.on else day.replace(year=day.year - 1)


@dataclass(frozen=True, slots=True)
class Breach:
    """Rows that break one rule in one way.

    code: V-number, or a word for what the tables themselves cannot hold. sheet:
    "households" or "members". rows: `household`, on the members' sheet also `member`,
    and a column for each place in `message`.
    """

    code: str
    sheet: str
    field: str | None
    message: Text
    rows: pl.DataFrame
    severity: Severity = Severity.DOUBTFUL

    def message_for(self, row: Mapping[str, object]) -> Text:
        """Return the message of one row of `rows`."""
        values = {k: v for k, v in row.items() if k not in ("household", "member")}
        return self.message.with_(**values) if values else self.message


def of_members(
    code: str,
    column: str | None,
    message: Text,
    rows: pl.DataFrame,
    *params: str,
    severity: Severity = Severity.DOUBTFUL,
) -> Breach:
    """Return a breach of some members; params: columns that the message names."""
    chosen = rows.select("household", "member", *params).sort("member")
    return Breach(code, "members", column, message, chosen, severity)


def of_households(
    code: str,
    column: str | None,
    message: Text,
    rows: pl.DataFrame,
    *params: str,
    severity: Severity = Severity.DOUBTFUL,
) -> Breach:
    """Return a breach of some households; params: columns that the message names."""
    chosen = rows.select("household", *params).sort("household")
    return Breach(code, "households", column, message, chosen, severity)


def age_on(day: date) -> pl.Expr:
    """Full years of `birth_date` on `day`; null when unknown."""
    birth = pl.col("birth_date")
    had_birthday = (birth.dt.month() < day.month) | (
        (birth.dt.month() == day.month) & (birth.dt.day() <= day.day)
    )
    years = pl.lit(day.year, dtype=pl.Int32) - birth.dt.year()
    return years - pl.when(had_birthday).then(0).otherwise(1)


def has_any(column: str, codes: tuple[str, ...]) -> pl.Expr:
    """Whether a code column holds one of `codes`; an unknown value does not."""
    return pl.col(column).is_in(codes).fill_null(value=False)
