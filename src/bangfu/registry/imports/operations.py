"""Writes: receive files, check them, confirm, apply, cancel.

upload      keep the files sealed and order the check
check       read and compare; keep the preview; nothing else is written
confirm     order the writing
apply       read and compare again; write in one transaction, or refuse
cancel      end it; the files are deleted
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from bangfu import exchange
from bangfu.audit import operations as audit
from bangfu.calc.values.findings import BadInput, WrongState
from bangfu.calc.values.text import Text
from bangfu.exchange import staging
from bangfu.jobs import operations as jobs
from bangfu.registry import permissions
from bangfu.registry.imports import locks, parsed, preview, queries, reading, storage
from bangfu.registry.imports.intake import (
    FileReading,
    Intake,
    Options,
    Plan,
    Progress,
    no_progress,
)
from bangfu.registry.imports.kinds import intake_of
from bangfu.registry.models import Import, ImportState
from bangfu.registry.rules import names as rules
from bangfu.scope import Actor

CHECK_JOB = "registry.import"
APPLY_JOB = "registry.apply_import"
KEPT = timedelta(days=30)
# The register was set up in 2014; no roll and no rule is older.
FIRST_ROLL = date(2014, 1, 1)


class PlanChanged(WrongState):
    """What would be written is no longer what was shown."""

    code = "import_plan_changed"

    def __init__(self, plan: Plan) -> None:
        """Keep the new plan, so that it can be shown."""
        super().__init__(
            Text(
                "预览之后登记数据有变化，本次没有写入。",
                "The register changed after the preview; nothing was written.",
            ),
            remedy=Text(
                "请看新的核查结果，再确认一次。",
                "Look at the new preview and confirm again.",
            ),
        )
        self.plan = plan


class NothingToImport(WrongState):
    """No record of the files is both right and new or changed."""

    code = "nothing_to_import"


# Receiving


def upload(
    *,
    by: Actor,
    at: datetime,
    kind: str,
    files: Sequence[tuple[str, bytes]],
    options: Options,
) -> Import:
    """Keep the files and order their check as a job.

    files: name and content. Raises NotAllowed, UnknownKind, BadInput, OutOfLimit,
    DiskFull; nothing is kept then.
    """
    record = receive(by=by, at=at, kind=kind, files=files, options=options)
    with transaction.atomic():
        _enqueue(record, CHECK_JOB, by=by, at=at)
    return record


def receive(
    *,
    by: Actor,
    at: datetime,
    kind: str,
    files: Sequence[tuple[str, bytes]],
    options: Options,
) -> Import:
    """Keep the files sealed, to be checked in this process. Raises as `upload`."""
    intake_of(kind).check_may(by=by)
    options = _dated(options, at)
    assert by.division is not None  # noqa: S101 - the system imports nothing
    reading.check_files(files)
    delete_old_files(by=by, at=at)
    folder = storage.new_folder()
    try:
        for number, (_, content) in enumerate(files):
            storage.save(folder, f"file-{number}", content)
        with transaction.atomic():
            record = Import.objects.create(
                kind=kind,
                state=ImportState.CHECKING,
                division_code=by.division,
                user_id=by.user_id,
                username=by.username,
                folder=folder,
                files=[
                    {"name": name[:200], "bytes": len(body)} for name, body in files
                ],
                options=options.as_json(),
                created_at=at,
            )
            audit.record(
                "registry.import.received",
                by=by,
                at=at,
                subject=record,
                detail={"kind": kind, "files": len(files)},
            )
    except BaseException:
        storage.remove(folder)
        raise
    return record


def _dated(options: Options, at: datetime) -> Options:
    """Return the options with the day of which the files tell: today unless stated."""
    today = timezone.localdate(at)  # noqa: TID251 - the civil day of `at`, not the clock
    as_of = options.as_of or today
    if not FIRST_ROLL <= as_of <= today:
        raise BadInput(
            Text(
                "名册截止日期应在 {first} 至 {today} 之间。",
                "The date of the roll lies between {first} and {today}.",
                {"first": FIRST_ROLL, "today": today},
            ),
            remedy=Text(
                "请填写名册的编制日期。", "Give the day the roll was drawn up."
            ),
            code="bad_as_of",
        )
    return replace(options, as_of=as_of)


# Checking


def check(
    *,
    by: Actor,
    at: datetime,
    import_id: int,
    progress: Progress = no_progress,
) -> Plan:
    """Read and compare the files, and keep the preview with the import.

    Raises WrongState unless it waits to be checked, FilesGone, and BadInput or
    OutOfLimit for a file that cannot be read.
    """
    record = Import.objects.get(pk=import_id)
    _must_be(record, ImportState.CHECKING)
    intake, files = _read(record, by=by, progress=progress)
    options = Options.from_json(record.options)
    plan = intake.check(files, by=by, at=at, options=options, progress=progress)
    for file in files:
        parsed.keep(record.folder, file)
    state = keep_preview(record=record, intake=intake, files=files, plan=plan, at=at)
    if state in queries.ENDED:
        detail = {"kind": record.kind, **plan.counts.as_json()}
        audit.record(
            f"registry.import.{state}", by=by, at=at, subject=record, detail=detail
        )
    return plan


def keep_preview(
    *,
    record: Import,
    intake: Intake,
    files: Sequence[FileReading],
    plan: Plan,
    at: datetime,
    error: Text | None = None,
    using: str = "default",
) -> ImportState:
    """Keep what a plan would do, for showing, and return where the import stands then.

    It waits for confirmation when there is something to write. Otherwise it ends here:
    unchanged when records are as they are registered, failed when none is right.
    error: why the plan shown before was not carried out. Raises WrongState when the
    import was ended meanwhile.
    """
    state = _state_after_check(plan)
    if state is ImportState.FAILED:
        error = nothing_right(plan).message
    described = _with_error_workbooks(record, intake, files, plan)
    kept = Import.objects.using(using).filter(
        pk=record.pk,
        state__in=(ImportState.CHECKING, ImportState.APPLYING, ImportState.CHECKED),
    )
    done = kept.update(
        state=state,
        finished_at=at if state in queries.ENDED else None,
        files=described,
        counts=preview.counts(files, plan),
        findings=preview.findings(plan),
        differences=[found.as_json() for found in plan.differences],
        plan_digest=plan.digest,
        policy_hash=plan.policy_hash,
        error=None if error is None else error.as_json(),
        has_error_workbook=any(file["wrong_rows"] for file in described),
    )
    if not done:
        raise _ended()
    return state


def _state_after_check(plan: Plan) -> ImportState:
    if plan.counts.written:
        return ImportState.CHECKED
    return ImportState.UNCHANGED if plan.counts.right else ImportState.FAILED


def _with_error_workbooks(
    record: Import,
    intake: Intake,
    files: Sequence[FileReading],
    plan: Plan,
) -> list[dict[str, object]]:
    """Write an error workbook for each file with something wrong; describe the files."""
    described = []
    for file, known in zip(files, record.files, strict=True):
        found = [f.finding for f in plan.findings if f.file == file.number]
        wrong = sum(len(rows) for rows in exchange.bad_rows(found).values())
        if wrong:
            content = io.BytesIO()
            exchange.write_errors(
                intake.workbook,
                file.reading,
                (),
                found,
                rule_of=rules.titled,
                language=Options.from_json(record.options).language,
                target=content,
            )
            storage.save(record.folder, f"errors-{file.number}", content.getvalue())
        described.append(
            {
                **known,
                "sha256": file.reading.sha256,
                "rows": sum(len(s.frame) for s in file.reading.sheets.values()),
                "wrong_rows": wrong,
            }
        )
    return described


# Confirming and writing


def confirm(*, by: Actor, at: datetime, import_id: int) -> Import:
    """Order the writing of a checked import.

    Raises NotAllowed, WrongState unless it waits for confirmation, NothingToImport.
    """
    with transaction.atomic():
        record = Import.objects.select_for_update().get(pk=import_id)
        _check_own(by, record)
        permissions.check_confirm(by, record.kind, record.user_id)
        _must_be(record, ImportState.CHECKED)
        _check_has_work(record)
        record.state = ImportState.APPLYING
        record.error = None
        record.save(update_fields=["state", "error"])
        _enqueue(record, APPLY_JOB, by=by, at=at)
    return record


def apply(
    *, by: Actor, at: datetime, import_id: int, progress: Progress = no_progress
) -> Import:
    """Write a checked import in the transaction that is open.

    What was read is compared again under the locks of their divisions. Raises
    PlanChanged when something else than was shown would be written; NotAllowed,
    WrongState, FilesGone.
    """
    with transaction.atomic():
        record = Import.objects.get(pk=import_id)
        _check_own(by, record)
        permissions.check_confirm(by, record.kind, record.user_id)
        _must_be(record, ImportState.CHECKED, ImportState.APPLYING)
        intake = intake_of(record.kind)
        files = [
            parsed.recall(record.folder, number, intake.workbook)
            for number in range(len(record.files))
        ]
        locks.take_alone(reading.divisions_in(files))
        options = Options.from_json(record.options)
        plan = intake.check(files, by=by, at=at, options=options, progress=progress)
        if plan.digest != record.plan_digest:
            raise PlanChanged(plan)
        written = intake.apply(
            plan, by=by, at=at, import_id=record.pk, progress=progress
        )
        if not written.written:
            raise _nothing()
        staging.refresh_statistics()
        ended = Import.objects.filter(
            pk=record.pk, state__in=(ImportState.CHECKED, ImportState.APPLYING)
        ).update(state=ImportState.APPLIED, finished_at=at, error=None)
        if not ended:
            raise _ended()
        audit.record(
            "registry.import.applied",
            by=by,
            at=at,
            subject=record,
            detail={
                "kind": record.kind,
                **written.as_json(),
                "sha256": [file.reading.sha256 for file in files],
            },
        )
        record.refresh_from_db()
    return record


def show_again(
    *, by: Actor, at: datetime, import_id: int, changed: PlanChanged, using: str
) -> None:
    """Keep the plan of a refused writing as the new preview."""
    record = Import.objects.using(using).get(pk=import_id)
    intake, files = _read(record, by=by, progress=no_progress)
    keep_preview(
        record=record,
        intake=intake,
        files=files,
        plan=changed.plan,
        at=at,
        error=changed.message,
        using=using,
    )


# Ending


def cancel(*, by: Actor, at: datetime, import_id: int) -> Import:
    """End an import that is not written yet; while it is being written, stop that.

    A writing that is stopped leaves the import checked, as it was. Raises NotAllowed,
    WrongState when it is over.
    """
    with transaction.atomic():
        record = Import.objects.select_for_update().get(pk=import_id)
        _check_own(by, record)
        standing = queries.standing_of(record)
        if standing.is_over:
            raise _ended()
        if standing.is_running and standing.job is not None:
            jobs.cancel(by=by, at=at, job_id=standing.job.pk)
        if standing.state != ImportState.APPLYING:
            record.state = ImportState.CANCELLED
            record.finished_at = at
            record.save(update_fields=["state", "finished_at"])
            transaction.on_commit(lambda: storage.remove(record.folder))
        audit.record("registry.import.cancelled", by=by, at=at, subject=record)
    return record


def delete_old_files(*, by: Actor, at: datetime) -> int:
    """Delete files and previews of imports that ended 30 days ago; return how many.

    Within the acting scope; called at each upload, so nothing has to be scheduled.
    """
    with transaction.atomic():
        old = Import.objects.filter(created_at__lt=at - KEPT).exclude(folder="")
        records = list(old.select_for_update(skip_locked=True))
        for record in records:
            storage.remove(record.folder)
        count = old.filter(pk__in=[record.pk for record in records]).update(
            folder="", differences=[], findings=[], has_error_workbook=False
        )
        if count:
            audit.record(
                "registry.import.files_deleted", by=by, at=at, detail={"imports": count}
            )
    return count


def error_workbook(record: Import, number: int) -> bytes:
    """Return the error workbook of one file. Raises FilesGone."""
    return storage.load(record.folder, f"errors-{number}")


# Pieces


def _read(
    record: Import, *, by: Actor, progress: Progress
) -> tuple[Intake, list[FileReading]]:
    intake = intake_of(record.kind)
    intake.check_may(by=by)
    names = [file["name"] for file in record.files]
    contents = (
        (name, storage.load(record.folder, f"file-{number}"))
        for number, name in enumerate(names)
    )
    return intake, reading.read_files(intake, contents, progress, len(names))


def _enqueue(record: Import, kind: str, *, by: Actor, at: datetime) -> None:
    job = jobs.enqueue(
        by=by,
        at=at,
        kind=kind,
        payload={"import_id": record.pk},
        division=record.division_code,
    )
    record.job_id = job.pk
    record.save(update_fields=["job_id"])


def _check_own(by: Actor, record: Import) -> None:
    """Who may import there may act on an import of the very same office."""
    intake_of(record.kind).check_may(by=by)
    permissions.check_same_office(by, record.division_code)


def _must_be(record: Import, *states: ImportState) -> None:
    standing = queries.standing_of(record)
    if standing.state in states:
        return
    raise WrongState(
        Text(
            "这次导入的状态是“{state}”，不能这样办理。",
            "This import is “{state}”; that is not possible now.",
            {"state": queries.STATE_TEXTS[standing.state]},
        ),
        remedy=Text("请刷新页面查看。", "Reload the page to see."),
    )


def nothing_right(plan: Plan) -> NothingToImport:
    """Return the refusal of files in which no record is right."""
    return NothingToImport(
        Text(
            "没有一条可以导入的数据，{wrong} 条有错误。",
            "Nothing can be imported; {wrong} records are wrong.",
            {"wrong": plan.counts.wrong},
        ),
        remedy=Text(
            "请在错误表中改正后重新上传。",
            "Mend what is wrong in the error workbook and upload it.",
        ),
    )


def _check_has_work(record: Import) -> None:
    counts = record.counts or {}
    if not counts.get("new", 0) + counts.get("changed", 0):
        raise _nothing()


def _nothing() -> NothingToImport:
    return NothingToImport(
        Text(
            "没有可以导入的新增或变更数据。",
            "There is nothing new or changed that could be imported.",
        ),
        remedy=Text(
            "如有错误，请在错误表中改正后重新上传。",
            "Mend what is wrong in the error workbook and upload it.",
        ),
    )


def _ended() -> WrongState:
    return WrongState(
        Text("这次导入已经结束。", "This import is over."),
        remedy=Text("请重新上传文件。", "Upload the files again."),
    )
