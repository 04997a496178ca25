from __future__ import annotations

import pytest
from tests.policy.conftest import write_parameter, write_value

from bangfu.policy.differences import Change
from bangfu.policy.loading import load

GAP = write_parameter("handover.max_gap", write_value("15", "days"))
ALARM = write_parameter("visit.alarm", write_value("12", "months"))
SHARE = write_parameter("carry.full", write_value("8", "percent"))


@pytest.fixture
def packs(write_pack):
    def make(before: str, after: str):
        return load(write_pack(before, name="a")), load(write_pack(after, name="b"))

    return make


def test_the_hash_is_64_hexadecimal_digits(write_pack):
    assert len(bytes.fromhex(load(write_pack(GAP)).hash)) == 32


def test_files_order_and_layout_do_not_change_the_hash(write_pack):
    one = load(write_pack(GAP, ALARM, name="a"))
    other = load(
        write_pack(name="b", z=GAP.replace("\n\n", "\n\n# a remark\n"), y=ALARM)
    )

    assert one.hash == other.hash
    assert one == other


def test_the_same_number_written_otherwise_has_the_same_hash(packs):
    one, other = packs(SHARE, SHARE.replace("value = 8", "value = 8.00"))

    assert one.hash == other.hash


@pytest.mark.parametrize(
    "change",
    [
        ("value = 15", "value = 16"),
        ("valid_from = 2014-01-01", "valid_from = 2014-01-02"),
        ('scope = ""', 'scope = "99"'),
        ("a source", "another source"),
        ('grade = "found"', 'grade = "stated"'),
        ('status = "verified"', 'status = "unverified"'),
        ('status = "verified"', 'status = "unverified"\nscenario = "x"'),
        ("A parameter", "The parameter"),
        ("pairing.solve", "pairing.quota"),
    ],
)
def test_any_change_of_content_changes_the_hash(packs, change):
    before, after = packs(GAP, GAP.replace(*change))

    assert before.hash != after.hash
    assert before.diff(after) != ()


def test_equal_packs_have_no_differences(packs):
    before, after = packs(GAP, GAP)

    assert before.diff(after) == ()


def test_a_changed_value_is_named_with_what_changed(packs):
    before, after = packs(
        GAP, GAP.replace("15", "10").replace('"verified"', '"unverified"')
    )

    [difference] = before.diff(after)

    assert (difference.change, difference.key) == (Change.CHANGED, "handover.max_gap")
    assert difference.fields == ("value", "status")
    assert (difference.before.integer, difference.after.integer) == (15, 10)


def test_added_and_removed_values_are_told_apart(packs):
    before, after = packs(GAP, ALARM)

    assert [(d.change, d.key) for d in before.diff(after)] == [
        (Change.REMOVED, "handover.max_gap"),
        (Change.ADDED, "visit.alarm"),
    ]


def test_a_new_title_is_a_difference_of_its_own(packs):
    before, after = packs(GAP, GAP.replace("A parameter", "The parameter"))

    [difference] = before.diff(after)

    assert difference.change is Change.DESCRIBED
    assert difference.fields == ("title",)
