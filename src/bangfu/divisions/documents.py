"""What the command line says of divisions, as documents and as lines."""

from __future__ import annotations

from datetime import date
from typing import Any

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import Finding, Refusal
from bangfu.calc.values.text import Text
from bangfu.divisions import queries
from bangfu.divisions.importing import MISSING_SHOWN, Report
from bangfu.divisions.kinds import SUCCESSION_TEXTS, FlagKind, SuccessionKind
from bangfu.divisions.models import Division
from bangfu.divisions.published import finding_at


def row_document(row: Division) -> dict[str, object]:
    """Return one row of the tree."""
    return {
        "code": str(row.code),
        "name": row.name,
        "level": row.unit_level.name.lower(),
        "parent_code": str(row.parent_code) or None,
        "kind": row.kind or None,
        "urban_rural_class": row.urban_rural_class or None,
        "valid_from": row.valid_from_date.isoformat(),
        "valid_to": row.valid_to_date.isoformat() if row.valid_to_date else None,
    }


def division_document(code: DivisionCode, *, at: date) -> dict[str, Any]:
    """Return all that is on file about a code, and how it stands on a day.

    A code that is not valid then has "division": null and the divisions that carry on.
    Raises NoSuchDivision for a code that never was.
    """
    stretches = queries.history(code)
    valid = [row for row in stretches if at in row.period]
    heirs = queries.successors(code, at=at)
    if not stretches and not heirs:
        queries.division(code, at=at)
    place = queries.places([code]).get(code)
    flags = queries.flags_within(code, at=at).get(code, frozenset())
    return {
        "code": str(code),
        "at": at.isoformat(),
        "division": row_document(valid[0]) if valid else None,
        "path": [row_document(row) for row in queries.path(code, at=at)],
        "stretches": [row_document(row) for row in stretches],
        "successors": [row_document(row) for row in heirs],
        "changes": [
            {
                "from_code": str(step.from_code),
                "to_code": str(step.to_code),
                "effective": step.effective_date.isoformat(),
                "kind": step.kind,
            }
            for step in queries.successions_of(code)
        ],
        "flags": [flag.value for flag in FlagKind if flag in flags],
        "place": None
        if place is None
        else {
            "longitude": place.longitude,
            "latitude": place.latitude,
            "x_km": place.x_km,
            "y_km": place.y_km,
            "source": place.source,
        },
        "has_boundary": queries.boundary(code) is not None,
    }


def division_lines(document: dict[str, Any]) -> list[Text]:
    """Return the document in words, a line each."""
    names = " ".join(row["name"] for row in document["path"])
    lines = [
        Text("{code}  {names}", "{code}  {names}", {**document, "names": names}),
    ]
    lines += [_stretch_line(row) for row in document["stretches"]]
    for change in document["changes"]:
        kind = SUCCESSION_TEXTS[SuccessionKind(change["kind"])]
        lines.append(_CHANGE.with_(**{**change, "kind": kind}))
    if document["division"] is None:
        lines += [
            _HEIR.with_(code=row["code"], name=row["name"], at=document["at"])
            for row in document["successors"]
        ]
    lines += [
        Text("  {flag}", "  {flag}", {"flag": FlagKind(flag).text})
        for flag in document["flags"]
    ]
    if document["place"]:
        lines.append(_PLACE.with_(**document["place"]))
    return lines


def _stretch_line(row: dict[str, Any]) -> Text:
    if row["valid_to"] is None:
        return _SINCE.with_(**row)
    return _BETWEEN.with_(**row)


def report_lines(report: Report) -> list[Text]:
    """Return what an import did, a line each; what did not happen is left out."""
    listed = Text(
        "表中区划：{total}（{parts}）",
        "Divisions listed: {total} ({parts})",
        {
            "total": f"{sum(report.listed.values()):,}",
            "parts": ", ".join(f"{k} {n:,}" for k, n in report.listed.items()),
        },
    )
    counted = [
        _COUNTS[name].with_(n=f"{getattr(report, name):,}")
        for name in _COUNTS
        if getattr(report, name) or name in _ALWAYS
    ]
    lines = [listed, *counted] if report.listed else counted
    if report.missing_first:
        shown = ", ".join(report.missing_first)
        more = " …" if report.missing > MISSING_SHOWN else ""
        lines.append(Text("  {codes}", "  {codes}", {"codes": shown + more}))
    return lines


def line_finding(file: str, line: int, error: Exception) -> Finding:
    """Return a finding for a line that cannot be read."""
    if isinstance(error, Refusal):
        return finding_at(file, line, file, error.message)
    reason = Text("{reason}", "{reason}", {"reason": str(error)[:200]})
    return finding_at(file, line, file, reason)


_SINCE = Text("  {valid_from} 起  {name}", "  from {valid_from}  {name}")
_BETWEEN = Text(
    "  {valid_from} 至 {valid_to}（不含）  {name}",
    "  from {valid_from} until {valid_to}  {name}",
)
_CHANGE = Text(
    "  {effective}  {from_code} {kind} {to_code}",
    "  {effective}  {from_code} {kind} {to_code}",
)
_HEIR = Text(
    "  {at} 由 {code} {name} 承继", "  on {at} {code} {name} carries on for it"
)
_PLACE = Text(
    "  东经 {longitude:.4f}°，北纬 {latitude:.4f}°（{source}）",
    "  {longitude:.4f}° E, {latitude:.4f}° N ({source})",
)
_ALWAYS = ("new", "renamed", "corrected", "changed", "same")
_COUNTS = {
    "new": Text("新增：{n}", "New: {n}"),
    "renamed": Text("更名：{n}", "Renamed: {n}"),
    "corrected": Text("更正名称：{n}", "Names corrected: {n}"),
    "changed": Text("其他变化：{n}", "Changed otherwise: {n}"),
    "same": Text("相同：{n}", "Same: {n}"),
    "missing": Text("区划库中有、表中没有：{n}", "On file but not listed: {n}"),
    "ended": Text("已终止：{n}", "Ended: {n}"),
    "dated": Text("补充起始日期：{n}", "Beginnings dated: {n}"),
    "past_new": Text("新增沿革：{n}", "Past stretches added: {n}"),
    "past_kept": Text(
        "与区划库日期不同、未改动的沿革：{n}",
        "Past stretches left as on file: {n}",
    ),
    "successions_new": Text("新增承继关系：{n}", "Successions added: {n}"),
}
