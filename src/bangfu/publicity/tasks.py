"""Notices whose window is over are settled every night, so that nobody has to remember."""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from bangfu.calc.values.findings import Refusal
from bangfu.publicity import operations, queries
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

NIGHTLY = system_actor("publicity.nightly")
log = logging.getLogger(__name__)


# The timetable counts in UTC: 16:37 is 00:37 in all of China, when windows have ended.
@app.periodic(cron="37 16 * * *")
@app.task(name="bangfu.publicity.settle", queue="bangfu", pass_context=False)
def settle(timestamp: int) -> int:
    """Record what passed in every notice whose window is over; return how many entries.

    What an objection stops waits on. Each notice is a transaction of its own: one that is
    refused, because somebody acts on it just now, is left for the next night.
    """
    with acting(NIGHTLY):
        waiting = list(
            queries.to_settle(at=queries.today())
            .order_by("pk")
            .values_list("pk", flat=True)
        )
    passed = 0
    for notice_id in waiting:
        try:
            with acting(NIGHTLY):
                passed += len(
                    operations.settle(
                        by=NIGHTLY, at=timezone.now(), notice_id=notice_id
                    )
                )
        except Refusal as refusal:
            log.warning("notice %s is not settled: %s", notice_id, refusal.reason_code)
    return passed
