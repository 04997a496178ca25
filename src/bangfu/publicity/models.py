"""Tables: notices, postings, entries, outcomes, objections, complaints.

Whoever sees a division sees that an objection is open; who complained, what, and how it
came in stand apart in `Complaint`, closed to every level below the handler's.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bangfu.audit.history import keeps_history
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text
from bangfu.publicity.kinds import KindCode, kind
from bangfu.publicity.states import (
    About,
    Audience,
    Channel,
    NoticeState,
    ObjectionState,
    OutcomeKind,
)
from bangfu.scope.fields import DivisionCodeField, division_code_check

POSTING_LEVELS = [int(level) for level in Level if level is not Level.PROVINCE]
HANDLING_LEVELS = [level for level in POSTING_LEVELS if level < Level.VILLAGE]
_KINDS = [(one.value, one.value) for one in KindCode]
_CHECKED_STATES = [NoticeState.CHECKED, NoticeState.POSTED, NoticeState.CLOSED]


@keeps_history()
class Notice(models.Model):
    """What is made public at one place.

    division_code: where it is posted. level: of the office that posts it, which is the
    division at that level. content: by key of the kind's items. columns: headings of
    the entries' values, [{"zh", "en"}]. author_ids: everybody who wrote on it; none of
    them checks it. reason: of the last return, cancelling or withdrawal.
    """

    division_code = DivisionCodeField()
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=_KINDS)
    state = models.CharField(max_length=9, choices=NoticeState.choices)
    title = models.CharField(max_length=100)
    place = models.CharField(max_length=100)
    audience = models.CharField(max_length=9, choices=Audience.choices)
    content = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrections"
    )
    author_ids = ArrayField(models.BigIntegerField())
    drafted_by_id = models.BigIntegerField()
    drafted_by_name = models.CharField(max_length=150)
    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    checked_by_id = models.BigIntegerField(null=True)
    checked_by_name = models.CharField(max_length=150, blank=True)
    checked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            division_code_check("publicity_notice"),
            models.CheckConstraint(
                condition=Q(level__in=POSTING_LEVELS), name="publicity_notice_level_ok"
            ),
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values),
                name="publicity_notice_state_ok",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in KindCode]),
                name="publicity_notice_kind_ok",
            ),
            models.CheckConstraint(
                condition=Q(checked_by_id__isnull=True, checked_at__isnull=True)
                | Q(checked_by_id__isnull=False, checked_at__isnull=False),
                name="publicity_notice_checked_by_and_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_CHECKED_STATES)
                | Q(checked_by_id__isnull=False),
                name="publicity_notice_checked_before_posted",
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.SUBMITTED)
                | Q(submitted_at__isnull=False),
                name="publicity_notice_submitted_at",
            ),
            models.UniqueConstraint(
                fields=["id", "division_code"], name="publicity_notice_id_division"
            ),
            models.UniqueConstraint(
                fields=["id", "kind"], name="publicity_notice_id_kind"
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "-id"], name="publicity_notice_division"
            ),
            models.Index(fields=["state"], name="publicity_notice_state"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk} {self.division_code} {self.state}"

    @property
    def kind_text(self) -> Text:
        """The kind's name."""
        return kind(self.kind).text

    @property
    def state_text(self) -> Text:
        """The state's name."""
        return NoticeState(self.state).text

    @property
    def poster_code(self) -> DivisionCode:
        """The division of the office that posts it."""
        return DivisionCode(self.division_code).at(Level(self.level))

    @property
    def column_texts(self) -> list[Text]:
        """Headings of the entries' values."""
        return [Text.from_json(one) for one in self.columns]


class Posting(models.Model):
    """A notice was put up, with evidence. Rows are only added.

    happened_on: the day that was stated; nothing follows from it. recorded_at: the
    database's clock, from which first_date follows. days, unit: what the policy pack
    asked for; 0 days for an announcement.
    """

    notice = models.OneToOneField(
        Notice, on_delete=models.PROTECT, related_name="posting"
    )
    division_code = DivisionCodeField()
    happened_on = models.DateField()
    evidence = models.ForeignKey(
        "files.Attachment", on_delete=models.PROTECT, related_name="+"
    )
    days = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=20)
    first_date = models.DateField()
    last_date = models.DateField()
    policy_hash = models.CharField(max_length=64)
    posted_by_id = models.BigIntegerField()
    posted_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            division_code_check("publicity_posting"),
            models.CheckConstraint(
                condition=Q(unit__in=["days", "working days"]),
                name="publicity_posting_unit_ok",
            ),
        ]
        indexes = [
            models.Index(fields=["division_code"], name="publicity_posting_division"),
            models.Index(fields=["last_date"], name="publicity_posting_last"),
        ]

    def __str__(self) -> str:
        return f"posting of {self.notice_id}"


class Entry(models.Model):
    """One line of a notice: only what anybody may read.

    subject_type, subject_id: the record it is about, as plain values; both empty for a
    line without one. replaces: the entry that it corrects. is_final: it has an outcome.
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="entries")
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=16, choices=_KINDS)
    position = models.PositiveIntegerField()
    subject_type = models.CharField(max_length=60, blank=True, db_collation="C")
    subject_id = models.CharField(max_length=40, blank=True, db_collation="C")
    label = models.CharField(max_length=200)
    values = models.JSONField(default=list)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="replacements"
    )
    is_final = models.BooleanField(default=False)

    class Meta:
        constraints = [
            division_code_check("publicity_entry"),
            models.UniqueConstraint(
                fields=["notice", "position"], name="publicity_entry_position"
            ),
            models.UniqueConstraint(
                fields=["id", "notice"], name="publicity_entry_id_notice"
            ),
            models.CheckConstraint(
                condition=Q(subject_type="", subject_id="")
                | ~Q(subject_type="") & ~Q(subject_id=""),
                name="publicity_entry_subject_ok",
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind"],
                condition=Q(is_final=False, replaces__isnull=True)
                & ~Q(subject_type=""),
                name="publicity_entry_subject_once",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(is_final=False),
                name="publicity_entry_replaced_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id"], name="publicity_entry_subject"
            ),
            models.Index(fields=["division_code"], name="publicity_entry_division"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.position}"


@keeps_history()
class Objection(models.Model):
    """That somebody objects, and what became of it: nothing about who or how.

    entry: None when it is about the notice as a whole, e.g. a family left out. stops:
    it came within the window. due_date: None when the working calendar of that year is
    not on file. finding: what the handler found, without naming the complainant.
    """

    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, related_name="objections"
    )
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, null=True, related_name="objections"
    )
    division_code = DivisionCodeField()
    state = models.CharField(max_length=9, choices=ObjectionState.choices)
    stops = models.BooleanField()
    handler_level = models.PositiveSmallIntegerField()
    due_date = models.DateField(null=True)
    finding = models.TextField(blank=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    told_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            division_code_check("publicity_objection"),
            models.CheckConstraint(
                condition=Q(handler_level__in=HANDLING_LEVELS),
                name="publicity_objection_handler_ok",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ObjectionState.values),
                name="publicity_objection_state_ok",
            ),
            models.CheckConstraint(
                condition=Q(stops=False) | Q(entry__isnull=False),
                name="publicity_objection_stops_an_entry",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=ObjectionState.OPEN,
                    decided_by_id__isnull=True,
                    decided_at__isnull=True,
                    told_on__isnull=True,
                )
                | ~Q(state=ObjectionState.OPEN)
                & Q(decided_by_id__isnull=False, decided_at__isnull=False)
                & ~Q(finding=""),
                name="publicity_objection_decided_when_over",
            ),
            models.UniqueConstraint(
                fields=["id", "handler_level"], name="publicity_objection_id_handler"
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "-id"], name="publicity_objection_division"
            ),
            models.Index(
                fields=["due_date"],
                condition=Q(state=ObjectionState.OPEN),
                name="publicity_objection_due",
            ),
        ]

    def __str__(self) -> str:
        return f"objection {self.pk} {self.state}"

    @property
    def state_text(self) -> Text:
        """The state's name."""
        return ObjectionState(self.state).text

    @property
    def handler_code(self) -> DivisionCode:
        """The division whose office handles it."""
        return DivisionCode(self.division_code).at(Level(self.handler_level))


class Complaint(models.Model):
    """Who objects, how and what: seen by the handler's level and above only.

    name_sealed, contact_sealed: None for an anonymous one. text_sealed: the objection
    itself, which often tells who wrote it. Rows change in handler_level alone.
    """

    objection = models.OneToOneField(
        Objection, on_delete=models.PROTECT, primary_key=True, related_name="complaint"
    )
    division_code = DivisionCodeField()
    handler_level = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    about = models.CharField(max_length=6, choices=About.choices)
    is_named = models.BooleanField()
    received_on = models.DateField()
    name_sealed = models.BinaryField(null=True)
    contact_sealed = models.BinaryField(null=True)
    text_sealed = models.BinaryField()
    received_by_id = models.BigIntegerField()
    received_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            division_code_check("publicity_complaint"),
            models.CheckConstraint(
                condition=Q(handler_level__in=HANDLING_LEVELS),
                name="publicity_complaint_handler_ok",
            ),
            models.CheckConstraint(
                condition=Q(is_named=True, name_sealed__isnull=False)
                | Q(
                    is_named=False,
                    name_sealed__isnull=True,
                    contact_sealed__isnull=True,
                ),
                name="publicity_complaint_named_ok",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values) & Q(about__in=About.values),
                name="publicity_complaint_codes_ok",
            ),
        ]
        indexes = [
            models.Index(fields=["division_code"], name="publicity_complaint_division"),
        ]

    def __str__(self) -> str:
        return f"complaint {self.objection_id}"

    @property
    def channel_text(self) -> Text:
        """How it came in."""
        return Channel(self.channel).text

    @property
    def about_text(self) -> Text:
        """Against what it is."""
        return About(self.about).text


class Outcome(models.Model):
    """The end of an entry. Rows are only added, one an entry."""

    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, related_name="outcome"
    )
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=10, choices=OutcomeKind.choices)
    objection = models.ForeignKey(
        Objection, on_delete=models.PROTECT, null=True, related_name="+"
    )
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=150)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            division_code_check("publicity_outcome"),
            models.CheckConstraint(
                condition=Q(kind__in=OutcomeKind.values),
                name="publicity_outcome_kind_ok",
            ),
            models.CheckConstraint(
                condition=~Q(kind=OutcomeKind.UPHELD) | Q(objection__isnull=False),
                name="publicity_outcome_upheld_by",
            ),
        ]
        indexes = [
            models.Index(fields=["division_code"], name="publicity_outcome_division"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.kind}"
