"""Reads one value or one table cell as its declared kind, or says why it is not one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bangfu.calc.values.text import Text
from bangfu.policy.schema import Field, Kind
from bangfu.policy.values import Cell

TEXT_MAX = 4_000
# What machine translation makes of "1" followed by zeros: 65438+0, 654.38, 6543.8.
ARTEFACT = re.compile(r"65438|654\.38|6543\.8")


class WrongCell(Exception):
    """What stands there is not of the declared kind; `code` and `message` say why."""

    def __init__(self, code: str, message: Text) -> None:
        """Keep the finding's code and its sentence."""
        super().__init__(str(message))
        self.code = code
        self.message = message


def read_cell(raw: object, field: Field) -> Cell:
    """Read `raw`, as TOML gave it, as `field` declares. Raises WrongCell."""
    reader = _READERS[field.kind]
    cell = reader(raw, field)
    if cell is None:
        raise WrongCell(
            "bad_type",
            Text(
                "应为{kind}，现为“{raw}”。",
                "It must be {kind}, but it is “{raw}”.",
                {"kind": field.kind.text, "raw": _shown(raw)},
            ),
        )
    return cell


def read_bilingual(raw: object) -> Text | None:
    """Read `{ zh = …, en = … }`, both not empty; None for anything else."""
    if not isinstance(raw, Mapping) or set(raw) != {"zh", "en"}:
        return None
    zh, en = raw["zh"], raw["en"]
    for text in (zh, en):
        if not isinstance(text, str) or not text.strip() or len(text) > TEXT_MAX:
            return None
    return Text(zh, en)


def _shown(raw: object) -> str:
    return str(raw)[:60]


def _read_number(raw: object, field: Field) -> int | Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        return None
    if isinstance(raw, Decimal) and not raw.is_finite():
        return None
    if ARTEFACT.match(str(raw)):
        raise WrongCell(
            "translation_artefact",
            Text(
                "“{raw}”是机器翻译造成的错误数字（原文为 1 和若干个 0）。",
                "“{raw}” is an artefact of machine translation (a 1 and some zeros).",
                {"raw": str(raw)},
            ),
        )
    _check_range(raw, field)
    return raw


def _check_range(number: int | Decimal, field: Field) -> None:
    if field.minimum is not None and number < field.minimum:
        raise WrongCell(
            "out_of_range",
            Text(
                "{number} 小于下限 {bound}。",
                "{number} is below the least allowed, {bound}.",
                {"number": number, "bound": field.minimum},
            ),
        )
    if field.maximum is not None and number > field.maximum:
        raise WrongCell(
            "out_of_range",
            Text(
                "{number} 大于上限 {bound}。",
                "{number} is above the most allowed, {bound}.",
                {"number": number, "bound": field.maximum},
            ),
        )


def _read_integer(raw: object, field: Field) -> int | None:
    number = _read_number(raw, field)
    return number if isinstance(number, int) else None


def _read_decimal(raw: object, field: Field) -> Decimal | None:
    number = _read_number(raw, field)
    return None if number is None else Decimal(number)


def _read_boolean(raw: object, _field: Field) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _read_choice(raw: object, field: Field) -> str | None:
    if not isinstance(raw, str):
        return None
    if raw not in field.choices:
        raise WrongCell(
            "unknown_choice",
            Text(
                "不认识代码“{raw}”，应为：{choices}。",
                "Unknown code “{raw}”; it must be one of {choices}.",
                {"raw": _shown(raw), "choices": ", ".join(field.choices)},
            ),
        )
    return raw


def _read_choices(raw: object, field: Field) -> tuple[str, ...] | None:
    if not isinstance(raw, list) or not raw:
        return None
    codes = [_read_choice(code, field) for code in raw]
    if any(code is None for code in codes) or len(set(codes)) != len(codes):
        return None
    return tuple(code for code in codes if code is not None)


def _read_text(raw: object, field: Field) -> str | None:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > TEXT_MAX:
        return None
    if field.pattern is not None and not re.fullmatch(field.pattern, raw):
        raise WrongCell(
            "bad_text",
            Text(
                "“{raw}”的写法不对，应符合 {pattern}。",
                "“{raw}” is written wrongly; it must match {pattern}.",
                {"raw": _shown(raw), "pattern": field.pattern},
            ),
        )
    return raw


def _read_bilingual(raw: object, _field: Field) -> Text | None:
    return read_bilingual(raw)


def _read_date(raw: object, _field: Field) -> date | None:
    return raw if type(raw) is date else None


_READERS = {
    Kind.INTEGER: _read_integer,
    Kind.DECIMAL: _read_decimal,
    Kind.BOOLEAN: _read_boolean,
    Kind.CHOICE: _read_choice,
    Kind.CHOICES: _read_choices,
    Kind.TEXT: _read_text,
    Kind.BILINGUAL: _read_bilingual,
    Kind.DATE: _read_date,
}
