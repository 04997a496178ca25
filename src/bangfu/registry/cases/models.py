"""Cases, their steps, meetings and ballots, holds on exit, and who is monitored."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Now

from bangfu.audit.history import keeps_history
from bangfu.calc.values.text import Text
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
    status_before: the household's status when the case was opened, to which a case
    without success brings it back.
    """

    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="cases"
    )
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=20, choices=CaseKind.choices)
    track = models.CharField(max_length=10)
    state = models.CharField(max_length=20, choices=CaseState.choices)
    category = models.CharField(max_length=20, blank=True)
    status_before = models.CharField(max_length=1)
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
                fields=["id", "division_code"], name="registry_case_id_division"
            ),
            models.UniqueConstraint(
                fields=["household", "track"],
                condition=models.Q(closed_at__isnull=True),
                name="registry_case_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=False, state__in=sorted(ENDS))
                | models.Q(closed_at__isnull=True) & ~models.Q(state__in=sorted(ENDS)),
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
            models.Index(
                fields=["division_code", "-id"], name="registry_case_division"
            ),
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
    """How a meeting voted on one case. All who attended are counted somewhere.

    recusals: who did not vote because they are kin of the family. rank: the place that
    the meeting gave the family, 1 for the poorest; None when it did not rank.
    """

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="ballots"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="ballots")
    division_code = DivisionCodeField()
    votes_for = models.PositiveSmallIntegerField()
    votes_against = models.PositiveSmallIntegerField()
    abstained = models.PositiveSmallIntegerField()
    recused = models.PositiveSmallIntegerField()
    recusals = models.CharField(max_length=200, blank=True)
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


class Document(models.Model):
    """A document of a case or a meeting: what it proves, and where it is.

    attachment_id: of the app `files`, which keeps the content. step: the act to which it
    was attached; None for minutes, which belong to the meeting.
    """

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, related_name="documents"
    )
    step = models.ForeignKey(
        Step, on_delete=models.PROTECT, null=True, related_name="documents"
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, related_name="documents"
    )
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=30)
    attachment_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    added_at = models.DateTimeField()

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_document"),
            models.CheckConstraint(
                condition=models.Q(case__isnull=False)
                ^ models.Q(meeting__isnull=False),
                name="registry_document_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


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


class LineageKind(models.TextChoices):
    """How a family became another one."""

    SPLIT = "split"
    MERGE = "merge"
    MOVE = "move"
    JOIN = "join"
    LEAVE = "leave"

    @property
    def text(self) -> Text:
        """The event's official name."""
        return _LINEAGE_TEXTS[self]


_LINEAGE_TEXTS = {
    LineageKind.SPLIT: Text("分户", "split"),
    LineageKind.MERGE: Text("并户", "merge"),
    LineageKind.MOVE: Text("迁移", "move"),
    LineageKind.JOIN: Text("增加成员", "member joined"),
    LineageKind.LEAVE: Text("减少成员", "member left"),
}


class LineageEvent(models.Model):
    """One dated event in the descent of a family. Rows are only added.

    household: the family that it is told of; other: the family split off, merged in, or
    None. member, member_after: the person, before and after a change of family. from_
    and to_place: village and number before and after a move.
    """

    kind = models.CharField(max_length=10, choices=LineageKind.choices)
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="lineage"
    )
    other = models.ForeignKey(
        "registry.Household",
        on_delete=models.PROTECT,
        null=True,
        related_name="lineage_as_other",
    )
    member = models.ForeignKey(
        "registry.Member", on_delete=models.PROTECT, null=True, related_name="+"
    )
    member_after = models.ForeignKey(
        "registry.Member", on_delete=models.PROTECT, null=True, related_name="+"
    )
    division_code = DivisionCodeField()
    change = models.CharField(max_length=1, blank=True)
    from_place = models.CharField(max_length=50, blank=True)
    to_place = models.CharField(max_length=50, blank=True)
    happened_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    reason = models.CharField(max_length=400)

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_lineageevent"),
            models.CheckConstraint(
                condition=models.Q(kind__in=LineageKind.values),
                name="registry_lineage_kind_known",
            ),
        ]
        indexes = [
            models.Index(fields=["household", "id"], name="registry_lineage_household")
        ]

    def __str__(self) -> str:
        return f"{self.household_id}: {self.kind}"


class FrameHousehold(models.Model):
    """One family of a village's full list, registered or not: the frame for samples.

    Minimal on purpose, and seen from the county up only: who looks for missed families
    draws from here, and the village must not know who may be drawn. persons: people.
    """

    division_code = DivisionCodeField()
    household_no = models.CharField(max_length=30, db_collation="C")
    group_name = models.CharField(max_length=40, blank=True)
    head_name = models.CharField(max_length=60, db_collation="C")
    persons = models.PositiveSmallIntegerField()
    listed_on = models.DateField()
    import_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_framehousehold"),
            models.CheckConstraint(
                condition=models.Q(division_code__regex="^[0-9]{12}$"),
                name="registry_frame_in_village",
            ),
            models.UniqueConstraint(
                fields=["division_code", "household_no"], name="registry_frame_key"
            ),
            models.CheckConstraint(
                condition=models.Q(persons__gte=1, persons__lte=99),
                name="registry_frame_persons_ok",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_code}/{self.household_no}"
