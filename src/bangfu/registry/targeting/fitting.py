"""From the household features of a county to a score with its errors. Pure.

The outcome is the logarithm of net income per head; the proxies are what can be seen or
checked at the door, never income itself, status or a decision of an office. Judged by
cross-validation over villages: a village's households are scored by a fit that has not
seen the village. LASSO drops what predicts nothing. The score of a household is exp of
the fitted logarithm: the middle of the incomes that households like it have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from bangfu.calc.poverty import Rules, households_of, proxy_means_test
from bangfu.calc.poverty.proxies import proxies_of
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text

ROWS_MIN = 200
VILLAGES_MIN = 10
FOLDS, SEED = 5, 20
UNKNOWN_MAX = 0.05  # share of households that may lack a proxy which is used
FEN = 100
PROXIES = (
    "members",
    "children_under_6",
    "children_6_to_15",
    "elderly_60_up",
    "head_age",
    "is_head_female",
    "schooled_senior_up",
    "chronically_ill",
    "seriously_ill",
    "disabled",
    "able_to_work",
    "skilled",
    "working_away",
    "work_months",
    "land_arable_mu_per_head",
    "land_forest_mu_per_head",
    "house_area_m2_per_head",
    "is_house_unsafe",
    "is_house_adobe",
    "has_radio_tv",
    "has_toilet",
    "is_water_safe",
    "has_clean_fuel",
    "road_distance_km",
    "has_hard_road",
)
ERRORS = (
    "r2",
    "exclusion_error",
    "inclusion_error",
    "targeting_differential",
    "auc",
    "poor_share",
    "selected_share",
)


class TooFewForScore(BadInput):
    """The county has too few households or villages to judge a score by."""

    code = "targeting.too_few"


@dataclass(frozen=True, slots=True)
class Score:
    """A fitted score. errors, terms: as `models.TargetingModel`; fitted: households.

    predicted: yuan per head by the pseudonym of the household; None without a proxy.
    """

    fitted: int
    errors: dict[str, list[float | None]]
    terms: dict[str, list[float | None]]
    predicted: dict[str, float | None]


def fit(features: pl.DataFrame, *, line_yuan: float) -> Score:
    """Fit and judge the score of a county.

    features: the household features of a county, with incomes of one year or none.
    line_yuan: poor means an income below it, selected a score below it. Raises
    TooFewForScore below ROWS_MIN households or VILLAGES_MIN villages.
    """
    frame = features.with_columns(
        yuan=pl.col("net_per_head_fen").cast(pl.Float64) / FEN
    )
    proxies = _known(frame)
    complete = frame.drop_nulls(["yuan", *proxies])
    _check_enough(complete)
    data = households_of(
        frame, outcome="yuan", proxies=proxies, cluster="division_code"
    )
    rules = Rules(cutoff=line_yuan, log=True, select=True, folds=FOLDS, seed=SEED)
    answer = proxy_means_test(data, rules)
    rows = {one.measure: one.as_json() for one in answer.estimates}
    terms = {
        name.removeprefix("coef_"): _pair(row)
        for name, row in rows.items()
        if name.startswith("coef_")
    }
    return Score(
        fitted=complete.height,
        errors={name: _pair(rows[name]) for name in ERRORS if name in rows},
        terms=terms,
        predicted=_predicted(frame, proxies, terms),
    )


def _known(frame: pl.DataFrame) -> list[str]:
    """Return the proxies that hardly any household lacks and that differ somewhere."""
    return [
        name
        for name in PROXIES
        if frame[name].null_count() <= UNKNOWN_MAX * frame.height
        and frame[name].drop_nulls().n_unique() > 1
    ]


def _check_enough(complete: pl.DataFrame) -> None:
    villages = complete["division_code"].n_unique()
    if complete.height >= ROWS_MIN and villages >= VILLAGES_MIN:
        return
    raise TooFewForScore(
        Text(
            "资料齐全的只有 {rows} 户、{villages} 个村，至少需要 {need} 户、{places} 个村。",
            "There are {rows} complete households in {villages} villages; it takes "
            "{need} in {places}.",
            {
                "rows": complete.height,
                "villages": villages,
                "need": ROWS_MIN,
                "places": VILLAGES_MIN,
            },
        ),
        remedy=Text(
            "请补齐收入和住房、劳动力等信息后再测算。",
            "Complete incomes, houses and labour first, then fit it again.",
        ),
    )


def _predicted(
    frame: pl.DataFrame, proxies: list[str], terms: dict[str, list[float | None]]
) -> dict[str, float | None]:
    matrix = proxies_of(frame, proxies)
    slopes = np.array([(terms.get(name) or [0.0])[0] or 0.0 for name in matrix.terms])
    used = slopes != 0
    logs = matrix.matrix[:, used] @ slopes[used] + (terms["intercept"][0] or 0.0)
    return {
        key: float(np.exp(value)) if np.isfinite(value) else None
        for key, value in zip(frame["household"].to_list(), logs, strict=True)
    }


def _pair(row: dict[str, object]) -> list[float | None]:
    return [_number(row["estimate"]), _number(row["se"])]


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
