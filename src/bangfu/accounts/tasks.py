"""What is thrown away every night: sessions and counts of tries that are over."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from bangfu.accounts.session_store import SessionStore


# The timetable counts in UTC: 19:47 is 03:47 at night in all of China.
@app.periodic(cron="47 19 * * *")
@app.task(name="bangfu.accounts.forget", queue="bangfu", pass_context=False)
def forget(timestamp: int) -> None:
    """Delete sessions that ran out, and failed log-ins that lock nobody any more."""
    SessionStore.clear_expired()
    over = timezone.now() - settings.AXES_COOLOFF_TIME - timedelta(days=1)
    AccessAttempt.objects.filter(attempt_time__lt=over).delete()
