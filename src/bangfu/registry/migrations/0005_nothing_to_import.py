"""An import that has nothing to write ends by itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_find_by_name")]

    operations = [
        migrations.AlterField(
            model_name="import",
            name="state",
            field=models.CharField(
                choices=[
                    ("checking", "Checking"),
                    ("checked", "Checked"),
                    ("applying", "Applying"),
                    ("applied", "Applied"),
                    ("unchanged", "Unchanged"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                max_length=10,
            ),
        ),
    ]
