"""What the household sheet says of each household, drawn from its members."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from bangfu.sample.geography import Geography

YEAR = 2015  # incomes of this year, ages at its end
Ints = npt.NDArray[np.int64]
Traits = dict[str, Ints]


def household_frame(
    rng: np.random.Generator, city: Geography, village: Ints, facts: pl.DataFrame
) -> pl.DataFrame:
    """Return the households behind the members.

    village: of each household, in order. facts: the members, with `_household`, `_age`
    and `_wage` (yuan a year). The result is in order of village and number.
    """
    count = len(village)
    traits = _traits(facts, count)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(village)) + 1])
    lengths = np.diff(np.concatenate([starts, [count]]))
    serial = np.arange(count) - np.repeat(starts, lengths) + 1
    codes = np.array([str(place.code) for place in city.villages])[village]
    cause = _causes(rng, traits)
    attribute = _attributes(rng, traits)
    return pl.DataFrame(
        {
            "division_code": codes,
            "household_no": np.char.zfill(serial.astype(str), 4),
            "group_name": np.char.add(
                "第", np.char.add((serial % 9 + 1).astype(str), "组")
            ),
            "status": rng.choice(
                ["0", "2", "3", "1"], count, p=[0.90, 0.04, 0.01, 0.05]
            ),
            "id_standard": np.full(count, "1"),
            "attribute": attribute,
            "cause_main": cause,
            "is_military_family": rng.random(count) < 0.02,
            "phone": pl.Series(_phones(rng, count)),
            "bank_name": np.full(count, "农村商业银行"),
            "year": np.full(count, YEAR),
        }
    ).with_columns(
        pl.Series("cause_other", _other_causes(rng, cause), dtype=pl.List(pl.String)),
        *_incomes(rng, traits, attribute),
        *_living(rng, traits["size"]),
    )


def _traits(facts: pl.DataFrame, count: int) -> Traits:
    """Sum up the members of each household."""
    health = pl.col("health").list.first()
    summed = (
        facts.group_by("_household")
        .agg(
            size=pl.len(),
            ill=health.is_in(["2", "3"]).sum(),
            disabled=(health == "4").sum(),
            able=pl.col("labour").is_in(["1", "2", "5"]).sum(),
            students=(~pl.col("school_status").is_in(["01", "02", "03"])).sum(),
            wage=pl.col("_wage").sum(),
            old=(pl.col("_age") >= 60).sum(),
            dibao=pl.col("is_on_dibao").sum(),
        )
        .sort("_household")
    )
    assert len(summed) == count  # noqa: S101 - every household has a head
    return {name: summed[name].to_numpy() for name in summed.columns}


def _causes(rng: np.random.Generator, traits: Traits) -> npt.NDArray[np.str_]:
    codes = ["1", "2", "8", "3", "7", "9", "11", "5", "4", "10", "99"]
    count = len(traits["size"])
    base = np.tile(
        [0.0, 0.0, 0.0, 0.0, 0.17, 0.13, 0.04, 0.03, 0.03, 0.02, 0.01], (count, 1)
    )
    base[:, 0] = np.where(traits["ill"] > 0, 1.1, 0.0)
    base[:, 1] = np.where(traits["disabled"] > 0, 0.55, 0.0)
    base[:, 2] = np.where(traits["able"] == 0, 0.9, 0.0)
    base[:, 3] = np.where(traits["students"] > 0, 0.25, 0.0)
    bounds = np.cumsum(base / base.sum(axis=1, keepdims=True), axis=1)
    chosen = (rng.random((count, 1)) > bounds).sum(axis=1).clip(max=len(codes) - 1)
    causes: npt.NDArray[np.str_] = np.array(codes)[chosen]
    return causes


def _other_causes(
    rng: np.random.Generator, main: npt.NDArray[np.str_]
) -> list[list[str]]:
    extra = rng.choice(["7", "9", "11", ""], len(main), p=[0.25, 0.2, 0.05, 0.5])
    return [
        [other] if other and other != first else []
        for first, other in zip(main.tolist(), extra.tolist(), strict=True)
    ]


def _attributes(rng: np.random.Generator, traits: Traits) -> npt.NDArray[np.str_]:
    alone = (traits["able"] == 0) & (traits["size"] <= 2) & (traits["dibao"] == 0)
    lonely = alone & (rng.random(len(alone)) < 0.8)
    return np.select([lonely, traits["dibao"] > 0], ["3", "4"], "1")


def _phones(rng: np.random.Generator, count: int) -> list[str]:
    """Return numbers of the never assigned range 100…, which nobody can answer."""
    return [f"100{number:08d}" for number in rng.integers(0, 10**8, count)]


def _incomes(
    rng: np.random.Generator, traits: Traits, attribute: npt.NDArray[np.str_]
) -> list[pl.Series]:
    """Return the components in fen; they add up, and most stay below the line."""
    size = traits["size"]
    target = (size * rng.lognormal(np.log(2_380), 0.22, len(size))).astype(np.int64)
    wage = np.minimum(traits["wage"], (target * 0.65).astype(np.int64))
    wage = np.where(traits["wage"] > 0, np.maximum(wage, 600), 0)
    dibao = traits["dibao"] * 12 * 45
    pension = traits["old"] * 12 * 80
    five = np.where(attribute == "3", 2_400, 0)
    ecological = rng.integers(0, 4, len(size)) * 35
    transfer = dibao + pension + five + ecological
    asset = np.where(rng.random(len(size)) < 0.12, 200, 0)
    rest = np.maximum(0, target - wage - transfer - asset)
    expense = (rest * rng.uniform(0.2, 0.5, len(size))).astype(np.int64)
    yuan = {
        "wage": wage,
        "operating": rest + expense,
        "property": asset,
        "property_asset": asset,
        "transfer": transfer,
        "transfer_dibao": dibao,
        "transfer_five_guarantee": five,
        "transfer_pension": pension,
        "transfer_ecological": ecological,
        "operating_expense": expense,
        "stated_net": wage + rest + asset + transfer,
    }
    return [
        pl.Series(name, value * 100, dtype=pl.Int64) for name, value in yuan.items()
    ]


def _living(rng: np.random.Generator, size: Ints) -> list[pl.Series]:
    count = len(size)
    draw = rng.random((8, count))
    dangerous = draw[0] < 0.25
    grade = np.select(
        [dangerous & (draw[1] < 0.54), dangerous, draw[1] < 0.3], ["C", "D", "B"], "A"
    )
    arable = np.round(rng.gamma(2.0, 0.45, count) * size, 1)
    mu = pl.Decimal(18, 2)
    columns = {
        "house_grade": grade,
        "is_house_dangerous": dangerous,
        "house_structure": np.select(
            [dangerous & (draw[2] < 0.8), draw[2] < 0.25, draw[2] < 0.6],
            ["3", "3", "2"],
            "1",
        ),
        "house_built_year": rng.integers(1965, 2014, count),
        "road_type": rng.choice(["1", "2", "3"], count, p=[0.35, 0.2, 0.45]),
        "fuel": rng.choice(["1", "3", "4"], count, p=[0.7, 0.05, 0.25]),
        "is_water_difficult": draw[3] < 0.08,
        "is_water_safe": draw[3] > 0.2,
        "has_power": np.ones(count, dtype=bool),
        "has_radio_tv": draw[4] < 0.9,
        "has_production_power": draw[4] < 0.75,
        "has_toilet": draw[5] < 0.45,
        "is_coop_member": draw[6] < 0.15,
        "is_led_by_enterprise": draw[6] < 0.05,
        "is_relocation_wanted": dangerous & (draw[7] < 0.4),
        "guaranteed_food": np.ones(count, dtype=bool),
        "guaranteed_clothing": draw[7] < 0.98,
        "guaranteed_education": draw[6] < 0.99,
        "guaranteed_medical": draw[5] < 0.9,
        "guaranteed_housing": ~dangerous,
        "guaranteed_water": draw[3] > 0.2,
    }
    decimals = {
        "land_arable_mu": arable,
        "land_irrigated_mu": np.round(arable * 0.6, 1),
        "land_forest_mu": np.round(rng.gamma(1.5, 2.5, count), 1),
        "road_distance_km": np.round(rng.gamma(1.2, 1.1, count), 1),
        "house_area_m2": np.round(size * rng.uniform(14, 38, count)),
    }
    return [
        *(pl.Series(name, values) for name, values in columns.items()),
        *(pl.Series(name, values).cast(mu) for name, values in decimals.items()),
    ]
