"""Why each option was chosen or not, in words that the prices justify."""

from __future__ import annotations

import enum

import numpy as np
import polars as pl

from bangfu.calc.planning.instance import Floats, Instance, Ints, Mask
from bangfu.calc.planning.result import Result
from bangfu.calc.values.text import Text

EVEN = 1e-9  # of the largest value: margins this small are ties


class Reason(enum.StrEnum):
    """Why an option was chosen or not; `text` has places {resource}, {price}, {other}."""

    CHOSEN = "chosen"
    CHOSEN_BY_TIE_RULE = "chosen_by_tie_rule"
    NOT_ELIGIBLE = "not_eligible"
    NO_GAIN = "no_gain"
    TOO_DEAR = "too_dear"
    BETTER_IN_GROUP = "better_in_group"
    LIMIT_REACHED = "limit_reached"
    TIE_RULE = "tie_rule"

    @property
    def text(self) -> Text:
        """The sentence, its places still open."""
        return _REASON_TEXTS[self]


_REASON_TEXTS = {
    Reason.CHOSEN: Text(
        "按公布的价格，这是该户的最优安排。",
        "It is in the household's best bundle at the published prices.",
    ),
    Reason.CHOSEN_BY_TIE_RULE: Text(
        "价格上可有可无，按余量规则安排：还有余量。",
        "At the prices it makes no difference; there was room left, so it was chosen.",
    ),
    Reason.NOT_ELIGIBLE: Text("不符合条件。", "Not eligible."),
    Reason.NO_GAIN: Text("对该户没有增益。", "It gains the household nothing."),
    Reason.TOO_DEAR: Text(
        "“{resource}”紧缺，按价格 {price} 计算，占用的价值高于增益。",
        "“{resource}” is scarce: at the price of {price} it costs more than it gains.",
    ),
    Reason.BETTER_IN_GROUP: Text(
        "同组的“{other}”更合适，每组只能安排一项。",
        "“{other}” of the same group is better, and a group counts once.",
    ),
    Reason.LIMIT_REACHED: Text(
        "该户措施已达上限，“{other}”等更合适。",
        "The household has as many measures as allowed, “{other}” and others are better.",
    ),
    Reason.TIE_RULE: Text(
        "价格上合适，但“{resource}”的余量已不够，按余量规则未安排。",
        "It is worth its price, but too little of “{resource}” was left for it.",
    ),
}


def explain(result: Result) -> pl.DataFrame:
    """Return one row per option: household_id, measure_id, is_chosen, reason and why.

    margin: what the household's best bundle at the prices gains by the option. value,
    cost: of the option, cost at the prices. resource_id: the one that costs most, or that
    was short; other_id: the measure that is better. Costs O(uses).
    """
    one, chosen = result.market.instance, result.chosen
    cost, dearest = _costs(one, result.price)
    reduced = one.value - cost
    mate, least = _mates(one, chosen, reduced)
    reason, resource, other = _reasons(result, reduced, dearest, mate, least)
    home, measure = one.household_of(), one.measure_of
    ids = one.measure.gather(np.maximum(other, 0))
    scarce = one.resource.gather(np.maximum(resource, 0))
    table = pl.DataFrame(
        {
            "household_id": one.household.gather(home),
            "measure_id": one.measure.gather(measure),
            "is_chosen": chosen,
            "reason": reason,
            "value": one.value,
            "cost": cost,
            "margin": result.market.margin,
            "resource_id": scarce,
            "other_id": ids,
            "has_resource": resource >= 0,
            "has_other": other >= 0,
        }
    )
    return (
        table.with_columns(
            resource_id=pl.when("has_resource").then("resource_id"),
            other_id=pl.when("has_other").then("other_id"),
        )
        .drop("has_resource", "has_other")
        .sort("household_id", "measure_id")
    )


def words_of(row: dict[str, object], prices: dict[str, float]) -> Text:
    """Return the sentence of a row of `explain`. prices: by resource id."""
    resource = row["resource_id"]
    return Reason(str(row["reason"])).text.with_(
        resource=resource,
        price=f"{prices.get(str(resource), 0.0):.6g}",
        other=row["other_id"],
    )


def _costs(one: Instance, price: Floats) -> tuple[Floats, Ints]:
    """Return each option's cost at prices, and the resource that costs most, or -1."""
    part = one.use_amount * price[one.use_resource]
    option = one.option_of_use()
    cost = np.bincount(option, part, one.options).astype(np.float64)
    order = np.lexsort((-one.use_resource, part, option))
    dearest = np.full(one.options, -1, dtype=np.int64)
    dearest[option[order]] = one.use_resource[order]  # the last of an option is largest
    return cost, dearest


def _mates(one: Instance, chosen: Mask, reduced: Floats) -> tuple[Ints, Ints]:
    """Return the chosen option of an option's group, and the least of its household."""
    rows = np.flatnonzero(chosen)
    key = one.group_key(np.arange(one.options))
    at = np.searchsorted(key[rows], key)
    at_safe = np.minimum(at, max(len(rows) - 1, 0))
    mate = np.full(one.options, -1, dtype=np.int64)
    least = np.full(one.options, -1, dtype=np.int64)
    if len(rows) == 0:
        return mate, least
    hit = key[rows][at_safe] == key
    mate[hit] = rows[at_safe[hit]]
    home = one.household_of()
    order = rows[np.lexsort((-reduced[rows], home[rows]))]
    of_home = np.full(one.households, -1, dtype=np.int64)
    of_home[home[order]] = order
    count = np.bincount(home[rows], minlength=one.households)
    is_full = (count >= one.limit)[home]
    least[is_full] = of_home[home[is_full]]
    return mate, least


def _shortest(one: Instance, option: int, left: Floats, otherwise: int) -> int:
    """Return the resource that an option lacks most, as a share of what it takes."""
    uses = slice(one.use_start[option], one.use_start[option + 1])
    amount, resource = one.use_amount[uses], one.use_resource[uses]
    needed = amount > 0
    if not needed.any():
        return otherwise
    share = left[resource[needed]] / amount[needed]
    return int(resource[needed][np.argmin(share)])


def _reasons(
    result: Result, reduced: Floats, dearest: Ints, mate: Ints, least: Ints
) -> tuple[list[str], Ints, Ints]:
    one, chosen = result.market.instance, result.chosen
    even = EVEN * max(float(np.abs(one.value).max(initial=0.0)), 1e-300)
    left = one.capacity - one.used(chosen)
    out = ~chosen
    has_mate = out & (mate >= 0)
    rival = np.where(mate >= 0, mate, least)
    is_beaten = out & (rival >= 0) & (reduced <= reduced[rival] + even)
    conditions = [
        (chosen & result.market.chosen, Reason.CHOSEN),
        (chosen, Reason.CHOSEN_BY_TIE_RULE),
        (one.value <= 0, Reason.NO_GAIN),
        (reduced <= even, Reason.TOO_DEAR),
        (is_beaten & has_mate, Reason.BETTER_IN_GROUP),
        (is_beaten, Reason.LIMIT_REACHED),
    ]
    names = np.array([str(reason) for _, reason in conditions] + [Reason.TIE_RULE])
    choice = np.select(
        [condition for condition, _ in conditions],
        list(range(len(conditions))),
        len(conditions),
    )
    told = names[choice]
    needs_other = np.isin(told, [Reason.BETTER_IN_GROUP, Reason.LIMIT_REACHED])
    needs_resource = np.isin(told, [Reason.TOO_DEAR, Reason.TIE_RULE])
    resource = np.where(needs_resource, dearest, -1)
    for option in np.flatnonzero(told == Reason.TIE_RULE):
        resource[option] = _shortest(one, int(option), left, int(dearest[option]))
    other = np.where(needs_other, one.measure_of[np.maximum(rival, 0)], -1)
    return told.tolist(), resource, other
