"""Documents of cases and meetings: their kinds, and keeping them with the app `files`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bangfu.calc.values.division_code import DivisionCode
from bangfu.files import operations as files
from bangfu.files.kinds import Purpose
from bangfu.files.queries import Subject
from bangfu.registry.cases.models import Case, Document, Meeting, Step
from bangfu.scope import Actor

_PURPOSES = {
    "house_photo": Purpose.PHOTO,
    "minutes": Purpose.MINUTES,
    "attendance": Purpose.MINUTES,
    "application": Purpose.FORM,
    "consent": Purpose.FORM,
    "survey_sheet": Purpose.FORM,
    "verification_form": Purpose.FORM,
    "income_worksheet": Purpose.FORM,
    "head_signature": Purpose.FORM,
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A document as it was handed in. kind: a key of `rules.EVIDENCE_TEXTS`."""

    kind: str
    name: str
    content: bytes


def attach_to_step(
    *, by: Actor, at: datetime, case: Case, step: Step, uploads: Sequence[Upload]
) -> None:
    """Keep the documents of a step. Raises what `files` refuses."""
    for upload in uploads:
        attachment_id = _keep(
            by, at, DivisionCode(case.division_code), Subject.of(case), upload
        )
        Document.objects.create(
            case=case,
            step=step,
            division_code=case.division_code,
            kind=upload.kind,
            attachment_id=attachment_id,
            name=upload.name[:120],
            added_at=at,
        )


def attach_to_meeting(
    *, by: Actor, at: datetime, meeting: Meeting, uploads: Sequence[Upload]
) -> None:
    """Keep the minutes of a meeting. Raises what `files` refuses."""
    for upload in uploads:
        attachment_id = _keep(
            by, at, DivisionCode(meeting.division_code), Subject.of(meeting), upload
        )
        Document.objects.create(
            meeting=meeting,
            division_code=meeting.division_code,
            kind=upload.kind,
            attachment_id=attachment_id,
            name=upload.name[:120],
            added_at=at,
        )


def _keep(
    by: Actor, at: datetime, division: DivisionCode, subject: Subject, upload: Upload
) -> int:
    file = files.store(
        by=by, at=at, division=division, name=upload.name, content=upload.content
    )
    attachment = files.attach(
        by=by,
        at=at,
        file=file,
        subject=subject,
        purpose=_PURPOSES.get(upload.kind, Purpose.OTHER),
        name=upload.name,
    )
    return int(attachment.pk)
