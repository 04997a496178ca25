"""Findings and refusals."""

from bangfu.calc.values.findings import (
    BadInput,
    Finding,
    NotAllowed,
    OutOfLimit,
    Refusal,
    Severity,
    WrongState,
)
from bangfu.calc.values.text import Text

SENTENCE = Text("不可以。", "Not possible.")


def test_a_refusal_carries_sentence_remedy_and_findings():
    finding = Finding("V1", "row 8", SENTENCE)
    refusal = BadInput(SENTENCE, remedy=Text("改。", "Mend it."), findings=(finding,))

    assert str(refusal) == "Not possible."
    assert refusal.message is SENTENCE
    assert str(refusal.remedy) == "Mend it."
    assert refusal.findings == (finding,)


def test_the_type_tells_the_code_and_the_status():
    told = [
        (kind.code, kind.http_status)
        for kind in (Refusal, NotAllowed, WrongState, OutOfLimit, BadInput)
    ]

    assert told == [
        ("refused", 422),
        ("not_allowed", 403),
        ("wrong_state", 409),
        ("out_of_limit", 422),
        ("bad_input", 422),
    ]


def test_a_reason_code_can_be_finer_than_the_type():
    assert WrongState(SENTENCE).reason_code == "wrong_state"
    assert WrongState(SENTENCE, code="batch_sent").reason_code == "batch_sent"


def test_a_finding_is_impossible_unless_said_otherwise():
    assert Finding("V1", "row 8", SENTENCE).severity is Severity.IMPOSSIBLE
    assert list(Severity) == ["impossible", "doubtful", "note"]
