"""The kinds of import of this app, as settings.BANGFU_IMPORTS names them."""

from __future__ import annotations

from bangfu.pairing.official_roster import OfficialIntake
from bangfu.pairing.unit_roster import UnitIntake
from bangfu.registry.imports.intake import Intake

UNITS: Intake = UnitIntake()
OFFICIALS: Intake = OfficialIntake()
