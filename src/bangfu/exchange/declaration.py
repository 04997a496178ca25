"""What a workbook looks like: sheets, columns, kinds of value and code lists.

An app declares its workbooks with these values; template, reader, error workbook,
export and instructions all follow from one declaration, so they cannot disagree.
Nothing heavy is imported here: a declaration may stand in any module.
"""

from __future__ import annotations

import difflib
import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from bangfu.calc.values.text import Text

REASONS_TITLE = Text("错误原因", "Reasons")
ORIGINAL_ROW_TITLE = Text("原行号", "Original row")
RULES_TITLE = Text("核查规则", "Rules broken")
INSTRUCTIONS_TITLE = Text("说明", "Instructions")
CODES_SHEET_NAME = "_codes"

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
_MARKS = re.compile(r"[*＊:：]")
_SEPARATORS = re.compile(r"[-_.、,:]")
_UNIT = re.compile(r"[(\[（【〔]([^()\[\]（）【】〔〕]*)[)\]）】〕]")


def fold(text: str) -> str:
    """Return `text` without what people type by accident, for comparing.

    Blanks of every width go, full-width letters and digits become plain ones, and
    case is folded: "　Ｈａｎ " and "han" compare equal.
    """
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def fold_header(text: str) -> str:
    """Return a column header folded, without its unit in brackets and its `*`."""
    return fold(_MARKS.sub("", _UNIT.sub("", text)))


def unit_in_header(text: str) -> str | None:
    """Return the folded text in the last brackets of a header, or None without any."""
    found = _UNIT.findall(text)
    return fold(found[-1]) if found else None


class Kind(enum.StrEnum):
    """What a column holds. The type of the column that is read stands behind it."""

    TEXT = "text"  # String
    CODE = "code"  # String: one code of the column's code list
    CODES = "codes"  # List(String): codes in the order written, each once
    IDENTITY = "identity"  # String: a numeric cell has lost digits and is refused
    NUMBER_TEXT = "number_text"  # String: phone, account, household number
    DIVISION = "division"  # String in the shape of a DivisionCode
    INTEGER = "integer"  # Int64
    DECIMAL = "decimal"  # Decimal(18, decimals)
    YUAN = "yuan"  # Int64, fen
    DATE = "date"  # Date
    BOOL = "bool"  # Boolean
    YEAR = "year"  # Int16


TEXT_KINDS = frozenset({Kind.TEXT, Kind.IDENTITY, Kind.NUMBER_TEXT, Kind.DIVISION})


class MoneyUnit(enum.IntEnum):
    """The unit in which people write money in a column; the value is fen per unit."""

    YUAN = 100
    WAN_YUAN = 1_000_000

    @property
    def text(self) -> Text:
        """The unit's name."""
        return _MONEY_UNITS[self]


_MONEY_UNITS = {
    MoneyUnit.YUAN: Text("元", "yuan"),
    MoneyUnit.WAN_YUAN: Text("万元", "10,000 yuan"),
}


@dataclass(frozen=True)
class CodeList:
    """Codes with their labels, e.g. ("01", Text("汉族", "Han")).

    entries: in the order in which people are offered them. aliases: other writings
    that mean a code, e.g. {"汉": "01"}. Raises ValueError when one writing would mean
    two codes.
    """

    key: str
    title: Text
    entries: tuple[tuple[str, Text], ...]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an ambiguous list where it is written."""
        codes = [code for code, _ in self.entries]
        if len(set(codes)) != len(codes) or not codes:
            msg = f"code list {self.key}: codes must be present and differ"
            raise ValueError(msg)
        if unknown := sorted(set(self.aliases.values()) - set(codes)):
            msg = f"code list {self.key}: aliases of unknown codes {unknown}"
            raise ValueError(msg)
        self._writings  # noqa: B018  built now, so that a clash shows at import

    @cached_property
    def labels(self) -> dict[str, Text]:
        """Label by code."""
        return dict(self.entries)

    @cached_property
    def _writings(self) -> dict[str, str]:
        writings: dict[str, str] = {}
        pairs = [(code, code) for code, _ in self.entries]
        pairs += [(label.zh, code) for code, label in self.entries]
        pairs += [(label.en, code) for code, label in self.entries]
        pairs += list(self.aliases.items())
        for writing, code in pairs:
            if writings.setdefault(fold(writing), code) != code:
                msg = f"code list {self.key}: “{writing}” would mean two codes"
                raise ValueError(msg)
        return writings

    def code_of(self, text: str) -> str | None:
        """Return the code that `text` means, or None.

        Understands the code, with or without leading zeros, a label in either
        language, an alias, and "code label" in one cell.
        """
        wanted = fold(text)
        code = self._writings.get(wanted)
        if code is None and wanted.isdecimal():
            code = self._unpadded.get(wanted.lstrip("0"))
        if code is None:
            code = self._joined.get(_SEPARATORS.sub("", wanted))
        return code

    @cached_property
    def _unpadded(self) -> dict[str, str]:
        stripped = [code.lstrip("0") for code, _ in self.entries]
        return {
            short: code
            for short, (code, _) in zip(stripped, self.entries, strict=True)
            if code.isdecimal() and stripped.count(short) == 1
        }

    @cached_property
    def _joined(self) -> dict[str, str]:
        return {
            _SEPARATORS.sub("", fold(code + name)): code
            for code, label in self.entries
            for name in (label.zh, label.en)
        }

    def closest(self, text: str) -> Text | None:
        """Return the label that `text` was probably meant to be, or None."""
        wanted = fold(text)
        if not wanted:
            return None
        holding = [
            label
            for _, label in self.entries
            if wanted in fold(label.zh) or wanted in fold(label.en)
        ]
        if holding:
            return min(holding, key=lambda label: len(label.zh))
        near = difflib.get_close_matches(wanted, self._writings, n=1, cutoff=0.5)
        return self.labels[self._writings[near[0]]] if near else None


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    key: the field's name everywhere. minimum and maximum: bounds of the value, both
    included; of a text, its length. decimals: places kept of a DECIMAL. unit: shown in
    the header; a YUAN column has its `money_unit` instead. sensitive: its values never
    appear in a message. aliases: other headers under which offices send it.
    external_code: the national field code, also accepted as a header.
    """

    key: str
    title: Text
    kind: Kind
    required: bool = False
    codes: CodeList | None = None
    width: int = 0
    help: Text | None = None
    sensitive: bool = False
    aliases: tuple[str, ...] = ()
    external_code: str = ""
    unit: Text | None = None
    money_unit: MoneyUnit = MoneyUnit.YUAN
    example: str = ""
    minimum: int | Decimal | date | None = None
    maximum: int | Decimal | date | None = None
    decimals: int = 2

    def __post_init__(self) -> None:
        """Refuse a declaration that cannot be read."""
        if (self.kind in (Kind.CODE, Kind.CODES)) != (self.codes is not None):
            msg = f"column {self.key}: a code list belongs to CODE and CODES columns"
            raise ValueError(msg)
        if self.key.startswith("_"):
            msg = f"column {self.key}: keys that begin with _ belong to the reader"
            raise ValueError(msg)

    @property
    def shown_unit(self) -> Text | None:
        """The unit that stands in the header, or None."""
        return self.money_unit.text if self.kind is Kind.YUAN else self.unit

    def header(self, language: str) -> str:
        """Return the header as the template writes it: title and unit."""
        title = self.title.in_language(language)
        if self.shown_unit is None:
            return title
        unit = self.shown_unit.in_language(language)
        return (
            f"{title}（{unit}）" if language.startswith("zh") else f"{title} ({unit})"
        )

    @cached_property
    def writings(self) -> frozenset[str]:
        """Folded headers under which the column is recognised."""
        names = [self.key, self.title.zh, self.title.en, *self.aliases]
        if self.external_code:
            names.append(self.external_code)
        return frozenset(fold_header(name) for name in names)


@dataclass(frozen=True)
class Sheet:
    """One sheet: a row is one record.

    key_columns: what tells records apart within the sheet; two rows with the same
    complete key are an error. row_group: the column whose value binds rows together,
    over several sheets: the error workbook always holds whole groups.
    """

    key: str
    title: Text
    columns: tuple[Column, ...]
    key_columns: tuple[str, ...] = ()
    row_group: str | None = None
    aliases: tuple[str, ...] = ()
    required: bool = True

    def __post_init__(self) -> None:
        """Refuse columns that could be taken for each other."""
        owner: dict[str, str] = {}
        for column in self.columns:
            for writing in column.writings:
                if owner.setdefault(writing, column.key) != column.key:
                    msg = (
                        f"sheet {self.key}: “{writing}” could be {owner[writing]} "
                        f"or {column.key}"
                    )
                    raise ValueError(msg)
        named = (*self.key_columns, *filter(None, [self.row_group]))
        if missing := set(named) - self.by_key.keys():
            msg = f"sheet {self.key}: no columns {sorted(missing)}"
            raise ValueError(msg)

    @cached_property
    def by_key(self) -> dict[str, Column]:
        """Column by key."""
        return {column.key: column for column in self.columns}

    @cached_property
    def by_writing(self) -> dict[str, Column]:
        """Column by folded header."""
        return {
            writing: column for column in self.columns for writing in column.writings
        }

    def is_called(self, name: str) -> bool:
        """Tell whether `name` is this sheet's name, in either language."""
        names: Iterable[str] = (self.key, self.title.zh, self.title.en, *self.aliases)
        return fold(name) in {fold(known) for known in names}


@dataclass(frozen=True)
class Workbook:
    """The sheets that travel together in one file, and what to tell who fills them."""

    key: str
    title: Text
    sheets: tuple[Sheet, ...]
    instructions: tuple[Text, ...] = ()
    version: str = "1"

    @cached_property
    def by_key(self) -> dict[str, Sheet]:
        """Sheet by key."""
        return {sheet.key: sheet for sheet in self.sheets}
