"""Loads a pack: reads it, checks it, and refuses it with everything that is wrong.

PackRefused             the pack has faults; its findings name each of them
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import cast

from bangfu.calc.values.findings import BadInput, Finding, Refusal
from bangfu.calc.values.text import Text
from bangfu.policy.checking import check_reading
from bangfu.policy.packs import NoValue, Pack, build_pack
from bangfu.policy.quotas import KEYS as PAIRING_KEYS
from bangfu.policy.quotas import pairing_quotas
from bangfu.policy.reading import VALUES_MAX, place_of, read_directory
from bangfu.policy.values import Value

DEFAULT_PACK = Path(__file__).parent / "packs" / "default"


class PackRefused(BadInput):
    """The pack has faults; `findings` names each with its file, key and reason."""

    code = "pack_refused"


def load(directory: Path | str) -> Pack:
    """Load the pack in `directory` (every `*.toml` file of it).

    Raises PackRefused with all findings when anything at all is wrong.
    """
    path = Path(directory)
    checked = check_reading(read_directory(path))
    findings = list(checked.findings)
    if len(checked.values) > VALUES_MAX:
        findings.append(_too_many(path, len(checked.values)))
    if findings:
        raise _refusal(path, findings)
    pack = build_pack(
        pack_id=checked.pack_id,
        title=checked.title,
        regulation=checked.regulation,
        parameters=checked.parameters,
        values=checked.values,
    )
    findings = [*_check_calendar(pack), *_check_pairing(pack)]
    if findings:
        raise _refusal(path, findings)
    return pack


def _refusal(path: Path, findings: list[Finding]) -> PackRefused:
    return PackRefused(
        Text(
            "政策包“{path}”有 {count} 处错误，未载入。",
            "The policy pack “{path}” has {count} faults and is not loaded.",
            {"path": path.name, "count": len(findings)},
        ),
        remedy=Text(
            "按清单逐条改正后重新检查：bangfu policy check。",
            "Mend every item of the list and check again: bangfu policy check.",
        ),
        findings=tuple(findings),
    )


def _too_many(path: Path, count: int) -> Finding:
    message = Text(
        "取值共 {count} 个，上限为 {limit} 个。",
        "There are {count} values; the limit is {limit}.",
        {"count": count, "limit": VALUES_MAX},
    )
    return Finding("too_many_values", path.name, message)


def _check_calendar(pack: Pack) -> Iterable[Finding]:
    """Every date of a yearly table lies in its year, and ranges run forwards."""
    for key, first, last in (
        ("calendar.holidays", "first", "last"),
        ("calendar.working_weekends", "date", "date"),
    ):
        for value in pack.values_of(key):
            for number, row in enumerate(value.rows, start=1):
                begin, end = cast("date", row[first]), cast("date", row[last])
                if not value.valid_from <= begin <= end <= cast("date", value.valid_to):
                    yield _bad_dates(value, number, begin, end)


def _bad_dates(value: Value, number: int, begin: date, end: date) -> Finding:
    message = Text(
        "第 {number} 行的日期 {begin} 至 {end} 不在 {year} 年内，或起止颠倒。",
        "Row {number}: {begin} to {end} is not within {year}, or runs backwards.",
        {"number": number, "begin": begin, "end": end, "year": value.valid_from.year},
    )
    place = place_of(value.file, value.line)
    return Finding("bad_date", value.key, message, place=place, field="value")


def _check_pairing(pack: Pack) -> Iterable[Finding]:
    """Wherever and whenever a pairing parameter starts, the whole must fit together."""
    values = [value for key in PAIRING_KEYS for value in pack.values_of(key)]
    seen = set()
    for value in values:
        moment = (value.valid_from, value.scope)
        if moment in seen:
            continue
        seen.add(moment)
        try:
            pairing_quotas(pack, at=value.valid_from, division=value.scope or None)
        except NoValue:
            continue
        except Refusal as refusal:
            place = place_of(value.file, value.line)
            yield Finding("inconsistent", value.key, refusal.message, place=place)
