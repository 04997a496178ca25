"""Writing: staged by COPY, then set-based statements. History follows by trigger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from bangfu import vault
from bangfu.exchange import staging
from bangfu.registry.pinyin import initials
from bangfu.registry.roll.checking import Checked
from bangfu.registry.roll.columns import (
    HOUSEHOLD_PLAIN,
    INCOME_STORED,
    KEY,
    MEMBER_PLAIN,
    SEALED,
    Plain,
)
from bangfu.registry.roll.merging import OLD, Merged
from bangfu.registry.roll.planning import Outcome

_CODE = 'text COLLATE "C"'
_STEPS = ("households", "members", "incomes", "flags")


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, when, and by which import (None: by hand)."""

    user_id: int
    at: datetime
    import_id: int | None


def write(
    merged: Merged,
    checked: Checked,
    result: Outcome,
    author: Author,
    step: Callable[[int, int], None],
    *,
    kept: Sequence[str] = (),
) -> None:
    """Write the households that are touched, in the transaction that is open.

    kept: rules whose stored flags stay, because these rows cannot tell of them.
    """
    total = len(_STEPS)
    chosen = pl.col("household").is_in(sorted(result.touched))
    step(0, total)
    households = _with_household_ids(merged.households.filter(chosen))
    members = _with_member_ids(merged, result, households)
    _write_households(households, merged, author)
    step(1, total)
    _write_members(members, author)
    step(2, total)
    _write_incomes(merged, result, households, author)
    step(3, total)
    _write_flags(checked, households, members, author, kept)
    step(4, total)


def write_incomes(
    merged: Merged,
    checked: Checked,
    result: Outcome,
    author: Author,
    *,
    kept: Sequence[str] = (),
) -> None:
    """Write incomes and doubts of stored households; their other facts stay untouched."""
    chosen = pl.col("household").is_in(sorted(result.touched))
    households = _with_household_ids(merged.households.filter(chosen))
    members = _with_member_ids(merged, result, households)
    _stage("roll_households", {}, households)
    _write_incomes(merged, result, households, author)
    _write_flags(checked, households, members, author, kept)


# Households


def _with_household_ids(rows: pl.DataFrame) -> pl.DataFrame:
    return _numbered(rows, "registry_household").with_columns(household_id="id")


def _numbered(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Give new rows their ids now, so that every row can be staged with all its keys."""
    is_new = rows["id"].is_null()
    fresh = staging.new_ids(table, int(is_new.sum()))
    ids = rows["id"].scatter(is_new.arg_true(), fresh) if fresh else rows["id"]
    return rows.with_columns(ids, is_inserted=is_new)


def _write_households(rows: pl.DataFrame, merged: Merged, author: Author) -> None:
    heads = (
        merged.members.filter((pl.col("relation") == "01") & pl.col("is_live"))
        .select("household", head="name")
        .unique("household", keep="first", maintain_order=True)
    )
    rows = rows.join(heads, on="household", how="left", maintain_order="left")
    rows = rows.with_columns(
        head_name=pl.coalesce("head", f"{OLD}head_name", pl.lit("")),
    )
    rows = rows.with_columns(_initials(rows["head_name"]).alias("head_initials"))
    for name in SEALED:
        rows = _sealed(rows, name)
    facts = _sql(HOUSEHOLD_PLAIN)
    more = {"head_name": "text", "head_initials": "text"}
    for name in SEALED:
        more |= {f"{name}_sealed": "bytea", f"{name}_tail": "text"}
    _stage("roll_households", dict.fromkeys(KEY, _CODE) | facts | more, rows)
    values = _values(HOUSEHOLD_PLAIN, more)
    columns = ", ".join([*KEY, *values])
    extra = "recorded_by_id, recorded_at, import_id"
    params = [author.user_id, author.at, author.import_id]
    staging.run(
        f"""INSERT INTO registry_household (id, {columns}, {extra})
        SELECT s.id, {", ".join(f"s.{name}" for name in KEY)},
               {", ".join(values.values())}, %s, %s, %s
        FROM roll_households s WHERE s.is_inserted ORDER BY s.id""",  # noqa: S608
        params,
    )
    staging.run(
        f"""UPDATE registry_household t SET {_settings(values)},
          recorded_by_id = %s, recorded_at = %s, import_id = %s
        FROM roll_households s WHERE t.id = s.id AND NOT s.is_inserted""",  # noqa: S608
        params,
    )


def _sealed(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Seal what changed; what did not keeps the value that is stored."""
    changed = rows.filter(pl.col(f"{name}_changed")).select("household", name)
    known = changed.drop_nulls()
    sealed = pl.DataFrame(
        {"household": known["household"], "now": vault.seal_many(known[name])},
        schema={"household": pl.UInt32, "now": pl.Binary},
    )
    is_changed = pl.col(f"{name}_changed")
    return (
        rows.join(sealed, on="household", how="left", maintain_order="left")
        .with_columns(
            pl.when(is_changed)
            .then("now")
            .otherwise(f"{OLD}{name}_sealed")
            .alias(f"{name}_sealed"),
            pl.when(is_changed)
            .then(pl.col(name).str.tail(2))
            .otherwise(f"{OLD}{name}_tail")
            .alias(f"{name}_tail"),
        )
        .drop("now")
    )


def _initials(names: pl.Series) -> pl.Series:
    known = {name: initials(name) for name in names.unique().drop_nulls()}
    return names.replace_strict(known, default="", return_dtype=pl.String)


# Members


def _with_member_ids(
    merged: Merged, result: Outcome, households: pl.DataFrame
) -> pl.DataFrame:
    """Return all members of touched households, new ones numbered and placed last."""
    owners = households.select("household", "household_id", "division_code")
    rows = merged.members.join(owners, on="household", maintain_order="left")
    rows = _numbered(rows, "registry_member")
    last = pl.col(f"{OLD}position").max().over("household").fill_null(0)
    order = pl.col("is_inserted").cast(pl.Int64).cum_sum().over("household")
    return rows.with_columns(
        position=pl.coalesce(f"{OLD}position", last + order),
        is_written=pl.col("is_inserted")
        | pl.col("member").is_in(sorted(result.members_changed)),
    )


def _write_members(members: pl.DataFrame, author: Author) -> None:
    rows = members.filter("is_written")
    rows = rows.with_columns(_initials(rows["name"]).alias("initials"))
    rows = _with_sealed_identity(rows)
    more = {"initials": "text", "identity_tail": "text", "identity_sealed": "bytea"}
    more |= {"identity_index": "bytea", "identity_last_four_index": "bytea"}
    owner = {"household_id": "bigint", "division_code": _CODE, "position": "integer"}
    _stage("roll_members", owner | _sql(MEMBER_PLAIN) | more, rows)
    values = _values(MEMBER_PLAIN, more)
    settings = _settings(values)
    written = "recorded_by_id = %s, recorded_at = %s"
    params = [author.user_id, author.at]
    # Who ceases to be the head goes first: a household never has two, not even between
    # two rows of one statement.
    for heads in ("AND s.relation IS DISTINCT FROM '01'", "AND s.relation = '01'"):
        staging.run(
            f"""UPDATE registry_member t SET {settings}, {written}
            FROM roll_members s
            WHERE t.id = s.id AND NOT s.is_inserted {heads}""",  # noqa: S608
            params,
        )
    staging.run(
        f"""INSERT INTO registry_member (id, household_id, division_code, position,
          {", ".join(values)}, recorded_by_id, recorded_at)
        SELECT s.id, s.household_id, s.division_code, s.position,
          {", ".join(values.values())}, %s, %s
        FROM roll_members s WHERE s.is_inserted ORDER BY s.id""",  # noqa: S608
        params,
    )


def _with_sealed_identity(rows: pl.DataFrame) -> pl.DataFrame:
    """Seal the numbers that are new; what did not change keeps what is stored."""
    known = rows.filter("identity_changed").select("member", "identity_number")
    numbers = known["identity_number"]
    fours = numbers.str.tail(4)
    # Few of them, so each is digested once.
    known_fours = fours.unique().to_list()
    indexes = vault.blind_index_many(known_fours, "last-four")
    digests = dict(zip(known_fours, indexes, strict=True))
    sealed = pl.DataFrame(
        {
            "member": known["member"],
            "now": vault.seal_many(numbers),
            "now_four": [digests[four] for four in fours],
            "now_tail": numbers.str.tail(2),
        },
        schema={
            "member": pl.UInt32,
            "now": pl.Binary,
            "now_four": pl.Binary,
            "now_tail": pl.String,
        },
    )
    rows = rows.join(sealed, on="member", how="left", maintain_order="left")
    rows = rows.with_columns(identity_index="identity_key")
    return rows.with_columns(
        pl.coalesce(now, OLD + name).alias(name)
        for now, name in (
            ("now", "identity_sealed"),
            ("now_four", "identity_last_four_index"),
            ("now_tail", "identity_tail"),
        )
    )


# Incomes and flags


def _write_incomes(
    merged: Merged, result: Outcome, households: pl.DataFrame, author: Author
) -> None:
    owners = households.select("household", "household_id", "division_code", "is_new")
    rows = merged.incomes.join(owners, on="household", maintain_order="left")
    rows = rows.filter(
        pl.col("is_new") | pl.col("income").is_in(sorted(result.incomes_changed))
    )
    rows = _numbered(rows, "registry_income")
    owner = {"household_id": "bigint", "division_code": _CODE, "year": "integer"}
    amounts = dict.fromkeys(INCOME_STORED, "bigint")
    _stage("roll_incomes", owner | amounts, rows)
    values = {name: f"s.{name}" for name in INCOME_STORED}
    params = [author.user_id, author.at]
    staging.run(
        f"""UPDATE registry_income t SET {_settings(values)},
          recorded_by_id = %s, recorded_at = %s
        FROM roll_incomes s WHERE t.id = s.id AND NOT s.is_inserted""",  # noqa: S608
        params,
    )
    staging.run(
        f"""INSERT INTO registry_income (id, household_id, division_code, year,
          {", ".join(values)}, recorded_by_id, recorded_at)
        SELECT s.id, s.household_id, s.division_code, s.year,
          {", ".join(values.values())}, %s, %s
        FROM roll_incomes s WHERE s.is_inserted ORDER BY s.id""",  # noqa: S608
        params,
    )


def _write_flags(
    checked: Checked,
    households: pl.DataFrame,
    members: pl.DataFrame,
    author: Author,
    kept: Sequence[str],
) -> None:
    """Replace the flags of the touched households by those found now."""
    owners = households.select("household", "household_id", "division_code")
    persons = members.select("member", member_id="id")
    rows = checked.flags.join(owners, on="household", maintain_order="left").join(
        persons, on="member", how="left", maintain_order="left"
    )
    columns = {"household_id": "bigint", "member_id": "bigint", "division_code": _CODE}
    columns |= dict.fromkeys(("code", "severity", "field", "zh", "en"), "text")
    staging.stage("roll_flags", columns, rows)
    staging.run(
        """DELETE FROM registry_flag f USING roll_households s
        WHERE f.household_id = s.id AND NOT s.is_inserted AND f.code <> ALL (%s)""",
        [list(kept)],
    )
    staging.run(
        """INSERT INTO registry_flag (household_id, member_id, division_code, code,
          severity, field, message, found_at)
        SELECT household_id, member_id, division_code, code, severity,
          coalesce(field, ''), jsonb_build_object('zh', zh, 'en', en), %s
        FROM roll_flags""",
        [author.at],
    )


# Pieces of SQL, made of constants only


def _sql(plain: Iterable[Plain]) -> dict[str, str]:
    return {column.name: column.sql_type for column in plain}


def _stage(name: str, columns: Mapping[str, str], rows: pl.DataFrame) -> None:
    staging.stage(name, {"id": "bigint", "is_inserted": "boolean", **columns}, rows)


def _values(plain: Sequence[Plain], more: Mapping[str, str]) -> dict[str, str]:
    """Return what goes into each column, from a staged row `s`."""
    values = {column.name: column.insert_sql("s") for column in plain}
    for name, kind in more.items():
        values[name] = f"coalesce(s.{name}, '')" if kind == "text" else f"s.{name}"
    return values


def _settings(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())
