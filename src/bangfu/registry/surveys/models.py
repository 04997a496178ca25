"""Collections of a village's year, the households' sheets, and their guarantees."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from bangfu.audit.history import keeps_history
from bangfu.registry.surveys.kinds import GuaranteeKind, SheetState, Verdict
from bangfu.scope.fields import DivisionCodeField, division_code_check


class Collection(models.Model):
    """One village in one year: opened once, locked once.

    missing: households without a sheet when it was locked, with the reason why it was
    locked without them. due_on: the day by which the sheets should be there.
    """

    division_code = DivisionCodeField()
    year = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    opened_by_id = models.BigIntegerField()
    opened_by_name = models.CharField(max_length=150)
    opened_at = models.DateTimeField()
    locked_by_id = models.BigIntegerField(null=True)
    locked_by_name = models.CharField(max_length=150, blank=True)
    locked_at = models.DateTimeField(null=True)
    households = models.PositiveIntegerField(null=True)
    missing = models.PositiveIntegerField(null=True)
    missing_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_collection"),
            models.CheckConstraint(
                condition=models.Q(division_code__regex="^[0-9]{12}$"),
                name="registry_collection_in_village",
            ),
            models.UniqueConstraint(
                fields=["division_code", "year"], name="registry_collection_once"
            ),
            models.CheckConstraint(
                condition=models.Q(year__gte=2005, year__lte=2100),
                name="registry_collection_year_ok",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    locked_at__isnull=True,
                    locked_by_id__isnull=True,
                    households__isnull=True,
                    missing__isnull=True,
                )
                | models.Q(
                    locked_at__isnull=False,
                    locked_by_id__isnull=False,
                    households__isnull=False,
                    missing__isnull=False,
                ),
                name="registry_collection_locked_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(missing__isnull=True)
                | models.Q(missing=0)
                | ~models.Q(missing_reason=""),
                name="registry_collection_missing_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-year", "division_code"], name="registry_collection_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.division_code}/{self.year}"

    @property
    def is_locked(self) -> bool:
        """Whether the year is closed."""
        return self.locked_at is not None


@keeps_history()
class SurveySheet(models.Model):
    """What was found at one household for one year.

    income: the amounts, fen, with their evidence. surveyors: two names or more, separated
    by “、”. members_sharing: who shares income at the time of the survey: the divisor of
    the income per person. status, attribute, cause_main: of the household at that time.
    spent_*: fen, whole household and year; spent_medical_fen is what the family paid
    itself. doubts: codes of `filling.DOUBTS` and of rules V1 to V15. corrects: the sheet
    that this one replaces after the lock.
    """

    collection = models.ForeignKey(
        Collection, on_delete=models.PROTECT, related_name="sheets"
    )
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="sheets"
    )
    division_code = DivisionCodeField()
    year = models.PositiveSmallIntegerField()
    income = models.OneToOneField(
        "registry.Income", on_delete=models.PROTECT, related_name="sheet"
    )
    state = models.CharField(max_length=10, choices=SheetState.choices)
    surveyed_on = models.DateField()
    surveyors = models.CharField(max_length=120)
    members = models.PositiveSmallIntegerField()
    members_sharing = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=1)
    attribute = models.CharField(max_length=1, blank=True)
    cause_main = models.CharField(max_length=2, blank=True)
    spent_medical_fen = models.BigIntegerField()
    spent_education_fen = models.BigIntegerField()
    spent_living_fen = models.BigIntegerField()
    spent_other_fen = models.BigIntegerField()
    doubts = ArrayField(models.CharField(max_length=4), default=list)
    note = models.CharField(max_length=400, blank=True)
    recorded_by_id = models.BigIntegerField()
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
    checked_by_id = models.BigIntegerField(null=True)
    checked_by_name = models.CharField(max_length=150, blank=True)
    checked_at = models.DateTimeField(null=True)
    check_note = models.CharField(max_length=400, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by"
    )
    reason = models.CharField(max_length=400, blank=True)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_surveysheet"),
            models.UniqueConstraint(
                fields=["household", "year"],
                condition=models.Q(corrects__isnull=True),
                name="registry_surveysheet_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    spent_medical_fen__gte=0,
                    spent_education_fen__gte=0,
                    spent_living_fen__gte=0,
                    spent_other_fen__gte=0,
                ),
                name="registry_surveysheet_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(members_sharing__lte=models.F("members")),
                name="registry_surveysheet_members",
            ),
            models.CheckConstraint(
                condition=models.Q(surveyors__contains="、"),
                name="registry_surveysheet_two_surveyors",
            ),
            models.CheckConstraint(
                condition=models.Q(checked_by_id__isnull=True)
                | ~models.Q(checked_by_id=models.F("recorded_by_id")),
                name="registry_surveysheet_checked_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state="checked",
                    checked_by_id__isnull=False,
                    checked_at__isnull=False,
                )
                | ~models.Q(state="checked") & models.Q(locked_at__isnull=True)
                | ~models.Q(reason="") & models.Q(locked_at__isnull=False),
                name="registry_surveysheet_checked_before_lock",
            ),
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True)
                | ~models.Q(reason="") & models.Q(locked_at__isnull=False),
                name="registry_surveysheet_corrected_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["collection", "state"], name="registry_sheet_collection"
            ),
            models.Index(fields=["division_code"], name="registry_sheet_division"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}:{self.year}"


@keeps_history()
class Guarantee(models.Model):
    """What was found of one guarantee, by whom and when. checked_by: names on the sheet."""

    sheet = models.ForeignKey(
        SurveySheet, on_delete=models.PROTECT, related_name="guarantees"
    )
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="+"
    )
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=10, choices=GuaranteeKind.choices)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    checked_by = models.CharField(max_length=120)
    checked_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_guarantee"),
            models.UniqueConstraint(
                fields=["sheet", "kind"], name="registry_guarantee_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=GuaranteeKind.values),
                name="registry_guarantee_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=Verdict.values),
                name="registry_guarantee_verdict_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(checked_by=""),
                name="registry_guarantee_checked_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="met") | ~models.Q(note=""),
                name="registry_guarantee_unmet_with_note",
            ),
        ]
        indexes = [
            models.Index(fields=["division_code"], name="registry_guarantee_division")
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}: {self.kind} {self.verdict}"
