"""What is recorded of a village, year by year."""

from __future__ import annotations

from django.db import models

from bangfu.audit.history import keeps_history
from bangfu.scope.fields import DivisionCodeField, division_code_check


@keeps_history()
class VillageYear(models.Model):
    """The village file of one year; the fields are those of `fields.SECTIONS`.

    A figure is None when nobody has recorded it. poor_households and poor_people are
    counted by the register when the year is recorded. After the lock of the year the row
    stays; a correction is a new row that names it, with a reason.
    """

    division_code = DivisionCodeField()
    year = models.PositiveSmallIntegerField()
    # basics
    secretary_name = models.CharField(max_length=60, blank=True)
    director_name = models.CharField(max_length=60, blank=True)
    first_secretary_name = models.CharField(max_length=60, blank=True)
    team_leader_name = models.CharField(max_length=60, blank=True)
    terrain = models.CharField(max_length=1, blank=True)
    groups = models.PositiveIntegerField(null=True)
    households = models.PositiveIntegerField(null=True)
    population = models.PositiveIntegerField(null=True)
    poor_households = models.PositiveIntegerField(null=True)
    poor_people = models.PositiveIntegerField(null=True)
    dibao_households = models.PositiveIntegerField(null=True)
    dibao_people = models.PositiveIntegerField(null=True)
    five_guarantee_households = models.PositiveIntegerField(null=True)
    minority_people = models.PositiveIntegerField(null=True)
    women = models.PositiveIntegerField(null=True)
    disabled_people = models.PositiveIntegerField(null=True)
    labour_people = models.PositiveIntegerField(null=True)
    migrant_workers = models.PositiveIntegerField(null=True)
    # land
    arable_mu = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    irrigated_mu = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    forest_mu = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    returned_mu = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    orchard_mu = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    pasture_mu = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    water_mu = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    # income and social security
    farmer_income_fen = models.BigIntegerField(null=True)
    collective_income_fen = models.BigIntegerField(null=True)
    medical_insured = models.PositiveIntegerField(null=True)
    pension_insured = models.PositiveIntegerField(null=True)
    medical_aid_times = models.PositiveIntegerField(null=True)
    # roads
    is_road_paved = models.BooleanField(null=True)
    has_bus = models.BooleanField(null=True)
    unpaved_km = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    unpaved_hamlets = models.PositiveIntegerField(null=True)
    unpaved_hamlet_km = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    # water, power, housing
    unsafe_water_households = models.PositiveIntegerField(null=True)
    difficult_water_households = models.PositiveIntegerField(null=True)
    hamlets_without_power = models.PositiveIntegerField(null=True)
    households_without_power = models.PositiveIntegerField(null=True)
    hamlets_without_production_power = models.PositiveIntegerField(null=True)
    dangerous_houses = models.PositiveIntegerField(null=True)
    # industry and tourism
    coops = models.PositiveIntegerField(null=True)
    poor_households_in_coops = models.PositiveIntegerField(null=True)
    mutual_funds = models.PositiveIntegerField(null=True)
    mutual_fund_fen = models.BigIntegerField(null=True)
    tourism_households = models.PositiveIntegerField(null=True)
    tourism_workers = models.PositiveIntegerField(null=True)
    farm_inns = models.PositiveIntegerField(null=True)
    inn_income_fen = models.BigIntegerField(null=True)
    # health, culture, information
    clinics = models.PositiveIntegerField(null=True)
    doctors = models.PositiveIntegerField(null=True)
    public_toilets = models.PositiveIntegerField(null=True)
    refuse_points = models.PositiveIntegerField(null=True)
    reading_rooms = models.PositiveIntegerField(null=True)
    tv_households = models.PositiveIntegerField(null=True)
    broadband_households = models.PositiveIntegerField(null=True)
    online_households = models.PositiveIntegerField(null=True)
    schools_with_broadband = models.PositiveIntegerField(null=True)
    information_officers = models.PositiveIntegerField(null=True)
    # who wrote it, and what it corrects
    recorded_by_id = models.BigIntegerField()
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by"
    )
    reason = models.CharField(max_length=400, blank=True)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_villageyear"),
            models.CheckConstraint(
                condition=models.Q(division_code__regex="^[0-9]{12}$"),
                name="registry_villageyear_in_village",
            ),
            models.UniqueConstraint(
                fields=["division_code", "year"],
                condition=models.Q(corrects__isnull=True),
                name="registry_villageyear_once",
            ),
            models.CheckConstraint(
                condition=models.Q(year__gte=2005, year__lte=2100),
                name="registry_villageyear_year_ok",
            ),
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True)
                | ~models.Q(reason="") & models.Q(locked_at__isnull=False),
                name="registry_villageyear_corrected_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(households__isnull=True)
                | models.Q(online_households__isnull=True)
                | models.Q(online_households__lte=models.F("households")),
                name="registry_villageyear_online",
            ),
            models.CheckConstraint(
                condition=models.Q(households__isnull=True)
                | models.Q(tv_households__isnull=True)
                | models.Q(tv_households__lte=models.F("households")),
                name="registry_villageyear_tv",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_code}/{self.year}"
