"""Keeping what a run found: new hits, changed facts, and what is found no more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
from django.db import connection

from bangfu.calc.values.division_code import DivisionCode
from bangfu.registry.crosschecks.declaration import Check, Subject
from bangfu.registry.crosschecks.declared import BY_CODE
from bangfu.registry.crosschecks.models import (
    CheckRun,
    ExternalList,
    ExternalRow,
    Hit,
    HitState,
)
from bangfu.registry.crosschecks.running import Found
from bangfu.registry.crosschecks.thresholds import Thresholds

_BATCH = 2_000
_SUBJECT = {"household", "member", "division_code", "row_id", "name_differs", "chance"}
_ROW_FACTS = (
    "kind",
    "what",
    "status",
    "value_fen",
    "area_m2",
    "grade",
    "since",
    "place",
)
# One number for "runs of the checks": two of them write one after the other.
_LOCK = int.from_bytes(b"xchk", "big")
NAMES = ("new", "changed", "same", "gone")


@dataclass(frozen=True, slots=True)
class Lead:
    """A hit as the run found it, before it is compared with what is kept."""

    check: Check
    key: str
    household: int | None
    member: int | None
    division: str
    chance: float | None
    facts: dict[str, Any]

    @property
    def digest(self) -> str:
        """What a verdict holds for: the facts without the dates of the lists."""
        told = {name: self.facts[name] for name in ("rows", "figures")}
        content = json.dumps(told, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def leads_of(found: Found, limits: Thresholds) -> list[Lead]:
    """Return the hits of a run, one for each check and subject."""
    wanted = {
        row_id
        for frame in found.frames.values()
        for row_id in frame["row_id"].to_list()
        if row_id
    }
    rows = _rows_of(wanted)
    as_of = {one.pk: one for one in found.lists}
    leads = []
    for code, frame in found.frames.items():
        check = BY_CODE[code]
        shown = limits.of_check(code)
        leads += [
            _lead(check, group, rows, as_of, shown) for group in _grouped(check, frame)
        ]
    return leads


def _rows_of(wanted: Iterable[int]) -> dict[int, ExternalRow]:
    ids = sorted(wanted)
    found: dict[int, ExternalRow] = {}
    for start in range(0, len(ids), _BATCH):
        found |= ExternalRow.objects.defer("identity_index", "digest").in_bulk(
            ids[start : start + _BATCH]
        )
    return found


def _grouped(check: Check, frame: pl.DataFrame) -> Iterable[list[dict[str, Any]]]:
    columns = {
        Subject.MEMBER: ["member"],
        Subject.HOUSEHOLD: ["household"],
        Subject.VILLAGE: ["division_code"],
        Subject.COUNTY: ["division_code"],
    }[check.subject]
    parts = frame.partition_by(columns, maintain_order=True) if len(frame) else []
    return (part.rows(named=True) for part in parts)


def _lead(
    check: Check,
    group: list[dict[str, Any]],
    rows: Mapping[int, ExternalRow],
    lists: Mapping[int, ExternalList],
    shown: Mapping[str, float],
) -> Lead:
    first = group[0]
    figures: dict[str, Any] = dict(shown)
    for name in first.keys() - _SUBJECT:
        figures[name] = _figure(name, [one[name] for one in group])
    told, dates = [], {}
    for one in group:
        row = rows.get(one["row_id"])
        if row is not None:
            told.append(_told(row, one))
            dates[row.kind] = lists[row.list_id].as_of.isoformat()
    told.sort(key=lambda facts: json.dumps(facts, ensure_ascii=False, sort_keys=True))
    chances = [one["chance"] for one in group if one["chance"] is not None]
    subject = {
        Subject.MEMBER: first["member"],
        Subject.HOUSEHOLD: first["household"],
        Subject.VILLAGE: first["division_code"],
        Subject.COUNTY: first["division_code"],
    }[check.subject]
    return Lead(
        check=check,
        key=f"{check.code}/{check.subject.value}{subject}",
        household=first["household"] or None,
        member=first["member"] or None,
        division=first["division_code"],
        chance=round(min(chances), 4) if chances else None,
        facts={"rows": told, "figures": figures, "lists": dates},
    )


def _figure(name: str, values: list[Any]) -> Any:
    if name == "side":
        return sorted(set(values))
    return _plain(values[0])


def _told(row: ExternalRow, one: Mapping[str, Any]) -> dict[str, Any]:
    facts = {
        name: _plain(value)
        for name in _ROW_FACTS
        if (value := getattr(row, name)) not in (None, "")
    }
    facts["name_differs"] = bool(one["name_differs"])
    facts["by_name"] = one["chance"] is not None
    return facts


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def keep(
    *, run: CheckRun, leads: list[Lead], asked: Iterable[str], at: datetime
) -> dict[str, dict[str, int]]:
    """Store the hits of a run and return the counts by check.

    A hit that was judged comes back only when its facts changed. What a run of a wider
    division found is left to that run. A hit that is not found any more is gone, unless
    it was judged.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    division = DivisionCode(run.division_code)
    codes = sorted(set(asked))
    counts = {code: dict.fromkeys(NAMES, 0) for code in codes}
    lo, hi = division.range()
    stored = {
        hit.key: hit
        for hit in Hit.objects.filter(
            division_code__gte=lo, division_code__lt=hi, check_code__in=codes
        )
    }
    new, changed, seen = [], [], []
    for lead in leads:
        known = stored.pop(lead.key, None)
        if known is None:
            new.append(_new(lead, run, at))
            counts[lead.check.code]["new"] += 1
        elif _is_wider(known, division):
            counts[lead.check.code]["same"] += 1
        elif known.facts == lead.facts and known.state != HitState.GONE:
            counts[lead.check.code]["same"] += 1
            seen.append(known.pk)
        else:
            counts[lead.check.code][_meet(known, lead, run, at)] += 1
            changed.append(known)
    for hit in stored.values():
        if hit.state == HitState.OPEN and not _is_wider(hit, division):
            hit.state, hit.changed_at = HitState.GONE, at
            counts[hit.check_code]["gone"] += 1
            changed.append(hit)
    Hit.objects.bulk_create(new, batch_size=_BATCH)
    Hit.objects.bulk_update(changed, _UPDATED, batch_size=500)
    Hit.objects.filter(pk__in=seen).update(run_id=run.pk, run_code=run.division_code)
    return counts


_UPDATED = (
    "state",
    "verdict",
    "is_reopened",
    "chance",
    "facts",
    "facts_digest",
    "run_id",
    "run_code",
    "changed_at",
)


def _is_wider(hit: Hit, division: DivisionCode) -> bool:
    code = DivisionCode(hit.run_code)
    return code != division and code.contains(division)


def _new(lead: Lead, run: CheckRun, at: datetime) -> Hit:
    return Hit(
        check_code=lead.check.code,
        key=lead.key,
        household_id=lead.household,
        member_id=lead.member,
        division_code=DivisionCode(lead.division),
        chance=lead.chance,
        facts=lead.facts,
        facts_digest=lead.digest,
        run_id=run.pk,
        run_code=run.division_code,
        found_at=at,
        changed_at=at,
    )


def _meet(known: Hit, lead: Lead, run: CheckRun, at: datetime) -> str:
    """Bring a kept hit up to what the run found; say what became of it."""
    known.run_id, known.run_code = run.pk, run.division_code
    if known.facts_digest == lead.digest:
        known.facts = lead.facts
        if known.state == HitState.GONE:
            known.state, known.changed_at = HitState.OPEN, at
        return "same"
    known.is_reopened = known.is_reopened or known.state == HitState.JUDGED
    known.state, known.verdict = HitState.OPEN, ""
    known.facts, known.facts_digest = lead.facts, lead.digest
    known.chance, known.changed_at = lead.chance, at
    return "changed"
