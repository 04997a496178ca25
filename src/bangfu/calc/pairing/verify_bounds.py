"""Does the proof show what it claims? Bounds on coverage, shortfall and cost."""

from __future__ import annotations

import numpy as np
import polars as pl

from bangfu.calc.pairing.checks import Params, Tables
from bangfu.calc.pairing.verify_case import (
    EXAMPLES_MAX,
    Case,
    Ints,
    price_pairs,
    wrong,
)
from bangfu.calc.values.findings import Finding

PRICE_MAX = 10**15  # far beyond any true price; keeps every sum within 64 bits
NEVER = 2**61  # dearer than any pair


def _prefix_counts(inner: pl.Series, outer: pl.Series) -> Ints:
    """Count for each code of `outer` the codes of `inner` that lie within it."""
    codes = np.sort(inner.to_numpy().astype("U12"))
    bounds = outer.to_numpy().astype("U12")
    upper = np.char.add(bounds, ":")
    return np.searchsorted(codes, upper) - np.searchsorted(codes, bounds)


def check_coverage_bound(case: Case) -> list[Finding]:
    """More starved households than places that may serve any of them is a bound."""
    if case.proof.uncovered == 0:
        return []
    starved = case.homes.filter(pl.Series(case.proof.starved))
    reach = _prefix_counts(starved["division_code"], case.people["serves_code"])
    barred = case.kin.filter(
        pl.col("is_inside") & pl.col("home").is_in(starved["at"].implode())
    )["person"]
    reach = reach - np.bincount(barred.to_numpy(), minlength=case.people.height)
    places = int(case.people["max"].to_numpy()[reach > 0].sum())
    bound = starved.height - places
    if bound == case.proof.uncovered:
        return []
    return [
        wrong(
            "coverage_bound",
            "证明只能说明至少 {bound} 户无法覆盖，而结对表有 {claimed} 户未覆盖。",
            "The proof shows only that {bound} households cannot be covered, but "
            "{claimed} are not.",
            bound=bound,
            claimed=case.proof.uncovered,
        )
    ]


def check_shortfall_bound(case: Case) -> list[Finding]:
    """More lower quotas than households within anyone's reach is a bound."""
    if case.proof.shortfall == 0:
        return []
    crowded = case.people.filter(pl.Series(case.proof.crowded) & (pl.col("min") > 0))
    by_code = crowded["serves_code"].value_counts()
    served = pl.Series(np.zeros(case.homes.height, dtype=np.int64))
    for digits in (2, 4, 6, 9, 12):
        codes = case.homes.select(
            serves_code=pl.when(pl.col("division_code").str.len_bytes() >= digits).then(
                pl.col("division_code").str.slice(0, digits)
            )
        )
        counts = codes.join(
            by_code, on="serves_code", how="left", maintain_order="left"
        )
        served = served + counts["count"].fill_null(0).cast(pl.Int64)
    barred = case.kin.filter(
        pl.col("is_inside") & pl.col("person").is_in(crowded["at"].implode())
    )["home"]
    reach = served.to_numpy() - np.bincount(
        barred.to_numpy(), minlength=case.homes.height
    )
    bound = int(crowded["min"].sum()) - int((reach > 0).sum())
    if bound == case.proof.shortfall:
        return []
    return [
        wrong(
            "shortfall_bound",
            "证明只能说明下限至少缺 {bound} 户，而结对表缺 {claimed} 户。",
            "The proof shows only that lower quotas fall short by {bound}, but they do "
            "by {claimed}.",
            bound=bound,
            claimed=case.proof.shortfall,
        )
    ]


def check_prices(case: Case) -> list[Finding]:
    """Check that prices promise no pair more than it costs."""
    proof = case.proof
    largest = max(
        abs(int(value))
        for array in (proof.household_price, proof.official_price)
        for value in (array.min(), array.max())
    )
    if max(largest, abs(proof.uncovered_price), abs(proof.idle_price)) > PRICE_MAX:
        return [
            wrong("price_range", "证明中的价格超出范围。", "A price is out of range.")
        ]
    found = []
    if proof.uncovered and (proof.household_price > proof.uncovered_price).any():
        found.append(
            wrong(
                "uncovered_price",
                "证明中有户的价格高于未覆盖的价格。",
                "A household's price exceeds that of being uncovered.",
            )
        )
    if proof.shortfall and (proof.official_price > proof.idle_price).any():
        found.append(
            wrong(
                "idle_price",
                "证明中有干部的价格高于下限缺口的价格。",
                "An official's price exceeds that of falling short.",
            )
        )
    old = price_pairs(case.old.filter(pl.col("is_inside")), case.tables, case.params)
    dear = (
        proof.household_price[old["home"].to_numpy()]
        + proof.official_price[old["person"].to_numpy()]
        > old["price"].to_numpy() - case.params.keep_price
    )
    found += [
        _too_dear(row["household_id"], row["official_id"])
        for row in old.filter(pl.Series(dear)).head(EXAMPLES_MAX).to_dicts()
    ]
    return found + _check_new_pairs(case)


def _too_dear(household: str, official: str) -> Finding:
    return wrong(
        "pair_price",
        "证明中“{household}”与“{official}”的价格之和高于其成本。",
        "The prices of “{household}” and “{official}” add up to more than the pair costs.",
        household,
        household=household,
        official=official,
    )


def _check_new_pairs(case: Case) -> list[Finding]:
    """Bound b_j + a_i over all allowed pairs by place and expertise.

    Officials alike in jurisdiction, place and expertise are as dear as the dearest of
    them, households alike in division, place and need as well. Where that bound fails,
    the pairs behind it are looked at one by one, the forbidden ones left out.
    """
    homes = case.homes.with_columns(price=pl.Series(case.proof.household_price))
    people = case.people.with_columns(price=pl.Series(case.proof.official_price))
    places = (
        homes.select(pl.col("division_code", "x_km", "y_km"))
        .unique()
        .sort("division_code", "x_km", "y_km")
        .with_row_index("place")
    )
    teams = people.group_by("serves_code", "x_km", "y_km", "expertise").agg(
        pl.col("price").max()
    )
    fields = sorted(teams["expertise"].unique())
    limit = _cheapest_by_place(places, teams, fields, case.params)
    groups = (
        homes.group_by("division_code", "x_km", "y_km", "need")
        .agg(pl.col("price").max())
        .join(places, on=["division_code", "x_km", "y_km"], nulls_equal=True)
        .sort("place", "need")
    )
    mismatch = _mismatch_table(case.tables, groups["need"], fields)
    allowed = (limit[groups["place"].to_numpy()] + mismatch).min(axis=1)
    suspects = groups.filter(pl.Series(groups["price"].to_numpy() > allowed))
    found: list[Finding] = []
    for group in suspects.to_dicts():
        found += _look_at_group(case, homes, people, group)
        if len(found) >= EXAMPLES_MAX:
            break
    return found


def _cheapest_by_place(
    places: pl.DataFrame, teams: pl.DataFrame, fields: list[str], params: Params
) -> Ints:
    """Return the least distance cost less price, (places, fields), of any team."""
    limit = np.full((places.height, len(fields)), NEVER, dtype=np.int64)
    codes = places["division_code"].to_numpy().astype("U12")
    xy = places.select(pl.col("x_km", "y_km").fill_null(0.0)).to_numpy()
    for (serves, expertise), team in teams.group_by("serves_code", "expertise"):
        start, stop = np.searchsorted(codes, [str(serves), f"{serves}:"])
        column = fields.index(str(expertise))
        for x, y, price in team.select(
            pl.col("x_km", "y_km").fill_null(0.0), "price"
        ).iter_rows():
            length = np.hypot(xy[start:stop, 0] - x, xy[start:stop, 1] - y)
            cost = np.rint(length * 100).astype(np.int64) * params.km_price - price
            np.minimum(limit[start:stop, column], cost, out=limit[start:stop, column])
    return limit


def _mismatch_table(tables: Tables, needs: pl.Series, fields: list[str]) -> Ints:
    """Return the mismatch of every need with every field, (len(needs), fields)."""
    if tables.costs is None:
        return np.zeros((len(needs), len(fields)), dtype=np.int64)
    known = {(n, e): cost for n, e, cost in tables.costs.iter_rows()}
    rows = {n: [known[n, e] for e in fields] for n in needs.unique().to_list()}
    return np.array([rows[need] for need in needs], dtype=np.int64)


def _look_at_group(
    case: Case, homes: pl.DataFrame, people: pl.DataFrame, group: dict[str, object]
) -> list[Finding]:
    code = group["division_code"]
    alike = homes.filter(
        (pl.col("division_code") == code)
        & pl.col("x_km").eq_missing(pl.lit(group["x_km"]))
        & pl.col("y_km").eq_missing(pl.lit(group["y_km"]))
        & (pl.col("need") == group["need"])
    ).rename({"at": "home", "id": "household_id"})
    serving = people.filter(pl.lit(code).str.starts_with(pl.col("serves_code"))).rename(
        {"at": "person", "id": "official_id", "price": "price_p"}
    )
    # Only the dearest households can exceed; one that does is compared with everybody.
    found: list[Finding] = []
    for row in alike.sort(
        "price", "household_id", descending=[True, False]
    ).iter_slices(1):
        pairs = row.rename({"price": "price_h"}).join(serving, how="cross", suffix="_p")
        priced = price_pairs(pairs, case.tables, case.params)
        dear = priced.filter(pl.col("price_h") + pl.col("price_p") > pl.col("price"))
        if dear.height == 0:
            break
        allowed = dear.join(case.kin, on=["home", "person"], how="anti")
        found += [
            _too_dear(bad["household_id"], bad["official_id"])
            for bad in allowed.sort("official_id").head(EXAMPLES_MAX).to_dicts()
        ]
        if len(found) >= EXAMPLES_MAX:
            break
    return found


def check_bound(case: Case) -> list[Finding]:
    """Add up what the prices prove and compare it with the bound."""
    proof = case.proof
    people = case.people
    quota = np.where(
        proof.official_price > 0, people["min"].to_numpy(), people["max"].to_numpy()
    )
    bound = (
        _exact_sum(proof.household_price, np.ones(case.homes.height, dtype=np.int64))
        + _exact_sum(proof.official_price, quota)
        - proof.uncovered_price * proof.uncovered
        - proof.idle_price * proof.shortfall
    )
    if bound == proof.bound:
        return []
    return [
        wrong(
            "bound",
            "按证明中的价格，下界为 {bound}，证明称 {claimed}。",
            "The prices prove the bound {bound}, the proof says {claimed}.",
            bound=bound,
            claimed=proof.bound,
        )
    ]


def _exact_sum(values: Ints, times: Ints) -> int:
    """Return sum(values * times) without overflow: the two halves are summed apart."""
    upper, lower = np.divmod(values, 1 << 25)
    return (int((upper * times).sum()) << 25) + int((lower * times).sum())
