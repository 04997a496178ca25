"""Cases, their steps, meetings and ballots, holds on exit, and who is monitored."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Now

from bangfu.audit.history import keeps_history
from bangfu.registry.cases.states import ENDS, CaseKind, CaseState, MonitoringCategory
from bangfu.scope.fields import DivisionCodeField, division_code_check


class DateRange(models.Func):
    """daterange(from, until) over two date columns, until exclusive."""

    function = "DATERANGE"
    output_field = models.TextField()


class Transition(models.Model):
    """One row of `acts.ACTS` per kind and source, so that the database knows the table.

    key: "kind:act:from:to"; from is empty where the act opens the case.
    """

    key = models.CharField(max_length=120, primary_key=True, db_collation="C")

    def __str__(self) -> str:
        return self.key


class Case(models.Model):
    """One procedure of one household. Its state is that of its last step.

    entered_at: when the case came into its state, from which deadlines count. is_legacy:
    taken over from before the system, with the dates that were stated. closed_at: None
    while the case runs. sent_back: how often an act with a reason returned it.
    """

    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="cases"
    )
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=20, choices=CaseKind.choices)
    track = models.CharField(max_length=10)
    state = models.CharField(max_length=20, choices=CaseState.choices)
    category = models.CharField(max_length=20, blank=True)
    opened_on = models.DateField()
    opened_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    is_legacy = models.BooleanField(default=False)
    sent_back = models.PositiveSmallIntegerField(default=0)
    last_step = models.ForeignKey(
        "Step", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_case"),
            models.UniqueConstraint(
                fields=["household", "track"],
                condition=models.Q(closed_at__isnull=True),
                name="registry_case_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=False, state__in=sorted(ENDS))
                | models.Q(closed_at__isnull=True)
                & ~models.Q(state__in=sorted(ENDS)),
                name="registry_case_closed_at_end",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=CaseState.values),
                name="registry_case_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    track="roll",
                    kind__in=[k for k in CaseKind if k.track == "roll"],
                )
                | models.Q(
                    track="monitoring",
                    kind__in=[k for k in CaseKind if k.track == "monitoring"],
                ),
                name="registry_case_track_of_kind",
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "state"],
                condition=models.Q(closed_at__isnull=True),
                name="registry_case_open",
            ),
            models.Index(fields=["division_code", "-id"], name="registry_case_division"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.household_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether the case still runs."""
        return self.closed_at is None


class Step(models.Model):
    """One act of one case. Steps are only added.

    happened_on: the day that was stated; recorded_at: when it was entered, by the
    database. facts: what the act asked for, by key; no names of other people's families.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    division_code = DivisionCodeField()
    transition = models.ForeignKey(
        Transition, on_delete=models.PROTECT, related_name="+"
    )
    act = models.CharField(max_length=30)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    happened_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=400, blank=True)
    facts = models.JSONField(default=dict)
    meeting = models.ForeignKey(
        "Meeting", on_delete=models.PROTECT, null=True, related_name="steps"
    )
    notice_id = models.BigIntegerField(null=True)

    class Meta:
        app_label = "registry"
        constraints = [division_code_check("registry_step")]
        indexes = [models.Index(fields=["case", "id"], name="registry_step_case")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.act}"


class Meeting(models.Model):
    """A meeting of the villagers' representatives. recused: kin of those discussed."""

    division_code = DivisionCodeField()
    held_on = models.DateField()
    representatives = models.PositiveSmallIntegerField()
    attended = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=60, blank=True)
    chaired_by = models.CharField(max_length=60)
    recorded_by_id = models.BigIntegerField()
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_meeting"),
            models.CheckConstraint(
                condition=models.Q(division_code__regex="^[0-9]{12}$"),
                name="registry_meeting_in_village",
            ),
            models.CheckConstraint(
                condition=models.Q(attended__lte=models.F("representatives")),
                name="registry_meeting_attendance",
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "-held_on"], name="registry_meeting_village"
            )
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.held_on}"


class Ballot(models.Model):
    """How a meeting voted on one case. All who attended are counted somewhere."""

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="ballots"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="ballots")
    division_code = DivisionCodeField()
    votes_for = models.PositiveSmallIntegerField()
    votes_against = models.PositiveSmallIntegerField()
    abstained = models.PositiveSmallIntegerField()
    recused = models.PositiveSmallIntegerField()
    rank = models.PositiveSmallIntegerField(null=True)
    has_passed = models.BooleanField()

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_ballot"),
            models.UniqueConstraint(
                fields=["meeting", "case"], name="registry_ballot_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}/{self.case_id}"


class ExitHold(models.Model):
    """A dated reason of an upper app for which a household must not exit yet.

    until: the day from which it no longer holds; None while it does. placed_by: the app.
    """

    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="exit_holds"
    )
    division_code = DivisionCodeField()
    placed_by = models.CharField(max_length=30)
    code = models.CharField(max_length=40)
    message = models.JSONField()
    since = models.DateField()
    until = models.DateField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_exithold"),
            models.UniqueConstraint(
                fields=["household", "placed_by", "code"],
                condition=models.Q(until__isnull=True),
                name="registry_exithold_once",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True)
                | models.Q(until__gte=models.F("since")),
                name="registry_exithold_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}: {self.placed_by}.{self.code}"


@keeps_history()
class Monitoring(models.Model):
    """A spell during which a household is watched. until: exclusive; None: still."""

    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="monitorings"
    )
    division_code = DivisionCodeField()
    category = models.CharField(max_length=20, choices=MonitoringCategory.choices)
    risk = models.CharField(max_length=200, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)
    opened_by = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    closed_by = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_monitoring"),
            ExclusionConstraint(
                name="registry_monitoring_no_overlap",
                expressions=[
                    (
                        models.Func(
                            models.F("household_id"),
                            models.F("household_id"),
                            models.Value("[]"),
                            function="INT8RANGE",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        DateRange(models.F("since"), models.F("until")),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(category__in=MonitoringCategory.values),
                name="registry_monitoring_category_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code"],
                condition=models.Q(until__isnull=True),
                name="registry_monitoring_now",
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_id}: {self.category}"
