"""What a check is: one declared object with its code, its words and its SQL or function."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bangfu.calc.values.text import Text
from bangfu.registry.crosschecks.kinds import ListKind

if TYPE_CHECKING:
    import polars as pl

    from bangfu.registry.crosschecks.inputs import Inputs


class Group(enum.StrEnum):
    """What kind of doubt a check raises."""

    EXCLUSION = "exclusion"
    IDENTIFICATION = "identification"
    RECORD = "record"
    EX_ANTE = "ex_ante"

    @property
    def text(self) -> Text:
        """The group's name."""
        return _GROUP_TEXTS[self]


_GROUP_TEXTS = {
    Group.EXCLUSION: Text("排除条件", "exclusion conditions"),
    Group.IDENTIFICATION: Text("识别异常", "identification anomalies"),
    Group.RECORD: Text("档案异常", "record anomalies"),
    Group.EX_ANTE: Text("事前预警", "ex-ante flags"),
}


class Subject(enum.StrEnum):
    """Whom a hit of the check is about; the value begins the hit's key."""

    MEMBER = "m"
    HOUSEHOLD = "h"
    VILLAGE = "v"
    COUNTY = "c"

    @property
    def text(self) -> Text:
        """The subject's name."""
        return _SUBJECT_TEXTS[self]


_SUBJECT_TEXTS = {
    Subject.MEMBER: Text("家庭成员", "member"),
    Subject.HOUSEHOLD: Text("户", "household"),
    Subject.VILLAGE: Text("村", "village"),
    Subject.COUNTY: Text("县", "county"),
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number of the policy pack that a check uses.

    name: in the SQL, the function and the words. key: of the parameter. scale: what one
    unit of the parameter is in the check's own unit (100 turns yuan into fen).
    """

    name: str
    key: str
    scale: int = 1


Figures = Mapping[str, object]
Function = Callable[["Inputs", Mapping[str, float]], "pl.DataFrame"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    source: what it rests on. needs: lists of which at least one must be on file; none
    for a check of the register alone. sql: a step over `member`, `household`,
    `objection`, `matched` and `told`, which puts out household, member, division_code
    and row_id (0 where there is none) and its figures; or function: the same as a frame.
    why: the sentence that explains a hit, with its figures and thresholds by name.
    look: what the person who verifies should look at.
    """

    code: str
    name: Text
    group: Group
    subject: Subject
    source: Text
    why: Text
    look: Text
    needs: tuple[ListKind, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    sql: str = ""
    function: Function | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse a check without a way to find anything, or with two."""
        if bool(self.sql) == (self.function is not None):
            msg = f"check {self.code}: SQL or a function"
            raise ValueError(msg)

    @property
    def step(self) -> str:
        """The name of its step."""
        return f"check_{self.code.lower()}"
