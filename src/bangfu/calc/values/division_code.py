"""The division code: the spine of the system.

A code of 2, 4, 6, 9 or 12 digits names a province, city, county, township or village.
A division contains another when its code is a prefix of the other's, so one half-open
range of text says who may see a row: `["3607", "3607:")`, because ":" follows "9".
"""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text

SAMPLE_PROVINCE = "99"
_SHAPE = re.compile(r"[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:[0-9]{3}(?:[0-9]{3})?)?)?)?")


class Level(enum.IntEnum):
    """Administrative levels; the value is the number of digits of a code."""

    PROVINCE = 2
    CITY = 4
    COUNTY = 6
    TOWNSHIP = 9
    VILLAGE = 12

    @property
    def text(self) -> Text:
        """The level's name."""
        return _LEVEL_TEXTS[self]


_LEVEL_TEXTS = {
    Level.PROVINCE: Text("省级", "province"),
    Level.CITY: Text("市级", "city"),
    Level.COUNTY: Text("县级", "county"),
    Level.TOWNSHIP: Text("乡级", "township"),
    Level.VILLAGE: Text("村级", "village"),
}


class InvalidDivisionCode(BadInput, ValueError):
    """The text is not a division code."""

    code = "invalid_division_code"


class CodeRange(NamedTuple):
    """Half-open range of codes, compared digit by digit (collation "C")."""

    lo: str
    hi: str


class DivisionCode(str):
    """A checked division code; it is a `str` so that drivers and JSON take it as it is.

    Raises InvalidDivisionCode for anything but 2, 4, 6, 9 or 12 ASCII digits.
    """

    __slots__ = ()

    def __new__(cls, text: object) -> DivisionCode:
        """Check the shape; a code that is one already is returned as it is."""
        if type(text) is cls:
            return text
        if not isinstance(text, str) or not _SHAPE.fullmatch(text):
            raise InvalidDivisionCode(
                Text(
                    "“{text}”不是区划代码：应为 2、4、6、9 或 12 位数字。",
                    "“{text}” is not a division code: it has 2, 4, 6, 9 or 12 digits.",
                    {"text": str(text)[:40]},
                ),
            )
        return super().__new__(cls, text)

    @classmethod
    def parse(cls, text: str) -> DivisionCode:
        """Read a code as offices write it: blanks around it, padded with zero groups.

        "360721000000" is the county 360721 and "360721101000" the township 360721101.
        The few divisions whose own code ends in a group of zeros, such as 441900, the
        one county of 4419, need the constructor: published lists are not padded.
        """
        code = cls(text.strip())
        for shorter, longer in ((9, 12), (6, 9), (4, 6), (2, 4)):
            if len(code) == longer and not code[shorter:].strip("0"):
                code = cls(code[:shorter])
        return code

    @property
    def level(self) -> Level:
        """The level that the number of digits tells."""
        return Level(len(self))

    @property
    def parent(self) -> DivisionCode | None:
        """The division one level up, or None for a province."""
        if self.level is Level.PROVINCE:
            return None
        levels = list(Level)
        return DivisionCode(self[: levels[levels.index(self.level) - 1]])

    def at(self, level: Level) -> DivisionCode:
        """Return the division at `level` that contains this one (or is it).

        Raises ValueError when this division lies above `level`.
        """
        if self.level < level:
            msg = f"{self} lies above the {level.name.lower()} level"
            raise ValueError(msg)
        return DivisionCode(self[:level])

    def ancestors(self) -> list[DivisionCode]:
        """Return the divisions above this one, from the province down."""
        return [DivisionCode(self[:level]) for level in Level if level < self.level]

    def contains(self, other: str) -> bool:
        """Tell whether `other` is this division or lies within it."""
        return other.startswith(self)

    def range(self) -> CodeRange:
        """Return the half-open range of codes that this division contains."""
        return CodeRange(str(self), f"{self}:")

    @property
    def is_sample(self) -> bool:
        """Whether it belongs to the fictional province 99, which exists nowhere."""
        return self.startswith(SAMPLE_PROVINCE)
