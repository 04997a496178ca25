"""What is kept of a plan for showing: counts, the first findings, no personal data."""

from __future__ import annotations

from collections.abc import Sequence

from bangfu.calc.values.findings import Severity
from bangfu.exchange.findings import SheetFinding
from bangfu.registry.imports.intake import FileFinding, FileReading, Plan

FINDINGS_MAX = 500
# Rows that come back only because another row of their record is wrong.
COMPANION = "with_household"
# What explains many of the others: it stands first.
EXPLAINS = "as_of"


def counts(files: Sequence[FileReading], plan: Plan) -> dict[str, object]:
    """Return counts of records, of rows by sheet, and of findings by code."""
    rows: dict[str, int] = {}
    for file in files:
        for key, sheet in file.reading.sheets.items():
            rows[key] = rows.get(key, 0) + len(sheet.frame)
    by_code: dict[str, dict[str, int]] = {}
    for found in _told(plan):
        counted = by_code.setdefault(found.finding.code, {})
        severity = str(found.finding.severity)
        counted[severity] = counted.get(severity, 0) + 1
    return {
        **plan.counts.as_json(),
        "rows": rows,
        "findings": dict(sorted(by_code.items())),
        "findings_total": len(_told(plan)),
        "differences_total": plan.differences_total or len(plan.differences),
    }


def findings(plan: Plan) -> list[dict[str, object]]:
    """Return the first findings, the impossible before the doubtful.

    That a roll is checked on a wrong day comes before all of them.
    """
    order = {severity: rank for rank, severity in enumerate(Severity)}
    told = sorted(
        _told(plan),
        key=lambda found: (
            found.finding.code != EXPLAINS,
            order[found.finding.severity],
        ),
    )
    return [_as_json(found) for found in told[:FINDINGS_MAX]]


def _told(plan: Plan) -> list[FileFinding]:
    return [found for found in plan.findings if found.finding.code != COMPANION]


def _as_json(found: FileFinding) -> dict[str, object]:
    finding = found.finding
    placed = finding if isinstance(finding, SheetFinding) else None
    return {
        "file": found.file,
        "sheet": placed.sheet if placed else "",
        "row": placed.row if placed else None,
        "code": finding.code,
        "severity": str(finding.severity),
        "field": finding.field,
        "place": finding.place.as_json() if finding.place else None,
        "message": finding.message.as_json(),
    }
