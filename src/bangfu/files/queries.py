"""Reads: evidence of a record, what the camera noted, and whether all is in order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import QuerySet

from bangfu import vault
from bangfu.calc.values.findings import BadInput, Finding, Severity
from bangfu.calc.values.text import Text
from bangfu.files import storage
from bangfu.files.models import Attachment, File

# A file is written before its row is committed: younger ones may be under way.
GRACE = timedelta(hours=1)


class NoSuchFile(BadInput):
    """There is no such evidence within the acting scope."""

    code = "files.no_such_file"
    http_status = 404


class Subject(NamedTuple):
    """A record of another app: its model's label and its key, as plain values."""

    type: str
    id: str

    @classmethod
    def of(cls, record: Any) -> Subject:
        """Return the subject that a model's row is."""
        return cls(record._meta.label_lower, str(record.pk))


def attachments_of(subject: Subject) -> QuerySet[Attachment]:
    """Return the evidence of a record, oldest first, within the acting scope."""
    return (
        Attachment.objects.filter(subject_type=subject.type, subject_id=subject.id)
        .select_related("file")
        .order_by("pk")
    )


def attachment(attachment_id: int) -> Attachment:
    """Return a piece of evidence. Raises NoSuchFile."""
    found = Attachment.objects.select_related("file").filter(pk=attachment_id).first()
    if found is None:
        raise NoSuchFile(
            Text(
                "没有这份材料，或不在您的管辖范围内。",
                "There is no such evidence within your scope.",
            )
        )
    return found


def exif_of(file: File) -> dict[str, object]:
    """Return what the camera noted, tag to value; empty where nothing was."""
    if file.exif_sealed is None:
        return {}
    noted: dict[str, object] = json.loads(vault.unseal(bytes(file.exif_sealed)))
    return noted


def content_of(file: File) -> bytes:
    """Return the content as it was stored. Raises ContentGone unless its hash agrees."""
    content = storage.read(file.place)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise storage.gone()
    return content


def unreferenced(*, at: datetime) -> QuerySet[File]:
    """Return files that nothing refers to and that are older than an hour."""
    return File.objects.filter(attachments=None, recorded_at__lt=at - GRACE)


def strays(*, at: datetime) -> list[Path]:
    """Return what lies on disk for over an hour and belongs to no file on record.

    Run as the system: another scope would take files of other divisions for strays.
    """
    known = set(File.objects.values_list("place", flat=True))
    oldest = (at - GRACE).timestamp()
    return [
        path
        for path, place, changed in storage.everything()
        if changed < oldest and (place not in known or path.suffix == ".part")
    ]


def check(*, at: datetime) -> Iterator[Finding]:
    """Yield what is wrong between the records and the disk; reads every content.

    files.lost, files.damaged: evidence that cannot be opened. files.unreferenced,
    files.stray: content that nothing refers to. Run as the system.
    """
    for file in File.objects.order_by("pk").iterator(chunk_size=500):
        yield from _check_content(file)
    for file in unreferenced(at=at).order_by("pk"):
        yield Finding(
            "files.unreferenced",
            str(file.pk),
            Text("没有任何记录引用这个文件。", "Nothing refers to this file."),
            Severity.DOUBTFUL,
        )
    for path in strays(at=at):
        yield Finding(
            "files.stray",
            path.name,
            Text("磁盘上的文件没有登记。", "The file on disk is not on record."),
            Severity.DOUBTFUL,
        )


def _check_content(file: File) -> Iterator[Finding]:
    if not storage.exists(file.place):
        words = Text("文件在磁盘上丢失。", "The content is missing on disk.")
        yield Finding("files.lost", str(file.pk), words)
        return
    try:
        content_of(file)
    except storage.ContentGone:
        words = Text("文件内容与登记不符。", "The content is not what was recorded.")
        yield Finding("files.damaged", str(file.pk), words)
