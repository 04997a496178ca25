"""The chain grows every minute and is verified every night."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from bangfu.audit import operations
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

logger = logging.getLogger("bangfu.audit")
CHAIN = system_actor("audit.chain")


@app.periodic(cron="* * * * *")
@app.task(name="bangfu.audit.extend_chain", queue="bangfu", pass_context=False)
def extend_chain(timestamp: int) -> int:
    """Link the events of the last minute. Returns how many."""
    with acting(CHAIN):
        return operations.extend_chain(by=CHAIN, at=timezone.now())


# The timetable counts in UTC: 20:17 is 04:17 at night in all of China.
@app.periodic(cron="17 20 * * *")
@app.task(name="bangfu.audit.verify_chain", queue="bangfu", pass_context=False)
def verify_chain(timestamp: int) -> int:
    """Verify the whole chain; the page of the audit shows the result."""
    with acting(CHAIN):
        check, findings = operations.verify_chain(by=CHAIN, at=timezone.now())
    for finding in findings:
        logger.error("%s %s: %s", finding.code, finding.subject, finding.message.en)
    return check.faults
