"""What is allowed in which state. Pure: no database, no clock.

WrongRunState      the run is not in a state for this act
BadDay             the day lies in the future or before what it must follow
NoReason           an act by hand without a reason
IsKin              the official declared kin in the household
OutOfJurisdiction  the official's unit does not serve the household's division
QuotaFull          the official has as many households as the quota allows
NotInPost          the official has left
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, OutOfLimit, WrongState
from bangfu.calc.values.text import Text, join
from bangfu.pairing.states import RunState

YEARS = range(2014, 2101)
RUN_LEVELS = (Level.CITY, Level.COUNTY, Level.TOWNSHIP)
REASON_LENGTH_MAX = 200
PRICE_MAX = 1_000_000


class WrongRunState(WrongState):
    """The run is not in a state for this act."""

    code = "pairing.wrong_run_state"


class BadDay(BadInput):
    """The day cannot be the first or last day of a pairing."""

    code = "pairing.bad_day"


class NoReason(BadInput):
    """The act needs a reason."""

    code = "pairing.no_reason"


class IsKin(WrongState):
    """The official declared kin in the household."""

    code = "pairing.kin"


class OutOfJurisdiction(WrongState):
    """The official's unit does not serve the place where the household lives."""

    code = "pairing.jurisdiction"


class QuotaFull(OutOfLimit):
    """The official has as many households as the quota allows."""

    code = "pairing.quota"


class NotInPost(WrongState):
    """The official has left."""

    code = "pairing.not_in_post"


@dataclass(frozen=True, slots=True)
class RunParameters:
    """Prices in points, None: what the policy pack says.

    km_price: per kilometre. keep_price: what keeping an existing pair is worth.
    """

    km_price: int | None = None
    keep_price: int | None = None


def check_order(division: DivisionCode, year: int, parameters: RunParameters) -> None:
    """Raise BadInput or OutOfLimit for an order that cannot be solved."""
    if division.level not in RUN_LEVELS:
        raise OutOfLimit(
            Text(
                "配对按市、县或乡镇计算，不能按{level}计算。",
                "Pairing is solved for a city, county or township, not for a {level}.",
                {"level": division.level.text},
            )
        )
    if year not in YEARS:
        raise BadInput(
            Text(
                "年度 {year} 不在 {first} 至 {last} 之间。",
                "The year {year} does not lie from {first} to {last}.",
                {"year": year, "first": YEARS[0], "last": YEARS[-1]},
            )
        )
    for price in (parameters.km_price, parameters.keep_price):
        if price is not None and not 0 <= price <= PRICE_MAX:
            raise BadInput(
                Text(
                    "代价 {price} 不在 0 至 {most} 之间。",
                    "The price {price} does not lie from 0 to {most}.",
                    {"price": price, "most": f"{PRICE_MAX:,}"},
                )
            )


def policy_day(year: int, today: date) -> date:
    """Return the day whose policy holds: today, or the nearest day of `year`."""
    return min(max(today, date(year, 1, 1)), date(year, 12, 31))


def check_state(state: str, allowed: tuple[RunState, ...]) -> None:
    """Raise WrongRunState unless the run is in one of the states."""
    if state in allowed:
        return
    raise WrongRunState(
        Text(
            "方案目前“{state}”，不能办理；需为“{allowed}”。",
            "The run is “{state}”; this takes “{allowed}”.",
            {
                "state": RunState(state).text,
                "allowed": join([one.text for one in allowed], zh="”或“", en="” or “"),
            },
        )
    )


def check_reason(reason: str) -> str:
    """Return the reason without blanks around it. Raises NoReason, OutOfLimit."""
    text = reason.strip()
    if not text:
        raise NoReason(Text("请写明原因。", "A reason is needed."))
    if len(text) > REASON_LENGTH_MAX or text.startswith("@"):
        raise OutOfLimit(
            Text(
                "原因最多 {limit} 字，且不能以 @ 开头。",
                "A reason has at most {limit} characters and does not begin with @.",
                {"limit": REASON_LENGTH_MAX},
            )
        )
    return text


def check_day(day: date, *, today: date, earliest: date | None) -> None:
    """Raise BadDay for a day in the future or before `earliest`.

    A pairing is in force while it has no last day, so no day may lie in the future; and
    history is never overwritten, so none may lie before what it follows.
    """
    if day > today:
        raise BadDay(
            Text(
                "日期 {day} 在今天之后。",
                "The day {day} lies in the future.",
                {"day": day.isoformat()},
            ),
            remedy=Text("请到那一天再办理。", "Come back on that day."),
        )
    if earliest is not None and day < earliest:
        raise BadDay(
            Text(
                "日期 {day} 早于 {earliest}，会改写已有记录。",
                "The day {day} lies before {earliest} and would rewrite the record.",
                {"day": day.isoformat(), "earliest": earliest.isoformat()},
            ),
            remedy=Text(
                "请填 {earliest} 或以后的日期。",
                "Take {earliest} or a later day.",
                {"earliest": earliest.isoformat()},
            ),
        )


@dataclass(frozen=True, slots=True)
class HandChange:
    """What the rules ask about a change by hand.

    load: active households of the official now, the one in question not counted.
    """

    household_division: DivisionCode
    is_household_active: bool
    serves_code: DivisionCode
    is_in_post: bool
    load: int
    quota_max: int
    is_kin: bool


def check_hand_change(change: HandChange) -> None:
    """Raise the first of IsKin, NotInPost, OutOfJurisdiction, QuotaFull, WrongState."""
    if not change.is_household_active:
        raise WrongState(
            Text(
                "该户不是帮扶对象，不能结对。",
                "The household is not one that is helped.",
            )
        )
    if not change.is_in_post:
        raise NotInPost(
            Text("该干部不在职，不能结对。", "The official is not in post."),
        )
    if change.is_kin:
        raise IsKin(
            Text(
                "该干部与该户有申报的亲属关系，应当回避。",
                "The official declared kin in this household and must not help it.",
            ),
            remedy=Text("请另选干部。", "Choose another official."),
        )
    if not change.serves_code.contains(change.household_division):
        raise OutOfJurisdiction(
            Text(
                "该干部的单位帮扶 {serves}，不包括 {division}。",
                "The official's unit serves {serves}, which does not contain {division}.",
                {"serves": change.serves_code, "division": change.household_division},
            ),
            remedy=Text(
                "请选本地区的干部。", "Choose an official who serves the place."
            ),
        )
    if change.load >= change.quota_max:
        raise QuotaFull(
            Text(
                "该干部已结对 {load} 户，上限为 {limit} 户。",
                "The official has {load} households already; the upper quota is {limit}.",
                {"load": change.load, "limit": change.quota_max},
            ),
            remedy=Text(
                "请选尚有名额的干部，或先调整其现有结对。",
                "Choose an official with places left, or change a present pairing first.",
            ),
        )
