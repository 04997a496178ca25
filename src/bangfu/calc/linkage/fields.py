"""Sex, identity number, phone, address and division as they can be compared."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from pypinyin import lazy_pinyin

from bangfu.calc.linkage.names import UNKNOWN, has_han

_SEXES = {
    **dict.fromkeys(("1", "男", "男性", "m", "male", "man"), "1"),
    **dict.fromkeys(("2", "女", "女性", "f", "female", "woman"), "2"),
}
_NUMERALS = {char: at for at, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_CHINESE_NUMBER = re.compile(
    "[零〇一二三四五六七八九]?十[一二三四五六七八九]?|[零〇一二三四五六七八九]+"
)
_NUMBERED = re.compile("(" + _CHINESE_NUMBER.pattern + ")(?=[组队号栋幢单室楼社])")
_OFFICE = re.compile("村民委员会|居民委员会|村委会|居委会|村民小组|小组")
_OFFICES = {"村民委员会": "村", "村委会": "村", "居民委员会": "社区", "居委会": "社区"}


class Address(NamedTuple):
    """whole: cleaned. sound: its words in ASCII, numbers apart. numbers: in order."""

    whole: str | None
    sound: str | None
    numbers: str | None


NO_ADDRESS = Address(None, None, None)


def sex(text: str) -> str | None:
    """Return "1" male, "2" female (GB/T 2261.1); None for anything else."""
    return _SEXES.get(unicodedata.normalize("NFKC", text).strip().casefold())


def id_number(text: str) -> str | None:
    """Return a number of a document without blanks and marks.

    A citizen number loses its check character, and one of 15 digits (in use to 2012)
    gains its century, so that both writings of one number are equal. Masked numbers
    and runs of one character say nothing.
    """
    kept = unicodedata.normalize("NFKC", text).upper()
    if "*" in kept or kept.strip().casefold() in UNKNOWN:
        return None
    kept = "".join(char for char in kept if char.isalnum())
    if len(set(kept)) < 2:
        return None
    if re.fullmatch(r"\d{17}[\dX]", kept):
        return kept[:17]
    if re.fullmatch(r"\d{15}", kept):
        return f"{kept[:6]}19{kept[6:]}"
    return kept


def phone(text: str) -> str | None:
    """Return the digits of a phone number without the prefix of China."""
    digits = "".join(filter(str.isdigit, unicodedata.normalize("NFKC", text)))
    if len(digits) > 11 and digits.startswith(("86", "0086")):
        digits = digits.removeprefix("00").removeprefix("86")
    return digits if len(digits) > 4 and len(set(digits)) > 1 else None


def division(text: str) -> str | None:
    """Return a division code without the zeros that pad it; other text cleaned."""
    code = unicodedata.normalize("NFKC", text).strip().casefold()
    if not code or code in UNKNOWN:
        return None
    if code.isdigit() and len(code) in {6, 9, 12}:
        for shorter, longer in ((9, 12), (6, 9), (4, 6), (2, 4)):
            if len(code) == longer and not code[shorter:].strip("0"):
                code = code[:shorter]
    return code


def address(text: str) -> Address:
    """Return an address with Chinese numerals as figures and offices shortened."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if not plain or plain in UNKNOWN:
        return NO_ADDRESS
    if has_han(plain):
        plain = _OFFICE.sub(lambda match: _OFFICES.get(match[0], "组"), plain)
        plain = _NUMBERED.sub(lambda match: str(_number(match[1])), plain)
        plain = "".join(char for char in plain if char.isalnum())
    else:
        apart = unicodedata.normalize("NFKD", plain)
        plain = "".join(char for char in apart if not unicodedata.combining(char))
        plain = " ".join(re.sub(r"[^\w]+", " ", plain).split())
    if not plain:
        return NO_ADDRESS
    words = re.sub(r"\d+", " ", plain)
    sound = "".join("".join(lazy_pinyin(words)).split())
    return Address(plain, sound, "-".join(re.findall(r"\d+", plain)) or None)


def _number(numeral: str) -> int:
    """Return a Chinese numeral below 100 as a number; a row of figures as figures."""
    tens, has_ten, ones = numeral.partition("十")
    if not has_ten:
        return int("".join(str(_NUMERALS[char]) for char in numeral))
    return 10 * (_NUMERALS[tens] if tens else 1) + (_NUMERALS[ones] if ones else 0)
