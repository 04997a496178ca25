"""The full list of a village's families: imported, kept apart, seen from the county up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Workbook
from bangfu.registry.cases import permissions
from bangfu.registry.cases.load_sheets import FRAME, FRAME_SHEET
from bangfu.registry.cases.models import FrameHousehold
from bangfu.registry.imports.intake import (
    Counts,
    FileReading,
    Options,
    Plan,
    Progress,
    digest_of,
)
from bangfu.registry.imports.rows import TWICE, Checker, Row
from bangfu.scope import Actor

_FACTS = ("group_name", "head_name", "persons")
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class FrameIntake:
    """Import of full village lists; see registry.imports.intake.Intake."""

    key: str = "frame"
    title: Text = FRAME.title
    counted: Text = Text("户", "families")  # noqa: RUF009 - frozen
    workbook: Workbook = FRAME

    def check_may(self, *, by: Actor) -> None:
        """Raise NotAllowed unless `by` may see the full lists."""
        permissions.check_frame(by)

    def check(
        self,
        files: Sequence[FileReading],
        *,
        by: Actor,
        at: datetime,
        options: Options,
        progress: Progress,
    ) -> Plan:
        """Compare the rows with what is stored; write nothing."""
        on = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
        checker = Checker(FRAME_SHEET, files)
        checker.check_places(by, on)
        seen: set[tuple[str, str]] = set()
        for row in checker.right(checker.rows):
            if row.key in seen:
                checker.mark(row, "household_no", "twice", TWICE)
            seen.add(row.key)
        rows = checker.right(checker.rows)
        stored = _stored(rows)
        new = [row for row in rows if row.key not in stored]
        changed = [
            row for row in rows if row.key in stored and _facts(row) != stored[row.key]
        ]
        return Plan(
            counts=Counts(
                new=len(new),
                changed=len(changed),
                same=len(rows) - len(new) - len(changed),
                wrong=checker.wrong,
            ),
            findings=tuple(checker.findings),
            differences=(),
            digest=digest_of(
                str((row.key, _facts(row)))
                for row in sorted([*new, *changed], key=lambda row: row.key)
            ),
            work=[*new, *changed],
        )

    def apply(
        self,
        plan: Plan,
        *,
        by: Actor,
        at: datetime,
        import_id: int,
        progress: Progress,
    ) -> Counts:
        """Write the new and changed families of a plan."""
        on = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
        rows: list[Row] = plan.work
        FrameHousehold.objects.bulk_create(
            [
                FrameHousehold(
                    division_code=row.key[0],
                    household_no=row.key[1],
                    **dict(zip(_FACTS, _facts(row), strict=True)),
                    listed_on=on,
                    import_id=import_id,
                    recorded_at=at,
                )
                for row in rows
            ],
            batch_size=_BATCH,
            update_conflicts=True,
            unique_fields=["division_code", "household_no"],
            update_fields=[*_FACTS, "listed_on", "import_id", "recorded_at"],
        )
        return plan.counts


INTAKE = FrameIntake()


def _facts(row: Row) -> tuple[object, ...]:
    return (
        row.values["group_name"] or "",
        row.values["head_name"],
        row.values["persons"],
    )


def _stored(rows: Sequence[Row]) -> dict[tuple[str, str], tuple[object, ...]]:
    villages = {village for village, _ in (row.key for row in rows)}
    found = FrameHousehold.objects.filter(division_code__in=villages)
    return {
        (str(one.division_code), one.household_no): (
            one.group_name,
            one.head_name,
            one.persons,
        )
        for one in found
    }
