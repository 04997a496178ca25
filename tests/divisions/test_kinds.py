"""What a township or village is, read off its code and name."""

import pytest

from bangfu.divisions.kinds import FlagKind, SuccessionKind, UnitKind, kind_of


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("99", "示范省", UnitKind.HIGHER),
        ("990721", "甲县", UnitKind.HIGHER),
        ("990721001", "甲街道", UnitKind.STREET),
        ("990721100", "甲镇", UnitKind.TOWN),
        ("990721200", "甲乡", UnitKind.RURAL_TOWNSHIP),
        ("990721400", "甲园艺场", UnitKind.FARM),
        ("990721401", "甲工业园区", UnitKind.PARK),
        ("990721402", "甲管委会", UnitKind.OTHER_TOWNSHIP),
        ("990721000", "甲县", UnitKind.OTHER_TOWNSHIP),
        ("990721100001", "甲社区居委会", UnitKind.RESIDENTS),
        ("990721100200", "甲村委会", UnitKind.VILLAGERS),
        ("990721100498", "甲场生活区", UnitKind.OTHER_VILLAGE),
        ("990721100500", "甲分场", UnitKind.OTHER_VILLAGE),
    ],
)
def test_the_last_three_digits_tell_the_kind(code, name, kind):
    assert kind_of(code, name) is kind


def test_a_town_with_a_farms_name_stays_a_town():
    assert kind_of("990721101", "红旗农场镇") is UnitKind.TOWN


def test_only_what_works_like_a_township_or_village_is_pseudo():
    pseudo = {kind for kind in UnitKind if kind.is_pseudo}

    assert pseudo == {
        UnitKind.PARK,
        UnitKind.FARM,
        UnitKind.OTHER_TOWNSHIP,
        UnitKind.OTHER_VILLAGE,
    }


def test_every_member_has_words_in_both_languages():
    for member in [*UnitKind, *FlagKind, *SuccessionKind]:
        assert member.text.zh
        assert member.text.en
