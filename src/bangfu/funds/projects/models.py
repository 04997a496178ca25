"""Projects, where their money is to come from, whom they serve, their steps; plans."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now, Substr

from bangfu.audit.history import keeps_history
from bangfu.calc.ledger.codes import FundClass, FundSource, Purpose
from bangfu.funds.projects.states import (
    ENDS,
    IN_LIBRARY_ON,
    Nature,
    ProjectState,
)
from bangfu.scope.fields import DivisionCodeField, division_code_check


class ProjectTransition(models.Model):
    """One row of `acts.ACTS` per source, so that the database knows the table.

    key: "act:from:to"; from is empty where the act opens the project.
    """

    key = models.CharField(max_length=120, primary_key=True, db_collation="C")

    class Meta:
        app_label = "funds"

    def __str__(self) -> str:
        return self.key


@keeps_history()
class Project(models.Model):
    """One project of a village. Its state is that of its last step.

    project_no: unique within the county. budget_fen: the sum of its sources. targets:
    list of {"name", "value"}, the performance targets. households, people: who
    benefits; poor_*: those of them on the roll. closed_at: None while it runs. purpose:
    that of the line which may pay for it. stages: terms of payment, a list of
    {"zh", "en", "percent"}, taken from the policy when it is funded.
    """

    division_code = DivisionCodeField()
    project_no = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    purpose = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Purpose]
    )
    nature = models.CharField(max_length=10, choices=Nature.choices)
    place = models.CharField(max_length=120)
    starts_on = models.DateField()
    ends_on = models.DateField()
    unit = models.CharField(max_length=120)
    person = models.CharField(max_length=60)
    tasks = models.CharField(max_length=1000)
    budget_fen = models.BigIntegerField()
    households = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    poor_households = models.PositiveIntegerField(default=0)
    poor_people = models.PositiveIntegerField(default=0)
    targets = models.JSONField(default=list)
    participation = models.CharField(max_length=400, blank=True)
    mechanism = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=20, choices=ProjectState.choices)
    entered_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    sent_back = models.PositiveSmallIntegerField(default=0)
    stages = models.JSONField(default=list)
    import_id = models.BigIntegerField(null=True)
    recorded_by_id = models.BigIntegerField()
    last_step = models.ForeignKey(
        "ProjectStep", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_project"),
            models.CheckConstraint(
                condition=models.Q(division_code__regex="^[0-9]{12}$"),
                name="funds_project_in_village",
            ),
            models.UniqueConstraint(
                fields=["id", "division_code"], name="funds_project_id_division"
            ),
            models.UniqueConstraint(
                Substr("division_code", 1, 6),
                "project_no",
                name="funds_project_no_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ProjectState.values),
                name="funds_project_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=False, state__in=sorted(ENDS))
                | models.Q(closed_at__isnull=True) & ~models.Q(state__in=sorted(ENDS)),
                name="funds_project_closed_at_end",
            ),
            models.CheckConstraint(
                condition=models.Q(budget_fen__gt=0), name="funds_project_has_budget"
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=[one.value for one in Purpose]),
                name="funds_project_purpose_known",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="funds_project_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(poor_households__lte=models.F("households"))
                & models.Q(poor_people__lte=models.F("people")),
                name="funds_project_poor_among_all",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=IN_LIBRARY_ON)
                | models.Q(poor_households__gt=0, poor_people__gt=0)
                & ~models.Q(participation="")
                & ~models.Q(mechanism="")
                & ~models.Q(targets=[]),
                name="funds_project_complete_in_library",
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "state"], name="funds_project_by_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_no} {self.name}"

    @property
    def is_open(self) -> bool:
        """Whether the project still runs."""
        return self.closed_at is None

    @property
    def in_library(self) -> bool:
        """Whether the project stands in the county's library or came out of it by being done."""
        return self.state in IN_LIBRARY_ON


class ProjectSource(models.Model):
    """What a project's budget is to be paid from: class and source of the money."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="sources"
    )
    division_code = DivisionCodeField()
    fund_class = models.CharField(max_length=30)
    source = models.CharField(max_length=30)
    amount_fen = models.BigIntegerField()

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_projectsource"),
            models.UniqueConstraint(
                fields=["project", "fund_class", "source"],
                name="funds_projectsource_once",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0),
                name="funds_projectsource_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    fund_class__in=[one.value for one in FundClass],
                    source__in=[one.value for one in FundSource],
                ),
                name="funds_projectsource_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.fund_class} {self.amount_fen}"


class Beneficiary(models.Model):
    """A household on the roll that a project serves by name."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="beneficiaries"
    )
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="+"
    )
    division_code = DivisionCodeField()

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_beneficiary"),
            models.UniqueConstraint(
                fields=["project", "household"], name="funds_beneficiary_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.household_id}"


class ProjectStep(models.Model):
    """One act of one project. Steps are only added; entry and exit stand among them.

    happened_on: the day that was stated; recorded_at: when it was entered, by the
    database. facts: what the act asked for, by key.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="steps")
    division_code = DivisionCodeField()
    transition = models.ForeignKey(
        ProjectTransition, on_delete=models.PROTECT, related_name="+"
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
    notice_id = models.BigIntegerField(null=True)

    class Meta:
        app_label = "funds"
        constraints = [division_code_check("funds_projectstep")]
        indexes = [models.Index(fields=["project", "id"], name="funds_projectstep_of")]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.act}"


class ProjectDocument(models.Model):
    """A document of a project. attachment_id: of the app `files`."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="documents"
    )
    step = models.ForeignKey(
        ProjectStep, on_delete=models.PROTECT, related_name="documents"
    )
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=30)
    attachment_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    added_at = models.DateTimeField()

    class Meta:
        app_label = "funds"
        constraints = [division_code_check("funds_projectdocument")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


class PlanState(models.TextChoices):
    """Where an annual plan is."""

    DRAFT = "draft"
    APPROVED = "approved"


class AnnualPlan(models.Model):
    """A county's choice from its library for a year. Approved by a second person.

    document_no: of the approval; empty while the plan is a draft.
    """

    division_code = DivisionCodeField()
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=PlanState.choices)
    document_no = models.CharField(max_length=60, blank=True)
    drafted_by_id = models.BigIntegerField()
    drafted_by_name = models.CharField(max_length=150)
    drafted_at = models.DateTimeField()
    approved_by_id = models.BigIntegerField(null=True)
    approved_by_name = models.CharField(max_length=150, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_annualplan"),
            models.CheckConstraint(
                condition=models.Q(division_code__regex="^[0-9]{6}$"),
                name="funds_annualplan_of_county",
            ),
            models.UniqueConstraint(
                fields=["division_code", "year"], name="funds_annualplan_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state=PlanState.DRAFT, approved_by_id__isnull=True)
                | models.Q(state=PlanState.APPROVED, approved_by_id__isnull=False)
                & ~models.Q(approved_by_id=models.F("drafted_by_id"))
                & ~models.Q(document_no=""),
                name="funds_annualplan_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.year}"


class PlanItem(models.Model):
    """A project of the library in a plan, with what it gets this year.

    added_by_id: who chose it. left_at: when an adjustment took it out again; the row stays.
    is_approved: the plan, or an adjustment of it, was approved with this item.
    """

    plan = models.ForeignKey(AnnualPlan, on_delete=models.PROTECT, related_name="items")
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="plan_items"
    )
    division_code = DivisionCodeField()
    amount_fen = models.BigIntegerField()
    is_approved = models.BooleanField(default=False)
    added_by_id = models.BigIntegerField()
    added_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    left_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_planitem"),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(left_at__isnull=True),
                name="funds_planitem_once",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0), name="funds_planitem_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.project_id}"
