"""Rule V1: identity numbers. All numbers belong to the fictional province 99."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.calc.values.findings import Severity
from bangfu.calc.values.identity import (
    IdentityFacts,
    InvalidIdentityNumber,
    check_character,
    check_identity_agrees,
    check_identity_number,
    make_identity_number,
    mask_identity_number,
    normalise_identity_number,
    parse_identity_number,
)

# 9·7+9·9+0·10+1·5+0·8+1·4+1·2+9·1+8·6+0·3+0·7+2·9+2·10+9·5+0·8+0·4+1·2 = 297
# 297 mod 11 = 0, and the remainder 0 stands for the check character 1.
MAN = "990101198002290011"
# The same with 19751231 122: the sum is 301, 301 mod 11 = 4, which stands for 8.
WOMAN = "990101197512311228"


def sentences(number: str, **options) -> list[str]:
    return [str(f.message) for f in check_identity_number(number, demo=True, **options)]


def test_the_check_character_follows_the_standard_by_hand():
    assert check_character("99010119800229001") == "1"
    assert check_character("99010119751231122") == "8"


def test_a_valid_number_has_no_findings():
    assert check_identity_number(MAN, demo=True) == []


def test_it_tells_birth_date_sex_and_division():
    facts = parse_identity_number(WOMAN)

    assert facts == IdentityFacts(
        number=WOMAN,
        birth_date=datetime.date(1975, 12, 31),
        sex="2",
        division="990101",
        check="8",
    )
    assert parse_identity_number(MAN).sex == "1"


@pytest.mark.parametrize(
    "written",
    [
        "９９０１０１１９８００２２９００１１",
        " 990101 19800229 0011 ",
        "'990101198002290011",
        "’990101198002290011",
        "\ufeff990101198002290011\u200b\u00a0",
    ],
)
def test_it_reads_a_number_as_offices_write_it(written):
    assert normalise_identity_number(written) == MAN
    assert check_identity_number(written, demo=True) == []


def test_a_small_or_full_width_x_is_the_check_character_x():
    first_17 = next(
        f"9901011975123100{n}"
        for n in range(10)
        if check_character(f"9901011975123100{n}") == "X"
    )

    assert check_identity_number(first_17 + "x", demo=True) == []
    assert check_identity_number(first_17 + "ｘ", demo=True) == []
    assert parse_identity_number(first_17 + "x").check == "X"


def test_the_length_is_told():
    assert sentences("99010119800229001") == [
        "An identity number has 18 characters; this one has 17.",
    ]
    assert sentences("") == ["An identity number has 18 characters; this one has 0."]


def test_an_old_number_of_fifteen_digits_is_named_as_such():
    assert sentences("990101800229001") == [
        "This is an old identity number of 15 digits; 18 characters are needed.",
    ]


@pytest.mark.parametrize(
    "number",
    [
        "99010119800229O011",
        "9901011980022900X1",
        "090101198002290011",
        "99010119800229001二",
    ],
)
def test_a_character_that_cannot_be_is_refused(number):
    [sentence] = sentences(number)

    assert sentence == (
        "The identity number holds a character that cannot be: 17 digits are needed, "
        "then a digit or X."
    )


def test_digits_of_other_scripts_do_not_pass_as_digits():
    assert len(sentences("٩٩٠١٠١١٩٨٠٠٢٢٩٠٠١١")) == 1


def test_a_wrong_check_character_is_impossible():
    [finding] = check_identity_number("990101198002290012", demo=True, subject="row 8")

    assert finding.code == "V1"
    assert finding.subject == "row 8"
    assert finding.severity is Severity.IMPOSSIBLE
    assert finding.field == "identity_number"
    assert str(finding.message) == (
        "The identity number's check character is wrong: it was miscopied, or changed "
        "by a spreadsheet."
    )
    assert finding.message.in_language("zh-hans") == (
        "身份证号码校验码错误，请核对是否抄错或被表格软件改动。"
    )


def test_a_date_that_does_not_exist_is_refused():
    number = "99010119810229001"

    assert sentences(number + check_character(number)) == [
        "The birth date in the identity number does not exist.",
    ]


def test_a_birth_before_1900_is_refused():
    assert sentences(make_identity_number("990101", datetime.date(1900, 1, 1), 1)) == []
    assert sentences(
        make_identity_number("990101", datetime.date(1899, 12, 31), 1)
    ) == [
        "The birth year in the identity number is before 1900.",
    ]


def test_a_birth_after_the_given_day_is_refused():
    number = make_identity_number("990101", datetime.date(2016, 5, 2), 7)

    assert sentences(number) == []
    assert sentences(number, on=datetime.date(2016, 5, 2)) == []
    assert sentences(number, on=datetime.date(2016, 5, 1)) == [
        "The birth date in the identity number is after 2016-05-01.",
    ]


def test_the_sample_province_is_valid_in_demo_mode_only():
    [finding] = check_identity_number(WOMAN)

    assert str(finding.message) == (
        "The identity number begins with 99, which is no province."
    )


@pytest.mark.parametrize("province", ["11", "36", "50", "71", "81", "82"])
def test_provinces_in_use_are_known(province):
    first_17 = f"{province}000020000101000"

    assert check_identity_number(first_17 + check_character(first_17)) == []


@pytest.mark.parametrize("province", ["10", "16", "38", "47", "55", "66", "83", "91"])
def test_other_provinces_are_not(province):
    first_17 = f"{province}000020000101000"

    assert len(check_identity_number(first_17 + check_character(first_17))) == 1


def test_all_findings_are_returned_together():
    assert len(check_identity_number("980101198102290018")) == 3


def test_an_unknown_county_is_only_a_note():
    [finding] = check_identity_number(WOMAN, demo=True, known_counties={"990102"})

    assert finding.severity is Severity.NOTE
    assert check_identity_number(WOMAN, demo=True, known_counties={"990101"}) == []


def test_parsing_an_invalid_number_is_refused_with_the_findings():
    with pytest.raises(InvalidIdentityNumber) as refused:
        parse_identity_number("990101198002290012")

    assert [finding.code for finding in refused.value.findings] == ["V1"]


def test_parsing_can_refuse_the_sample_province():
    with pytest.raises(InvalidIdentityNumber):
        parse_identity_number(WOMAN, demo=False)


def test_sex_and_birth_date_entered_beside_it_are_compared():
    facts = parse_identity_number(WOMAN)

    assert check_identity_agrees(facts) == []
    assert (
        check_identity_agrees(facts, sex="2", birth_date=datetime.date(1975, 12, 31))
        == []
    )
    found = check_identity_agrees(
        facts, sex="1", birth_date=datetime.date(1975, 12, 30)
    )
    assert [(finding.code, finding.field) for finding in found] == [
        ("V1", "sex"),
        ("V1", "birth_date"),
    ]


def test_a_mask_leaves_the_last_two_characters():
    assert mask_identity_number(WOMAN) == "****************28"
    assert mask_identity_number("12") == "**"
    assert mask_identity_number("") == ""


def test_no_message_or_repr_gives_the_number_away():
    for number in (WOMAN[:-1] + "9", "980101198102290018", "990101198002290O11"):
        for finding in check_identity_number(number):
            assert number[6:14] not in str(finding.message)
    assert repr(parse_identity_number(WOMAN)) == "IdentityFacts(****************28)"


@pytest.mark.parametrize("division", ["360721", "9901", "99010a"])
def test_a_sample_number_is_made_in_the_fictional_province_only(division):
    with pytest.raises(ValueError, match="need a division in province 99"):
        make_identity_number(division, datetime.date(1980, 1, 1), 1)


def test_a_sample_number_has_a_sequence_of_three_digits():
    with pytest.raises(ValueError, match="from 0 to 999"):
        make_identity_number("990101", datetime.date(1980, 1, 1), 1000)


births = st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31))


@given(births, st.integers(0, 999))
def test_what_is_made_can_be_read_back(birth_date, sequence):
    facts = parse_identity_number(make_identity_number("990721", birth_date, sequence))

    assert facts.birth_date == birth_date
    assert facts.sex == ("1" if sequence % 2 else "2")


@given(births, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(birth_date, sequence, at, shift):
    number = make_identity_number("990721", birth_date, sequence)
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]

    assert check_identity_number(wrong, demo=True) != []


@given(births, st.integers(0, 999), st.integers(0, 15))
def test_every_swap_of_two_neighbours_is_found(birth_date, sequence, at):
    number = make_identity_number("990721", birth_date, sequence)
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    assert swapped == number or check_identity_number(swapped, demo=True) != []


@given(st.text(max_size=30))
def test_any_text_is_checked_without_a_crash(text):
    assert isinstance(check_identity_number(text, demo=True), list)
