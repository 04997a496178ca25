"""Tables of the tree: divisions, successions, flags, boundaries, places.

The columns are named `code`, not `division_code`, because the rows are public and have
no row-level security.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Length

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.period import Period
from bangfu.divisions.kinds import FlagKind, PlaceSource, SuccessionKind, UnitKind
from bangfu.scope.fields import DivisionCodeField, division_code_check

NAME_LENGTH = 120
# Counted from here a code is "always valid": no list says since when it was.
BEFORE_RECORDS = date(1949, 10, 1)


def valid_on(day: date) -> Q:
    """Return the condition that a row's period holds `day`."""
    return Q(valid_from_date__lte=day) & (
        Q(valid_to_date__isnull=True) | Q(valid_to_date__gt=day)
    )


class DivisionQuerySet(models.QuerySet["Division"]):
    """Named subsets of the tree."""

    def at(self, day: date) -> DivisionQuerySet:
        """The tree of one day."""
        return self.filter(valid_on(day))

    def within(self, code: DivisionCode) -> DivisionQuerySet:
        """A division and all below it, as an index range."""
        lo, hi = code.range()
        return self.filter(code__gte=lo, code__lt=hi)


class Division(models.Model):
    """One code for one stretch of validity, half open: [valid_from, valid_to).

    parent_code: "" for a province. kind: see `kinds`. urban_rural_class: three digits
    of the statistical classification (111 to 220), "" where the list does not say.
    """

    code = DivisionCodeField()
    name = models.CharField(max_length=NAME_LENGTH)
    level = models.PositiveSmallIntegerField()
    parent_code = DivisionCodeField(blank=True)
    kind = models.CharField(max_length=20, blank=True)
    urban_rural_class = models.CharField(max_length=3, blank=True)
    valid_from_date = models.DateField()
    valid_to_date = models.DateField(null=True)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        constraints = [
            division_code_check("divisions_division", "code"),
            models.CheckConstraint(
                condition=Q(level=Length("code")), name="division_level_is_length"
            ),
            models.CheckConstraint(
                condition=Q(parent_code=Left("code", Length("parent_code"))),
                name="division_code_in_parent",
            ),
            models.CheckConstraint(
                condition=Q(valid_from_date__gte=date(1900, 1, 1)),
                name="division_valid_from_1900",
            ),
            models.CheckConstraint(
                condition=Q(valid_to_date__isnull=True)
                | Q(valid_to_date__gt=F("valid_from_date")),
                name="division_valid_some_day",
            ),
            models.UniqueConstraint(
                fields=["code", "valid_from_date"], name="division_code_from"
            ),
        ]
        indexes = [models.Index(fields=["parent_code"], name="division_parent")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def division_code(self) -> DivisionCode:
        """The code, under the name that the audit asks for."""
        return DivisionCode(self.code)

    @property
    def period(self) -> Period:
        """When it is valid."""
        return Period(self.valid_from_date, self.valid_to_date)

    @property
    def unit_kind(self) -> UnitKind:
        """The kind as a member."""
        return UnitKind(self.kind)

    @property
    def unit_level(self) -> Level:
        """The level as a member."""
        return Level(self.level)


class Succession(models.Model):
    """From a day on, `to_code` carries on for `from_code`, or for a part of it."""

    from_code = DivisionCodeField()
    to_code = DivisionCodeField()
    effective_date = models.DateField()
    kind = models.CharField(max_length=10)

    class Meta:
        constraints = [
            division_code_check("divisions_succession", "from_code"),
            division_code_check("divisions_succession", "to_code"),
            models.UniqueConstraint(
                fields=["from_code", "to_code", "effective_date"],
                name="succession_once",
            ),
        ]
        indexes = [models.Index(fields=["to_code"], name="succession_to")]

    def __str__(self) -> str:
        return f"{self.from_code} {self.kind} {self.to_code} {self.effective_date}"

    @property
    def succession_kind(self) -> SuccessionKind:
        """The kind as a member."""
        return SuccessionKind(self.kind)


class VillageFlag(models.Model):
    """A mark of a village for a period. document: what it rests on, e.g. a list."""

    code = DivisionCodeField()
    flag = models.CharField(max_length=15)
    valid_from_date = models.DateField()
    valid_to_date = models.DateField(null=True)
    document = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex="^[0-9]{12}$"), name="village_flag_of_village"
            ),
            models.CheckConstraint(
                condition=Q(flag__in=[member.value for member in FlagKind]),
                name="village_flag_known",
            ),
            models.CheckConstraint(
                condition=Q(valid_to_date__isnull=True)
                | Q(valid_to_date__gt=F("valid_from_date")),
                name="village_flag_some_day",
            ),
        ]
        indexes = [models.Index(fields=["code"], name="village_flag_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.flag} {self.valid_from_date}"

    @property
    def division_code(self) -> DivisionCode:
        """The village, under the name that the audit asks for."""
        return DivisionCode(self.code)

    @property
    def flag_kind(self) -> FlagKind:
        """The flag as a member."""
        return FlagKind(self.flag)


class Boundary(models.Model):
    """The outline of a division: a GeoJSON Polygon or MultiPolygon, WGS 84 or CGCS2000.

    source: who drew it, with the map approval number where it has one.
    """

    code = DivisionCodeField(primary_key=True)
    geometry = models.JSONField()
    source = models.CharField(max_length=200)

    class Meta:
        verbose_name_plural = "boundaries"
        constraints = [division_code_check("divisions_boundary", "code")]

    def __str__(self) -> str:
        return str(self.code)

    @property
    def division_code(self) -> DivisionCode:
        """The division, under the name that the audit asks for."""
        return DivisionCode(self.code)


class Place(models.Model):
    """The point at which a division is taken to lie.

    longitude, latitude: degrees. x_km, y_km: east and north of the origin in the plane
    of the division's city (`geometry.to_plane`); all places of a city share one origin,
    which is a whole degree. Points of two cities are not comparable in the plane.
    """

    code = DivisionCodeField(primary_key=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    origin_longitude = models.SmallIntegerField()
    origin_latitude = models.SmallIntegerField()
    x_km = models.FloatField()
    y_km = models.FloatField()
    source = models.CharField(max_length=10)

    class Meta:
        constraints = [
            division_code_check("divisions_place", "code"),
            models.CheckConstraint(
                condition=Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="place_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.longitude:.4f} {self.latitude:.4f}"

    @property
    def place_source(self) -> PlaceSource:
        """The source as a member."""
        return PlaceSource(self.source)
