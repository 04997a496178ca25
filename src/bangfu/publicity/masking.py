"""What must never be public: identity, mobile and bank card numbers. Pure."""

from __future__ import annotations

import re

# Numbers that must never be public: identity (15 or 18), bank card (16 to 19), mobile.
_NUMBERS = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15,19}|1[3-9]\d{9})(?!\d)")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ \t\-–—·.](?=[\dXx])")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def has_personal_number(text: str) -> bool:
    """Tell whether a text holds an identity, mobile or bank card number.

    Digits written full width or parted by blanks, dashes and points count as one number.
    """
    joined = _BETWEEN_DIGITS.sub("", text.translate(_FULL_WIDTH))
    return _NUMBERS.search(joined) is not None
