"""Tiers and quotas of many officials at once: decided once per combination of facts.

The rules stand in `policy.tiers`; here they meet frames and the table of officials.
A roster of 170,000 officials has a few hundred combinations of facts.
"""

from __future__ import annotations

import json
from datetime import date

import polars as pl

from bangfu.calc.values.division_code import DivisionCode
from bangfu.exchange import staging
from bangfu.policy import queries as policy
from bangfu.policy.code_lists import Rank, UnitLevel
from bangfu.policy.packs import Pack
from bangfu.policy.quotas import PairingQuotas
from bangfu.policy.tiers import OfficialFacts, tier_of

FLAGS = ("is_in_post", "is_top_leader", "is_party_member", "is_three_sends")
FACTS = {
    "division_code": pl.String,
    "level": pl.String,
    "rank": pl.String,
    **dict.fromkeys(FLAGS, pl.Boolean),
}
_DECIDED = {
    "tier": pl.String,
    "quota_min": pl.Int64,
    "quota_max": pl.Int64,
    "tier_reason": pl.String,
}


def decide(facts: pl.DataFrame, *, pack: Pack, at: date) -> pl.DataFrame:
    """Return `facts` with tier ("" outside every tier), quotas and the reason as JSON.

    facts: the columns FACTS, no nulls, among others; division_code is the unit's. The
    pack's values of that division on `at` decide. Raises what the pack raises.
    """
    distinct = facts.select(*FACTS).unique()
    quotas: dict[str, PairingQuotas] = {
        code: policy.pairing_quotas(pack, at=at, division=code)
        for code in distinct["division_code"].unique()
    }
    decided = [_decide(row, quotas) for row in distinct.iter_rows()]
    table = pl.DataFrame(decided, schema=_DECIDED, orient="row")
    return facts.join(
        distinct.hstack(table), on=list(FACTS), how="left", maintain_order="left"
    )


def _decide(
    row: tuple[str, str, str, bool, bool, bool, bool], quotas: dict[str, PairingQuotas]
) -> tuple[str, int, int, str]:
    code, level, rank, in_post, top_leader, party_member, three_sends = row
    facts = OfficialFacts(
        rank=Rank(rank),
        unit_level=UnitLevel(level),
        in_post=in_post,
        is_top_leader=top_leader,
        is_party_member=party_member,
        is_three_sends=three_sends,
    )
    decision = tier_of(facts, quotas[code])
    reason = json.dumps(decision.reason.as_json(), ensure_ascii=False)
    return decision.tier or "", decision.min, decision.max, reason


def derive(division: DivisionCode, *, pack: Pack, at: date) -> int:
    """Bring the stored tiers within `division` up to the pack; return how many changed.

    Units whose level or officials whose rank or flags changed are decided anew, and
    everybody is when the pack changed.
    """
    lo, hi = division.range()
    facts = staging.fetch(_FACTS_SQL, [lo, hi], FACTS)
    if facts.is_empty():
        return 0
    columns = {
        "division_code": 'text COLLATE "C"',
        "level": "text",
        "rank": "text",
        **dict.fromkeys(FLAGS, "boolean"),
        "tier": "text",
        "quota_min": "integer",
        "quota_max": "integer",
        "tier_reason": "jsonb",
    }
    staging.stage("decided_tiers", columns, decide(facts, pack=pack, at=at))
    return staging.run(_DERIVE_SQL, {"lo": lo, "hi": hi, "hash": pack.hash})


_FACTS_SQL = """
SELECT DISTINCT o.division_code, u.level, o.rank,
       o.is_in_post, o.is_top_leader, o.is_party_member, o.is_three_sends
FROM pairing_official o JOIN pairing_unit u ON u.id = o.unit_id
WHERE o.division_code >= %s AND o.division_code < %s
"""
_DERIVE_SQL = """
UPDATE pairing_official o
SET tier = d.tier, quota_min = d.quota_min, quota_max = d.quota_max,
    tier_reason = d.tier_reason, policy_hash = %(hash)s
FROM pairing_unit u, decided_tiers d
WHERE u.id = o.unit_id
  AND o.division_code >= %(lo)s AND o.division_code < %(hi)s
  AND d.division_code = o.division_code AND d.level = u.level AND d.rank = o.rank
  AND d.is_in_post = o.is_in_post AND d.is_top_leader = o.is_top_leader
  AND d.is_party_member = o.is_party_member AND d.is_three_sends = o.is_three_sends
  AND (o.tier, o.quota_min, o.quota_max, o.tier_reason, o.policy_hash)
      IS DISTINCT FROM
      (d.tier, d.quota_min, d.quota_max, d.tier_reason, %(hash)s)
"""
