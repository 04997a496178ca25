from __future__ import annotations

import shutil
from datetime import date

import pytest

from bangfu.policy.loading import DEFAULT_PACK, PackRefused, load
from bangfu.policy.quotas import InconsistentPairing, Quota, pairing_quotas

DAY = date(2016, 3, 1)


@pytest.fixture
def changed(tmp_path):
    """Return a function that loads the default pack with a text or two replaced."""

    def change(old: str, new: str, *, also: tuple[str, str] = ("", "")):
        directory = tmp_path / "changed"
        shutil.copytree(DEFAULT_PACK, directory)
        path = directory / "pairing.toml"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        assert also[0] in text
        changed_text = text.replace(old, new)
        if also[0]:
            changed_text = changed_text.replace(*also)
        path.write_text(changed_text, encoding="utf-8")
        return load(directory)

    return change


def test_the_default_pack_says_three_two_one_exactly():
    pack = load(DEFAULT_PACK)

    quotas = pairing_quotas(pack, at=DAY)

    assert dict(quotas.quotas) == {"A": Quota(3, 3), "B": Quota(2, 2), "C": Quota(1, 1)}
    assert quotas.three_sends == Quota(3, 5)
    assert (quotas.exact_or_at_least, quotas.three_sends_mode) == ("exact", "replace")
    assert quotas.outside == Quota(0, 0)
    assert quotas.in_post_only is True
    assert quotas.pack_hash == pack.hash


def test_at_least_opens_the_upper_bound(changed):
    quotas = pairing_quotas(changed('value = "exact"', 'value = "at_least"'), at=DAY)

    assert dict(quotas.quotas) == {"A": Quota(3, 5), "B": Quota(2, 5), "C": Quota(1, 5)}


def test_a_number_above_the_ceiling_is_its_own_upper_bound(changed):
    pack = changed(
        'value = "exact"\n',
        'value = "at_least"\n',
        also=("households = 3 ", "households = 8 "),
    )

    assert pairing_quotas(pack, at=DAY).quotas["A"] == Quota(8, 8)


def test_a_county_can_have_its_own_numbers(changed):
    own = """
[[parameter.value]]
value = [{ tier = "A", households = 8 }, { tier = "B", households = 6 }, { tier = "C", households = 4 }]
unit = "households"
valid_from = 2015-01-01
scope = "990101"
source = { zh = "县方案", en = "The county's programme" }
grade = "found"
status = "verified"

[[parameter]]
key = "pairing.exact_or_at_least\""""
    pack = changed('\n[[parameter]]\nkey = "pairing.exact_or_at_least"', own)

    assert pairing_quotas(pack, at=DAY, division="990101").quotas["A"] == Quota(8, 8)
    assert pairing_quotas(pack, at=DAY, division="990102").quotas["A"] == Quota(3, 3)
    assert pairing_quotas(pack, at=date(2014, 6, 1), division="990101").quotas[
        "A"
    ] == Quota(3, 3)


def test_a_tier_without_a_number_is_refused_when_the_pack_is_loaded(changed):
    with pytest.raises(PackRefused) as refused:
        changed('  { tier = "C", households = 1 },\n', "")

    [finding] = refused.value.findings
    assert finding.code == "inconsistent"
    assert (
        finding.message.in_language("zh-hans")
        == "档次 C 没有规定户数（pairing.quota）。"
    )


def test_a_tier_with_two_numbers_is_refused(changed):
    with pytest.raises(PackRefused) as refused:
        changed('{ tier = "C", households = 1 }', '{ tier = "B", households = 1 }')

    assert [str(f.message) for f in refused.value.findings] == [
        "Tier B has two numbers of households (pairing.quota)."
    ]


def test_a_least_above_the_most_is_refused(changed):
    with pytest.raises(PackRefused) as refused:
        changed(
            'value = 5\nunit = "households"\nvalid_from = 2014-01-01\nscope = ""\nsource = { zh = "方案：每名',
            'value = 2\nunit = "households"\nvalid_from = 2014-01-01\nscope = ""\nsource = { zh = "方案：每名',
        )

    assert [str(f.message) for f in refused.value.findings] == [
        "pairing.three_sends: the least, 3, is more than the most, 2."
    ]


def test_a_contradiction_of_a_later_day_is_found_at_loading(changed):
    later = """
[[parameter.value]]
value = [{ tier = "A", households = 3 }]
unit = "households"
valid_from = 2020-01-01
scope = "9901"
source = { zh = "甲", en = "a" }
grade = "found"
status = "verified"

[[parameter]]
key = "pairing.exact_or_at_least\""""
    with pytest.raises(PackRefused) as refused:
        changed('\n[[parameter]]\nkey = "pairing.exact_or_at_least"', later)

    [finding] = refused.value.findings
    assert str(finding.message) == (
        "Tier B, C has no number of households (pairing.quota)."
    )
    assert InconsistentPairing.code == "inconsistent_pairing"
