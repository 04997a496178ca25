"""The configuration of a run: which column plays which role, and the threshold.

    id = "id"               # column with a unique id; "id" when not given
    threshold = 0.5         # probability from which two records are one person

    [columns]
    name = "姓名"            # or given_name and surname
    birth_date = ["year", "month", "day"]     # several columns are joined
    division = "行政区划代码"

Roles may stand without the heading [columns] as well.
"""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.text import Text

THRESHOLD = 0.2
CLUSTER_MAX = 100
CLUSTER_LIMIT = 10_000


class Role(enum.StrEnum):
    """What a column says about a person."""

    NAME = "name"
    GIVEN_NAME = "given_name"
    SURNAME = "surname"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    ADDRESS = "address"
    DIVISION = "division"


TELLING = frozenset(Role) - {Role.SEX, Role.DIVISION}
"""Roles of which at least one is needed: sex and place alone tell nobody apart."""


@dataclass(frozen=True, slots=True)
class Config:
    """columns: the columns of each role, joined in this order. threshold: (0, 1)."""

    columns: Mapping[Role, tuple[str, ...]]
    id: str = "id"
    threshold: float = THRESHOLD
    cluster_max: int = CLUSTER_MAX


def read_config(text: str, *, file: str) -> Config:
    """Read a configuration. Raises BadInput with every problem: file, key, reason."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refusal(file, [_problem(file, "-", _not_toml(str(error)))]) from error
    return config_of(document, file=file)


def config_of(document: Mapping[str, Any], *, file: str) -> Config:
    """Check a configuration that has been read. Raises BadInput as `read_config`."""
    keys = dict(document)
    nested = keys.pop("columns", {})
    problems = []
    if not isinstance(nested, dict):
        problems.append(_problem(file, "columns", _NOT_TABLE))
        nested = {}
    roles = {key: keys.pop(key) for key in list(keys) if key in set(Role)}
    twice = sorted(set(roles) & set(nested))
    problems += [_problem(file, key, _TWICE) for key in twice]
    columns = {}
    for key, value in (roles | nested).items():
        names = _column_names(value)
        if key not in set(Role):
            problems.append(_problem(file, f"columns.{key}", _unknown_key(Role)))
        elif names is None:
            problems.append(_problem(file, key, _NOT_COLUMN))
        else:
            columns[Role(key)] = names
    given = {key: keys.pop(key) for key in _CHECKS if key in keys}
    problems += [
        _problem(file, key, _CHECKS[key][1])
        for key, value in given.items()
        if not _CHECKS[key][0](value)
    ]
    problems += [
        _problem(file, key, _unknown_key(("columns", *_CHECKS, *Role))) for key in keys
    ]
    problems += _contradictions(file, columns, has_others=bool(problems))
    if problems:
        raise _refusal(file, problems)
    return Config(columns, **given)


def check_columns(records: pl.DataFrame, config: Config, *, file: str) -> None:
    """Refuse columns that the table lacks. Raises BadInput: file, key, reason."""
    wanted = [("id", config.id)]
    wanted += [
        (role.value, name) for role, names in config.columns.items() for name in names
    ]
    present = "、".join(records.columns[:30]) or "-"
    problems = [
        _problem(
            file,
            key,
            Text(
                "表中没有列“{column}”。现有列：{present}。",
                "the table has no column “{column}”. It has: {present}.",
                {"column": name, "present": present},
            ),
        )
        for key, name in wanted
        if name not in records.columns
    ]
    if problems:
        raise _refusal(file, problems)


def _column_names(value: object) -> tuple[str, ...] | None:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        return None
    if not all(isinstance(name, str) and name for name in names):
        return None
    return tuple(names)


def _contradictions(
    file: str, columns: Mapping[Role, tuple[str, ...]], *, has_others: bool
) -> list[Finding]:
    problems = []
    if Role.NAME in columns and {Role.GIVEN_NAME, Role.SURNAME} & set(columns):
        problems.append(_problem(file, "name", _NAME_TWICE))
    if not has_others and not TELLING & set(columns):
        problems.append(_problem(file, "columns", _NOTHING))
    return problems


def _is_probability(value: object) -> bool:
    return isinstance(value, float) and 0 < value < 1


def _is_size(value: object) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and 2 <= int(str(value)) <= CLUSTER_LIMIT


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)


_CHECKS = {
    "id": (_is_name, Text("应为一个列名。", "should be the name of a column.")),
    "threshold": (
        _is_probability,
        Text("应为 0 与 1 之间的小数。", "should be a fraction between 0 and 1."),
    ),
    "cluster_max": (
        _is_size,
        Text("应为 2 至 10000 的整数。", "should be a whole number from 2 to 10,000."),
    ),
}
_NOT_TABLE = Text("应为表 [columns]。", "should be a table [columns].")
_NOT_COLUMN = Text(
    "应为列名，或列名的列表。", "should be the name of a column or a list of names."
)
_TWICE = Text("写了两次。", "is given twice.")
_NAME_TWICE = Text(
    "不能与 given_name、surname 同时使用。", "excludes given_name and surname."
)
_NOTHING = Text(
    "至少需要姓名、出生日期、证件号码、电话、住址中的一项。",
    "needs at least one of name, birth date, number, phone and address.",
)


def _unknown_key(allowed: object) -> Text:
    names = ", ".join(str(name) for name in allowed)  # type: ignore[attr-defined]
    return Text(
        "没有这个键。可用：{names}。", "is no key. Known: {names}.", {"names": names}
    )


def _not_toml(why: str) -> Text:
    return Text("不是有效的 TOML：{why}", "is not TOML: {why}", {"why": why[:200]})


def _problem(file: str, key: str, reason: Text) -> Finding:
    return Finding(
        "linkage.config",
        file,
        Text("{key}：{reason}", "{key}: {reason}", {"key": key, "reason": reason}),
        field=key,
    )


def _refusal(file: str, problems: list[Finding]) -> BadInput:
    return BadInput(
        Text(
            "{file}：配置有 {count} 处错误。",
            "{file}: {count} problems with the configuration.",
            {"file": file, "count": len(problems)},
        ),
        remedy=Text(
            "写法见 docs/how-to/find-duplicates.md。",
            "docs/how-to/find-duplicates.md shows how it is written.",
        ),
        findings=tuple(problems),
        code="linkage.bad_config",
    )
