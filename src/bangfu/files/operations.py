"""Writes: storing, attaching, opening (a read that is recorded), tidying up."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.db import transaction
from django.utils import timezone

from bangfu import vault
from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.files import checking, images, permissions, queries, storage
from bangfu.files.kinds import ATTACHMENTS_MAX, NAME_LENGTH_MAX, FileKind, Purpose
from bangfu.files.models import Attachment, File
from bangfu.files.queries import Subject
from bangfu.scope import Actor


class NoPublicCopy(BadInput):
    """Only pictures have a copy that may be shown to anybody."""

    code = "files.no_public_copy"


@dataclass(frozen=True, slots=True)
class Opened:
    """A content on its way out: name, type and bytes."""

    name: str
    mime: str
    content: bytes


def store(
    *, by: Actor, at: datetime, division: DivisionCode, name: str, content: bytes
) -> File:
    """Keep a content in a division; the same content again gives the same file.

    name: as the sender's device called it; its ending must fit the content. Raises
    NotAllowed, a refusal of `refusals`, DiskFull; nothing stays then. Content whose copy
    on disk was lost is put back.
    """
    permissions.check_store(by, division)
    checked = checking.check(name, content)
    digest = hashlib.sha256(content).hexdigest()
    known = File.objects.filter(division_code=division, sha256=digest).first()
    if known is not None:
        if not storage.exists(known.place):
            storage.write(known.place, content)
        return known
    place = storage.new_place()
    storage.write(place, content)
    try:
        with transaction.atomic():
            file = _record(by, division, checked, digest, (place, len(content)))
            if file.place == place:
                audit.record(
                    "files.file.stored",
                    by=by,
                    at=at,
                    subject=file,
                    detail={"kind": file.kind, "bytes": file.size_bytes},
                )
    except BaseException:
        storage.remove(place)
        raise
    if file.place != place:  # somebody stored the same content meanwhile
        storage.remove(place)
    return file


def _record(
    by: Actor,
    division: DivisionCode,
    checked: checking.Checked,
    digest: str,
    stored: tuple[str, int],
) -> File:
    place, size = stored
    taken_at = checked.taken_at
    sealed = vault.seal(json.dumps(checked.exif)) if checked.exif else None
    row = File(
        division_code=division,
        sha256=digest,
        kind=checked.kind,
        size_bytes=size,
        width=checked.width,
        height=checked.height,
        taken_at=None if taken_at is None else timezone.make_aware(taken_at),
        exif_sealed=sealed,
        place=place,
        recorded_by_id=by.user_id,
    )
    # Waits for a transaction that stores the same content, then leaves it as it is.
    File.objects.bulk_create([row], ignore_conflicts=True)
    return File.objects.get(division_code=division, sha256=digest)


def attach(
    *,
    by: Actor,
    at: datetime,
    file: File,
    subject: Subject,
    purpose: Purpose,
    name: str,
    seen_from: Level = Level.VILLAGE,
) -> Attachment:
    """Let a record refer to a file of its division.

    Raises NotAllowed, OutOfLimit beyond 50 attachments of a record.
    """
    permissions.check_store(by, DivisionCode(file.division_code))
    with transaction.atomic():
        if queries.attachments_of(subject).count() >= ATTACHMENTS_MAX:
            raise OutOfLimit(
                Text(
                    "一条记录最多附 {limit} 份材料。",
                    "A record has at most {limit} pieces of evidence.",
                    {"limit": ATTACHMENTS_MAX},
                ),
                remedy=Text(
                    "请把多页材料合并为一个 PDF。", "Join several pages in one PDF."
                ),
            )
        attachment = Attachment.objects.create(
            file=file,
            division_code=file.division_code,
            subject_type=subject.type,
            subject_id=subject.id,
            purpose=purpose.value,
            name=_short_name(name),
            seen_from=int(seen_from),
            attached_by_id=by.user_id,
            attached_by_name=by.username,
            attached_at=at,
        )
        audit.record(
            "files.file.attached",
            by=by,
            at=at,
            subject=attachment,
            division=attachment.seen_in,
            detail={"to": f"{subject.type}:{subject.id}", "purpose": purpose.value},
        )
    return attachment


def _short_name(name: str) -> str:
    """Return the name without folders and control characters, its ending kept."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    bare = "".join(c for c in bare if c.isprintable()).strip() or "?"
    path = PurePosixPath(bare)
    return path.stem[: NAME_LENGTH_MAX - len(path.suffix)] + path.suffix


def open_attachment(*, by: Actor, at: datetime, attachment_id: int) -> Opened:
    """Return a piece of evidence as it was stored; who opened it is recorded first.

    Raises NoSuchFile, NotAllowed, ContentGone.
    """
    attachment = _opening(by, at, attachment_id, "files.file.opened")
    file = attachment.file
    content = queries.content_of(file)
    return Opened(attachment.name, FileKind(file.kind).mime, content)


def open_public_copy(*, by: Actor, at: datetime, attachment_id: int) -> Opened:
    """Return a picture with nothing but its pixels, for a board or the public.

    Raises NoSuchFile, NotAllowed, ContentGone, NoPublicCopy for other formats.
    """
    kind = FileKind(queries.attachment(attachment_id).file.kind)
    if not kind.is_image:
        raise NoPublicCopy(
            Text("只有图片可以生成公开副本。", "Only pictures have a public copy."),
            remedy=Text(
                "请把需公开的页面拍照或转为 JPG 后上传。",
                "Upload the pages that are to be public as JPG.",
            ),
        )
    attachment = _opening(by, at, attachment_id, "files.copy.opened")
    copy = images.public_copy(queries.content_of(attachment.file), kind)
    # The sender's name of the file may tell who or where; the copy's does not.
    return Opened(f"{attachment.pk}{kind.suffixes[0]}", kind.mime, copy)


def _opening(by: Actor, at: datetime, attachment_id: int, action: str) -> Attachment:
    attachment = queries.attachment(attachment_id)
    permissions.check_open(by, attachment)
    audit.record_read(
        action=action,
        by=by,
        at=at,
        subject=attachment,
        division=attachment.seen_in,
    )
    return attachment


def _remove(places: list[str], strays: list[Path]) -> None:
    for place in places:
        storage.remove(place)
    for path in strays:
        path.unlink(missing_ok=True)


def tidy(*, by: Actor, at: datetime) -> dict[str, int]:
    """Remove content that nothing refers to for over an hour; return the counts.

    by: the system; others see too little to tell. What is attached is never touched.
    """
    removed = {"unreferenced": 0, "stray": 0}
    with transaction.atomic():
        strays = queries.strays(at=at)
        places = []
        for file in queries.unreferenced(at=at).select_for_update(of=("self",)):
            places.append(file.place)
            file.delete()
        removed["unreferenced"] = len(places)
        removed["stray"] = len(strays)
        audit.record("files.tidied", by=by, at=at, detail=removed)
        transaction.on_commit(lambda: _remove(places, strays))
    return removed
