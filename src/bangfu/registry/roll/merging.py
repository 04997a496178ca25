"""What the households would become: given values over stored ones, member to member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from bangfu import vault
from bangfu.exchange.reading import ROW
from bangfu.registry.imports.intake import Options
from bangfu.registry.roll.columns import (
    HOUSEHOLD_PLAIN,
    INCOME,
    INCOME_ALWAYS,
    KEY,
    MEMBER_PLAIN,
    SEALED,
    Plain,
)
from bangfu.registry.roll.incoming import FILE, MEMBER, NOBODY_YET, Incoming
from bangfu.registry.roll.stored import Stored
from bangfu.registry.rules.incomes import TRANSFER_PARTS
from bangfu.registry.rules.persons import identity_birth, identity_sex, is_shaped
from bangfu.registry.sheets import HOUSEHOLD_SHEET, MEMBER_SHEET

OLD = "old."


@dataclass(frozen=True, slots=True)
class Merged:
    """The households of the files, after the change; one row each, by number.

    households: `household`, `id` (null: new), `is_new`, keys, facts, for phone and
    bank_account the text given, `<name>_changed` and the stored `<name>_sealed` and
    `<name>_tail`; `old.<fact>`. members: `member`, `household`, `id`, `is_given`,
    `is_live`, `_file`, `_row`, facts, `identity_*`, `old.<fact>`, `identity_changed`.
    incomes: `income`, `household`, `id`, `year`, amounts, `net_fen`, `old.<amount>`,
    `is_given`: the files' own, and where they have none the last stored year.
    """

    households: pl.DataFrame
    members: pl.DataFrame
    incomes: pl.DataFrame


def merge(
    incoming: Incoming, stored: Stored, options: Options, first_status: str
) -> Merged:
    """Lay what is given over what is stored. Nothing is judged here.

    first_status: of a new household that states none.
    """
    households = _households(incoming, stored, options).with_columns(
        status=pl.col("status").fill_null(first_status)
    )
    members = _members(incoming, stored, options)
    incomes = _incomes(incoming, stored, options)
    return Merged(households, members, incomes)


class _Given:
    """Tells whether a row says anything about a column.

    Normally a value that is there; with `overwrite_empty` also an empty cell, if the
    row's file has the column at all.
    """

    def __init__(self, present: Mapping[str, list[int]], options: Options) -> None:
        self.present = present
        self.options = options

    def __call__(self, column: str) -> pl.Expr:
        if not self.options.overwrite_empty:
            return pl.col(column).is_not_null()
        has_column = pl.col(FILE).is_in(self.present[column])
        return has_column.fill_null(value=False)

    def over(self, name: str, source: str) -> pl.Expr:
        """The value after the change; the stored one stands under `old.<name>`."""
        return (
            pl.when(self(source)).then(pl.col(name)).otherwise(pl.col(OLD + name))
        ).alias(name)


def _overlaid(
    frame: pl.DataFrame, plain: tuple[Plain, ...], given: _Given
) -> pl.DataFrame:
    return frame.with_columns(given.over(c.name, c.source) for c in plain)


def _renamed(frame: pl.DataFrame, *kept: str) -> pl.DataFrame:
    return frame.rename(
        {name: OLD + name for name in frame.columns if name not in kept}
    )


# Households


def _households(incoming: Incoming, stored: Stored, options: Options) -> pl.DataFrame:
    given = _Given(incoming.present[HOUSEHOLD_SHEET.key], options)
    rows = (
        incoming.households.filter(pl.col("household").is_not_null())
        .sort(FILE, ROW)
        .unique("household", keep="first", maintain_order=True)
        .drop(KEY)
    )
    old = _renamed(stored.households.drop(KEY), "household", "id")
    frame = incoming.keys.join(rows, on="household", how="left").join(
        old, on="household", how="left", maintain_order="left"
    )
    frame = _overlaid(frame, HOUSEHOLD_PLAIN, given)
    for name in SEALED:
        frame = _with_sealed(frame, name, given)
    return frame.with_columns(is_new=pl.col("id").is_null())


def _with_sealed(frame: pl.DataFrame, name: str, given: _Given) -> pl.DataFrame:
    """Tell whether a sealed value changes; only those that are given are opened."""
    is_given, sealed = given(name), pl.col(f"{OLD}{name}_sealed")
    opened = frame.select(pl.when(is_given).then(sealed)).to_series()
    plain = [None if value is None else vault.unseal(value) for value in opened]
    return frame.with_columns(
        pl.Series(f"{OLD}{name}", plain, dtype=pl.String)
    ).with_columns(
        (is_given & pl.col(name).ne_missing(pl.col(f"{OLD}{name}"))).alias(
            f"{name}_changed"
        )
    )


# Members


def _members(incoming: Incoming, stored: Stored, options: Options) -> pl.DataFrame:
    given = _Given(incoming.present[MEMBER_SHEET.key], options)
    rows = incoming.members.filter(pl.col("household").is_not_null()).sort(FILE, ROW)
    rows = _with_identity(rows).with_row_index("at")
    matched = rows.join(_matches(rows, stored.members), on="at", how="left")
    old = _renamed(stored.members, "household", "id")
    both = matched.join(
        old.drop("household"), on="id", how="left", maintain_order="left"
    )
    both = _overlaid(both, MEMBER_PLAIN, given).with_columns(
        is_given=pl.lit(value=True)
    )
    rest = old.join(matched.select("id").drop_nulls(), on="id", how="anti")
    rest = rest.with_columns(pl.col(OLD + c.name).alias(c.name) for c in MEMBER_PLAIN)
    rest = rest.with_columns(is_given=pl.lit(value=False))
    frame = pl.concat([both, rest], how="diagonal").drop("at")
    return _with_stored_identity(frame).with_row_index("member")


def _with_identity(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what a number says, and the digests of each distinct number."""
    number = pl.col("identity_number").str.to_uppercase()
    certificate = pl.col("disability_certificate").str.to_uppercase()
    rows = rows.with_columns(identity_number=number, disability_certificate=certificate)
    shaped = pl.when(is_shaped(pl.col("identity_number"))).then(
        pl.col("identity_number")
    )
    rows = rows.with_columns(
        identity_birth=identity_birth(shaped),
        identity_sex=pl.when(shaped.is_not_null()).then(identity_sex(shaped)),
        disability_kind=_one_of(
            pl.col("disability_certificate").str.slice(18, 1), "1234567"
        ),
        disability_grade=_one_of(
            pl.col("disability_certificate").str.slice(19, 1), "1234"
        ),
    )
    stated_sex = pl.when(pl.col("sex") != "9").then(pl.col("sex"))
    rows = rows.with_columns(
        sex=pl.coalesce(stated_sex, "identity_sex", "sex"),
        birth_date=pl.coalesce("birth_date", "identity_birth"),
    )
    numbers = rows["identity_number"].drop_nulls().unique()
    digests = pl.DataFrame(
        {
            "identity_number": numbers,
            "identity_key": vault.blind_index_many(numbers, "identity"),
        },
        schema={"identity_number": pl.String, "identity_key": pl.Binary},
    )
    return rows.join(digests, on="identity_number", how="left", maintain_order="left")


def _one_of(letter: pl.Expr, allowed: str) -> pl.Expr:
    return pl.when(letter.is_in(list(allowed))).then(letter)


def _matches(rows: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return `at` of a given member and `id` of the stored one; by number, else by name.

    A row by hand says itself whom it is about.

    By name and birth date only when nobody else in the household has both.
    """
    told = rows.filter(pl.col(MEMBER) > NOBODY_YET).select("at", id=MEMBER)
    rows = rows.filter(pl.col(MEMBER).is_null())
    # Somebody who left and came back has two rows; the one who is there comes first.
    live_first = stored.sort(pl.col("left_date").is_not_null(), -pl.col("id"))
    by_number = (
        rows.filter(pl.col("identity_key").is_not_null())
        .join(
            live_first.select("household", "id", identity_key="identity_index"),
            on=["household", "identity_key"],
            maintain_order="left_right",
        )
        .select("at", "id")
        .unique("at", keep="first", maintain_order=True)
        .unique("id", keep="first", maintain_order=True)
    )
    person = ["household", "name", "birth_date"]
    free_rows = rows.join(by_number, on="at", how="anti")
    free_stored = stored.join(by_number, on="id", how="anti")
    by_name = (
        free_rows.filter(~pl.struct(person).is_duplicated())
        .join(
            free_stored.filter(~pl.struct(person).is_duplicated()).select(
                *person, "id"
            ),
            on=person,
            nulls_equal=True,
        )
        .select("at", "id")
    )
    return pl.concat([told, by_number, by_name])


def _with_stored_identity(frame: pl.DataFrame) -> pl.DataFrame:
    """Complete digests and what a number says from the stored row."""
    is_stored = pl.col(f"{OLD}identity_index").is_not_null()
    number = pl.col("identity_number")
    return frame.with_columns(
        identity_changed=number.is_not_null()
        & pl.col("identity_key").ne_missing(pl.col(f"{OLD}identity_index")),
        identity_key=pl.coalesce("identity_key", f"{OLD}identity_index"),
        identity_sex=pl.when(number.is_null() & is_stored)
        .then(pl.col(f"{OLD}sex"))
        .otherwise("identity_sex"),
        identity_birth=pl.when(number.is_null() & is_stored)
        .then(pl.col(f"{OLD}birth_date"))
        .otherwise("identity_birth"),
        is_live=pl.col("left_date").is_null(),
    )


# Incomes


def _incomes(incoming: Incoming, stored: Stored, options: Options) -> pl.DataFrame:
    given = _Given(incoming.present[HOUSEHOLD_SHEET.key], options)
    columns = (*INCOME, "stated_net")
    rows = incoming.households.filter(
        pl.col("household").is_not_null()
        & pl.any_horizontal(pl.col(name).is_not_null() for name in columns)
    )
    rows = rows.unique("household", keep="first", maintain_order=True).select(
        FILE, "household", "year", *columns
    )
    old = _renamed(stored.incomes, "household", "id", "year").rename(
        {f"{OLD}{name}_fen": OLD + name for name in columns}
    )
    both = rows.join(old, on=["household", "year"], how="left", maintain_order="left")
    both = both.with_columns(transfer_given=given("transfer"))
    both = both.with_columns(given.over(name, name) for name in columns)
    both = both.rename({name: f"{name}_fen" for name in columns})
    both = both.rename({OLD + name: f"{OLD}{name}_fen" for name in columns})
    both = _with_net(both)
    rest = _latest_stored(stored.incomes, both["household"])
    both = pl.concat([both, rest], how="diagonal_relaxed")
    return both.with_columns(is_given=pl.lit(value=True)).with_row_index("income")


def changing(incomes: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    """Return `household` of the files' incomes that differ from what is stored.

    Of certain years only. incomes: of `Merged`. years: `household` and `year`.
    """
    of_files = incomes.filter(pl.col(FILE).is_not_null())
    differs = pl.any_horizontal(
        pl.col(f"{name}_fen").ne_missing(pl.col(f"{OLD}{name}_fen"))
        for name in (*INCOME, "stated_net")
    )
    found = of_files.join(years, on=["household", "year"], how="semi")
    return found.filter(differs).select("household")


def _latest_stored(incomes: pl.DataFrame, given: pl.Series) -> pl.DataFrame:
    """Return the last stored year of households of whose incomes the files say nothing.

    It stays as it is; the rules that tie members to incomes need it.
    """
    rest = incomes.filter(
        ~pl.col("household").is_in(given.implode())
        & (pl.col("year") == pl.col("year").max().over("household"))
    )
    return rest.with_columns(
        pl.col(f"{name}_fen").alias(f"{OLD}{name}_fen")
        for name in (*INCOME, "stated_net")
    )


def _with_net(frame: pl.DataFrame) -> pl.DataFrame:
    """Fill totals that only their parts state, and compute the net.

    A stored total that was the sum of its parts follows them.
    """
    total = _sum_of_parts("")
    stated, old = pl.col("transfer_fen"), pl.col(f"{OLD}transfer_fen")
    was_sum = old.is_null() | (old == _sum_of_parts(OLD))
    is_split = pl.any_horizontal(pl.col(name).is_not_null() for name in TRANSFER_PARTS)
    follows = is_split & was_sum & ~pl.col("transfer_given")
    frame = frame.with_columns(
        transfer_fen=pl.when(follows).then(total).otherwise(stated),
        property_fen=pl.coalesce("property_fen", "property_asset_fen"),
    ).with_columns(pl.col(name).fill_null(0) for name in INCOME_ALWAYS)
    return frame.with_columns(
        net_fen=pl.col("wage_fen")
        + pl.col("operating_fen")
        + pl.col("property_fen")
        + pl.col("transfer_fen")
        - pl.col("operating_expense_fen")
    )


def _sum_of_parts(prefix: str) -> pl.Expr:
    return pl.sum_horizontal(
        pl.col(prefix + name).fill_null(0) for name in TRANSFER_PARTS
    )
