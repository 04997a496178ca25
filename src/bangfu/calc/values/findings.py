"""Findings and refusals: the two ways in which the system says that something is wrong.

A *finding* is a value: checks over data return all of them, never only the first.
A *refusal* is an exception: an operation raises it and nothing has changed.

    Refusal                     a person can act on it: code, sentence, remedy
    ├── NotAllowed              this person may not do this here            (403)
    ├── WrongState              the record is not in a state for this       (409)
    ├── OutOfLimit              more than the system takes at once          (422)
    └── BadInput                the input itself is wrong                   (422)
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import ClassVar

from bangfu.calc.values.text import Text


class Severity(enum.StrEnum):
    """How bad a finding is; the order is from worst to mildest."""

    IMPOSSIBLE = "impossible"  # refused: it cannot be true
    DOUBTFUL = "doubtful"  # stored and flagged: a person must look
    NOTE = "note"  # stored: worth knowing


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check found.

    code: stable identifier, e.g. "V1". subject: what it is about (a row, a key, a
    code), never an identity number. place: where it stands, e.g. "row 8, 民族".
    """

    code: str
    subject: str
    message: Text
    severity: Severity = Severity.IMPOSSIBLE
    remedy: Text | None = None
    place: Text | None = None
    field: str | None = None


class Refusal(Exception):
    """An act that was refused; nothing has changed. Subclasses say why by type."""

    code: ClassVar[str] = "refused"
    http_status: ClassVar[int] = 422
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: Text,
        *,
        remedy: Text | None = None,
        findings: tuple[Finding, ...] = (),
        code: str | None = None,
    ) -> None:
        """Keep the sentence, the remedy and any findings behind them."""
        super().__init__(str(message))
        self.message = message
        self.remedy = remedy
        self.findings = findings
        self.reason_code = code or type(self).code


class NotAllowed(Refusal):
    """The acting grant does not allow this act at this place."""

    code = "not_allowed"
    http_status = 403


class WrongState(Refusal):
    """The record is not in a state from which this act is possible."""

    code = "wrong_state"
    http_status = 409


class OutOfLimit(Refusal):
    """The input exceeds a stated limit."""

    code = "out_of_limit"


class BadInput(Refusal):
    """The input is wrong; the findings say what and where."""

    code = "bad_input"
