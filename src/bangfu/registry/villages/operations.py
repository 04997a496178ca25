"""Writes of village files: record a year, or correct it after the lock.

NotAVillage       the code is no village of the acting scope
BadFigures        figures that contradict each other; all findings at once
FileChanged       somebody else recorded the year meanwhile
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, Finding, WrongState
from bangfu.calc.values.text import Text
from bangfu.registry import queries as registry
from bangfu.registry.imports import locks
from bangfu.registry.surveys import permissions, rules
from bangfu.registry.surveys import queries as surveys
from bangfu.registry.villages import queries
from bangfu.registry.villages.fields import fields
from bangfu.registry.villages.models import VillageYear
from bangfu.scope import Actor

Figure = int | Decimal | bool | str | None
# (part, whole): a part is never more than its whole.
_PARTS = (
    ("irrigated_mu", "arable_mu"),
    ("tv_households", "households"),
    ("online_households", "households"),
    ("broadband_households", "online_households"),
    ("unsafe_water_households", "households"),
    ("households_without_power", "households"),
    ("dibao_people", "population"),
    ("women", "population"),
    ("labour_people", "population"),
)


class NotAVillage(BadInput):
    """The code is no village of the acting scope."""

    code = "village.not_a_village"
    http_status = 404


class BadFigures(BadInput):
    """Figures contradict each other; the findings say which."""

    code = "village.bad_figures"


class FileChanged(WrongState):
    """Somebody else recorded the year meanwhile."""

    code = "village.file_changed"


def record_village(
    *,
    by: Actor,
    at: datetime,
    village: DivisionCode,
    year: int,
    version: str,
    figures: Mapping[str, Figure],
) -> VillageYear:
    """Record a village's year, or change it before the lock.

    figures: by column of `VillageYear`; what is left out becomes unknown. Poor households
    and people are counted here. Raises NotAllowed, NotAVillage, YearLocked, FileChanged,
    BadFigures, OutOfLimit; nothing is stored then.
    """
    with transaction.atomic():
        permissions.check_record(by, village)
        found = _taken(village, year, version, at)
        rules.check_open(registry.is_year_locked(village, year))
        _check(figures)
        found = found or VillageYear(division_code=village, year=year)
        _fill(found, figures, by, at)
        found.save()
        _record("registry.village.recorded", by, at, found, "")
    return found


def correct_village(
    *,
    by: Actor,
    at: datetime,
    village: DivisionCode,
    year: int,
    version: str,
    figures: Mapping[str, Figure],
    reason: str,
) -> VillageYear:
    """Correct a village's locked year by a new row that names the old one.

    Raises NotLocked, OwnSheet, BadInput without a reason, and as `record_village`.
    """
    rules.check_reason(reason)
    with transaction.atomic():
        permissions.check_close(by, village)
        before = _taken(village, year, version, at)
        rules.check_locked(registry.is_year_locked(village, year))
        if before is not None:
            rules.check_another(by.user_id, before.recorded_by_id)
        _check(figures)
        after = VillageYear(
            division_code=village,
            year=year,
            corrects=before,
            reason=reason.strip(),
            locked_at=at,
        )
        _fill(after, figures, by, at)
        if before is not None:
            after.poor_households = before.poor_households
            after.poor_people = before.poor_people
        after.save()
        _record("registry.village.corrected", by, at, after, reason)
    return after


def _taken(
    village: DivisionCode, year: int, version: str, at: datetime
) -> VillageYear | None:
    """Return the year as it stands, with the collection held as it is."""
    if village.level is not Level.VILLAGE:
        raise NotAVillage(Text("请选择行政村。", "Choose a village."))
    today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
    rules.check_year(year, today)
    locks.take_together(village)
    collection = surveys.collection_of(village, year)
    if collection is not None:
        surveys.hold(collection)
    found = queries.year_of(village, year)
    if queries.version_of(found) != version:
        raise FileChanged(
            Text(
                "您填写期间，村情已有变动，您的内容没有保存。",
                "Somebody else recorded this year meanwhile; yours was not saved.",
            ),
            remedy=Text("请核对后再次保存。", "Compare them and save again."),
        )
    return found


def _check(figures: Mapping[str, Figure]) -> None:
    texts = {field.column: field.text for field in fields()}
    found = [
        Finding(
            "village.more_than_whole",
            part,
            Text(
                "“{part}”大于“{whole}”",
                "“{part}” is more than “{whole}”",
                {"part": texts[part], "whole": texts[whole]},
            ),
            field=part,
        )
        for part, whole in _PARTS
        if Decimal(figures.get(part) or 0) > Decimal(figures.get(whole) or 0)
        and figures.get(whole) is not None
    ]
    if found:
        raise BadFigures(
            Text(
                "有 {n} 处需要改正。",
                "{n} entries are to be corrected.",
                {"n": len(found)},
            ),
            findings=tuple(found),
        )


def _fill(
    found: VillageYear, figures: Mapping[str, Figure], by: Actor, at: datetime
) -> None:
    for field in fields():
        if not field.counted:
            empty = "" if isinstance(getattr(found, field.column), str) else None
            value = figures.get(field.column)
            setattr(found, field.column, empty if value is None else value)
    for column, count in queries.counted(found.division_code).items():
        setattr(found, column, count)
    found.recorded_by_id, found.recorded_by_name = by.user_id, by.username
    found.recorded_at = at


def _record(
    action: str, by: Actor, at: datetime, found: VillageYear, reason: str
) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        division=found.division_code,
        reason=reason.strip(),
        detail={"year": found.year},
    )
