"""Workbooks in and out: a mechanism that knows no domain and no database.

An app declares a `Workbook`; this package writes its template, reads what comes back,
writes the error workbook and the export, and compares two states of the same rows.

Declarations are light: `from bangfu.exchange import Column, Sheet, Workbook`. The acts
need polars, which takes half a second to load: call them as `exchange.read_workbook(…)`
after `from bangfu import exchange`, and they are loaded at the first use. This module
is the one place of the package where that happens.
"""

from __future__ import annotations

from bangfu.exchange.declaration import (
    CodeList,
    Column,
    Kind,
    MoneyUnit,
    Sheet,
    Workbook,
)
from bangfu.exchange.findings import SheetFinding, describe, finding_at
from bangfu.exchange.limits import Limits

__all__ = [
    "CodeList",
    "Column",
    "Kind",
    "Limits",
    "MoneyUnit",
    "Sheet",
    "SheetFinding",
    "Workbook",
    "describe",
    "finding_at",
]
