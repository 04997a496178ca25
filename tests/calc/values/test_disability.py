"""Rule V2: the disability certificate's number."""

import pytest

from bangfu.calc.values.disability import (
    DisabilityFacts,
    InvalidDisabilityCertificate,
    check_disability_certificate,
    parse_disability_certificate,
)

NUMBER = "990101197512311228"
OTHER = "990101198002290011"


def sentences(text: str, **options) -> list[str]:
    found = check_disability_certificate(text, demo=True, **options)
    return [str(finding.message) for finding in found]


@pytest.mark.parametrize("tail", ["", "11", "74", "43B1", "4312"])
def test_the_three_lengths_in_use_are_taken(tail):
    assert sentences(NUMBER + tail) == []


@pytest.mark.parametrize("tail", ["1", "123", "12B12"])
def test_other_lengths_are_refused(tail):
    [sentence] = sentences(NUMBER + tail)

    assert sentence == (
        "A certificate's number has 18, 20 or 22 characters; this one has "
        f"{18 + len(tail)}."
    )


def test_category_and_grade_have_their_limits():
    assert sentences(NUMBER + "85") == [
        "Character 19 of the certificate, the category, is 1–7, not 8.",
        "Character 20 of the certificate, the grade, is 1–4, not 5.",
    ]
    assert len(sentences(NUMBER + "00")) == 2


def test_a_reissue_mark_is_b_and_a_digit():
    assert sentences(NUMBER + "11C1") == [
        "The last two characters, the reissue mark, are B and a digit, or two digits.",
    ]


def test_it_begins_with_a_valid_identity_number():
    assert sentences(NUMBER[:-1] + "911") == [
        "The first 18 characters of the certificate are no valid identity number.",
    ]


def test_it_begins_with_the_holders_own_number():
    assert sentences(NUMBER + "11", identity_number=NUMBER) == []
    assert sentences(NUMBER + "11", identity_number=OTHER) == [
        "The first 18 characters of the certificate are not the person's identity number.",
    ]


def test_the_sample_province_needs_demo_mode():
    [finding] = check_disability_certificate(NUMBER + "11", subject="row 3")

    assert (finding.code, finding.subject) == ("V2", "row 3")


def test_it_tells_category_and_grade():
    facts = parse_disability_certificate(f" {NUMBER}43b1")

    assert facts == DisabilityFacts(NUMBER, "4", "3", "B1")
    assert repr(facts) == "DisabilityFacts(****************28, '4', '3')"
    assert parse_disability_certificate(NUMBER) == DisabilityFacts(NUMBER, "", "", "")


def test_parsing_an_invalid_certificate_is_refused():
    with pytest.raises(InvalidDisabilityCertificate) as refused:
        parse_disability_certificate(NUMBER + "95")

    assert len(refused.value.findings) == 2
