"""What apps declare: datasets of snapshots, private extracts, and facts about the pack.

settings.BANGFU_SNAPSHOTS           dotted names of tuples of `Dataset`
settings.BANGFU_SNAPSHOT_FACTS      dotted name of a function cut-off day -> `Facts`
settings.BANGFU_PRIVATE_EXTRACTS    name -> dotted name of a `PrivateDataset`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string

from bangfu.calc.tables.schema import PSEUDONYM_PATTERN, Table, Type
from bangfu.calc.values.findings import BadInput, WrongState
from bangfu.calc.values.text import Text


class NothingDeclared(WrongState):
    """No dataset is declared, or the register is empty."""

    code = "nothing_to_snapshot"


Parameters = Mapping[str, date | str | int]

# A pattern that takes one of these would let a person through.
_PERSONAL = (
    "王小明",
    "阿卜杜拉·买买提",
    "Wang Xiaoming",
    "990101197001010031",
    "99010119700101003X",
    "13800138000",
    "0797-8391234",
    "6217001210012345678",
)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset of every snapshot, and the SELECT that gives its rows.

    sql: PostgreSQL; names the table's columns, `division_code` (six digits or more)
    among them; may use `%(cut_off)s`, the last day covered, and
    `%(name)s` for `Facts.parameters`. A literal % is written %%.
    pseudonyms: column -> purpose; the SELECT gives a key as text, the file gets its
    keyed digest. The same purpose makes the same key the same pseudonym.
    """

    table: Table
    sql: str
    pseudonyms: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a column that could carry a name or a number of a person."""
        names = set(self.table.names)
        if "division_code" not in names or not set(self.pseudonyms) <= names:
            msg = f"{self.table.name}: division_code and pseudonyms must be columns"
            raise ValueError(msg)
        for column in self.table.columns:
            if column.type is not Type.TEXT:
                continue
            is_digest = column.pattern == PSEUDONYM_PATTERN
            if is_digest != (column.name in self.pseudonyms):
                msg = f"{self.table.name}.{column.name}: a pseudonym has its purpose"
                raise ValueError(msg)
            if any(re.fullmatch(column.pattern, one) for one in _PERSONAL):
                msg = (
                    f"{self.table.name}.{column.name}: its pattern takes personal data"
                )
                raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class PrivateDataset:
    """A table with real names for one run; it never becomes part of a snapshot.

    columns: name -> type, in order. sql and pseudonyms as of `Dataset`.
    """

    name: str
    columns: Mapping[str, Type]
    sql: str
    pseudonyms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the domain says about a day: the pack's hash, and values for the SELECTs."""

    pack_hash: str
    parameters: Parameters


def datasets() -> tuple[Dataset, ...]:
    """Return every declared dataset, in the order of the settings."""
    found: list[Dataset] = []
    for dotted in settings.BANGFU_SNAPSHOTS:
        found += import_string(dotted)
    return tuple(found)


def facts_on(cut_off: date) -> Facts:
    """Return what holds on the cut-off day; the SELECTs may ask for the day itself."""
    ask: Callable[[date], Facts] = import_string(settings.BANGFU_SNAPSHOT_FACTS)
    facts = ask(cut_off)
    return Facts(facts.pack_hash, {**facts.parameters, "cut_off": cut_off})


def private_dataset(name: str) -> PrivateDataset:
    """Return a declared private table. Raises BadInput for an unknown name."""
    dotted = settings.BANGFU_PRIVATE_EXTRACTS.get(name)
    if dotted is None:
        raise BadInput(
            Text(
                "没有名为“{name}”的内部提取表。",
                "There is no private extract “{name}”.",
                {"name": name},
            )
        )
    found: PrivateDataset = import_string(dotted)
    return found
