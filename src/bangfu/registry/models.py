"""Households, members, income by year, findings, and imports of workbooks."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from bangfu.audit.history import keeps_history
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.registry.code_lists import ACTIVE_STATUS, CAUSE, STATUS
from bangfu.scope.fields import DivisionCodeField, division_code_check


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Named subsets of households.

    crowd: how many rows a search is known to find where it finds too many to count
    them; 0 otherwise. Further conditions keep it.
    """

    crowd: int = 0

    def as_crowd(self, known: int) -> HouseholdQuerySet:
        """Say that there are more than `known` rows."""
        rows = self.all()
        rows.crowd = known
        return rows

    def _clone(self) -> HouseholdQuerySet:
        rows: HouseholdQuerySet = super()._clone()  # type: ignore[misc]
        rows.crowd = self.crowd
        return rows

    def active(self) -> HouseholdQuerySet:
        """Households that are helped now: not exited, pre-exit or relapsed."""
        return self.filter(status__in=ACTIVE_STATUS)

    def within(self, division: DivisionCode) -> HouseholdQuerySet:
        """Households of `division`, as an index range."""
        lo, hi = division.range()
        return self.filter(division_code__gte=lo, division_code__lt=hi)


@keeps_history()
class Household(models.Model):
    """One registered family: place, causes, land and housing.

    division_code: the village (12 digits). household_no: the number by which the village
    knows the family; village and number together find it. Yes-or-no facts are None when
    nobody has asked. Phone and account are sealed.
    """

    division_code = DivisionCodeField()
    household_no = models.CharField(max_length=30, db_collation="C")
    group_name = models.CharField(max_length=40, blank=True)
    head_name = models.CharField(max_length=60, db_collation="C")
    head_initials = models.CharField(max_length=30, blank=True, db_collation="C")
    status = models.CharField(max_length=1, default="0")
    # identity
    id_standard = models.CharField(max_length=1, blank=True)
    attribute = models.CharField(max_length=1, blank=True)
    cause_main = models.CharField(max_length=2, blank=True)
    cause_other = ArrayField(models.CharField(max_length=2), default=list)
    is_military_family = models.BooleanField(null=True)
    planned_exit_year = models.PositiveSmallIntegerField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_tail = models.CharField(max_length=2, blank=True)
    bank_name = models.CharField(max_length=80, blank=True)
    bank_account_sealed = models.BinaryField(null=True)
    bank_account_tail = models.CharField(max_length=2, blank=True)
    # land, mu
    land_arable_mu = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    land_irrigated_mu = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    land_forest_mu = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    land_returned_mu = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    land_orchard_mu = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    land_pasture_mu = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    land_water_mu = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    # production
    has_production_power = models.BooleanField(null=True)
    is_coop_member = models.BooleanField(null=True)
    is_led_by_enterprise = models.BooleanField(null=True)
    is_led_by_leader = models.BooleanField(null=True)
    # living
    is_water_difficult = models.BooleanField(null=True)
    is_water_safe = models.BooleanField(null=True)
    has_power = models.BooleanField(null=True)
    has_radio_tv = models.BooleanField(null=True)
    road_distance_km = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    road_type = models.CharField(max_length=1, blank=True)
    house_area_m2 = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    is_house_dangerous = models.BooleanField(null=True)
    house_grade = models.CharField(max_length=1, blank=True)
    house_structure = models.CharField(max_length=1, blank=True)
    house_built_year = models.PositiveSmallIntegerField(null=True)
    has_toilet = models.BooleanField(null=True)
    fuel = models.CharField(max_length=1, blank=True)
    # relocation
    is_relocation_wanted = models.BooleanField(null=True)
    relocation_mode = models.CharField(max_length=1, blank=True)
    resettlement = models.CharField(max_length=1, blank=True)
    resettlement_place = models.CharField(max_length=1, blank=True)
    # two no-worries, three guarantees, and water
    guaranteed_food = models.BooleanField(null=True)
    guaranteed_clothing = models.BooleanField(null=True)
    guaranteed_education = models.BooleanField(null=True)
    guaranteed_medical = models.BooleanField(null=True)
    guaranteed_housing = models.BooleanField(null=True)
    guaranteed_water = models.BooleanField(null=True)
    # who wrote it
    recorded_by_id = models.BigIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())
    import_id = models.BigIntegerField(null=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        constraints = [
            division_code_check("registry_household"),
            models.CheckConstraint(
                condition=models.Q(division_code__regex="^[0-9]{12}$"),
                name="registry_household_in_village",
            ),
            models.UniqueConstraint(
                fields=["division_code", "household_no"], name="registry_household_key"
            ),
            models.UniqueConstraint(
                fields=["id", "division_code"], name="registry_household_id_division"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    household_no__regex="^[0-9A-Za-z-]*[1-9A-Za-z][0-9A-Za-z-]*$"
                ),
                name="registry_household_no_not_blank_or_zero",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[code for code, _ in STATUS.entries]),
                name="registry_household_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    cause_main__in=["", *(code for code, _ in CAUSE.entries)]
                ),
                name="registry_household_cause_known",
            ),
            models.CheckConstraint(
                condition=models.Q(cause_other__len__lte=2),
                name="registry_household_two_other_causes",
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "status"], name="registry_hh_division"
            ),
            # What row security and lists ask for stands in the index, so that searching,
            # counting and skipping read no rows.
            models.Index(fields=["division_code", "id"], name="registry_hh_list"),
            models.Index(
                fields=["head_initials"],
                include=["id", "division_code"],
                name="registry_hh_by_initials",
            ),
            models.Index(
                fields=["head_name"],
                include=["id", "division_code"],
                name="registry_hh_by_head_name",
            ),
            models.Index(fields=["household_no"], name="registry_hh_number"),
        ]

    def __str__(self) -> str:
        return f"{self.division_code}/{self.household_no}"

    @property
    def is_active(self) -> bool:
        """Whether the family is helped now."""
        return self.status in ACTIVE_STATUS


@keeps_history()
class Member(models.Model):
    """One person of a household.

    division_code repeats the household's, kept equal by a foreign key, because row
    security needs it here. left_date: the day from which the person no longer belongs
    to the household; the row stays. identity_*: sealed number, blind index of the
    number, keyed digest of its last four characters, last two characters in clear.
    """

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="members"
    )
    division_code = DivisionCodeField()
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60, db_collation="C")
    initials = models.CharField(max_length=30, blank=True, db_collation="C")
    sex = models.CharField(max_length=1, blank=True)
    birth_date = models.DateField(null=True)
    identity_sealed = models.BinaryField(null=True)
    identity_index = models.BinaryField(null=True)
    identity_last_four_index = models.BinaryField(null=True)
    identity_tail = models.CharField(max_length=2, blank=True)
    relation = models.CharField(max_length=2, blank=True)
    ethnicity = models.CharField(max_length=2, blank=True)
    education = models.CharField(max_length=1, blank=True)
    school_status = models.CharField(max_length=2, blank=True)
    dropout_reason = models.CharField(max_length=80, blank=True)
    health = ArrayField(models.CharField(max_length=1), default=list)
    disability_kind = models.CharField(max_length=1, blank=True)
    disability_grade = models.CharField(max_length=1, blank=True)
    labour = models.CharField(max_length=1, blank=True)
    work_area = models.CharField(max_length=2, blank=True)
    work_months = models.PositiveSmallIntegerField(null=True)
    has_basic_medical = models.BooleanField(null=True)
    has_serious_illness_insurance = models.BooleanField(null=True)
    has_basic_pension = models.BooleanField(null=True)
    has_commercial_medical = models.BooleanField(null=True)
    has_accident_insurance = models.BooleanField(null=True)
    is_on_dibao = models.BooleanField(null=True)
    is_soldier = models.BooleanField(null=True)
    speaks_mandarin = models.BooleanField(null=True)
    politics = models.CharField(max_length=2, blank=True)
    shares_income = models.BooleanField(default=True)
    left_date = models.DateField(null=True)
    left_reason = models.CharField(max_length=1, blank=True)
    recorded_by_id = models.BigIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            division_code_check("registry_member"),
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(relation="01", left_date__isnull=True),
                name="registry_member_one_head",
            ),
            models.UniqueConstraint(
                fields=["household", "identity_index"],
                condition=models.Q(left_date__isnull=True),
                name="registry_member_person_once",
            ),
            models.CheckConstraint(
                condition=models.Q(work_months__isnull=True)
                | models.Q(work_months__lte=12),
                name="registry_member_work_months_ok",
            ),
            models.CheckConstraint(
                condition=models.Q(left_date__isnull=True, left_reason="")
                | models.Q(left_date__isnull=False) & ~models.Q(left_reason=""),
                name="registry_member_left_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["identity_index"], name="registry_member_identity"),
            models.Index(
                fields=["identity_last_four_index"], name="registry_member_last_four"
            ),
            models.Index(
                fields=["initials"],
                include=["household_id", "division_code"],
                condition=models.Q(left_date__isnull=True),
                name="registry_member_by_initials",
            ),
            models.Index(
                fields=["name"],
                include=["household_id", "division_code"],
                condition=models.Q(left_date__isnull=True),
                name="registry_member_by_name",
            ),
            models.Index(fields=["division_code"], name="registry_member_division"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}#{self.position}"


class IncomeQuerySet(models.QuerySet["Income"]):
    """Named subsets of incomes."""

    def current(self) -> IncomeQuerySet:
        """What counts: the rows that no later row corrects."""
        return self.filter(corrected_by__isnull=True)


# Components that name their evidence, and the kinds that can be stored: an expected
# income is none of them.
EVIDENCED = ("wage", "operating", "property", "transfer", "operating_expense")
EVIDENCE_STORED = ("bank", "contract", "record", "statement", "estimate")


@keeps_history()
class Income(models.Model):
    """A household's income of one year by component, integer fen, whole household.

    net = wage + operating + property + transfer - operating expense (income of a year is
    tested against the line of that year). The parts of transfer and property are None
    where the form did not split them. stated_net_fen: as the form said, for comparison.
    *_evidence: on what a component rests, blank where no survey said it. After the lock of
    the year (locked_at) the row stays as it is; `corrects`, with a reason, is the row that
    a later one replaces, and what counts is the row that none corrects (`current`).
    """

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="incomes"
    )
    division_code = DivisionCodeField()
    year = models.PositiveSmallIntegerField()
    wage_fen = models.BigIntegerField(default=0)
    operating_fen = models.BigIntegerField(default=0)
    property_fen = models.BigIntegerField(default=0)
    property_asset_fen = models.BigIntegerField(null=True)
    transfer_fen = models.BigIntegerField(default=0)
    transfer_family_planning_fen = models.BigIntegerField(null=True)
    transfer_dibao_fen = models.BigIntegerField(null=True)
    transfer_five_guarantee_fen = models.BigIntegerField(null=True)
    transfer_pension_fen = models.BigIntegerField(null=True)
    transfer_ecological_fen = models.BigIntegerField(null=True)
    transfer_other_fen = models.BigIntegerField(null=True)
    operating_expense_fen = models.BigIntegerField(default=0)
    stated_net_fen = models.BigIntegerField(null=True)
    wage_evidence = models.CharField(max_length=10, blank=True, db_default="")
    operating_evidence = models.CharField(max_length=10, blank=True, db_default="")
    property_evidence = models.CharField(max_length=10, blank=True, db_default="")
    transfer_evidence = models.CharField(max_length=10, blank=True, db_default="")
    operating_expense_evidence = models.CharField(
        max_length=10, blank=True, db_default=""
    )
    net_fen = models.GeneratedField(
        expression=models.F("wage_fen")
        + models.F("operating_fen")
        + models.F("property_fen")
        + models.F("transfer_fen")
        - models.F("operating_expense_fen"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    recorded_by_id = models.BigIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by"
    )
    reason = models.CharField(max_length=400, blank=True, db_default="")
    locked_at = models.DateTimeField(null=True)

    objects = IncomeQuerySet.as_manager()

    class Meta:
        constraints = [
            division_code_check("registry_income"),
            models.UniqueConstraint(
                fields=["household", "year"],
                condition=models.Q(corrects__isnull=True),
                name="registry_income_once",
            ),
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True, reason="")
                | ~models.Q(reason="") & models.Q(locked_at__isnull=False),
                name="registry_income_corrected_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    **{
                        f"{name}_evidence__in": ["", *EVIDENCE_STORED]
                        for name in EVIDENCED
                    }
                ),
                name="registry_income_evidence_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    wage_fen__gte=0,
                    operating_fen__gte=0,
                    property_fen__gte=0,
                    transfer_fen__gte=0,
                    operating_expense_fen__gte=0,
                ),
                name="registry_income_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(year__gte=2005, year__lte=2100),
                name="registry_income_year_ok",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}:{self.year}"


class Flag(models.Model):
    """A doubt that a check found in a stored household; a lead, never a verdict.

    code: V1 to V15. message: `Text` as JSON, without names or numbers of persons.
    """

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="flags"
    )
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, related_name="flags"
    )
    division_code = DivisionCodeField()
    code = models.CharField(max_length=4)
    severity = models.CharField(max_length=10)
    field = models.CharField(max_length=60, blank=True)
    message = models.JSONField()
    found_at = models.DateTimeField()

    class Meta:
        constraints = [division_code_check("registry_flag")]
        indexes = [
            models.Index(
                fields=["division_code", "code"], name="registry_flag_division"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}@{self.household_id}"

    @property
    def text(self) -> Text:
        """What is doubtful."""
        return Text.from_json(self.message)


class ImportState(models.TextChoices):
    """Where an import is. Each state has an exit for a person, not only for a job."""

    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Import(models.Model):
    """One import of workbooks: checked first, written only after confirmation.

    kind: households, officials or units (settings.BANGFU_IMPORTS). The uploaded files
    and the error workbook are sealed on disk under `folder` and deleted 30 days after
    the end. counts: new, changed, same, wrong. differences: field by field, first 500.
    """

    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=ImportState.choices)
    division_code = DivisionCodeField()
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    job_id = models.BigIntegerField(null=True)
    folder = models.CharField(max_length=60)
    files = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    counts = models.JSONField(null=True)
    findings = models.JSONField(default=list)
    differences = models.JSONField(default=list)
    plan_digest = models.CharField(max_length=64, blank=True)
    policy_hash = models.CharField(max_length=64, blank=True)
    error = models.JSONField(null=True)
    has_error_workbook = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [division_code_check("registry_import")]
        indexes = [
            models.Index(
                fields=["division_code", "-id"], name="registry_import_division"
            )
        ]

    def __str__(self) -> str:
        return f"import {self.pk} {self.kind} {self.state}"
