"""Names of divisions and officials, which accounts may not import.

`site` hands the functions in through settings. Names of divisions are kept for a
minute in each process: the top bar shows one on every page.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from bangfu.calc.values.division_code import DivisionCode, Level

KEPT_SECONDS = 60.0
KEPT_MAX = 5_000
_kept: dict[DivisionCode, tuple[float, str]] = {}


class Place(NamedTuple):
    """A division to choose: its code and its name with those above it."""

    code: DivisionCode
    name: str


class OfficialChoice(NamedTuple):
    """An official to choose: the record's id, and number, name and unit in words."""

    official_id: int
    words: str


class OfficialSearch(Protocol):
    """What settings.BANGFU_OFFICIAL_SEARCH names."""

    def __call__(self, text: str, *, within: DivisionCode) -> list[OfficialChoice]:
        """Return officials of a division whose number or name is `text`."""
        ...


def names(codes: Iterable[DivisionCode], *, at: date) -> dict[DivisionCode, str]:
    """Return the names of codes; the code itself where no name is known.

    Costs one query at most, none for codes asked for within the last minute.
    """
    wanted, now = set(codes), time.monotonic()
    found = {
        code: _kept[code][1]
        for code in wanted
        if code in _kept and _kept[code][0] > now
    }
    missing = wanted - found.keys()
    if missing:
        fresh = import_string(settings.BANGFU_DIVISION_NAMES)(missing, at=at)
        if len(_kept) > KEPT_MAX:
            _kept.clear()
        for code in missing:
            found[code] = fresh.get(code, str(code))
        _kept.update((code, (now + KEPT_SECONDS, name)) for code, name in fresh.items())
    return found


def forget() -> None:
    """Ask for every name anew, as after an import of the tree."""
    _kept.clear()


def full_names(codes: Iterable[DivisionCode], *, at: date) -> dict[DivisionCode, str]:
    """Return the names with those above them, below the province."""
    wanted = set(codes)
    lines = {
        code: [
            part for part in (*code.ancestors(), code) if part.level > Level.PROVINCE
        ]
        or [code]
        for code in wanted
    }
    known = names({part for line in lines.values() for part in line}, at=at)
    return {
        code: "".join(known[part] for part in line if known[part] != part)
        or known[code]
        for code, line in lines.items()
    }


def is_known(code: DivisionCode, *, at: date) -> bool:
    """Whether the tree of divisions holds the code on that day."""
    found: dict[DivisionCode, str] = import_string(settings.BANGFU_DIVISION_NAMES)(
        [code], at=at
    )
    return code in found


def search(text: str, *, within: DivisionCode, at: date, limit: int) -> list[Place]:
    """Return divisions whose name holds `text` or whose code begins with it."""
    rows = import_string(settings.BANGFU_DIVISION_SEARCH)(
        text, at=at, within=within, limit=limit
    )
    codes = [DivisionCode(row.code) for row in rows]
    known = full_names(codes, at=at)
    return [Place(code, known[code]) for code in codes]


def officials(text: str, *, within: DivisionCode) -> list[OfficialChoice]:
    """Return officials whose number or name is `text`."""
    find: OfficialSearch = import_string(settings.BANGFU_OFFICIAL_SEARCH)
    return find(text, within=within)
