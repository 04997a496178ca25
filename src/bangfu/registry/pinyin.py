"""Initials of a name in pinyin, for finding people by four keystrokes: 张三 is ZS."""

from __future__ import annotations

from functools import lru_cache

import pypinyin

LENGTH_MAX = 30
# Characters read otherwise when they are a family name.
_AS_FAMILY_NAME = {
    "曾": "Z",
    "单": "S",
    "仇": "Q",
    "解": "X",
    "区": "O",
    "查": "Z",
    "盖": "G",
    "朴": "P",
    "翟": "Z",
    "尉": "W",
    "乐": "Y",
    "种": "C",
    "繁": "P",
    "秘": "B",
    "缪": "M",
    "折": "S",
    "召": "S",
    "冼": "X",
}


def initials(name: str) -> str:
    """Return the initials of `name` in capitals; Latin letters and digits stay."""
    name = name.replace("·", "").strip()
    if not name:
        return ""
    first = _AS_FAMILY_NAME.get(name[0]) or _initial(name[0])
    return (first + "".join(map(_initial, name[1:])))[:LENGTH_MAX]


@lru_cache(maxsize=20_000)
def _initial(letter: str) -> str:
    found = pypinyin.lazy_pinyin(
        letter, style=pypinyin.Style.FIRST_LETTER, errors="default"
    )
    text = "".join(found)[:1].upper()
    return text if text.isascii() and text.isalnum() else ""
