"""An independent check of a plan and its bound, from the raw tables.

Nothing of the solver is used: no arrays of its making, no order, no compiled loop. Ids
are compared as text and tables are joined by polars. The bound of the prices is computed
again; a bound that a search has lowered further is held against another solver.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from bangfu.calc.planning.checks import check
from bangfu.calc.planning.tables import PLAN
from bangfu.calc.tables.frames import read_columns
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text

CLOSE = 1e-9  # relative difference that sums of float64 may show
EXAMPLES_MAX = 20
SEARCHED_MAX = 5_000  # options up to which another solver is asked


def verify(
    tables: Mapping[str, pl.DataFrame],
    *,
    max_per_household: int | None = None,
    plan: pl.DataFrame,
    value: float,
    bound: float,
    prices: pl.DataFrame,
) -> list[Finding]:
    """Return what is wrong with a plan, its value or its bound; nothing when all hold.

    tables: households, options, measures, resources, use, and reserves if any. prices:
    resource_id, price; a resource without a row has price 0. The plan must consist of
    options, keep groups, limit and capacities, and be worth `value`; no plan may be
    worth more than `bound`.
    """
    coded, findings = check(tables, max_per_household)
    if coded is None:
        return findings
    named, found = read_columns(plan, PLAN)
    if named is None:
        return found
    case = _case(
        {
            name: getattr(coded.tables, name)
            for name in ("households", "options", "measures", "resources", "use")
        },
        coded.tables.reserves,
    )
    limit = max_per_household or coded.tables.measures.height
    return [
        *_check_choices(case, named, limit),
        *_check_capacities(case, named),
        *_check_value(case, named, value),
        *_check_bound(case, limit, value, bound, prices),
    ]


def _case(
    frames: dict[str, pl.DataFrame], reserves: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Return options with value and group, uses and capacities with the reserves."""
    measures = frames["measures"]
    if "group" not in measures.columns:
        measures = measures.with_columns(group=pl.lit(None, dtype=pl.String))
    label = (
        pl.when(pl.col("group").is_null())
        .then(pl.concat_str(pl.lit("alone "), "id"))
        .otherwise(pl.concat_str(pl.lit("group "), "group"))
    )
    options = (
        frames["options"]
        .join(frames["households"], left_on="household_id", right_on="id")
        .join(measures.select("id", group=label), left_on="measure_id", right_on="id")
        .with_columns(value=pl.col("weight") * pl.col("gain"))
    )
    use, capacities = frames["use"], frames["resources"]
    for row in reserves.to_dicts():
        name = f"{row['resource_id']} − {row['band']}"
        home = frames["households"].filter(pl.col("band").fill_null("") != row["band"])[
            "id"
        ]
        others = use.filter(
            (pl.col("resource_id") == row["resource_id"])
            & pl.col("household_id").is_in(home.implode())
        ).with_columns(resource_id=pl.lit(name))
        whole = capacities.filter(pl.col("id") == row["resource_id"])["capacity"][0]
        rest = pl.DataFrame({"id": [name], "capacity": [whole * (1 - row["share"])]})
        use = pl.concat([use, others])
        capacities = pl.concat([capacities, rest])
    return {"options": options, "use": use, "capacities": capacities}


def _wrong(code: str, subject: str, message: Text) -> Finding:
    return Finding(f"planning.{code}", subject, message)


def _check_choices(
    case: dict[str, pl.DataFrame], plan: pl.DataFrame, limit: int
) -> list[Finding]:
    key = ["household_id", "measure_id"]
    found = [
        _wrong(
            "not_an_option",
            home,
            Text(
                "户“{home}”措施“{measure}”不在备选表内。",
                "Household “{home}” and measure “{measure}” are no option.",
                {"home": home, "measure": measure},
            ),
        )
        for home, measure in plan.join(case["options"], on=key, how="anti")
        .select(key)
        .sort(key)
        .head(EXAMPLES_MAX)
        .iter_rows()
    ]
    made = plan.join(case["options"], on=key)
    twice = made.group_by("household_id", "group").len().filter(pl.col("len") > 1)
    found += [
        _wrong(
            "group_twice",
            home,
            Text(
                "户“{home}”在同一组内安排了 {count} 项措施。",
                "Household “{home}” has {count} measures of one group.",
                {"home": home, "count": count},
            ),
        )
        for home, _, count in twice.sort("household_id", "group")
        .head(EXAMPLES_MAX)
        .iter_rows()
    ]
    many = made.group_by("household_id").len().filter(pl.col("len") > limit)
    return found + [
        _wrong(
            "above_limit",
            home,
            Text(
                "户“{home}”安排了 {count} 项措施，超过上限 {limit} 项。",
                "Household “{home}” has {count} measures, more than {limit}.",
                {"home": home, "count": count, "limit": limit},
            ),
        )
        for home, count in many.sort("household_id").head(EXAMPLES_MAX).iter_rows()
    ]


def _check_capacities(
    case: dict[str, pl.DataFrame], plan: pl.DataFrame
) -> list[Finding]:
    taken = (
        plan.join(case["use"], on=["household_id", "measure_id"])
        .group_by("resource_id")
        .agg(pl.col("amount").sum())
        .join(case["capacities"], left_on="resource_id", right_on="id")
        .filter(pl.col("amount") > pl.col("capacity") * (1 + 2 * CLOSE))
        .sort("resource_id")
    )
    return [
        _wrong(
            "above_capacity",
            row["resource_id"],
            Text(
                "资源“{resource_id}”用了 {amount}，只有 {capacity}。",
                "Resource “{resource_id}” is used for {amount} of {capacity}.",
                row,
            ),
        )
        for row in taken.head(EXAMPLES_MAX).to_dicts()
    ]


def _check_value(
    case: dict[str, pl.DataFrame], plan: pl.DataFrame, value: float
) -> list[Finding]:
    made = plan.join(case["options"], on=["household_id", "measure_id"])
    actual = float(made["value"].sum())
    if abs(actual - value) <= CLOSE * max(float(made["value"].abs().sum()), 1e-300):
        return []
    return [
        _wrong(
            "wrong_value",
            "value",
            Text(
                "安排的价值为 {actual}，报告为 {value}。",
                "The plan is worth {actual}, not {value}.",
                {"actual": actual, "value": value},
            ),
        )
    ]


def _check_bound(
    case: dict[str, pl.DataFrame],
    limit: int,
    value: float,
    bound: float,
    prices: pl.DataFrame,
) -> list[Finding]:
    negative = prices.filter(~(pl.col("price") >= 0) | pl.col("price").is_infinite())
    if negative.height:
        return [
            _wrong(
                "bad_price",
                str(negative["resource_id"][0]),
                Text("价格不能为负。", "A price must be a number of 0 or more."),
            )
        ]
    if bound < value * (1 - CLOSE):
        return [_not_proven(bound, value)]
    proven = price_bound(case, limit, prices)
    if proven <= bound * (1 + CLOSE):
        return []
    if case["options"].height > SEARCHED_MAX:
        return [_not_proven(bound, proven)]
    best = _optimum(case, limit)
    return [] if best <= bound * (1 + CLOSE) + 1e-9 else [_not_proven(bound, best)]


def _not_proven(bound: float, proven: float) -> Finding:
    return _wrong(
        "bound_not_proven",
        "bound",
        Text(
            "上界报告为 {bound}，只能证明 {proven}。",
            "The bound is given as {bound}; only {proven} is proven.",
            {"bound": bound, "proven": proven},
        ),
    )


def price_bound(
    case: dict[str, pl.DataFrame], limit: int, prices: pl.DataFrame
) -> float:
    """Return capacity times price, and each household's best bundle at the prices."""
    paid = (
        case["use"]
        .join(prices.select("resource_id", "price"), on="resource_id")
        .group_by("household_id", "measure_id")
        .agg(paid=(pl.col("amount") * pl.col("price")).sum())
    )
    best = (
        case["options"]
        .join(paid, on=["household_id", "measure_id"], how="left")
        .with_columns(reduced=pl.col("value") - pl.col("paid").fill_null(0.0))
        .group_by("household_id", "group")
        .agg(pl.col("reduced").max())
        .filter(pl.col("reduced") > 0)
    )
    bundles = best.group_by("household_id").agg(pl.col("reduced").top_k(limit).sum())
    rent = case["capacities"].join(prices, left_on="id", right_on="resource_id")
    return float(bundles["reduced"].sum()) + float(
        (rent["capacity"] * rent["price"]).sum()
    )


def _optimum(case: dict[str, pl.DataFrame], limit: int) -> float:
    """Solve the problem as it is written with HiGHS."""
    options = case["options"].with_row_index("column")
    columns = options.height
    uses = case["use"].join(options, on=["household_id", "measure_id"])
    capacity = case["capacities"].with_row_index("row")
    uses = uses.join(capacity, left_on="resource_id", right_on="id")
    rows = [
        (uses["row"], uses["column"], uses["amount"], capacity["capacity"]),
    ]
    for key, most in ((["household_id", "group"], 1), (["household_id"], limit)):
        number = options.select(pl.struct(key).rank("dense") - 1).to_series()
        ones = pl.Series(np.ones(columns))
        room = pl.Series(np.full(number.n_unique(), float(most)))
        rows.append((number, options["column"], ones, room))
    constraints = [
        LinearConstraint(
            coo_array(
                (amount.to_numpy(), (row.to_numpy(), column.to_numpy())),
                shape=(len(room), columns),
            ).tocsr(),
            -np.inf,
            room.to_numpy() * (1 + CLOSE),
        )
        for row, column, amount, room in rows
        if len(room)
    ]
    answer = milp(
        -options["value"].to_numpy(),
        integrality=np.ones(columns),
        bounds=Bounds(0, 1),
        constraints=constraints,
        options={"mip_rel_gap": 0.0},
    )
    return -float(answer.fun) if answer.fun is not None else np.inf
