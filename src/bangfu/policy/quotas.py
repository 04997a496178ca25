"""The pairing rules of a pack, typed: tiers, quotas, the three sends, the outside.

InconsistentPairing     the pairing parameters contradict each other
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal, cast

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.policy.code_lists import Rank, UnitLevel
from bangfu.policy.packs import Pack
from bangfu.policy.values import Grade, Row, Status

KEYS = (
    "pairing.tiers",
    "pairing.quota",
    "pairing.exact_or_at_least",
    "pairing.at_least.max",
    "pairing.three_sends.min",
    "pairing.three_sends.max",
    "pairing.three_sends_mode",
    "pairing.outside.min",
    "pairing.outside.max",
    "pairing.in_post_only",
)


class InconsistentPairing(BadInput):
    """The pairing parameters contradict each other; the pack must be mended."""

    code = "inconsistent_pairing"


@dataclass(frozen=True, slots=True)
class Quota:
    """Least and most households of one official, both included."""

    min: int
    max: int


@dataclass(frozen=True, slots=True)
class TierRule:
    """One row of the tier rules; an official who meets every criterion is in `tier`.

    unit_levels, ranks: any of these; None for every one. top_leader, party_member:
    what the official must be; None when it does not matter.
    """

    tier: str
    who: Text
    unit_levels: frozenset[UnitLevel] | None
    ranks: frozenset[Rank] | None
    top_leader: bool | None
    party_member: bool | None
    source: Text
    grade: Grade
    status: Status


@dataclass(frozen=True, slots=True)
class PairingQuotas:
    """Everything that decides how many households an official takes on.

    rules: in order, the first that matches decides. quotas: tier to least and most.
    """

    rules: tuple[TierRule, ...]
    quotas: Mapping[str, Quota]
    exact_or_at_least: Literal["exact", "at_least"]
    three_sends: Quota
    three_sends_mode: Literal["replace", "add"]
    outside: Quota
    in_post_only: bool
    pack_hash: str

    @property
    def tiers(self) -> tuple[str, ...]:
        """The tiers, in the order of the rules."""
        return tuple(dict.fromkeys(rule.tier for rule in self.rules))


def pairing_quotas(
    pack: Pack, *, at: date, division: str | None = None
) -> PairingQuotas:
    """Return the pairing rules that hold on `at` in `division`.

    Raises InconsistentPairing, and what `Pack.value` raises.
    """
    values = {key: pack.value(key, at=at, division=division) for key in KEYS}
    mode = values["pairing.exact_or_at_least"].text
    ceiling = values["pairing.at_least.max"].integer
    quotas = _quotas(values["pairing.quota"].rows, mode, ceiling)
    rules = tuple(_rule(row) for row in values["pairing.tiers"].rows)
    unknown = sorted({rule.tier for rule in rules} - quotas.keys())
    if unknown:
        raise InconsistentPairing(
            Text(
                "档次 {tiers} 没有规定户数（pairing.quota）。",
                "Tier {tiers} has no number of households (pairing.quota).",
                {"tiers": ", ".join(unknown)},
            )
        )
    return PairingQuotas(
        rules=rules,
        quotas=quotas,
        exact_or_at_least=cast('Literal["exact", "at_least"]', mode),
        three_sends=_range(
            "pairing.three_sends",
            values["pairing.three_sends.min"].integer,
            values["pairing.three_sends.max"].integer,
        ),
        three_sends_mode=cast(
            'Literal["replace", "add"]', values["pairing.three_sends_mode"].text
        ),
        outside=_range(
            "pairing.outside",
            values["pairing.outside.min"].integer,
            values["pairing.outside.max"].integer,
        ),
        in_post_only=values["pairing.in_post_only"].boolean,
        pack_hash=pack.hash,
    )


def mismatch_costs(
    pack: Pack, *, at: date, division: str | None = None
) -> Mapping[tuple[str, str], int]:
    """Return (need, expertise) to cost in points, for every pair of codes.

    Raises what `Pack.value` raises.
    """
    rows = pack.value("pairing.mismatch", at=at, division=division).rows
    return MappingProxyType(
        {
            (str(row["need"]), expertise): cast("int", cost)
            for row in rows
            for expertise, cost in row.items()
            if expertise != "need"
        }
    )


def _quotas(rows: tuple[Row, ...], mode: str, ceiling: int) -> Mapping[str, Quota]:
    numbers = [(str(row["tier"]), cast("int", row["households"])) for row in rows]
    twice = [
        tier for tier, count in Counter(t for t, _ in numbers).items() if count > 1
    ]
    if twice:
        raise InconsistentPairing(
            Text(
                "档次 {tiers} 的户数写了两次（pairing.quota）。",
                "Tier {tiers} has two numbers of households (pairing.quota).",
                {"tiers": ", ".join(twice)},
            )
        )
    return MappingProxyType(
        {
            tier: Quota(number, number if mode == "exact" else max(number, ceiling))
            for tier, number in numbers
        }
    )


def _range(name: str, least: int, most: int) -> Quota:
    if least > most:
        raise InconsistentPairing(
            Text(
                "{name} 的下限 {least} 大于上限 {most}。",
                "{name}: the least, {least}, is more than the most, {most}.",
                {"name": name, "least": least, "most": most},
            )
        )
    return Quota(least, most)


def _rule(row: Row) -> TierRule:
    unit_levels = cast("tuple[str, ...] | None", row.get("unit_levels"))
    ranks = cast("tuple[str, ...] | None", row.get("ranks"))
    return TierRule(
        tier=str(row["tier"]),
        who=cast("Text", row["who"]),
        unit_levels=frozenset(map(UnitLevel, unit_levels)) if unit_levels else None,
        ranks=frozenset(map(Rank, ranks)) if ranks else None,
        top_leader=cast("bool | None", row.get("top_leader")),
        party_member=cast("bool | None", row.get("party_member")),
        source=cast("Text", row["source"]),
        grade=Grade(str(row["grade"])),
        status=Status(str(row["status"])),
    )
