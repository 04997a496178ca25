"""The cache that all processes share: used one-time codes and limits of tries.

In the memory of one process, another process would take the same code a second time.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_home_and_immediate_end")]

    operations = [
        migrations.RunSQL(
            [
                (
                    "CREATE TABLE django_cache (cache_key varchar(255) PRIMARY KEY,"
                    " value text NOT NULL, expires timestamp with time zone NOT NULL)"
                ),
                "CREATE INDEX django_cache_expires ON django_cache (expires)",
            ],
            ["DROP TABLE django_cache"],
        ),
    ]
