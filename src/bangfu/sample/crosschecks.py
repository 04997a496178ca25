"""The departments' lists go in, the checks run, and an office has judged some hits."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from PIL import Image

from bangfu.calc.values.text import Text
from bangfu.registry.crosschecks import operations, runs
from bangfu.registry.crosschecks.kinds import ListKind
from bangfu.registry.crosschecks.models import CheckRun, Hit, VerdictKind
from bangfu.registry.imports import operations as imports
from bangfu.registry.imports.intake import Options
from bangfu.sample.outside import AS_OF
from bangfu.scope import Actor, acting

Tell = Callable[[Text], None]
JUDGED = 3  # hits of each check with a verdict, so that a precision can be seen


def load_lists(
    paths: Mapping[ListKind, Path],
    truth: Path,
    *,
    by: Actor,
    at: datetime,
    tell: Tell,
) -> int:
    """Bring in every list, run the checks once, judge some hits; return the hits.

    truth: whom the checks should find, by which the verdicts are given. What was done by
    a load that was killed is not done again.
    """
    with acting(by):
        if CheckRun.objects.exists():
            return Hit.objects.count()
    tell(Text("正在导入部门名单并比对……", "Bringing in lists and cross-checking …"))
    options = Options(as_of=AS_OF)
    for kind, path in paths.items():
        with acting(by):
            record = imports.receive(
                by=by,
                at=at,
                kind=kind.import_kind,
                files=[(path.name, path.read_bytes())],
                options=options,
            )
        with acting(by):
            plan = imports.check(by=by, at=at, import_id=record.pk)
        if plan.counts.written:
            with acting(by):
                imports.apply(by=by, at=at, import_id=record.pk)
    with acting(by):
        runs.run(by=by, at=at)
        _judge(_keys(truth), by=by, at=at)
        return Hit.objects.count()


def _keys(truth: Path) -> set[tuple[str, str, str]]:
    with truth.open(encoding="utf-8") as file:
        return {
            (row["check"], row["division_code"], row["household_no"])
            for row in csv.DictReader(file)
        }


def _judge(truth: set[tuple[str, str, str]], *, by: Actor, at: datetime) -> None:
    """Judge the first hits of each check as the truth has it, the last one unclear."""
    found = Hit.objects.exclude(household=None).select_related("household")
    by_check: dict[str, list[Hit]] = {}
    planted = {check for check, _, _ in truth}
    for hit in found.filter(check_code__in=planted).order_by("check_code", "pk"):
        by_check.setdefault(hit.check_code, []).append(hit)
    letter = _letter()
    for code, hits in by_check.items():
        for number, hit in enumerate(hits[:JUDGED], start=1):
            assert hit.household is not None  # noqa: S101 - asked for above
            key = (code, str(hit.division_code), hit.household.household_no)
            said = _FALSE
            if number == JUDGED:
                said = _UNCLEAR
            elif key in truth:
                said = operations.Said(
                    VerdictKind.TRUE, "department", _TRUE, "复核函.png", letter
                )
            operations.judge(by=by, at=at, hit_id=hit.pk, said=said)


def _letter() -> bytes:
    """Return a blank sheet that stands for the department's letter."""
    content = io.BytesIO()
    Image.new("RGB", (210, 297), "white").save(content, "PNG")
    return content.getvalue()


_TRUE = "部门书面复核，情况属实。"
_FALSE = operations.Said(
    VerdictKind.FALSE, "department", "部门复核：名单登记有误，并非本人。"
)
_UNCLEAR = operations.Said(
    VerdictKind.UNCLEAR, "phone", "户主外出，电话未能说明，待返乡后入户核实。"
)
