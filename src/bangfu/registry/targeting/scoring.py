"""Fitting the score of a county on a snapshot, and keeping the scores of households.

Loads DuckDB, numpy and scipy: only the job and the command come here, no page does.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import polars as pl
from django.db import connection, transaction

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.lake import copying
from bangfu.lake import queries as lake
from bangfu.policy import queries as policy
from bangfu.registry import features
from bangfu.registry.models import Household
from bangfu.registry.queries import LINE_SERIES
from bangfu.registry.targeting import fitting, permissions
from bangfu.registry.targeting.models import TargetingModel, TargetingScore
from bangfu.scope import Actor

_BATCH = 2_000
# Advisory locks are numbers of 64 bits shared by all apps: "targ" for targeting.
_FITTING = int.from_bytes(b"targ", "big") << 32


def fit_score(
    *, by: Actor, at: datetime, county: DivisionCode, snapshot: int | None = None
) -> TargetingModel:
    """Fit the score on a snapshot of a county and score its households by it.

    snapshot: its number, None for the newest. The line is the one of the year that most
    incomes in the snapshot are of; incomes of other years count as unknown. The scores of
    the county's older models are replaced. Raises NotAllowed, NoSnapshot, NoLine,
    TooFewForScore; nothing is changed then.
    """
    permissions.check_fit(by, county)
    opened = lake.open(snapshot=snapshot, by=by).within(county)
    frame, year = _features(opened, county)
    line = policy.poverty_line(
        policy.active(), series=LINE_SERIES, year=year, division=county
    )
    score = fitting.fit(frame, line_yuan=line.amount_fen / fitting.FEN)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s # hashtext(%s))",
                [_FITTING, str(county)],
            )
        model = TargetingModel.objects.create(
            division_code=county,
            snapshot=opened.number,
            income_year=year,
            line_fen=line.amount_fen,
            households=frame.height,
            fitted=score.fitted,
            folds=fitting.FOLDS,
            seed=fitting.SEED,
            errors=score.errors,
            terms=score.terms,
            user_id=by.user_id,
            username=by.username,
            fitted_at=at,
        )
        _keep_scores(model, county, frame, score.predicted)
        audit.record(
            "registry.targeting.fitted",
            by=by,
            at=at,
            subject=model,
            detail={"snapshot": opened.number, "households": score.fitted},
        )
    return model


def _features(opened: lake.Opened, county: DivisionCode) -> tuple[pl.DataFrame, int]:
    """Return the features of a county, and the year that most incomes are of."""
    pack = policy.active()
    day = opened.cut_off_date
    ages = [
        pack.value(f"school.compulsory_age.{end}", at=day, division=county).integer
        for end in ("min", "max")
    ]
    with features.computed(
        opened.sources,
        cut_off_year=day.year,
        school_age_min=ages[0],
        school_age_max=ages[1],
    ) as results:
        frame = results.frame()
    counted = Counter(frame["income_year"].drop_nulls().to_list())
    year = max(counted, key=lambda one: (counted[one], one), default=day.year - 1)
    of_year = pl.col("income_year") == year
    return (
        frame.with_columns(
            net_per_head_fen=pl.when(of_year).then(pl.col("net_per_head_fen"))
        ),
        year,
    )


def _keep_scores(
    model: TargetingModel,
    county: DivisionCode,
    frame: pl.DataFrame,
    predicted: dict[str, float | None],
) -> None:
    """Replace the county's scores; households are found again by their pseudonyms."""
    lo, hi = county.range()
    TargetingScore.objects.filter(division_code__gte=lo, division_code__lt=hi).delete()
    stored = dict(Household.objects.within(county).values_list("pk", "division_code"))
    names = copying.pseudonyms_of([str(key) for key in stored], purpose="household")
    rows = {
        row["household"]: row
        for row in frame.select(
            "household", "net_per_head_fen", "guarantees_unmet"
        ).iter_rows(named=True)
    }
    TargetingScore.objects.bulk_create(
        [
            TargetingScore(
                model=model,
                household_id=key,
                division_code=place,
                income_fen=rows[name]["net_per_head_fen"],
                score_fen=_fen(predicted[name]),
                guarantees_unmet=rows[name]["guarantees_unmet"],
            )
            for (key, place), name in zip(stored.items(), names, strict=True)
            if name in rows
        ],
        batch_size=_BATCH,
    )


def _fen(yuan: float | None) -> int | None:
    return None if yuan is None else round(yuan * 100)
