"""PDF documents: whole, without password, without scripts or files inside.

Names may be written with escapes (`/J#53`) and most objects may lie in compressed
streams, so both are undone before names are looked for.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from bangfu.files import refusals
from bangfu.files.kinds import INFLATED_BYTES_MAX

_END = b"%%EOF"
_TAIL_BYTES = 2_048
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME = re.compile(rb"/[^\x00-\x20()<>\[\]{}/%]+")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_HEAD_BYTES = 2_000
_PROGRAMS = {
    b"/JavaScript",
    b"/JS",
    b"/Launch",
    b"/EmbeddedFile",
    b"/EmbeddedFiles",
    b"/RichMedia",
    b"/XFA",
}


def check(content: bytes) -> None:
    """Raise Damaged, Locked or HoldsProgram for a PDF that is not taken."""
    if _END not in content[-_TAIL_BYTES:]:
        raise refusals.damaged("%%EOF")
    for text in _readable(content):
        names = {_ESCAPE.sub(_unescaped, name) for name in _NAME.findall(text)}
        if b"/Encrypt" in names:
            raise refusals.locked()
        for name in names & _PROGRAMS:
            raise refusals.program(name.decode())


def _readable(content: bytes) -> Iterator[bytes]:
    """Yield the document without its streams, then each stream of objects."""
    yield re.sub(rb"stream\r?\n.*?endstream", b"", content, flags=re.S)
    left = INFLATED_BYTES_MAX
    for found in _STREAM.finditer(content):
        head = content[max(0, found.start() - _HEAD_BYTES) : found.start()]
        if b"/ObjStm" not in _ESCAPE.sub(_unescaped, head.rpartition(b"obj")[2]):
            continue
        objects = _inflated(content[found.end() :], left)
        left -= len(objects)
        yield objects


def _inflated(stream: bytes, left: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        objects = inflater.decompress(stream, left)
    except zlib.error as error:
        raise refusals.damaged("ObjStm") from error
    if len(objects) >= left:
        raise refusals.damaged("ObjStm")
    return objects


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])
