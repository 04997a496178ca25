"""Cases from before the system: entered once, at any state, by two persons.

An import kind of its own (`bangfu import cases`): who uploads does not confirm. Each row
is one case with one step “taken over”, marked legacy, with the dates that were stated.
The roll is imported first, so that a row's state is checked against the status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from bangfu.calc.values.text import Text, join
from bangfu.exchange.declaration import Workbook
from bangfu.policy import queries as policy
from bangfu.registry.cases import permissions, procedure, queries
from bangfu.registry.cases.acts import TAKE_OVER
from bangfu.registry.cases.load_sheets import CASES, CASES_SHEET
from bangfu.registry.cases.models import Case, Monitoring, Step
from bangfu.registry.cases.states import ENDS, CaseKind, CaseState
from bangfu.registry.code_lists import STATUS
from bangfu.registry.imports.intake import (
    Counts,
    FileReading,
    Options,
    Plan,
    Progress,
    digest_of,
)
from bangfu.registry.imports.rows import TWICE, Checker, Row
from bangfu.registry.models import Household
from bangfu.scope import Actor

_KEYS_AT_ONCE = 5_000
_BATCH = 1_000
# The statuses that a household can have today when a case of a kind ended well.
_AFTER = {
    CaseKind.ENTRY: ("0", "1", "2", "3", "9"),
    CaseKind.RELAPSE: ("1", "2", "3"),
    CaseKind.EXIT: ("1", "3"),
    CaseKind.REMOVAL: ("9",),
    CaseKind.MONITORING: ("1", "7", "9"),
    CaseKind.RISK_REMOVAL: ("1", "7", "9"),
}
# While one runs; entry and exit then lead to the status at the end of the line.
_WHILE = {
    CaseKind.ENTRY: ("7",),
    CaseKind.RELAPSE: ("1",),
    CaseKind.EXIT: ("0", "2", "3"),
    CaseKind.REMOVAL: ("0", "3"),
    CaseKind.MONITORING: ("1", "7", "9"),
    CaseKind.RISK_REMOVAL: ("1", "7", "9"),
}
_GOOD_ENDS = (
    CaseState.REGISTERED,
    CaseState.EXITED,
    CaseState.DEREGISTERED,
    CaseState.MONITORED,
    CaseState.RISK_REMOVED,
)
_ORDER = list(CaseKind)


@dataclass(frozen=True, slots=True)
class Taken:
    """One right row with its household."""

    row: Row
    household: Household

    @property
    def kind(self) -> CaseKind:
        """The procedure."""
        return CaseKind(self.row.values["kind"])

    @property
    def state(self) -> CaseState:
        """The state that was reached."""
        return CaseState(self.row.values["state"])


@dataclass(frozen=True, slots=True)
class CaseIntake:
    """Import of cases from before the system; see registry.imports.intake.Intake."""

    key: str = "cases"
    title: Text = CASES.title
    counted: Text = Text("件", "cases")  # noqa: RUF009 - frozen
    workbook: Workbook = CASES

    def check_may(self, *, by: Actor) -> None:
        """Raise NotAllowed unless `by` may take cases over."""
        permissions.check_take_over(by)

    def check(
        self,
        files: Sequence[FileReading],
        *,
        by: Actor,
        at: datetime,
        options: Options,
        progress: Progress,
    ) -> Plan:
        """Check every row against the roll; write nothing."""
        on = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
        checker = Checker(CASES_SHEET, files)
        checker.check_places(by, on)
        households = _households(checker.right(checker.rows))
        existing = _existing(households)
        progress(1, 2, Text("正在核查", "Checking"))
        same = 0
        seen: set[tuple[int, str]] = set()
        candidates: list[Taken] = []
        for row in checker.right(checker.rows):
            household = households.get(row.key)
            if household is None:
                checker.mark(row, "household_no", "no_household", _NO_HOUSEHOLD)
                continue
            one = Taken(row, household)
            if (household.pk, one.kind.value, one.state.value) in existing:
                same += 1
                continue
            _check(checker, one, existing, seen, on)
            candidates.append(one)
        right = set(map(id, checker.right(checker.rows)))
        taken = [one for one in candidates if id(one.row) in right]
        taken.sort(
            key=lambda one: (_ORDER.index(one.kind), one.row.file, one.row.number)
        )
        return Plan(
            counts=Counts(new=len(taken), same=same, wrong=checker.wrong),
            findings=tuple(checker.findings),
            differences=(),
            digest=digest_of(str(sorted(one.row.values.items())) for one in taken),
            work=taken,
            policy_hash=policy.active().hash,
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
        """Write the right rows of a plan."""
        taken: list[Taken] = plan.work
        for start in range(0, len(taken), _BATCH):
            progress(start, len(taken), Text("正在写入", "Writing"))
            _write(taken[start : start + _BATCH], by, at)
        return plan.counts


INTAKE = CaseIntake()


def _households(rows: Sequence[Row]) -> dict[tuple[str, str], Household]:
    keys = sorted({row.key for row in rows})
    found: dict[tuple[str, str], Household] = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        part = keys[start : start + _KEYS_AT_ONCE]
        rows_found = Household.objects.filter(
            division_code__in={village for village, _ in part},
            household_no__in={number for _, number in part},
        )
        found |= {(str(one.division_code), one.household_no): one for one in rows_found}
    return {key: found[key] for key in keys if key in found}


def _existing(
    households: dict[tuple[str, str], Household],
) -> set[tuple[int, str, str]]:
    ids = [one.pk for one in households.values()]
    cases = Case.objects.filter(household_id__in=ids)
    return set(cases.values_list("household_id", "kind", "state"))


def _check(
    checker: Checker,
    one: Taken,
    existing: set[tuple[int, str, str]],
    seen: set[tuple[int, str]],
    on: date,
) -> None:
    """Mark everything that is wrong with a row."""
    row, values = one.row, one.row.values
    if one.state not in procedure.states_of(one.kind) or (
        one.state in ENDS and one.state not in _GOOD_ENDS
    ):
        checker.mark(row, "state", "no_such_state", _NO_STATE)
        return
    fitting = _AFTER if one.state in ENDS else _WHILE
    if one.household.status not in fitting[one.kind]:
        named = join(
            [STATUS.labels[code] for code in fitting[one.kind]], zh="、", en=", "
        )
        checker.mark(row, "state", "wrong_status", _WRONG_STATUS.with_(fitting=named))
    opened = values["opened_on"] or values["entered_on"]
    if not opened <= values["entered_on"] <= on:
        checker.mark(row, "entered_on", "wrong_date", _WRONG_DATE)
    is_watch = one.kind is CaseKind.MONITORING
    if is_watch != bool(values["category"]):
        checker.mark(row, "category", "category", _CATEGORY)
    key = (one.household.pk, f"{one.kind}/{one.state}")
    running = {
        (household, track)
        for household, kind, state in existing
        if state not in ENDS
        for track in [CaseKind(kind).track]
    }
    track_key = (one.household.pk, one.kind.track)
    if key in seen or (
        one.state not in ENDS and (track_key in running or track_key in seen)
    ):
        checker.mark(row, None, "twice", TWICE)
    seen.add(key)
    if one.state not in ENDS:
        seen.add(track_key)


def _write(taken: Sequence[Taken], by: Actor, at: datetime) -> None:
    cases = Case.objects.bulk_create([_case(one, at) for one in taken])
    Step.objects.bulk_create(
        [_step(one, case, by) for one, case in zip(taken, cases, strict=True)]
    )
    with connection.cursor() as cursor:
        cursor.execute(_POINT_TO_STEP, [[case.pk for case in cases]])
    for one, case in zip(taken, cases, strict=True):
        _effect(one, case, by, at)


_POINT_TO_STEP = """
UPDATE registry_case c SET last_step_id = s.id FROM registry_step s
WHERE s.case_id = c.id AND c.last_step_id IS NULL AND c.id = ANY (%s)
"""


def _case(one: Taken, at: datetime) -> Case:
    values = one.row.values
    return Case(
        household=one.household,
        division_code=one.household.division_code,
        kind=one.kind,
        track=one.kind.track,
        state=one.state,
        category=values["category"] or "",
        status_before=_before(one),
        opened_on=values["opened_on"] or values["entered_on"],
        opened_at=at,
        entered_at=at,
        closed_at=at if one.state in ENDS else None,
        is_legacy=True,
    )


def _before(one: Taken) -> str:
    """The status to which a case that runs on would bring the household back."""
    if one.kind is CaseKind.EXIT and one.household.status == "2":
        return "0"
    return str(one.household.status)


def _step(one: Taken, case: Case, by: Actor) -> Step:
    values: dict[str, Any] = one.row.values
    facts: dict[str, object] = {"basis": values["basis"]}
    if values["category"]:
        facts |= {"category": values["category"], "risk": values["risk"] or ""}
    return Step(
        case=case,
        division_code=case.division_code,
        transition_id=procedure.transition_key(one.kind, TAKE_OVER, "", one.state),
        act=TAKE_OVER,
        from_state="",
        to_state=one.state,
        user_id=by.user_id,
        username=by.username,
        role=by.role,
        happened_on=values["entered_on"],
        reason=values["basis"],
        facts=facts,
    )


def _effect(one: Taken, case: Case, by: Actor, at: datetime) -> None:
    """Let statuses and spells be what the case says."""
    values = one.row.values
    if one.state is CaseState.MONITORED:
        Monitoring.objects.create(
            household=one.household,
            division_code=case.division_code,
            category=values["category"],
            risk=values["risk"] or "",
            since=values["entered_on"],
            opened_by=case,
        )
    elif one.state is CaseState.RISK_REMOVED:
        spell = queries.watched_now(one.household.pk)
        if spell is not None:
            spell.until = max(values["entered_on"], spell.since)
            spell.closed_by = case
            spell.save(update_fields=["until", "closed_by"])
    status = {CaseKind.ENTRY: "8", CaseKind.EXIT: "2"}.get(one.kind)
    is_running = one.state not in ENDS and one.state is not CaseState.LEAD
    if is_running and status and one.household.status != status:
        Household.objects.filter(pk=one.household.pk).update(
            status=status, recorded_by_id=by.user_id, recorded_at=at
        )


_NO_HOUSEHOLD = Text("名册中没有这一户", "no such household on the roll")
_NO_STATE = Text("该事项没有这个环节", "the procedure has no such state")
_WRONG_STATUS = Text(
    "与该户脱贫状态不符，应为：{fitting}",
    "does not fit the household's status, which should be: {fitting}",
)
_WRONG_DATE = Text(
    "日期应不早于受理、不晚于今天", "not before it was opened, and not in the future"
)
_CATEGORY = Text(
    "监测认定须填监测类别，其他事项不填",
    "monitoring needs a category, other procedures have none",
)
