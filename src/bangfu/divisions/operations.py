"""Writes: the list, changes of the tree, flags, outlines, points.

Every act that changes the tree locks it against other writers, never against readers.
Refusals: NotAllowed; NoSuchDivision, TreeConflict, FlagConflict, WrongUnit, BadGeometry
(rules); NoList, FaultyList, ListTooLarge (published). Nothing changes then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.divisions import (
    changes_file,
    importing,
    outlines,
    permissions,
    placing,
    published,
    queries,
    recoding,
    rules,
)
from bangfu.divisions.geometry import Point
from bangfu.divisions.importing import Asked, Report
from bangfu.divisions.kinds import (
    FlagKind,
    PlaceSource,
    SuccessionKind,
    kind_of,
    parent_code,
)
from bangfu.divisions.models import Boundary, Division, Succession, VillageFlag
from bangfu.scope import Actor


def import_divisions(
    *,
    by: Actor,
    at: datetime,
    source: Path | Sequence[Path] = (),
    valid_from: date | None = None,
    under: DivisionCode | None = None,
    changes: Path | None = None,
    is_ending_missing: bool = False,
) -> Report:
    """Bring the tree to a published list, and to a file of changes of county codes.

    source: folders, files or npm packages (see `published`). valid_from: the day for
    which the list speaks; without it today, and a first list counts from before all
    records (see `importing`). under: only this part of the list. is_ending_missing: end
    what stands beside listed divisions but is not listed; otherwise it is only counted.

    Raises NotAllowed, NoList, FaultyList with every fault, ListTooLarge.
    """
    permissions.check_change(by, under)
    today = _day(at)
    day = valid_from or today
    rules.check_not_future(day, today=today)
    sources = [source] if isinstance(source, Path) else list(source)
    listed = published.read(sources, demo=settings.BANGFU_DEMO)
    known = changes_file.read(changes) if changes else changes_file.Changes()
    if listed.findings or known.findings:
        raise published.faulty([*listed.findings, *known.findings])
    if under is not None:
        listed, known = listed.within(under), known.within(under)
    asked = Asked(
        day=day,
        is_day_named=valid_from is not None,
        under=under,
        is_ending_missing=is_ending_missing,
    )
    with transaction.atomic():
        report = importing.write(listed, known, asked)
        audit.record(
            "divisions.imported", by=by, at=at, division=under, detail=report.as_json()
        )
    return report


def rename(
    *,
    by: Actor,
    at: datetime,
    code: DivisionCode,
    name: str,
    effective_date: date,
    reason: str,
) -> Division:
    """Give a division another name from a day on. The code and all below it stay."""
    permissions.check_change(by, code)
    rules.check_not_future(effective_date, today=_day(at))
    name = rules.check_name(name)
    with transaction.atomic():
        division = _alive(code, effective_date)
        rules.check_change_day(division, effective_date)
        renamed = _renamed(division, name, effective_date)
        detail = {"before": division.name, "after": name, "from": str(effective_date)}
        _record("renamed", by, at, code, reason, detail)
    return renamed


def recode(
    *,
    by: Actor,
    at: datetime,
    code: DivisionCode,
    new_code: DivisionCode,
    effective_date: date,
    reason: str,
    name: str = "",
) -> int:
    """Give a division and all below it a new code, also under another parent.

    name: a new name for it, e.g. when a county becomes a district; "" keeps the old.
    Returns how many divisions took a new code.
    """
    permissions.check_change(by, code)
    permissions.check_change(by, new_code)
    rules.check_not_future(effective_date, today=_day(at))
    rules.check_same_level([code, new_code])
    with transaction.atomic():
        division = _alive(code, effective_date)
        rules.check_change_day(division, effective_date)
        rules.check_unused(new_code, _open(new_code))
        if new_code.parent:
            _alive(new_code.parent, effective_date)
        new_name = rules.check_name(name or division.name)
        count = recoding.recode(code, new_code, name=new_name, on=effective_date)
        placing.copy_points(code, new_code)
        detail = {"to": new_code, "from": str(effective_date), "divisions": count}
        _record("recoded", by, at, code, reason, detail)
    return count


def merge(
    *,
    by: Actor,
    at: datetime,
    codes: Sequence[DivisionCode],
    into: DivisionCode,
    effective_date: date,
    reason: str,
    name: str = "",
) -> Division:
    """Merge divisions into one, which goes on or begins that day; return it.

    codes: those that cease; they may have nothing below them any more. name: of `into`,
    needed when it is new.
    """
    for code in (*codes, into):
        permissions.check_change(by, code)
    rules.check_not_future(effective_date, today=_day(at))
    ending = sorted(set(codes) - {into})
    rules.check_same_level([*ending, into])
    with transaction.atomic():
        for code in ending:
            _cease(code, effective_date)
        heir = _go_on_or_begin(into, name, effective_date)
        _succeed(ending, [into], effective_date, SuccessionKind.MERGE)
        detail = {"merged": ending, "from": str(effective_date)}
        _record("merged", by, at, into, reason, detail)
    return heir


def split(
    *,
    by: Actor,
    at: datetime,
    code: DivisionCode,
    into: Mapping[DivisionCode, str],
    effective_date: date,
    reason: str,
) -> list[Division]:
    """Split a division; it goes on when it is among `into` (code to name), else ends.

    A division that ends may have nothing below it any more. Returns the parts by code.
    """
    for part in (code, *into):
        permissions.check_change(by, part)
    rules.check_not_future(effective_date, today=_day(at))
    rules.check_same_level([code, *into])
    rules.check_parts(code, sorted(into))
    with transaction.atomic():
        rules.check_change_day(_alive(code, effective_date), effective_date)
        for part in into:
            if part != code:
                rules.check_unused(part, _open(part))
        if code not in into:
            _cease(code, effective_date)
        parts = [_go_on_or_begin(p, into[p], effective_date) for p in sorted(into)]
        _succeed([code], sorted(into), effective_date, SuccessionKind.SPLIT)
        detail = {"into": sorted(into), "from": str(effective_date)}
        _record("split", by, at, code, reason, detail)
    return parts


def set_flag(
    *,
    by: Actor,
    at: datetime,
    code: DivisionCode,
    flag: FlagKind,
    valid_from_date: date,
    document: str,
) -> VillageFlag:
    """Mark a village from a day on. document: what it rests on, e.g. a list's number."""
    set_flags(
        by=by, at=at, flags=[(code, flag.value, valid_from_date)], document=document
    )
    return VillageFlag.objects.get(
        code=code, flag=flag, valid_from_date=valid_from_date
    )


def set_flags(
    *,
    by: Actor,
    at: datetime,
    flags: Sequence[tuple[DivisionCode, str, date]],
    document: str = "",
) -> int:
    """Mark villages: code, flag, first day. What is on file alike stays.

    Returns how many were new. Raises FlagConflict when a village has the flag at that
    time already, from another day; NoSuchDivision for what is no village then.
    """
    wanted = {(code, FlagKind(flag), since) for code, flag, since in flags}
    for code in {code for code, _, _ in wanted}:
        permissions.check_change(by, code)
        rules.check_village(code)
    with transaction.atomic():
        _lock_tree()
        known = queries.names({c for c, _, _ in wanted}, at=_day(at))
        for code, _, since in sorted(wanted):
            if code not in known:
                raise rules.NoSuchDivision.of(code, since)
        new = _new_flags(wanted, document)
        VillageFlag.objects.bulk_create(new, batch_size=placing.BATCH)
        if new:
            counts = {
                f.value: n for f in FlagKind if (n := sum(x.flag == f for x in new))
            }
            where = _common({row.division_code for row in new})
            _record("flags_set", by, at, where, document, counts)
    return len(new)


def end_flag(
    *,
    by: Actor,
    at: datetime,
    code: DivisionCode,
    flag: FlagKind,
    valid_to_date: date,
    reason: str,
) -> VillageFlag:
    """End a mark: `valid_to_date` is the first day without it. Raises FlagConflict."""
    permissions.check_change(by, code)
    with transaction.atomic():
        _lock_tree()
        row = VillageFlag.objects.filter(
            code=code, flag=flag, valid_to_date__isnull=True
        ).first()
        row = rules.check_has_flag(code, flag, row, valid_to_date)
        row.valid_to_date = valid_to_date
        row.save()
        detail = {"flag": flag.value, "to": str(valid_to_date)}
        _record("flag_ended", by, at, code, reason, detail)
    return row


def set_boundaries(
    *,
    by: Actor,
    at: datetime,
    collection: Mapping[str, Any],
    code_property: str = "code",
    source: str = "",
) -> int:
    """Store the outlines of a GeoJSON FeatureCollection and the centres of those.

    code_property: names the division; a country prefix 156 is taken off. source: who
    drew them. An outline on file is replaced. Returns how many there were. Raises
    BadGeometry with every fault; NotAllowed.
    """
    day = _day(at)
    found = outlines.read(collection, code_property)
    found.find_unknown(queries.names(found.shapes, at=day))
    found.refuse_faults()
    for code in found.shapes:
        permissions.check_change(by, code)
    with transaction.atomic():
        Boundary.objects.bulk_create(
            [
                Boundary(code=code, geometry=shape.geometry, source=source)
                for code, shape in sorted(found.shapes.items())
            ],
            batch_size=placing.BATCH,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["geometry", "source"],
        )
        centres = {code: shape.centre for code, shape in found.shapes.items()}
        placing.store(centres, PlaceSource.BOUNDARY)
        detail = {"outlines": len(centres)}
        _record("boundaries_set", by, at, _common(set(centres)), source, detail)
    return len(centres)


def set_places(
    *, by: Actor, at: datetime, points: Mapping[DivisionCode, Point], reason: str
) -> int:
    """Store reported points of divisions, in degrees; return how many."""
    for code in points:
        permissions.check_change(by, code)
    known = queries.names(points, at=_day(at))
    for code in sorted(points):
        if code not in known:
            raise rules.NoSuchDivision.of(code, _day(at))
        rules.check_on_earth(code, points[code])
    with transaction.atomic():
        count = placing.store(points, PlaceSource.GIVEN)
        if count:
            where = _common(set(points))
            _record("places_set", by, at, where, reason, {"points": count})
    return count


def place_villages(*, by: Actor, at: datetime, under: DivisionCode) -> int:
    """Estimate points for the villages within a division that have none.

    Returns how many divisions got a point. Raises BadInput when a village lies under no
    outline at all; no point on file moves.
    """
    permissions.check_change(by, under)
    with transaction.atomic():
        count, bare = placing.estimate(under, at=_day(at))
        if bare:
            raise BadInput(
                Text(
                    "{count} 个村没有上级边界，无法估计位置，例如 {first}。",
                    "{count} villages lie within no outline on file, e.g. {first}.",
                    {"count": len(bare), "first": bare[0]},
                ),
                remedy=Text(
                    "请先导入县级或市级边界。",
                    "Load the outline of the county or city first.",
                ),
                code="no_outline",
            )
        if count:
            _record("places_estimated", by, at, under, "", {"points": count})
    return count


def _day(at: datetime) -> date:
    return timezone.localdate(at)  # noqa: TID251 - the civil day of `at`, not the clock


def _lock_tree() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE divisions_division IN SHARE ROW EXCLUSIVE MODE")


def _open(code: DivisionCode) -> Division | None:
    return Division.objects.filter(code=code, valid_to_date__isnull=True).first()


def _alive(code: DivisionCode, day: date) -> Division:
    """Lock the tree and return the row in force, which must hold `day`."""
    _lock_tree()
    division = _open(code)
    if division is None or day < division.valid_from_date:
        raise rules.NoSuchDivision.of(code, day)
    return division


def _renamed(division: Division, name: str, day: date) -> Division:
    division.valid_to_date = day
    division.save()
    code = division.division_code
    _succeed([code], [code], day, SuccessionKind.RENAME)
    return _begin(code, name, day, urban_rural_class=division.urban_rural_class)


def _begin(
    code: DivisionCode, name: str, day: date, *, urban_rural_class: str = ""
) -> Division:
    return Division.objects.create(
        code=code,
        name=name,
        level=code.level.value,
        parent_code=parent_code(code),
        kind=kind_of(code, name).value,
        urban_rural_class=urban_rural_class,
        valid_from_date=day,
    )


def _go_on_or_begin(code: DivisionCode, name: str, day: date) -> Division:
    division = _open(code)
    if division is None:
        if code.parent:
            _alive(code.parent, day)
        return _begin(code, rules.check_name(name), day)
    if name and name.strip() != division.name:
        rules.check_change_day(division, day)
        return _renamed(division, rules.check_name(name), day)
    return division


def _cease(code: DivisionCode, day: date) -> None:
    division = _alive(code, day)
    rules.check_change_day(division, day)
    below = Division.objects.filter(parent_code=code, valid_to_date__isnull=True)
    rules.check_childless(division, below.count())
    division.valid_to_date = day
    division.save()
    flags = VillageFlag.objects.filter(code=code, valid_to_date__isnull=True)
    flags.filter(valid_from_date__lt=day).update(valid_to_date=day)


def _succeed(
    old: Sequence[DivisionCode],
    new: Sequence[DivisionCode],
    day: date,
    kind: SuccessionKind,
) -> None:
    Succession.objects.bulk_create(
        [
            Succession(from_code=a, to_code=b, effective_date=day, kind=kind.value)
            for a in old
            for b in new
        ],
        ignore_conflicts=True,
    )


def _new_flags(
    wanted: set[tuple[DivisionCode, FlagKind, date]], document: str
) -> list[VillageFlag]:
    """Return the rows to add; raises FlagConflict for one that meets another."""
    kept = VillageFlag.objects.filter(code__in=[code for code, _, _ in wanted])
    by_key: dict[tuple[str, str], list[VillageFlag]] = {}
    for row in kept:
        by_key.setdefault((row.code, row.flag), []).append(row)
    new = []
    for code, flag, since in sorted(wanted):
        others = by_key.setdefault((code, flag.value), [])
        if any(row.valid_from_date == since for row in others):
            continue
        rules.check_flag_free(code, flag, since, others)
        row = VillageFlag(
            code=code, flag=flag.value, valid_from_date=since, document=document
        )
        others.append(row)
        new.append(row)
    return new


def _common(codes: set[DivisionCode]) -> DivisionCode | None:
    """Return the lowest division that contains all, None for more than a province."""
    first, last = min(codes), max(codes)
    for level in reversed(Level):
        if level <= min(len(first), len(last)) and first[:level] == last[:level]:
            return DivisionCode(first[:level])
    return None


def _record(
    act: str,
    by: Actor,
    at: datetime,
    where: DivisionCode | None,
    reason: str,
    detail: Mapping[str, object],
) -> None:
    audit.record(
        f"divisions.{act}", by=by, at=at, division=where, reason=reason, detail=detail
    )
