"""What is allowed with claims, deposits, old balances and their recovery. Pure.

WrongClaim     stage, amount, deposit or payee are wrong
PackMissing    a document of the pack is not attached
NotNow         the claim or deposit is not in a state for this
SamePerson     who submitted must not check
NotAccepted    the last stage is paid after acceptance only
TooEarly       the period without defect, or of carry-over, is not over
NothingLeft    there is nothing to recover
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from bangfu.calc.values.findings import BadInput, NotAllowed, WrongState
from bangfu.calc.values.money import format_yuan
from bangfu.calc.values.text import Text, join
from bangfu.funds.claims.states import (
    FINAL_PACK,
    PACK,
    PACK_TEXTS,
    ClaimState,
    RefusalReason,
)

NOTE_MAX = 400


class WrongClaim(BadInput):
    """Stage, amount, deposit or payee are wrong."""

    code = "claim.wrong"


class PackMissing(BadInput):
    """A document of the pack is not attached."""

    code = "claim.pack_missing"


class NotNow(WrongState):
    """The claim or deposit is not in a state for this."""

    code = "claim.not_now"


class SamePerson(NotAllowed):
    """Who submitted a claim must not check it."""

    code = "claim.same_person"


class NotAccepted(WrongState):
    """The last stage is paid after acceptance only."""

    code = "claim.not_accepted"


class TooEarly(WrongState):
    """The period without defect, or of carry-over, is not over."""

    code = "claim.too_early"


class NothingLeft(WrongState):
    """There is nothing to recover: all is spent or committed."""

    code = "claim.nothing_left"


def check_pack(attached: Iterable[str], *, is_final: bool) -> None:
    """Raise PackMissing naming every document of the pack that is not there."""
    there = set(attached)
    missing = [
        PACK_TEXTS[kind]
        for kind in (FINAL_PACK if is_final else PACK)
        if kind not in there
    ]
    if missing:
        raise PackMissing(
            Text(
                "报账材料还缺：{missing}。",
                "The pack lacks: {missing}.",
                {"missing": join(missing, zh="、", en=", ")},
            ),
            remedy=Text("请补齐后再提交。", "Complete it, then submit."),
        )


def check_claim(
    *, stage: int, next_stage: int, stages: int, payee: str, deposit_fen: int
) -> None:
    """Raise WrongClaim for another stage than the next one, or without a payee."""
    if not stages or stage != next_stage or stage > stages:
        raise WrongClaim(
            Text(
                "应按阶段顺序报账，下一阶段为第 {n} 阶段（共 {all} 阶段）。",
                "Stages are claimed in their order; the next one is {n} of {all}.",
                {"n": next_stage, "all": stages},
            )
        )
    if not payee.strip():
        raise WrongClaim(Text("请填写收款单位。", "Say who is paid."))
    if deposit_fen and stage != stages:
        raise WrongClaim(
            Text(
                "质量保证金只在最后一阶段预留。",
                "A quality deposit is kept back of the last stage only.",
            )
        )


def check_deposit(
    deposit_fen: int,
    *,
    project_fen: int,
    stage_fen: int,
    bounds: tuple[Decimal, Decimal],
) -> None:
    """Raise WrongClaim unless the deposit lies within the policy's bounds.

    bounds: least and most, percent of the project's money.
    """
    least, most = bounds
    share = Decimal(deposit_fen * 100) / Decimal(project_fen)
    if least <= share <= most and deposit_fen < stage_fen:
        return
    raise WrongClaim(
        Text(
            "质量保证金应为 {least}% 至 {most}%（{low} 至 {high} 元），且少于本阶段金额。",
            "The deposit is {least} % to {most} % ({low} to {high} yuan), and less than "
            "the stage.",
            {
                "least": f"{least.normalize():f}",
                "most": f"{most.normalize():f}",
                "low": format_yuan(int(project_fen * least / 100)),
                "high": format_yuan(int(project_fen * most / 100)),
            },
        )
    )


def check_state(state: str, wanted: ClaimState) -> None:
    """Raise NotNow unless a claim is in a state."""
    if state != wanted:
        raise NotNow(
            Text(
                "该报账{state}，不能办理。",
                "The claim is {state}; this is not possible.",
                {"state": ClaimState(state).text},
            ),
            remedy=Text("请刷新页面。", "Reload the page."),
        )


def check_checker(submitted_by_id: int, user_id: int) -> None:
    """Raise SamePerson when who submitted a claim would check it."""
    if submitted_by_id == user_id:
        raise SamePerson(
            Text(
                "报账由您本人提交，须由另一人审核。",
                "You submitted the claim; somebody else must check it.",
            )
        )


def check_refusals(codes: Sequence[str], note: str) -> list[str]:
    """Return the reasons for a return. Raises WrongClaim without any known one."""
    known = [code for code in dict.fromkeys(codes) if code in RefusalReason.values]
    if not known or len(known) != len(set(codes)):
        raise WrongClaim(
            Text("请至少选择一项退回原因。", "Choose at least one reason.")
        )
    if RefusalReason.OTHER in known and not note.strip():
        raise WrongClaim(
            Text("选择“其他”时请写明。", "Say what it is when it is another reason.")
        )
    return known


def check_due(due_on: date, on: date) -> None:
    """Raise TooEarly before the first day on which a deposit may be released."""
    if on < due_on:
        raise TooEarly(
            Text(
                "质量保证金 {day} 起方可退还。",
                "The deposit is released from {day} on.",
                {"day": due_on.isoformat()},
            )
        )


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, the last of a shorter month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    last = (following - date(year, month, 1)).days
    return date(year, month, min(day.day, last))


def age_years(year: int, on: date) -> int:
    """Return for how many year ends money of a year has been carried over; 0 at least."""
    return max(0, on.year - year)


def bucket(age: int) -> str:
    """Return the age group that is reported: "0" below a year, "1" to two, "2" above."""
    return str(min(age, 2))


BUCKET_TEXTS = {
    "0": Text("1 年以内", "below 1 year"),
    "1": Text("1 至 2 年", "1 to 2 years"),
    "2": Text("2 年以上", "above 2 years"),
}


def check_old(year: int, on: date, years: int) -> None:
    """Raise TooEarly unless money of a year stayed for `years` years."""
    if age_years(year, on) < years:
        raise TooEarly(
            Text(
                "{year} 年度资金结转未满 {n} 年，不收回。",
                "Money of {year} has not been carried over for {n} years.",
                {"year": year, "n": years},
            )
        )
