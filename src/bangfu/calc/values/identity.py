"""The citizen identity number (GB 11643-1999).

An identity number has 18 characters: six digits of the division of first registration,
the birth date as YYYYMMDD, a sequence number whose last digit is odd for men, and a
check character. Rule V1 checks the characters, the check character, the date and the
province. The division is of the day of registration and may have ceased long since, so
an unknown county is only a note.

No message here repeats a number: findings end up in workbooks and logs.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass

from bangfu.calc.values.division_code import SAMPLE_PROVINCE
from bangfu.calc.values.findings import BadInput, Finding, Severity
from bangfu.calc.values.text import Text

PROVINCES = frozenset(
    """
    11 12 13 14 15  21 22 23  31 32 33 34 35 36 37  41 42 43 44 45 46
    50 51 52 53 54  61 62 63 64 65  71 81 82
    """.split(),  # noqa: SIM905 - a table reads better than 34 literals
)
"""First two digits in use (GB/T 2260; 71 Taiwan, 81 Hong Kong, 82 Macao)."""

YEAR_MIN = 1900
MALE = "1"
FEMALE = "2"

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")
_LEADING_MARKS = "'’‘`´"


class InvalidIdentityNumber(BadInput, ValueError):
    """The text is not an identity number; the findings say why."""

    code = "invalid_identity_number"


@dataclass(frozen=True, slots=True, repr=False)
class IdentityFacts:
    """What an identity number says about its holder.

    sex: "1" male, "2" female (GB/T 2261.1). division: six digits, of the day of first
    registration. `repr` is masked, so that a number does not reach a log by accident.
    """

    number: str
    birth_date: datetime.date
    sex: str
    division: str
    check: str

    def __repr__(self) -> str:
        """Show the number masked."""
        return f"IdentityFacts({mask_identity_number(self.number)})"


def normalise_identity_number(text: str) -> str:
    """Return the number as it is stored: half-width, no blanks or quote, capital X.

    Nothing is guessed: characters that cannot belong to a number stay, to be found.
    """
    half_width = unicodedata.normalize("NFKC", text).lstrip(
        "\ufeff \t\n" + _LEADING_MARKS
    )
    return "".join(char for char in half_width if not _is_blank(char)).upper()


def _is_blank(char: str) -> bool:
    """Blanks, and the invisible characters that come along from a web page."""
    return char.isspace() or unicodedata.category(char) == "Cf"


def check_character(first_17: str) -> str:
    """Return the check character of 17 digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(
        weight * int(digit) for weight, digit in zip(_WEIGHTS, first_17, strict=True)
    )
    return _CHECKS[total % 11]


def check_identity_number(
    text: str,
    *,
    demo: bool = False,
    on: datetime.date | None = None,
    known_counties: Container[str] | None = None,
    subject: str = "",
) -> list[Finding]:
    """Check an identity number (rule V1) and return everything found; empty is good.

    demo: take the fictional province 99. on: the day after which nobody was born yet.
    known_counties: six-digit codes, past ones included; None does not ask. subject:
    what the findings are about, such as a row; never the number itself.
    """
    number = normalise_identity_number(text)
    shape = _shape_problem(number)
    if shape is not None:
        return [_finding(subject, shape)]
    problems = [
        _check_problem(number),
        _province_problem(number, demo=demo),
        _birth_problem(number, on),
    ]
    findings = [_finding(subject, problem) for problem in problems if problem]
    if known_counties is not None and number[:6] not in known_counties:
        findings.append(_unknown_county(subject))
    return findings


def parse_identity_number(text: str, *, demo: bool = True) -> IdentityFacts:
    """Return what a valid number says. Raises InvalidIdentityNumber with the findings.

    The fictional province is taken unless `demo` is false: whether it may be entered is
    asked where numbers come in, by `check_identity_number`.
    """
    findings = check_identity_number(text, demo=demo)
    if findings:
        raise InvalidIdentityNumber(findings[0].message, findings=tuple(findings))
    number = normalise_identity_number(text)
    return IdentityFacts(
        number=number,
        birth_date=_birth_date(number),
        sex=MALE if int(number[16]) % 2 else FEMALE,
        division=number[:6],
        check=number[17],
    )


def check_identity_agrees(
    facts: IdentityFacts,
    *,
    sex: str | None = None,
    birth_date: datetime.date | None = None,
    subject: str = "",
) -> list[Finding]:
    """Compare what was entered beside a number with what the number says (rule V1).

    None was not entered and is not compared.
    """
    findings = []
    if sex is not None and sex != facts.sex:
        text = Text(
            "登记的性别与身份证号码不一致。",
            "The sex entered is not the one of the identity number.",
        )
        findings.append(Finding("V1", subject, text, field="sex"))
    if birth_date is not None and birth_date != facts.birth_date:
        text = Text(
            "登记的出生日期 {entered} 与身份证号码不一致。",
            "The birth date entered, {entered}, is not the one of the identity number.",
            {"entered": birth_date},
        )
        findings.append(Finding("V1", subject, text, field="birth_date"))
    return findings


def mask_identity_number(number: str) -> str:
    """Hide all but the last two characters.

    Not the last four: beside a birth date and a division they give the number away.
    """
    return (
        "*" * (len(number) - 2) + number[-2:] if len(number) > 2 else "*" * len(number)
    )


def make_identity_number(
    division: str,
    birth_date: datetime.date,
    sequence: int,
) -> str:
    """Make the number of a fictional person; the division must be in province 99.

    sequence: 0 to 999, odd for men. Raises ValueError for a real province: the number
    could belong to a living person.
    """
    if not re.fullmatch(SAMPLE_PROVINCE + "[0-9]{4}", division):
        msg = (
            f"sample numbers need a division in province {SAMPLE_PROVINCE}: {division}"
        )
        raise ValueError(msg)
    if not 0 <= sequence <= 999:
        msg = f"the sequence runs from 0 to 999: {sequence}"
        raise ValueError(msg)
    first_17 = f"{division}{birth_date:%Y%m%d}{sequence:03d}"
    return first_17 + check_character(first_17)


def _shape_problem(number: str) -> Text | None:
    if re.fullmatch("[0-9]{15}", number):
        return Text(
            "身份证号码是 15 位旧号码，应为 18 位。",
            "This is an old identity number of 15 digits; 18 characters are needed.",
        )
    if len(number) != 18:
        return Text(
            "身份证号码应为 18 位，现为 {count} 位。",
            "An identity number has 18 characters; this one has {count}.",
            {"count": len(number)},
        )
    if _SHAPE.fullmatch(number) is None:
        return Text(
            "身份证号码含有不允许的字符：前 17 位应为数字，末位为数字或 X。",
            "The identity number holds a character that cannot be: 17 digits are "
            "needed, then a digit or X.",
        )
    return None


def _check_problem(number: str) -> Text | None:
    if check_character(number[:17]) == number[17]:
        return None
    return Text(
        "身份证号码校验码错误，请核对是否抄错或被表格软件改动。",
        "The identity number's check character is wrong: it was miscopied, or changed "
        "by a spreadsheet.",
    )


def _province_problem(number: str, *, demo: bool) -> Text | None:
    if number[:2] in PROVINCES or (demo and number[:2] == SAMPLE_PROVINCE):
        return None
    return Text(
        "身份证号码前两位 {province} 不是省级代码。",
        "The identity number begins with {province}, which is no province.",
        {"province": number[:2]},
    )


def _birth_date(number: str) -> datetime.date:
    return datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _birth_problem(number: str, on: datetime.date | None) -> Text | None:
    try:
        birth_date = _birth_date(number)
    except ValueError:
        return Text(
            "身份证号码中的出生日期不存在。",
            "The birth date in the identity number does not exist.",
        )
    if birth_date.year < YEAR_MIN:
        return Text(
            "身份证号码中的出生年份早于 {year} 年。",
            "The birth year in the identity number is before {year}.",
            {"year": YEAR_MIN},
        )
    if on is not None and birth_date > on:
        return Text(
            "身份证号码中的出生日期晚于 {day}。",
            "The birth date in the identity number is after {day}.",
            {"day": on},
        )
    return None


def _finding(subject: str, message: Text) -> Finding:
    remedy = Text(
        "请对照身份证或户口簿核实。", "Compare it with the card or the register."
    )
    return Finding("V1", subject, message, remedy=remedy, field="identity_number")


def _unknown_county(subject: str) -> Finding:
    message = Text(
        "身份证号码前六位不在区划库中，可能是已撤销的县（区）。",
        "The first six digits are no county on file; it may have ceased long ago.",
    )
    return Finding("V1", subject, message, Severity.NOTE, field="identity_number")
