"""Decides an official's tier and quota by the pack, and says which criterion decided.

The roster's own entry of a tier is never used here; it is only compared elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.calc.values.text import Text, join
from bangfu.policy.code_lists import Rank, UnitLevel
from bangfu.policy.quotas import PairingQuotas, Quota, TierRule


@dataclass(frozen=True, slots=True)
class OfficialFacts:
    """What the tier rules may ask about an official."""

    rank: Rank
    unit_level: UnitLevel
    in_post: bool
    is_top_leader: bool
    is_party_member: bool
    is_three_sends: bool = False


@dataclass(frozen=True, slots=True)
class TierDecision:
    """The answer: how many households, by which rule, and why.

    tier: None for staff outside every tier. min, max: households, both included; 0 and
    0 for who is not paired. rule: the row that matched, None outside every tier.
    """

    tier: str | None
    min: int
    max: int
    reason: Text
    rule: TierRule | None = None


def tier_of(official: OfficialFacts, quotas: PairingQuotas) -> TierDecision:
    """Decide the tier and quota of an official; the first rule that matches decides.

    Three-sends officials get the three-sends quota instead of, or on top of, their
    tier's, as `quotas.three_sends_mode` says: "replace" keeps the larger of each bound.
    """
    if quotas.in_post_only and not official.in_post:
        reason = Text(
            "不在职，不纳入结对范围。", "Not in post, so outside the pairing."
        )
        return TierDecision(None, 0, 0, reason)
    rule = next((rule for rule in quotas.rules if _meets(official, rule)), None)
    quota = quotas.outside if rule is None else quotas.quotas[rule.tier]
    reasons = [_tier_reason(official, rule)]
    if official.is_three_sends:
        quota = _with_three_sends(quota, quotas)
        reasons.append(_THREE_SENDS_REASONS[quotas.three_sends_mode])
    reasons.append(_quota_reason(quota))
    tier = None if rule is None else rule.tier
    return TierDecision(tier, quota.min, quota.max, join(reasons, zh="", en=" "), rule)


def _meets(official: OfficialFacts, rule: TierRule) -> bool:
    return (
        (rule.unit_levels is None or official.unit_level in rule.unit_levels)
        and (rule.ranks is None or official.rank in rule.ranks)
        and rule.top_leader in (None, official.is_top_leader)
        and rule.party_member in (None, official.is_party_member)
    )


def _with_three_sends(quota: Quota, quotas: PairingQuotas) -> Quota:
    extra = quotas.three_sends
    if quotas.three_sends_mode == "add":
        return Quota(quota.min + extra.min, quota.max + extra.max)
    return Quota(max(quota.min, extra.min), max(quota.max, extra.max))


_THREE_SENDS_REASONS = {
    "replace": Text(
        "兼为“三送”干部，户数取较大者。",
        "Also a three-sends official: the larger number holds.",
    ),
    "add": Text(
        "兼为“三送”干部，户数相加。",
        "Also a three-sends official: both numbers are added.",
    ),
}


def _tier_reason(official: OfficialFacts, rule: TierRule | None) -> Text:
    if rule is None:
        facts = [
            official.unit_level.text,
            official.rank.text,
            _party(official.is_party_member),
        ]
        return Text(
            "{facts}，不属于任何一档。",
            "{facts}: in no tier.",
            {"facts": join(facts, zh="、", en=", ")},
        )
    return Text(
        "{facts}，按“{who}”列入 {tier} 档。",
        "{facts}: tier {tier} by “{who}”.",
        {"facts": _criteria(official, rule), "who": rule.who, "tier": rule.tier},
    )


def _criteria(official: OfficialFacts, rule: TierRule) -> Text:
    """Name the facts that the rule asked for; all of them matched."""
    facts = []
    if rule.unit_levels is not None:
        facts.append(official.unit_level.text)
    if rule.ranks is not None:
        facts.append(official.rank.text)
    if rule.top_leader is not None:
        facts.append(_TOP_LEADER[rule.top_leader])
    if rule.party_member is not None:
        facts.append(_party(rule.party_member))
    return join(facts or [_EVERYBODY], zh="、", en=", ")


_EVERYBODY = Text("全体干部", "every official")
_TOP_LEADER = {
    True: Text("一把手", "top leader"),
    False: Text("非一把手", "not the top leader"),
}


def _party(is_member: bool) -> Text:  # noqa: FBT001 -- a fact, not a switch
    if is_member:
        return Text("中共党员", "Party member")
    return Text("非中共党员", "not a Party member")


def _quota_reason(quota: Quota) -> Text:
    if quota.max == 0:
        return Text("不安排结对户。", "No households.")
    if quota.min == quota.max:
        return Text("应结对 {n} 户。", "Households: {n}.", {"n": quota.min})
    return Text(
        "应结对 {least} 至 {most} 户。",
        "Households: {least} to {most}.",
        {"least": quota.min, "most": quota.max},
    )
