"""Writes a minimal .xls (BIFF8 in a compound file): no package of ours can write one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import date

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_DAY_ZERO = date(1899, 12, 30)


@dataclass(frozen=True)
class ErrorValue:
    """A cell that shows #N/A."""


@dataclass(frozen=True)
class DateCell:
    """A cell that is formatted as a date, with any number in it."""

    serial: float


def xls(sheets: dict[str, list[list[object]]], *, is_encrypted: bool = False) -> bytes:
    """A workbook with strings, numbers, truth values, dates and error values."""
    return _compound(_stream(sheets, is_encrypted=is_encrypted))


def _record(number: int, payload: bytes) -> bytes:
    return struct.pack("<HH", number, len(payload)) + payload


def _stream(sheets: dict[str, list[list[object]]], *, is_encrypted: bool) -> bytes:
    bodies = [_sheet(rows) for rows in sheets.values()]
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0x0DBB, 1996, 0, 6))
    if is_encrypted:
        head += _record(0x002F, struct.pack("<HHHH", 0, 0, 1, 1) + bytes(48))
    head += _record(0x0042, struct.pack("<H", 1200))
    for format_key in (0, 14):
        head += _record(
            0x00E0, struct.pack("<HHHBBBBIiH", 0, format_key, 0, 0, 0, 0, 0, 0, 0, 0)
        )
    names = [name.encode("utf-16-le") for name in sheets]
    size = len(head) + sum(12 + len(name) for name in names) + 4
    for name, body in zip(names, bodies, strict=True):
        entry = struct.pack("<IBBBB", size, 0, 0, len(name) // 2, 1) + name
        head += _record(0x0085, entry)
        size += len(body)
    return head + _record(0x000A, b"") + b"".join(bodies)


def _sheet(rows: list[list[object]]) -> bytes:
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0x0DBB, 1996, 0, 6))
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if value is not None:
                body += _cell(struct.pack("<HH", row, column), value)
    return body + _record(0x000A, b"")


def _cell(place: bytes, value: object) -> bytes:
    match value:
        case ErrorValue():
            return _record(0x0205, place + struct.pack("<HBB", 0, 0x2A, 1))
        case bool():
            return _record(0x0205, place + struct.pack("<HBB", 0, value, 0))
        case DateCell():
            return _record(0x0203, place + struct.pack("<Hd", 1, value.serial))
        case date():
            return _record(
                0x0203, place + struct.pack("<Hd", 1, (value - _DAY_ZERO).days)
            )
        case int() | float():
            return _record(0x0203, place + struct.pack("<Hd", 0, value))
        case _:
            text = str(value)
            return _record(
                0x0204,
                place + struct.pack("<HHB", 0, len(text), 1) + text.encode("utf-16-le"),
            )


def _compound(stream: bytes) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    chain = [_FAT, _END, *range(3, count + 2), _END]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    directory = (
        _entry("Root Entry", 5, _END, 0, child=1)
        + _entry("Workbook", 2, 2, len(stream))
        + bytes(256)
    )
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
        + struct.pack("<I", 0)
    ).ljust(_SECTOR, b"\xff")
    return head + fat + directory + stream


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    encoded = name.encode("utf-16-le")
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded) + 2, kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<II", start, size)
        + bytes(4)
    )
