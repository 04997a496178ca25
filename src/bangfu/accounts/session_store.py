"""Sessions in a table of ours, so that a person can see and end his own.

Django's own table says only whose key it is, not whose session. The columns beside the
data are written from the data at every save, so the two cannot differ.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from bangfu.accounts.models import Session

# Kept in the session from log-in on.
STARTED_KEY = "started_at"  # seconds since 1970
ADDRESS_KEY = "address"
DEVICE_KEY = "device"


class SessionStore(DatabaseStore):
    """Keeps sessions in `accounts_session`."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of this session, with whose it is and from where."""
        row = super().create_model_instance(data)
        assert isinstance(row, Session)  # noqa: S101 - of get_model_class
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        started = data.get(STARTED_KEY)
        row.started_at = started and datetime.fromtimestamp(started, UTC)
        row.address = data.get(ADDRESS_KEY)
        row.device = data.get(DEVICE_KEY, "")
        return row
