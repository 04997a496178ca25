"""An official to grant a helper's role for."""

from bangfu.pairing.models import Official, Unit
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


def make_official(division, number, name):
    """Store an official of a unit of its own."""
    with acting(system_actor("tests")):
        unit = Unit.objects.create(
            division_code=division, unit_no=f"U-{number}", name="县农业局",
            level="county", serves_code=division, recorded_by_id=0,
        )  # fmt: skip
        return Official.objects.create(
            unit=unit, division_code=division, official_no=number, name=name,
            rank="staff", recorded_by_id=0,
        )  # fmt: skip
