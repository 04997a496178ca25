"""Tables of the app; the sub-packages define them."""

from __future__ import annotations

from bangfu.funds.ledger.models import (
    Account,
    Book,
    Close,
    Commitment,
    Counter,
    Day,
    Earmark,
    EdgeRow,
    Entry,
    Release,
    Standing,
    Voucher,
)

__all__ = [
    "Account",
    "Book",
    "Close",
    "Commitment",
    "Counter",
    "Day",
    "Earmark",
    "EdgeRow",
    "Entry",
    "Release",
    "Standing",
    "Voucher",
]
