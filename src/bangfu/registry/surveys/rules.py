"""What is allowed with a year and its sheets. Pure: no database, no clock.

YearLocked         the year is closed; only a correction with a reason goes in
NotLocked          a correction before the lock: the sheet itself is changed instead
AlreadyOpen        the year is open, or was, in every village asked for
SheetChanged       somebody else recorded the sheet meanwhile
NothingToCheck     the sheet waits for no check
OwnSheet           who recorded a sheet, or asked the family, neither checks nor corrects it
NotReady           sheets wait for their check or went back, so the year is not locked
NothingCorrected   a correction that changes nothing
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bangfu.calc.values.findings import (
    BadInput,
    Finding,
    NotAllowed,
    OutOfLimit,
    WrongState,
)
from bangfu.calc.values.text import Text
from bangfu.registry.editing import YearLocked
from bangfu.registry.surveys.filling import names_in
from bangfu.registry.surveys.kinds import (
    SheetState,
)

REASON_MIN = 4
FIRST_YEAR = 2014


class NotLocked(WrongState):
    """The year is still open."""

    code = "survey.not_locked"


class AlreadyOpen(WrongState):
    """Every village asked for has its collection of the year."""

    code = "survey.already_open"


class SheetChanged(WrongState):
    """Somebody else recorded the sheet meanwhile."""

    code = "survey.sheet_changed"


class NothingToCheck(WrongState):
    """The sheet waits for no check."""

    code = "survey.nothing_to_check"


class OwnSheet(NotAllowed):
    """Somebody else must do this with the sheet."""

    code = "survey.own_sheet"


class NotReady(WrongState):
    """The year cannot be locked yet; the findings say which villages and why."""

    code = "survey.not_ready"


class NothingCorrected(BadInput):
    """The correction changes nothing."""

    code = "survey.nothing_corrected"


# States


def check_open(locked: bool) -> None:  # noqa: FBT001 - the state itself
    """Raise YearLocked in a year that is closed."""
    if locked:
        raise YearLocked(
            Text("本年度采集已锁定。", "The year is locked."),
            remedy=Text(
                "请由乡镇或县级办公室办理锁定后更正，并写明理由。",
                "The township or county corrects it, with a reason.",
            ),
        )


def check_locked(locked: bool) -> None:  # noqa: FBT001 - the state itself
    """Raise NotLocked in a year that is still open."""
    if not locked:
        raise NotLocked(
            Text("本年度采集尚未锁定。", "The year is not locked yet."),
            remedy=Text("请直接修改采集表。", "Change the sheet itself."),
        )


def check_waits(state: str) -> None:
    """Raise NothingToCheck unless the sheet waits for its check."""
    if state != SheetState.RECORDED:
        raise NothingToCheck(
            Text("这张采集表不在待审核状态。", "This sheet waits for no check."),
            remedy=Text("请刷新采集清单。", "Reload the work list."),
        )


def check_another(user_id: int, recorded_by_id: int) -> None:
    """Raise OwnSheet for a sheet that the person recorded."""
    if user_id == recorded_by_id:
        raise OwnSheet(
            Text(
                "采集表由您登记，须由另一人办理。",
                "You recorded this sheet; somebody else must do this.",
            ),
            remedy=Text("请由另一人审核。", "Ask a second person."),
        )


def check_not_surveyor(name: str, surveyors: str) -> None:
    """Raise OwnSheet for a sheet on which the person stands as surveyor."""
    if name.strip() and name.strip() in names_in(surveyors):
        raise OwnSheet(
            Text(
                "您是这张采集表的调查人，须由另一人审核。",
                "You asked this family; somebody else must check the sheet.",
            ),
            remedy=Text("请由另一人审核。", "Ask a second person."),
        )


def check_doubts_answered(codes: Sequence[str], note: str) -> None:
    """Raise BadInput unless who checks a doubtful sheet says why it holds."""
    if codes and len(note.strip()) < REASON_MIN:
        raise BadInput(
            Text(
                "存疑的采集表须逐户核实并写明情况，至少 {n} 个字。",
                "A doubtful sheet is looked into; say what was found in at least {n} "
                "characters.",
                {"n": REASON_MIN},
            ),
            remedy=Text("请打开该户采集表审核。", "Open the sheet and check it there."),
        )


def check_reason(reason: str) -> None:
    """Raise BadInput without a reason."""
    if len(reason.strip()) < REASON_MIN:
        raise BadInput(
            Text(
                "请写明理由，至少 {n} 个字。",
                "State the reason in at least {n} characters.",
                {"n": REASON_MIN},
            )
        )


def check_year(year: int, today: date) -> None:
    """Raise OutOfLimit for a year that cannot be collected yet, or any more."""
    if not FIRST_YEAR <= year <= today.year:
        raise OutOfLimit(
            Text(
                "采集年度应在 {first} 至 {last} 年之间。",
                "A year from {first} to {last} can be collected.",
                {"first": FIRST_YEAR, "last": today.year},
            )
        )


@dataclass(frozen=True, slots=True)
class Readiness:
    """What stands between a village and the lock. place: its name."""

    place: str
    code: str
    waiting: int
    returned: int
    missing: int


def check_ready(villages: Sequence[Readiness], missing_reason: str) -> None:
    """Raise NotReady with a finding for each village that cannot be locked."""
    has_reason = len(missing_reason.strip()) >= REASON_MIN
    found = []
    for one in villages:
        if one.waiting or one.returned:
            found.append(
                Finding(
                    "survey.waiting",
                    one.code,
                    Text(
                        "{place}：{waiting} 户待审核，{returned} 户已退回",
                        "{place}: {waiting} sheets wait for their check, {returned} went "
                        "back",
                        {
                            "place": one.place,
                            "waiting": one.waiting,
                            "returned": one.returned,
                        },
                    ),
                )
            )
        elif one.missing and not has_reason:
            found.append(
                Finding(
                    "survey.missing",
                    one.code,
                    Text(
                        "{place}：{missing} 户未采集，锁定须写明原因",
                        "{place}: {missing} households without a sheet; say why",
                        {"place": one.place, "missing": one.missing},
                    ),
                    field="missing_reason",
                )
            )
    if found:
        raise NotReady(
            Text(
                "有 {n} 个村还不能锁定。",
                "{n} villages cannot be locked yet.",
                {"n": len(found)},
            ),
            remedy=Text(
                "请先审核或补齐采集表；确实无法采集的，写明原因后锁定。",
                "Check or complete the sheets; where a household cannot be surveyed, say "
                "why.",
            ),
            findings=tuple(found),
        )


NOTHING_CORRECTED = Text("没有改动任何内容。", "Nothing was changed.")
