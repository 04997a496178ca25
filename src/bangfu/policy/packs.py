"""A pack that was found right: looking values up, hashing them, comparing packs.

UnknownParameter        no parameter has this key
NoValue                 nothing holds on that day and in that division
UnverifiedValue         money depends on it and nobody has verified it
UnknownScenario         no value of the pack belongs to that scenario
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, WrongState
from bangfu.calc.values.text import Text
from bangfu.policy.differences import Difference, compare
from bangfu.policy.parameters import SPECIFICATIONS
from bangfu.policy.values import NATIONAL, Parameter, Status, Value


class UnknownParameter(BadInput):
    """No parameter has this key."""

    code = "unknown_parameter"


class NoValue(BadInput):
    """The pack has no value for this day and this division."""

    code = "no_policy_value"


class UnverifiedValue(WrongState):
    """Money depends on the value and nobody has compared it with the document."""

    code = "unverified_policy_value"


class UnknownScenario(BadInput):
    """No value of the pack belongs to this scenario."""

    code = "unknown_scenario"


@dataclass(frozen=True, slots=True)
class Pack:
    """A checked policy pack; it never changes.

    parameters: key to title and places. hash: SHA-256, 64 hexadecimal digits, over the
    content; the same content in other files, order or layout has the same hash. Packs
    with the same hash are equal.
    """

    pack_id: str = field(compare=False)
    title: Text = field(compare=False)
    regulation: Text = field(compare=False)
    parameters: Mapping[str, Parameter] = field(compare=False)
    _values: Mapping[str, tuple[Value, ...]] = field(compare=False)
    hash: str

    def value(
        self,
        key: str,
        *,
        at: date,
        division: str | None = None,
        scenario: str | None = None,
    ) -> Value:
        """Return the value of `key` that holds on `at` in `division`.

        The most specific scope wins, then the latest start. division: None asks for
        the national value. scenario: values of that name come before the regulation's
        own, and unverified values are accepted, because the caller has said that the
        result is an assumption. Raises UnknownParameter, NoValue, UnverifiedValue,
        UnknownScenario, or InvalidDivisionCode.
        """
        chosen = self.in_force(key, at=at, division=division, scenario=scenario)
        if chosen is None:
            raise self._missing(key, at, division)
        if (
            chosen.status is Status.UNVERIFIED
            and scenario is None
            and SPECIFICATIONS[key].money
        ):
            raise _unverified(chosen)
        return chosen

    def in_force(
        self,
        key: str,
        *,
        at: date,
        division: str | None = None,
        scenario: str | None = None,
    ) -> Value | None:
        """Return what `value` looks up, for showing only: None when nothing holds.

        An unverified value is returned too, so nothing may be computed from it. Raises
        UnknownParameter, UnknownScenario, or InvalidDivisionCode.
        """
        assert not isinstance(at, datetime)  # noqa: S101 -- civil dates only
        dated = self._dated(key)
        where = _where(division)
        if scenario is not None and scenario not in self.scenarios:
            raise _unknown_scenario(scenario, self.scenarios)
        holding = [v for v in dated if v.holds_on(at) and v.covers(where)]
        regulation = [v for v in holding if v.scenario is None]
        if scenario is None:
            return _best(regulation)
        return _best(v for v in holding if v.scenario == scenario) or _best(regulation)

    def values_of(self, key: str) -> tuple[Value, ...]:
        """Return every dated value of `key`, scenarios too, by scope and start.

        Raises UnknownParameter.
        """
        return self._dated(key)

    def all_values(self) -> tuple[Value, ...]:
        """Return every value of the pack, by key, scope, scenario and start."""
        return tuple(v for key in sorted(self._values) for v in self._values[key])

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The names of the scenarios, sorted."""
        return tuple(sorted({v.scenario for v in self.all_values() if v.scenario}))

    @property
    def missing_keys(self) -> tuple[str, ...]:
        """Known parameters that this pack says nothing about, in schema order."""
        return tuple(key for key in SPECIFICATIONS if key not in self._values)

    def diff(self, other: Pack) -> tuple[Difference, ...]:
        """Return what `other` has otherwise than this pack, by key, scope and start."""
        return compare(
            (self.parameters, self.all_values()), (other.parameters, other.all_values())
        )

    def _missing(
        self, key: str, at: date, division: str | None
    ) -> NoValue | UnverifiedValue:
        where = _where(division)
        scenarios = [
            value.scenario
            for value in self._dated(key)
            if value.scenario and value.holds_on(at) and value.covers(where)
        ]
        params: dict[str, object] = {"key": key, "at": at, "division": _place(where)}
        return _only_assumed(params, scenarios) if scenarios else _no_value(params)

    def _dated(self, key: str) -> tuple[Value, ...]:
        if key not in SPECIFICATIONS:
            raise _unknown_parameter(key)
        return self._values.get(key, ())


def build_pack(
    *,
    pack_id: str,
    title: Text,
    regulation: Text,
    parameters: Mapping[str, Parameter],
    values: Iterable[Value],
) -> Pack:
    """Put checked parts together; the caller has checked them (see `loading`)."""
    by_key: dict[str, list[Value]] = {}
    for value in sorted(values, key=_order):
        by_key.setdefault(value.key, []).append(value)
    frozen = MappingProxyType({key: tuple(same) for key, same in by_key.items()})
    described = MappingProxyType(dict(sorted(parameters.items())))
    content = {
        "pack": [pack_id, title, regulation],
        "parameters": [[p.key, p.title, p.acts, p.note] for p in described.values()],
        "values": [_canonical_value(v) for same in frozen.values() for v in same],
    }
    digest = hashlib.sha256(_canonical_json(content).encode()).hexdigest()
    return Pack(pack_id, title, regulation, described, frozen, digest)


def _order(value: Value) -> tuple[str, str, str, date]:
    return value.key, value.scope, value.scenario or "", value.valid_from


def _canonical_value(value: Value) -> list[object]:
    return [
        value.key,
        value.value,
        value.unit,
        value.valid_from,
        value.valid_to,
        value.scope,
        value.source,
        value.grade,
        value.status,
        value.scenario,
        value.note,
    ]


def _canonical_json(content: object) -> str:
    return json.dumps(
        content,
        default=_canonical_cell,
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )


def _canonical_cell(cell: object) -> object:
    if isinstance(cell, Text):
        return {"zh": cell.zh, "en": cell.en}
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    if isinstance(cell, Mapping):
        return dict(cell)
    msg = f"no canonical form for {type(cell).__name__}"
    raise TypeError(msg)


def _best(values: Iterable[Value]) -> Value | None:
    return max(values, key=lambda v: (len(v.scope), v.valid_from), default=None)


def _where(division: str | None) -> str:
    return NATIONAL if division is None else DivisionCode(division)


def _place(division: str) -> object:
    return division or Text("全国", "the whole country")


def _unknown_parameter(key: str) -> UnknownParameter:
    return UnknownParameter(
        Text("不认识参数“{key}”。", "Unknown parameter “{key}”.", {"key": key[:80]}),
        remedy=Text(
            "用 bangfu policy show 查看所有参数。",
            "bangfu policy show lists every parameter.",
        ),
    )


def _unknown_scenario(scenario: str, known: tuple[str, ...]) -> UnknownScenario:
    names = ", ".join(known) or Text("无", "none")
    return UnknownScenario(
        Text(
            "没有情景“{name}”。", "There is no scenario “{name}”.", {"name": scenario}
        ),
        remedy=Text("现有情景：{names}。", "Scenarios: {names}.", {"names": names}),
    )


def _only_assumed(params: dict[str, object], scenarios: list[str]) -> UnverifiedValue:
    return UnverifiedValue(
        Text(
            "参数“{key}”在 {at}（{division}）没有核实的取值，只有假设情景。",
            "“{key}” has no verified value on {at} in {division}, only scenarios.",
            params,
        ),
        remedy=Text(
            "核实后写入政策包，或指明情景：{names}。",
            "Verify it and put it in the pack, or name a scenario: {names}.",
            {"names": ", ".join(sorted(set(scenarios)))},
        ),
    )


def _no_value(params: dict[str, object]) -> NoValue:
    return NoValue(
        Text(
            "参数“{key}”在 {at}（{division}）没有取值。",
            "“{key}” has no value on {at} in {division}.",
            params,
        ),
        remedy=Text(
            "在政策包中补上该日有效的取值。",
            "Add a value that holds on that day to the policy pack.",
        ),
    )


def _unverified(value: Value) -> UnverifiedValue:
    return UnverifiedValue(
        Text(
            "参数“{key}”自 {start} 起的取值未核实，涉及资金，不得使用。",
            "“{key}” from {start} is unverified and money depends on it.",
            {"key": value.key, "start": value.valid_from},
        ),
        remedy=Text(
            "核对文件后在政策包中标为 verified；测算时可指明情景。",
            "Compare it with the document and mark it verified, or name a scenario.",
        ),
    )
