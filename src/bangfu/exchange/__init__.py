"""Workbooks and whole tables in and out: a mechanism that knows no domain.

An app declares a `Workbook`; this package writes its template, reads what comes back,
writes the error workbook and the export, and compares two states of the same rows.
`staging`, the only module that speaks to a database, moves frames there and back.

Declarations are light: `from bangfu.exchange import Column, Sheet, Workbook`. The acts
need polars, which takes half a second to load: call them as `exchange.read_workbook(…)`
after `from bangfu import exchange`, and they are loaded at the first use. This module
is the one place of the package where that happens.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from bangfu.exchange.differences import Differences, diff_frames
    from bangfu.exchange.errors import write_errors
    from bangfu.exchange.reading import (
        Reading,
        SheetReading,
        bad_rows,
        read_workbook,
    )
    from bangfu.exchange.rows import write_rows
    from bangfu.exchange.template import write_template

_LOADED_AT_FIRST_USE = {
    "Differences": "differences",
    "Reading": "reading",
    "SheetReading": "reading",
    "bad_rows": "reading",
    "diff_frames": "differences",
    "read_workbook": "reading",
    "write_errors": "errors",
    "write_rows": "rows",
    "write_template": "template",
}

__all__ = [
    "CodeList",
    "Column",
    "Differences",
    "Kind",
    "Limits",
    "MoneyUnit",
    "Reading",
    "Sheet",
    "SheetFinding",
    "SheetReading",
    "Workbook",
    "bad_rows",
    "describe",
    "diff_frames",
    "finding_at",
    "read_workbook",
    "write_errors",
    "write_rows",
    "write_template",
]


def __getattr__(name: str) -> object:
    """Load the module of an act at its first use."""
    if name not in _LOADED_AT_FIRST_USE:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    module = importlib.import_module(f"{__name__}.{_LOADED_AT_FIRST_USE[name]}")
    return getattr(module, name)
