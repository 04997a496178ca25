"""Units, officials, declared kin, runs of the optimiser, and pairings."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from bangfu.audit.history import keeps_history
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.pairing.states import Change, RefusedLine, RunState, reason_text
from bangfu.scope.fields import DivisionCodeField, division_code_check


@keeps_history()
class Unit(models.Model):
    """An organisation whose officials help households.

    division_code: where it belongs and who keeps its roster. serves_code: the division
    whose households its officials may be paired with. Coordinates are those of the
    place of work in km on the city's plane, None when only the division is known.
    """

    division_code = DivisionCodeField()
    unit_no = models.CharField(max_length=30, db_collation="C")
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=10)
    affiliation = models.CharField(max_length=1, blank=True)
    serves_code = DivisionCodeField()
    workplace_code = DivisionCodeField(blank=True)
    x_km = models.FloatField(null=True)
    y_km = models.FloatField(null=True)
    recorded_by_id = models.BigIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())
    import_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            division_code_check("pairing_unit"),
            division_code_check("pairing_unit", "serves_code"),
            models.UniqueConstraint(
                fields=["division_code", "unit_no"], name="pairing_unit_key"
            ),
            models.UniqueConstraint(
                fields=["id", "division_code"], name="pairing_unit_id_division"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OfficialQuerySet(models.QuerySet["Official"]):
    """Named subsets of officials."""

    def within(self, division: DivisionCode) -> OfficialQuerySet:
        """Officials of units that belong to `division` or lie in it."""
        lo, hi = division.range()
        return self.filter(division_code__gte=lo, division_code__lt=hi)


@keeps_history()
class Official(models.Model):
    """A person on the staff roster, whether or not he or she must help.

    tier, quota_min and quota_max follow from the other columns by the policy pack whose
    hash stands beside them; stated_tier is what the roster said and is only compared.
    division_code repeats the unit's.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="officials")
    division_code = DivisionCodeField()
    official_no = models.CharField(max_length=30, db_collation="C")
    name = models.CharField(max_length=60)
    initials = models.CharField(max_length=30, blank=True, db_collation="C")
    sex = models.CharField(max_length=1, blank=True)
    rank = models.CharField(max_length=20)
    post = models.CharField(max_length=80, blank=True)
    is_top_leader = models.BooleanField(default=False)
    is_party_member = models.BooleanField(default=False)
    is_in_post = models.BooleanField(default=True)
    is_three_sends = models.BooleanField(default=False)
    expertise = models.CharField(max_length=20, blank=True)
    office_phone = models.CharField(max_length=30, blank=True)
    stated_tier = models.CharField(max_length=20, blank=True)
    tier = models.CharField(max_length=20, blank=True)
    quota_min = models.PositiveSmallIntegerField(default=0)
    quota_max = models.PositiveSmallIntegerField(default=0)
    tier_reason = models.JSONField(null=True)
    policy_hash = models.CharField(max_length=64, blank=True)
    recorded_by_id = models.BigIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())
    import_id = models.BigIntegerField(null=True)

    objects = OfficialQuerySet.as_manager()

    class Meta:
        constraints = [
            division_code_check("pairing_official"),
            models.UniqueConstraint(
                fields=["unit", "official_no"], name="pairing_official_key"
            ),
            models.CheckConstraint(
                condition=models.Q(quota_min__lte=models.F("quota_max")),
                name="pairing_official_quota_ok",
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "unit"], name="pairing_official_division"
            ),
            models.Index(fields=["initials"], name="pairing_official_initials"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}/{self.official_no}"

    @property
    def tier_reason_text(self) -> Text | None:
        """Why this tier."""
        return Text.from_json(self.tier_reason) if self.tier_reason else None


class Kin(models.Model):
    """Kin that an official declared: never to be paired with their household.

    identity_index: blind index of the relative's identity number, where it was given.
    village_code and household_no: the relative's household, where it was given. Either
    is looked up in the register whenever it matters, so that a family registered after
    the declaration is found too.
    """

    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="kin")
    division_code = DivisionCodeField()
    relation = models.CharField(max_length=20, blank=True)
    identity_index = models.BinaryField(null=True)
    village_code = DivisionCodeField(blank=True)
    household_no = models.CharField(max_length=30, blank=True, db_collation="C")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            division_code_check("pairing_kin"),
            models.CheckConstraint(
                condition=models.Q(identity_index__isnull=False)
                | ~models.Q(village_code="") & ~models.Q(household_no=""),
                name="pairing_kin_names_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["identity_index"], name="pairing_kin_identity"),
            models.Index(
                fields=["village_code", "household_no"], name="pairing_kin_household"
            ),
        ]

    def __str__(self) -> str:
        return f"kin of {self.official_id}"


class Run(models.Model):
    """One run of the optimiser over a division for a year, and its proof.

    summary: the counts, cost, bound and gap of the command line's JSON. shortages: what
    is missing where, with sentences in both languages. uncovered: households without a
    helper by township. proof: prices and sets, checked by `bangfu pair verify` against
    the tables that the run read (RunInput).
    """

    division_code = DivisionCodeField()
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=RunState.choices)
    job_id = models.BigIntegerField(null=True)
    created_by_id = models.BigIntegerField()
    created_by_name = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    parameters = models.JSONField(default=dict)
    policy_hash = models.CharField(max_length=64, blank=True)
    input_digest = models.CharField(max_length=64, blank=True)
    summary = models.JSONField(null=True)
    shortages = models.JSONField(default=list)
    uncovered = models.JSONField(default=list)
    proof = models.BinaryField(null=True)
    error = models.JSONField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)
    applied_at = models.DateTimeField(null=True)
    applied_from_date = models.DateField(null=True)

    class Meta:
        constraints = [
            division_code_check("pairing_run"),
            models.CheckConstraint(
                condition=models.Q(decided_by_id__isnull=True)
                | ~models.Q(decided_by_id=models.F("created_by_id")),
                name="pairing_run_second_person",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by_id__isnull=True, decided_at__isnull=True)
                | models.Q(decided_by_id__isnull=False, decided_at__isnull=False),
                name="pairing_run_decided_by_and_at",
            ),
            models.UniqueConstraint(
                fields=["division_code"],
                condition=models.Q(state="solving"),
                name="pairing_run_one_solving",
            ),
            models.CheckConstraint(
                condition=~models.Q(
                    state__in=["approved", "rejected", "applying", "applied"]
                )
                | models.Q(decided_by_id__isnull=False),
                name="pairing_run_decided_when_over",
            ),
        ]
        indexes = [
            models.Index(fields=["division_code", "-id"], name="pairing_run_division")
        ]

    def __str__(self) -> str:
        return f"run {self.pk} {self.division_code} {self.state}"


class RunInput(models.Model):
    """One table that a run read, as Parquet, so that the run can be checked later.

    name: households, officials, existing, forbidden or costs, as calc.pairing names
    them. The ids in it are the natural keys of `frames`.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="inputs")
    name = models.CharField(max_length=20)
    division_code = DivisionCodeField()
    rows = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            division_code_check("pairing_runinput"),
            models.UniqueConstraint(
                fields=["run", "name"], name="pairing_runinput_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.name}"


class RunPair(models.Model):
    """One line of a run's preview.

    stamp: digest of everything the line rests on; when it differs at the time of
    applying, the line is refused and listed. official is None for END and NONE. A run
    over a city has 300,000 lines, so the columns that nobody looks up by have no index.
    """

    run = models.ForeignKey(
        Run, on_delete=models.CASCADE, related_name="pairs", db_index=False
    )
    household = models.ForeignKey(
        "registry.Household",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    official = models.ForeignKey(
        Official,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    previous_official = models.ForeignKey(
        Official,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    division_code = DivisionCodeField()
    change = models.CharField(max_length=8, choices=Change.choices)
    helper_name = models.CharField(max_length=60, blank=True)
    helper_unit = models.CharField(max_length=120, blank=True)
    stamp = models.CharField(max_length=32)
    refusal = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            division_code_check("pairing_runpair"),
            models.UniqueConstraint(
                fields=["run", "household"], name="pairing_runpair_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "division_code"], name="pairing_runpair_division"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.household_id}"

    @property
    def change_text(self) -> Text:
        """What the run would do."""
        return Change(self.change).text

    @property
    def refusal_text(self) -> Text | None:
        """Why the line was not carried out, or None."""
        return RefusedLine(self.refusal).text if self.refusal else None


class PairingQuerySet(models.QuerySet["Pairing"]):
    """Named subsets of pairings."""

    def open(self) -> PairingQuerySet:
        """Pairings in force."""
        return self.filter(ended_date__isnull=True, is_primary=True)

    def within(self, division: DivisionCode) -> PairingQuerySet:
        """Pairings of households in `division`, as an index range."""
        lo, hi = division.range()
        return self.filter(division_code__gte=lo, division_code__lt=hi)


@keeps_history()
class Pairing(models.Model):
    """Who is responsible for a household, from a day to a day (excluded).

    Neither day lies in the future, so a pairing is in force while it has no last day.
    start_reason and end_reason: what a person wrote, or a code of `Reason`.

    helper_*: the helper's public card, which whoever sees the household may see even
    where the official's own row lies outside the scope.
    """

    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="pairings"
    )
    official = models.ForeignKey(
        Official, on_delete=models.PROTECT, related_name="pairings"
    )
    division_code = DivisionCodeField()
    is_primary = models.BooleanField(default=True)
    started_date = models.DateField()
    ended_date = models.DateField(null=True)
    start_reason = models.CharField(max_length=200)
    end_reason = models.CharField(max_length=200, blank=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="+")
    helper_name = models.CharField(max_length=60)
    helper_unit = models.CharField(max_length=120)
    helper_post = models.CharField(max_length=80, blank=True)
    helper_phone = models.CharField(max_length=30, blank=True)
    recorded_by_id = models.BigIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())

    objects = PairingQuerySet.as_manager()

    class Meta:
        constraints = [
            division_code_check("pairing_pairing"),
            models.CheckConstraint(
                condition=models.Q(ended_date__isnull=True)
                | models.Q(ended_date__gte=models.F("started_date")),
                name="pairing_pairing_period_ok",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_date__isnull=True, end_reason="")
                | models.Q(ended_date__isnull=False) & ~models.Q(end_reason=""),
                name="pairing_pairing_ended_with_reason",
            ),
            ExclusionConstraint(
                name="pairing_one_primary_helper_a_day",
                expressions=[
                    (
                        models.Func(
                            "household_id",
                            "household_id",
                            models.Value("[]"),
                            function="int8range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        models.Func(
                            "started_date",
                            "ended_date",
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(is_primary=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code"],
                condition=models.Q(ended_date__isnull=True),
                name="pairing_open_division",
            ),
            models.Index(
                fields=["official"],
                condition=models.Q(ended_date__isnull=True),
                name="pairing_open_official",
            ),
            models.Index(
                fields=["household", "-started_date"], name="pairing_household"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.official_id} helps {self.household_id}"

    @property
    def start_text(self) -> Text | None:
        """Why it started."""
        return reason_text(self.start_reason)

    @property
    def end_text(self) -> Text | None:
        """Why it ended."""
        return reason_text(self.end_reason)
