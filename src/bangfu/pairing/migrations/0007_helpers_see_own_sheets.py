from importlib import import_module

from django.db import migrations

earlier = import_module("bangfu.pairing.migrations.0002_row_security")


class Migration(migrations.Migration):
    dependencies = [
        ("pairing", "0006_helpers_see_own_cases"),
        ("registry", "0014_locked_years"),
    ]

    operations = [
        *[
            earlier.restrict(
                f"registry_{name}",
                earlier.OWN_HOUSEHOLDS.format(column="household_id"),
            )
            for name in (
                "surveysheet",
                "surveysheetevent",
                "guarantee",
                "guaranteeevent",
            )
        ],
        *[
            earlier.restrict(f"registry_{name}", earlier.NOT_FOR_HELPERS)
            for name in ("collection", "villageyear", "villageyearevent")
        ],
    ]
