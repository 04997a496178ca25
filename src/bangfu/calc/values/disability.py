"""The disability certificate's number, which begins with the holder's identity number.

Twenty digits are the identity number, the category (1 to 7) and the grade (1 to 4). A
reissued certificate adds two characters, "B" and a count; old rolls carry the bare
identity number. Rule V2.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.identity import (
    check_identity_number,
    mask_identity_number,
    normalise_identity_number,
)
from bangfu.calc.values.text import Text

CATEGORIES = {
    "1": Text("视力残疾", "visual"),
    "2": Text("听力残疾", "hearing"),
    "3": Text("言语残疾", "speech"),
    "4": Text("肢体残疾", "physical"),
    "5": Text("智力残疾", "intellectual"),
    "6": Text("精神残疾", "mental"),
    "7": Text("多重残疾", "multiple"),
}
GRADES = {
    "1": Text("一级", "grade 1, the most severe"),
    "2": Text("二级", "grade 2"),
    "3": Text("三级", "grade 3"),
    "4": Text("四级", "grade 4"),
}
_REISSUE = re.compile(r"B[0-9]|[0-9]{2}")


class InvalidDisabilityCertificate(BadInput, ValueError):
    """The text is not the number of a disability certificate; the findings say why."""

    code = "invalid_disability_certificate"


@dataclass(frozen=True, slots=True, repr=False)
class DisabilityFacts:
    """What a certificate's number says; category, grade and reissue "" when absent."""

    identity_number: str
    category: str
    grade: str
    reissue: str

    def __repr__(self) -> str:
        """Show the identity number masked."""
        masked = mask_identity_number(self.identity_number)
        return f"DisabilityFacts({masked}, {self.category!r}, {self.grade!r})"


def check_disability_certificate(
    text: str,
    *,
    identity_number: str | None = None,
    demo: bool = False,
    on: datetime.date | None = None,
    subject: str = "",
) -> list[Finding]:
    """Check a certificate's number (rule V2) and return everything found.

    identity_number: the holder's own, when it is known, to be compared.
    demo, on, subject: as in `check_identity_number`.
    """
    number = normalise_identity_number(text)
    if len(number) not in (18, 20, 22):
        return [_finding(subject, _length(number))]
    problems = []
    if check_identity_number(number[:18], demo=demo, on=on):
        problems.append(_NO_IDENTITY)
    if identity_number and normalise_identity_number(identity_number) != number[:18]:
        problems.append(_OTHER_PERSON)
    if len(number) >= 20:
        problems += _parts_problems(number)
    return [_finding(subject, problem) for problem in problems]


def parse_disability_certificate(text: str, *, demo: bool = True) -> DisabilityFacts:
    """Return what a valid number says. Raises InvalidDisabilityCertificate."""
    findings = check_disability_certificate(text, demo=demo)
    if findings:
        raise InvalidDisabilityCertificate(
            findings[0].message,
            findings=tuple(findings),
        )
    number = normalise_identity_number(text)
    return DisabilityFacts(number[:18], number[18:19], number[19:20], number[20:])


_NO_IDENTITY = Text(
    "残疾人证号前 18 位不是有效的身份证号码。",
    "The first 18 characters of the certificate are no valid identity number.",
)
_OTHER_PERSON = Text(
    "残疾人证号前 18 位与本人身份证号码不一致。",
    "The first 18 characters of the certificate are not the person's identity number.",
)


def _length(number: str) -> Text:
    return Text(
        "残疾人证号应为 18、20 或 22 位，现为 {count} 位。",
        "A certificate's number has 18, 20 or 22 characters; this one has {count}.",
        {"count": len(number)},
    )


def _parts_problems(number: str) -> list[Text]:
    problems = []
    if number[18] not in CATEGORIES:
        problems.append(
            Text(
                "残疾人证号第 19 位（类别）应为 1 至 7，现为 {found}。",
                "Character 19 of the certificate, the category, is 1–7, not {found}.",
                {"found": number[18]},
            ),
        )
    if number[19] not in GRADES:
        problems.append(
            Text(
                "残疾人证号第 20 位（等级）应为 1 至 4，现为 {found}。",
                "Character 20 of the certificate, the grade, is 1–4, not {found}.",
                {"found": number[19]},
            ),
        )
    if number[20:] and _REISSUE.fullmatch(number[20:]) is None:
        problems.append(
            Text(
                "残疾人证号末两位（补办标记）应为 B 加一位数字或两位数字。",
                "The last two characters, the reissue mark, are B and a digit, or two "
                "digits.",
            ),
        )
    return problems


def _finding(subject: str, message: Text) -> Finding:
    remedy = Text("请对照残疾人证核实。", "Compare it with the certificate.")
    return Finding(
        "V2", subject, message, remedy=remedy, field="disability_certificate"
    )
