"""Taking, verifying and pruning snapshots.

Call them inside `acting(by)`: the row of a snapshot counts from the commit of that
transaction. Nothing of a snapshot that was not committed is ever read, and the next one
that is taken clears it away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction
from django.utils import timezone

from bangfu.calc.values.findings import BadInput, Finding, WrongState
from bangfu.calc.values.text import Text
from bangfu.lake import copying, manifest, permissions, queries, recording, storage
from bangfu.lake.declaration import (
    Dataset,
    NothingDeclared,
    Parameters,
    datasets,
    facts_on,
)
from bangfu.lake.models import Part, Snapshot, State
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

Progress = Callable[[int, int, Text], None]
KEEP_MAX = 1_000
_LOCK = 0x6C616B65  # "lake"
_SYSTEM = system_actor("lake")


class SnapshotBusy(WrongState):
    """Another process is taking or pruning a snapshot just now."""

    code = "snapshot_busy"
    retryable = True


def take(*, by: Actor, at: datetime, progress: Progress | None = None) -> Snapshot:
    """Take a snapshot of the whole installation and publish it.

    The cut-off day is the day before `at` in the city's time zone: the last one that is
    over. Raises NotAllowed, SnapshotBusy, NothingDeclared, BadRows, OutOfLimit,
    DiskFull; then there is no new snapshot and no file of it.
    """
    permissions.check_take(by)
    with _alone():
        storage.sweep(_published())
        cut_off = timezone.localtime(at).date() - timedelta(days=1)
        facts = facts_on(cut_off)
        snapshot = Snapshot(
            pk=_next_number(),
            taken_at=at,
            cut_off_date=cut_off,
            code_version=version("bangfu"),
            pack_hash=facts.pack_hash,
            user_id=by.user_id,
            username=by.username,
        )
        with storage.written_aside(snapshot.pk) as folder:
            files = _write(folder, datasets(), facts.parameters, progress)
            tables = [one.table for one in datasets()]
            snapshot.manifest_sha256 = manifest.write(folder, snapshot, tables, files)
        _publish(snapshot, files, by=by, at=at)
    return snapshot


def _write(
    folder: Path,
    declared: tuple[Dataset, ...],
    parameters: Parameters,
    progress: Progress | None,
) -> list[manifest.File]:
    """Read everything in one transaction and write a file a dataset and county."""
    files: list[manifest.File] = []
    with copying.reading(_SYSTEM, parameters) as reader:
        work = [
            (one, county) for one in declared for county in reader.counties(one.sql)
        ]
        if not work:
            raise NothingDeclared(
                Text(
                    "登记册中没有数据，没有可以生成快照的内容。",
                    "The register is empty; there is nothing to take a snapshot of.",
                ),
                remedy=Text("请先导入贫困户。", "Import households first."),
            )
        for done, (dataset, county) in enumerate(work):
            if progress is not None:
                progress(done, len(work), _now_at(dataset, county))
            columns = {column.name: column.type for column in dataset.table.columns}
            rows = reader.rows(dataset.sql, columns, county)
            rows, withheld = copying.guarded(
                copying.hidden(rows, dataset.pseudonyms), dataset
            )
            files.append(
                manifest.write_file(folder, dataset.table, county, rows, withheld)
            )
    return files


def _now_at(dataset: Dataset, county: str) -> Text:
    return Text(
        "正在读取{what}，{county}",
        "Reading {what} of {county}",
        {"what": dataset.table.text, "county": county},
    )


def _publish(
    snapshot: Snapshot, files: list[manifest.File], *, by: Actor, at: datetime
) -> None:
    snapshot.save(force_insert=True)
    with acting(_SYSTEM):
        Part.objects.bulk_create(
            Part(
                snapshot_id=snapshot.pk,
                division_code=file.county,
                **{k: v for k, v in asdict(file).items() if k != "county"},
            )
            for file in files
        )
    recording.record(
        "lake.snapshot.taken",
        by=by,
        at=at,
        subject=snapshot,
        detail={
            "files": len(files),
            "rows": sum(file.rows for file in files),
            "bytes": sum(file.size_bytes for file in files),
        },
    )


def verify(
    *, by: Actor, at: datetime, number: int | None = None
) -> tuple[Snapshot, list[Finding]]:
    """Read every file of a snapshot again; return what is not as it was published.

    number: None takes the newest. Checks the manifest, that no file is missing or more,
    and of each file its SHA-256, rows, nulls and sums. Raises NotAllowed, NoSnapshot.
    """
    permissions.check_list(by)
    snapshot = queries.published(number)
    with acting(_SYSTEM):
        parts = list(snapshot.parts.order_by("path"))
    findings = [*_check_folder(snapshot, parts)]
    for part in parts:
        findings += _check_file(snapshot, part)
    recording.record(
        "lake.snapshot.verified",
        by=by,
        at=at,
        subject=snapshot,
        detail={"files": len(parts), "findings": len(findings)},
    )
    return snapshot, findings


def _check_folder(snapshot: Snapshot, parts: list[Part]) -> Iterator[Finding]:
    folder = storage.folder_of(snapshot.pk)
    about = folder / storage.MANIFEST
    if not about.is_file():
        yield _finding("lake.missing", storage.MANIFEST, _MISSING)
    elif storage.digest(about) != snapshot.manifest_sha256:
        yield _finding("lake.changed", storage.MANIFEST, _CHANGED)
    known = {storage.MANIFEST, *(part.path for part in parts)}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if not path.is_dir() and relative not in known:
            yield _finding("lake.unknown_file", relative, _UNKNOWN)


def _check_file(snapshot: Snapshot, part: Part) -> Iterator[Finding]:
    path = storage.folder_of(snapshot.pk) / part.path
    if not path.is_file():
        yield _finding("lake.missing", part.path, _MISSING)
        return
    if storage.digest(path) != part.sha256:
        yield _finding("lake.changed", part.path, _CHANGED)
    tables = {one.table.name: one.table for one in datasets()}
    try:
        rows = pq.read_table(path, partitioning=None)
    except (OSError, pa.ArrowException):
        yield _finding("lake.unreadable", part.path, _UNREADABLE)
        return
    if rows.num_rows != part.rows:
        yield _finding(
            "lake.rows",
            part.path,
            _ROWS.with_(stored=part.rows, found=rows.num_rows),
        )
    table = tables.get(part.dataset)
    if table is None or not set(table.names) <= set(rows.column_names):
        return  # of an older version of the code; its hash has been checked
    facts = manifest.facts_of(rows, table, {})
    wrong = manifest.same_facts(part.columns, facts)
    if wrong:
        yield _finding("lake.sums", part.path, _SUMS.with_(columns=", ".join(wrong)))


def prune(*, by: Actor, at: datetime, keep: int) -> list[int]:
    """Delete snapshots but the newest `keep` and those that other records rest on.

    Returns the numbers of the pruned ones; their rows stay, so no number comes back. The
    files go when the transaction is committed. Raises NotAllowed, SnapshotBusy, or
    BadInput unless keep is 1 to 1,000.
    """
    permissions.check_take(by)
    if not 1 <= keep <= KEEP_MAX:
        raise BadInput(
            Text(
                "应保留 1 到 {limit} 期快照。",
                "Keep 1 to {limit} snapshots.",
                {"limit": f"{KEEP_MAX:,}"},
            )
        )
    with _alone():
        newest = sorted(_published(), reverse=True)
        old = set(newest[keep:]) - queries.referenced()
        numbers = sorted(old)
        for snapshot in Snapshot.objects.filter(pk__in=numbers).order_by("pk"):
            snapshot.state, snapshot.pruned_at = State.PRUNED, at
            snapshot.save(update_fields=["state", "pruned_at"])
            recording.record("lake.snapshot.pruned", by=by, at=at, subject=snapshot)
    for number in numbers:
        transaction.on_commit(lambda number=number: storage.remove(number))  # type: ignore[misc]
    return numbers


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of the lake until the transaction ends. Raises SnapshotBusy."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            row = cursor.fetchone()
        if row is None or not row[0]:
            raise SnapshotBusy(
                Text(
                    "正在生成或清理另一期快照。",
                    "Another snapshot is being taken or pruned.",
                ),
                remedy=Text("请几分钟后重试。", "Try again in a few minutes."),
            )
        yield


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('lake_snapshot', 'id'))")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - nextval has one row
    return int(row[0])


def _published() -> set[int]:
    return set(
        Snapshot.objects.filter(state=State.PUBLISHED).values_list("pk", flat=True)
    )


def _finding(code: str, path: str, message: Text) -> Finding:
    return Finding(code, path, message.with_(path=path))


_MISSING = Text("文件 {path} 不见了。", "The file {path} is missing.")
_CHANGED = Text("文件 {path} 被改动过。", "The file {path} was changed.")
_UNKNOWN = Text("多出文件 {path}。", "There is a file {path} that is not part of it.")
_UNREADABLE = Text("文件 {path} 无法读取。", "The file {path} cannot be read.")
_ROWS = Text(
    "文件 {path} 应有 {stored} 行，实有 {found} 行。",
    "The file {path} should have {stored} rows and has {found}.",
)
_SUMS = Text(
    "文件 {path} 的合计数不符：{columns}。",
    "The sums of the file {path} are not as published: {columns}.",
)
