"""Names as they can be compared: cleaned, split, in pinyin, with keys by sound.

Chinese names are compared character by character and by sound; an edit distance would
count the bytes of a character. Latin-script names are compared by Jaro-Winkler, so
they lose accents, case and punctuation here.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NamedTuple

from pypinyin import lazy_pinyin

COMPOUND_SURNAMES = frozenset(
    """
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政
    濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐 呼延 闾丘 子车 亓官
    司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 段干 百里 东郭 南门 羊舌
    微生 梁丘 左丘 东门 西门 第五
    """.split()  # noqa: SIM905 - a table reads better than seventy literals
)
"""Surnames of two characters; every other Chinese surname has one."""

SURNAME_SOUNDS = {
    "单": "shan", "解": "xie", "仇": "qiu", "曾": "zeng", "查": "zha", "区": "ou",
    "朴": "piao", "盖": "ge", "任": "ren", "乐": "yue", "员": "yun", "种": "chong",
    "覃": "qin", "翟": "zhai", "华": "hua", "缪": "miao", "宿": "su", "繁": "po",
    "折": "she", "黑": "he", "召": "shao", "尉迟": "yuchi", "万俟": "moqi",
    "长孙": "zhangsun", "澹台": "tantai", "秘": "bi", "冼": "xian", "訾": "zi",
    "逄": "pang", "隗": "wei", "乜": "nie", "幺": "yao", "洗": "xian", "臧": "zang",
}  # fmt: skip
"""Characters that sound otherwise as a surname (Modern Chinese Dictionary)."""

UNKNOWN = frozenset(
    """
    unknown unk n/a none null nan - -- 无 无名 不详 未知 未填 空
    """.split()  # noqa: SIM905 - a table reads better than its literals
)
_LETTERS = str.maketrans("øđðłħıŧ", "oddlhit")
_LIGATURES = (("æ", "ae"), ("œ", "oe"), ("þ", "th"))
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]|[\U00020000-\U0003ffff]")
_NOT_NAME = re.compile(r"[^\w]|[\d_]")
_QUOTES = re.compile(r"['’‘`´·•・]")
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "sir", "prof"))
# Sounds that southern dialects and typists do not tell apart.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"), ("h", "f"))
_ALIKE = (
    ("sch", "s"), ("ph", "f"), ("ck", "k"), ("dt", "t"), ("th", "t"), ("gh", "g"),
    ("tz", "s"), ("qu", "k"), ("c", "k"), ("q", "k"), ("z", "s"), ("x", "ks"),
    ("w", "v"), ("y", "i"), ("j", "i"), ("d", "t"), ("b", "p"), ("g", "k"),
)  # fmt: skip


class NamePart(NamedTuple):
    """One part of a name. text: cleaned; sound: ASCII; key: for blocks; is_han."""

    text: str | None
    sound: str | None
    key: str | None
    is_han: bool


NOTHING = NamePart(None, None, None, is_han=False)


def has_han(text: str) -> bool:
    """Tell whether a text has a Chinese character."""
    return _HAN.search(text) is not None


def clean_name(text: str) -> str:
    """Return a name without case, width, accents, digits, punctuation and titles.

    Chinese names lose their blanks; a name that says "unknown" becomes empty.
    """
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    if folded in UNKNOWN:
        return ""
    folded = _QUOTES.sub("", folded)
    if has_han(folded):
        return "".join(_HAN.findall(folded))
    for letter, plain in _LIGATURES:
        folded = folded.replace(letter, plain)
    apart = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    words = _NOT_NAME.sub(" ", bare).split()
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    return " ".join(words)


def split_name(text: str) -> tuple[str, str]:
    """Split a whole name into (given, surname), both cleaned.

    Chinese: one character, or two of a compound surname, then the given name. Else
    the last word is the surname; before a comma stands the surname.
    """
    before, comma, after = text.partition(",")
    if comma and not has_han(text):
        return clean_name(after), clean_name(before)
    name = clean_name(text)
    if has_han(name):
        cut = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
        return name[cut:], name[:cut]
    given, _, surname = name.rpartition(" ")
    return given, surname


def name_part(text: str, *, is_surname: bool, is_folded: bool) -> NamePart:
    """Return a cleaned part of a name with its sound and its key.

    is_folded: fold the sounds that southern dialects do not tell apart; for files
    with Chinese names, whose Latin-script names are pinyin as a rule.
    """
    if not text:
        return NOTHING
    if has_han(text):
        sound = _fold(_pinyin(text, is_surname=is_surname))
        return NamePart(text, sound, sound, is_han=True)
    joined = text.replace(" ", "")
    if is_folded:
        sound = "".join(_fold((word,)) for word in text.split())
        return NamePart(text, sound, sound, is_han=False)
    return NamePart(text, joined, skeleton(joined), is_han=False)


def _pinyin(text: str, *, is_surname: bool) -> tuple[str, ...]:
    """Syllables without tones."""
    if is_surname and text in SURNAME_SOUNDS:
        return (SURNAME_SOUNDS[text],)
    return tuple(map(_syllable, text))


@functools.cache
def _syllable(char: str) -> str:
    return lazy_pinyin(char)[0].replace("ü", "v")


def _fold(syllables: tuple[str, ...]) -> str:
    """Join syllables, each without what dialects confuse: zh/z, l/n, h/f, -ng/-n."""
    return "".join(map(_folded, syllables))


@functools.cache
def _folded(syllable: str) -> str:
    for one, other in _INITIALS:
        if syllable.startswith(one):
            syllable = other + syllable.removeprefix(one)
            break
    return syllable.removesuffix("g") if syllable.endswith("ng") else syllable


def skeleton(word: str) -> str:
    """Return the first letter and the consonants after it, alike ones made one.

    "meier", "mayer" and "meyr" give "mr"; "schmidt" and "smith" give "smt".
    """
    for one, other in _ALIKE:
        word = word.replace(one, other)
    kept = word[:1]
    for char in word[1:]:
        if char not in "aeiouh" and char != kept[-1:]:
            kept += char
    return kept
