from importlib import import_module

from django.db import migrations

earlier = import_module("bangfu.pairing.migrations.0002_row_security")
OF_OWN_CASES = f"""
{earlier.SEES_ALL} OR {{column}} IN (SELECT c.id FROM registry_case c)
"""  # noqa: S608 - constants; the cases are narrowed by a rule of their own


class Migration(migrations.Migration):
    dependencies = [
        ("pairing", "0005_fewer_indexes"),
        ("registry", "0007_procedure"),
    ]

    operations = [
        *[
            earlier.restrict(
                f"registry_{name}",
                earlier.OWN_HOUSEHOLDS.format(column="household_id"),
            )
            for name in (
                "case",
                "exithold",
                "monitoring",
                "monitoringevent",
                "lineageevent",
            )
        ],
        *[
            earlier.restrict(f"registry_{name}", OF_OWN_CASES.format(column="case_id"))
            for name in ("step", "document")
        ],
        *[
            earlier.restrict(f"registry_{name}", earlier.NOT_FOR_HELPERS)
            for name in ("meeting", "ballot", "framehousehold")
        ],
    ]
