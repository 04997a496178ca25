"""What one pack says otherwise than another, value by value."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bangfu.policy.values import Parameter, Value

_COMPARED = ("value", "unit", "valid_to", "source", "grade", "status", "note")
_DESCRIBED = ("title", "acts", "note")

_Identity = tuple[str, str, str, date]
_Side = tuple[Mapping[str, Parameter], Iterable[Value]]


class Change(enum.StrEnum):
    """What happened to a value between two packs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    DESCRIBED = "described"  # the title, the places or the note of the parameter


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; before and after are None where the pack has no such value.

    fields: the attributes that differ, for CHANGED and DESCRIBED. A value keeps its
    identity by key, scope, scenario and first day, so a moved start is a removal and
    an addition.
    """

    change: Change
    key: str
    before: Value | None = None
    after: Value | None = None
    fields: tuple[str, ...] = ()


def compare(before: _Side, after: _Side) -> tuple[Difference, ...]:
    """Return the differences, descriptions first, then values in order of identity."""
    return (*_described(before[0], after[0]), *_valued(before[1], after[1]))


def _described(
    before: Mapping[str, Parameter], after: Mapping[str, Parameter]
) -> list[Difference]:
    differences = []
    for key in sorted(before.keys() & after.keys()):
        fields = _differing(before[key], after[key], _DESCRIBED)
        if fields:
            differences.append(Difference(Change.DESCRIBED, key, fields=fields))
    return differences


def _valued(before: Iterable[Value], after: Iterable[Value]) -> list[Difference]:
    old = {_identity(value): value for value in before}
    new = {_identity(value): value for value in after}
    differences = []
    for identity in sorted(old.keys() | new.keys()):
        was, now = old.get(identity), new.get(identity)
        key = identity[0]
        if was is None:
            differences.append(Difference(Change.ADDED, key, None, now))
        elif now is None:
            differences.append(Difference(Change.REMOVED, key, was, None))
        elif fields := _differing(was, now, _COMPARED):
            differences.append(Difference(Change.CHANGED, key, was, now, fields))
    return differences


def _identity(value: Value) -> _Identity:
    return value.key, value.scope, value.scenario or "", value.valid_from


def _differing(before: object, after: object, fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(f for f in fields if getattr(before, f) != getattr(after, f))
