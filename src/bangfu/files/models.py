"""Tables: files and what refers to them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text
from bangfu.files.kinds import FileKind, Purpose
from bangfu.scope.fields import DivisionCodeField, division_code_check

LEVELS = [int(level) for level in Level]


class File(models.Model):
    """Content that was stored once in a division. Rows never change.

    sha256: of the content, in hexadecimal. place: its random name on disk. taken_at:
    what the camera's clock said, read in the city's time zone. exif_sealed: what else
    the camera noted, as sealed JSON; None where nothing was.
    """

    division_code = DivisionCodeField()
    sha256 = models.CharField(max_length=64, db_collation="C")
    kind = models.CharField(max_length=5, choices=FileKind.choices)
    size_bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    exif_sealed = models.BinaryField(null=True)
    place = models.CharField(max_length=32, unique=True)
    recorded_by_id = models.BigIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            division_code_check("files_file"),
            models.UniqueConstraint(
                fields=["division_code", "sha256"], name="files_file_content_once"
            ),
            models.UniqueConstraint(
                fields=["id", "division_code"], name="files_file_id_division"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=FileKind.values), name="files_file_kind_ok"
            ),
            models.CheckConstraint(
                condition=models.Q(sha256__regex="^[0-9a-f]{64}$"),
                name="files_file_sha256_ok",
            ),
            models.CheckConstraint(
                condition=models.Q(width__isnull=True, height__isnull=True)
                | models.Q(width__gt=0, height__gt=0),
                name="files_file_pixels_ok",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_code}:{self.sha256[:12]}"

    @property
    def kind_text(self) -> Text:
        """The format's name."""
        return FileKind(self.kind).text


class Attachment(models.Model):
    """A record of another app refers to a file. Rows are only added.

    subject_type and subject_id: the record, as plain values. name: as the sender's
    device called the file. seen_from: digits of the lowest level that sees it, e.g. 9
    for what a village must not see.
    """

    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="attachments")
    division_code = DivisionCodeField()
    subject_type = models.CharField(max_length=60, db_collation="C")
    subject_id = models.CharField(max_length=40, db_collation="C")
    purpose = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in Purpose]
    )
    name = models.CharField(max_length=120)
    seen_from = models.PositiveSmallIntegerField(default=int(Level.VILLAGE))
    attached_by_id = models.BigIntegerField()
    attached_by_name = models.CharField(max_length=150)
    attached_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            division_code_check("files_attachment"),
            models.CheckConstraint(
                condition=models.Q(seen_from__in=LEVELS),
                name="files_attachment_seen_from_ok",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=[one.value for one in Purpose]),
                name="files_attachment_purpose_ok",
            ),
            models.CheckConstraint(
                condition=~models.Q(subject_type="") & ~models.Q(subject_id=""),
                name="files_attachment_has_subject",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id"], name="files_attachment_subject"
            ),
            models.Index(fields=["division_code"], name="files_attachment_division"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type}:{self.subject_id} {self.name}"

    @property
    def seen_in(self) -> DivisionCode:
        """The smallest division whose grants see it."""
        return DivisionCode(str(self.division_code)[: self.seen_from])

    @property
    def purpose_text(self) -> Text:
        """What the evidence is."""
        return Purpose(self.purpose).text
