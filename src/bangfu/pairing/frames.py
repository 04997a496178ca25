"""What a run reads: the tables of calc.pairing, made from the database.

Ids are natural keys, village/number of a household and division/unit/number of an
official, so that the same rolls give the same pairs in whatever order they were
imported. A slash within a part is written %2F.

Who takes part in a run over a division:

    households   active ones of the division, unless their helper is fixed
    officials    in post with a quota, whose unit belongs to the division and serves
                 the division or a part of it
    fixed        a pairing with somebody in post who does not take part: a city official
                 while a county is solved. The household counts as covered and stays.
    leaving      a helper who is no longer in post or has no quota any more: the
                 household takes part as one without a helper

An official's households outside the division take up places of his or her quota.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from bangfu.calc import pairing
from bangfu.calc.pairing import tables
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.exchange import staging
from bangfu.pairing.models import Run, RunInput
from bangfu.pairing.rules import RunParameters
from bangfu.policy import queries as policy
from bangfu.policy.packs import Pack

NO_CAUSE = "99"
NO_EXPERTISE = "general"
PRICE_UNIT = 100  # cost units of calc.pairing to a kilometre at a price of 1


@dataclass(frozen=True, slots=True)
class RunFrames:
    """The tables of one run, and the keys that lead back to the database.

    tables: as calc.pairing takes them. homes: id, pk, previous_pk (null: nobody),
    is_leaving; one row per household that takes part. people: id, pk. fixed: number of
    households that stay with a helper who does not take part. places_missing: divisions
    without a point, which were put in the middle of the others. scale: cost units to a
    point.
    """

    tables: pairing.Tables
    params: pairing.Params
    homes: pl.DataFrame
    people: pl.DataFrame
    fixed: int
    places_missing: int
    scale: int


def load(
    division: DivisionCode, *, pack: Pack, on: date, parameters: RunParameters
) -> RunFrames:
    """Read everything that a run over `division` rests on, within the acting scope.

    on: the day whose policy prices hold. Raises NoRoll when there is nothing to pair,
    and what the pack raises.
    """
    homes, fixed = _households(division)
    people = _officials(division)
    _check_rolls(homes, people, fixed, division)
    codes = [*homes["division_code"].unique(), *people["place_code"].unique()]
    points, missing = _points(codes)
    households = homes.join(points, left_on="division_code", right_on="code")
    officials = _placed_officials(people, points)
    prices, costs, scale = _prices(pack, on, division, parameters)
    given = pairing.Tables(
        households=households.select("id", "division_code", "x_km", "y_km", "need"),
        officials=officials,
        existing=homes.filter(pl.col("helper_id").is_not_null()).select(
            household_id="id", official_id="helper_id"
        ),
        forbidden=_forbidden(division),
        costs=costs,
    )
    return RunFrames(
        tables=given,
        params=prices,
        homes=homes.select("id", "pk", "previous_pk", "is_leaving"),
        people=people.select("id", "pk"),
        fixed=fixed,
        places_missing=missing,
        scale=scale,
    )


class NoRoll(BadInput):
    """There are no households or no officials to pair."""

    code = "pairing.no_roll"


def _check_rolls(
    homes: pl.DataFrame, people: pl.DataFrame, fixed: int, division: DivisionCode
) -> None:
    if homes.is_empty():
        what = Text("待结对的贫困户", "household to be paired")
        remedy = Text("请先导入贫困户名册。", "Import the household roll first.")
        if fixed:
            remedy = Text(
                "{n} 户都由本次范围以外的干部帮扶，无需计算。",
                "All {n} have a helper from outside; nothing is left to solve.",
                {"n": fixed},
            )
    elif people.is_empty():
        what = Text(
            "有名额的在职干部", "official in post who has a quota of households"
        )
        remedy = Text(
            "请先导入帮扶单位和干部名册，并检查帮扶范围。",
            "Import units and officials first, and check the divisions they serve.",
        )
    else:
        return
    raise NoRoll(
        Text(
            "{division} 没有{what}，未计算。",
            "{division} has no {what}; nothing was solved.",
            {"division": division, "what": what},
        ),
        remedy=remedy,
    )


def household_key(alias: str) -> str:
    """Return SQL for the natural key of a household row called `alias`."""
    return f"{alias}.division_code || '/' || {_escaped(f'{alias}.household_no')}"


def official_key(official: str, unit: str) -> str:
    """Return SQL for the natural key of an official row and its unit row."""
    return f"{unit_key(unit)} || '/' || {_escaped(f'{official}.official_no')}"


def unit_key(alias: str) -> str:
    """Return SQL for the natural key of a unit row called `alias`."""
    return f"{alias}.division_code || '/' || {_escaped(f'{alias}.unit_no')}"


def _escaped(column: str) -> str:
    return f"replace(replace({column}, '%%', '%%25'), '/', '%%2F')"


# Everything about who takes part is said once, here. `o` and `u` are the official and
# the unit; an official outside the scope has no visible row.
TAKES_PART = """
o.division_code >= %(lo)s AND o.division_code < %(hi)s
AND u.serves_code >= %(lo)s AND u.serves_code < %(hi)s
AND o.is_in_post AND o.quota_max > 0
"""
_IS_LEAVING = """
CASE WHEN o.id IS NULL THEN NOT pairing_is_in_post(p.official_id)
     ELSE NOT o.is_in_post OR o.quota_max = 0 END
"""


def _households(division: DivisionCode) -> tuple[pl.DataFrame, int]:
    lo, hi = division.range()
    sql = f"""
    SELECT {household_key("h")}, h.id, h.division_code,
           coalesce(nullif(h.cause_main, ''), %(no_cause)s),
           p.official_id,
           CASE WHEN {TAKES_PART} THEN {official_key("o", "u")} END,
           CASE WHEN p.id IS NULL OR ({TAKES_PART}) THEN false
                ELSE {_IS_LEAVING} END
    FROM registry_household h
    LEFT JOIN pairing_pairing p
        ON p.household_id = h.id AND p.ended_date IS NULL AND p.is_primary
    LEFT JOIN pairing_official o ON o.id = p.official_id
    LEFT JOIN pairing_unit u ON u.id = o.unit_id
    WHERE h.division_code >= %(lo)s AND h.division_code < %(hi)s
      AND h.status IN ('0', '2', '3')
    """  # noqa: S608 - the parts are constants of this module
    schema = {
        "id": pl.String,
        "pk": pl.Int64,
        "division_code": pl.String,
        "need": pl.String,
        "previous_pk": pl.Int64,
        "helper_id": pl.String,
        "is_leaving": pl.Boolean,
    }
    given = {"lo": lo, "hi": hi, "no_cause": NO_CAUSE}
    found = staging.fetch(sql, given, schema)
    takes_part = (
        pl.col("previous_pk").is_null()
        | pl.col("helper_id").is_not_null()
        | pl.col("is_leaving")
    )
    homes = found.filter(takes_part)
    return homes, found.height - homes.height


def _officials(division: DivisionCode) -> pl.DataFrame:
    lo, hi = division.range()
    sql = f"""
    SELECT {official_key("o", "u")}, o.id, {unit_key("u")}, u.serves_code,
           u.x_km, u.y_km, coalesce(nullif(u.workplace_code, ''), u.division_code),
           coalesce(nullif(o.expertise, ''), %(no_expertise)s),
           greatest(o.quota_min - coalesce(e.households, 0), 0),
           greatest(o.quota_max - coalesce(e.households, 0), 0)
    FROM pairing_official o
    JOIN pairing_unit u ON u.id = o.unit_id
    LEFT JOIN (
        SELECT p.official_id, count(*) AS households
        FROM pairing_pairing p
        JOIN registry_household h
            ON h.id = p.household_id AND h.status IN ('0', '2', '3')
        WHERE p.ended_date IS NULL AND p.is_primary
          AND NOT (p.division_code >= %(lo)s AND p.division_code < %(hi)s)
        GROUP BY p.official_id
    ) e ON e.official_id = o.id
    WHERE {TAKES_PART}
    """  # noqa: S608 - the parts are constants of this module
    schema = {
        "id": pl.String,
        "pk": pl.Int64,
        "unit_id": pl.String,
        "serves_code": pl.String,
        "x_km": pl.Float64,
        "y_km": pl.Float64,
        "place_code": pl.String,
        "expertise": pl.String,
        "min": pl.Int64,
        "max": pl.Int64,
    }
    given = {"lo": lo, "hi": hi, "no_expertise": NO_EXPERTISE}
    return staging.fetch(sql, given, schema)


# Kin are found by the identity number of a present member or by the household's key.
KIN_HOUSEHOLDS = """
SELECT k.official_id, m.household_id
FROM pairing_kin k JOIN registry_member m
    ON m.identity_index = k.identity_index AND m.left_date IS NULL
UNION
SELECT k.official_id, h.id
FROM pairing_kin k JOIN registry_household h
    ON h.division_code = k.village_code AND h.household_no = k.household_no
"""


def _forbidden(division: DivisionCode) -> pl.DataFrame:
    lo, hi = division.range()
    sql = f"""
    SELECT {household_key("h")}, {official_key("o", "u")}
    FROM ({KIN_HOUSEHOLDS}) k
    JOIN registry_household h ON h.id = k.household_id
    JOIN pairing_official o ON o.id = k.official_id
    JOIN pairing_unit u ON u.id = o.unit_id
    WHERE h.division_code >= %(lo)s AND h.division_code < %(hi)s
      AND h.status IN ('0', '2', '3') AND {TAKES_PART}
    """  # noqa: S608 - the parts are constants of this module
    schema = {"household_id": pl.String, "official_id": pl.String}
    return staging.fetch(sql, {"lo": lo, "hi": hi}, schema)


def _points(codes: Iterable[str]) -> tuple[pl.DataFrame, int]:
    """Return code, x_km, y_km: its own point, or that of the division above it.

    Where nothing above has a point, the middle of the known ones stands in; where none
    is known at all, every point is null and distance does not count.
    """
    wanted = sorted({DivisionCode(code) for code in codes})
    above = {upper for code in wanted for upper in [*code.ancestors(), code]}
    known = divisions.places(above)
    found: dict[DivisionCode, tuple[float, float]] = {}
    for code in wanted:
        for candidate in [code, *reversed(code.ancestors())]:
            if candidate in known:
                place = known[candidate]
                found[code] = (round(place.x_km, 3), round(place.y_km, 3))
                break
    missing = len(wanted) - len(found)
    middle: tuple[float | None, float | None] = (None, None)
    if found:
        count = len(found)
        middle = (
            round(sum(x for x, _ in found.values()) / count, 3),
            round(sum(y for _, y in found.values()) / count, 3),
        )
    rows = [(str(code), *found.get(code, middle)) for code in wanted]
    schema = {"code": pl.String, "x_km": pl.Float64, "y_km": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row"), missing


def _placed_officials(people: pl.DataFrame, points: pl.DataFrame) -> pl.DataFrame:
    """Put a unit at its coordinates, else at the point of its place of work.

    Without any point on the households' side no distance can count.
    """
    placed = people.join(
        points, left_on="place_code", right_on="code", suffix="_of_place"
    )
    has_points = points["x_km"].null_count() == 0
    return placed.select(
        "id",
        "unit_id",
        "serves_code",
        *(
            pl.coalesce(axis, f"{axis}_of_place").alias(axis)
            if has_points
            else pl.lit(None, pl.Float64).alias(axis)
            for axis in ("x_km", "y_km")
        ),
        "expertise",
        "min",
        "max",
    )


def _prices(
    pack: Pack, on: date, division: DivisionCode, parameters: RunParameters
) -> tuple[pairing.Params, pl.DataFrame, int]:
    """Turn points of the pack into cost units; whole numbers either way.

    calc.pairing prices 0.01 km. A price per km that 100 does not divide is kept exact
    by counting everything in hundredths of a point.
    """

    def price(name: str, chosen: int | None) -> int:
        if chosen is not None:
            return chosen
        return pack.value(f"pairing.{name}", at=on, division=division).integer

    per_km = price("km_price", parameters.km_price)
    keep = price("keep_price", parameters.keep_price)
    scale = 1 if per_km % PRICE_UNIT == 0 else PRICE_UNIT
    mismatch = policy.mismatch_costs(pack, at=on, division=division)
    rows = [(need, field, cost * scale) for (need, field), cost in mismatch.items()]
    schema = {"need": pl.String, "expertise": pl.String, "cost": pl.Int64}
    return (
        pairing.Params(km_price=per_km * scale // PRICE_UNIT, keep_price=keep * scale),
        pl.DataFrame(rows, schema=schema, orient="row"),
        scale,
    )


# Inputs kept beside the run


@dataclass(frozen=True, slots=True)
class KeptInput:
    """What a run was solved from. homes, people: id (natural key) and pk as they were."""

    tables: pairing.Tables
    homes: pl.DataFrame
    people: pl.DataFrame


_KEYS = ("homes", "people")


def keep(run: Run, read: RunFrames) -> None:
    """Store the tables of a run as Parquet, in canonical order."""
    sorted_by: dict[str, tuple[pl.DataFrame, tuple[str, ...]]] = {
        schema.name: (getattr(read.tables, schema.name), schema.key)
        for schema in tables.INPUTS
    }
    sorted_by |= {
        name: (getattr(read, name).select("id", "pk"), ("id",)) for name in _KEYS
    }
    rows = []
    for name, (frame, key) in sorted_by.items():
        content = io.BytesIO()
        frame.sort(*key).write_parquet(content, compression="zstd")
        rows.append(
            RunInput(
                run=run,
                name=name,
                division_code=run.division_code,
                rows=frame.height,
                content=content.getvalue(),
            )
        )
    RunInput.objects.bulk_create(rows)


def kept(run: Run) -> KeptInput:
    """Read the tables that a run was solved from. Raises BadInput when some are gone."""
    found: dict[str, Any] = {
        one.name: pl.read_parquet(io.BytesIO(bytes(one.content)))
        for one in RunInput.objects.filter(run=run)
    }
    names = [schema.name for schema in tables.INPUTS]
    if any(name not in found for name in (*names, *_KEYS)):
        raise BadInput(
            Text("该方案没有保存输入数据。", "The run's input is not stored."),
            code="pairing.no_input",
        )
    return KeptInput(
        tables=pairing.Tables(**{name: found[name] for name in names}),
        homes=found["homes"],
        people=found["people"],
    )
