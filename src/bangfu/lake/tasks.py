"""The snapshot of every night."""

from importlib import import_module

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from bangfu.lake import private_folders
from bangfu.lake.declaration import NothingDeclared
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

NIGHTLY = system_actor("lake.nightly")


# The timetable counts in UTC: 18:07 is 02:07 at night in all of China.
@app.periodic(cron="7 18 * * *")
@app.task(name="bangfu.lake.nightly", queue="bangfu", pass_context=False)
def nightly(timestamp: int) -> int:
    """Take a snapshot, then prune old ones (settings.BANGFU_LAKE_KEEP).

    An empty register has none. Returns the number, 0 without one.
    """
    # Every process imports this module to know the timetable; only the run itself
    # needs Arrow.
    operations = import_module("bangfu.lake.operations")
    private_folders.sweep()
    try:
        with acting(NIGHTLY):
            taken = operations.take(by=NIGHTLY, at=timezone.now())
    except NothingDeclared:
        return 0
    with acting(NIGHTLY):
        operations.prune(by=NIGHTLY, at=timezone.now(), keep=settings.BANGFU_LAKE_KEEP)
    return int(taken.pk)
