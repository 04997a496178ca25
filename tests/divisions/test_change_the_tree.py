"""Renames, new codes, merges and splits: dated, refused, recorded."""

import pytest
from tests.divisions.conftest import code, day, names_on

from bangfu.audit.models import Event
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.divisions import operations, queries
from bangfu.divisions.geometry import Point
from bangfu.divisions.kinds import FlagKind
from bangfu.divisions.models import Division, Place, Succession
from bangfu.divisions.rules import NoSuchDivision, TreeConflict, WrongUnit

JUNE = day("2015-06-01")
MAY = "2015-05-31"


def steps() -> list[tuple[str, str, str]]:
    rows = Succession.objects.order_by("from_code", "to_code")
    return [(str(row.from_code), str(row.to_code), row.kind) for row in rows]


def heirs(text: str, on: str = "2016-01-01") -> list[str]:
    return [str(row.code) for row in queries.successors(code(text), at=day(on))]


@pytest.fixture
def change(tree, now):
    """Return a function that calls an operation as the city office from 1 June 2015."""

    def call(operation, **kwargs):
        kwargs.setdefault("effective_date", JUNE)
        kwargs.setdefault("reason", "民政厅批复")
        return operation(by=tree, at=now, **kwargs)

    return call


def test_a_rename_holds_from_its_day(change):
    change(operations.rename, code=code("990721100"), name=" 朱镇 ")

    assert names_on(MAY)["990721100"] == "赤镇"
    assert names_on("2015-06-01")["990721100"] == "朱镇"
    assert steps() == [("990721100", "990721100", "rename")]
    assert heirs("990721100") == ["990721100"]
    event = Event.objects.get(action="divisions.renamed")
    assert (event.reason, event.division_code) == ("民政厅批复", "990721100")
    assert event.detail == {"before": "赤镇", "after": "朱镇", "from": "2015-06-01"}


@pytest.mark.parametrize(
    ("kwargs", "refusal", "sentence"),
    [
        ({"name": " "}, BadInput, "The name of a division has 1 to 120 characters."),
        (
            {"name": "丁" * 121},
            BadInput,
            "The name of a division has 1 to 120 characters.",
        ),
        (
            {"effective_date": day("2016-03-02")},
            BadInput,
            "2016-03-02 is yet to come; record a change once it is in force.",
        ),
        (
            {"effective_date": day("2014-01-01")},
            TreeConflict,
            "990721100 赤镇 is valid from 2014-01-01; the change must be later.",
        ),
        (
            {"effective_date": day("2013-12-31")},
            NoSuchDivision,
            "There is no division 990721100 on 2013-12-31.",
        ),
        (
            {"code": code("990721199")},
            NoSuchDivision,
            "There is no division 990721199 on 2015-06-01.",
        ),
        (
            {"code": code("990821")},
            NotAllowed,
            "You may not change the divisions of 990821.",
        ),
    ],
)
def test_a_rename_is_refused(change, kwargs, refusal, sentence):
    before = list(Division.objects.order_by("pk").values())

    with pytest.raises(refusal) as refused:
        change(
            operations.rename, **{"code": code("990721100"), "name": "朱镇", **kwargs}
        )

    assert str(refused.value.message) == sentence
    assert list(Division.objects.order_by("pk").values()) == before
    assert not Event.objects.filter(action="divisions.renamed").exists()


@pytest.mark.parametrize(
    "role", ["township", "village", "helper", "leadership", "auditor"]
)
def test_only_city_and_county_offices_and_administrators_change_the_tree(
    tree, make_actor, now, role
):
    actor = make_actor(role, "990721", official_id=1 if role == "helper" else None)

    with pytest.raises(NotAllowed):
        operations.rename(
            by=actor,
            at=now,
            code=code("990721100"),
            name="朱镇",
            effective_date=JUNE,
            reason="",
        )


def test_a_county_that_becomes_a_district_takes_all_below_it_along(change):
    count = change(
        operations.recode, code=code("990721"), new_code=code("990704"), name="丁区"
    )

    assert count == 9
    assert names_on("2015-06-01", within="990721") == {}
    assert names_on("2015-06-01", within="990704100") == {
        "990704100": "赤镇",
        "990704100200": "东村委会",
        "990704100201": "东村民委员会",
        "990704100202": "西村委会",
    }
    assert names_on(MAY, within="990704") == {}
    assert queries.division(code("990704"), at=JUNE).name == "丁区"
    assert queries.division(code("990704100200"), at=JUNE).parent_code == "990704100"
    assert heirs("990721100200") == ["990704100200"]
    assert heirs("990721100200", "2015-05-31") == ["990721100200"]
    assert ("990721400", "990704400", "rename") in steps()
    assert Event.objects.get(action="divisions.recoded").detail["divisions"] == 9


def test_flags_outlines_and_points_go_along(change, tree, now):
    village = code("990721100200")
    operations.set_flag(
        by=tree,
        at=now,
        code=village,
        flag=FlagKind.POOR,
        valid_from_date=day("2014-01-01"),
        document="清单",
    )
    operations.set_places(
        by=tree, at=now, points={village: Point(115.1, 25.9)}, reason="实测"
    )

    change(operations.recode, code=code("990721"), new_code=code("990704"))

    old, new = village, code("990704100200")
    assert queries.flags_within(new, at=JUNE) == {new: {FlagKind.POOR}}
    assert queries.flags_within(old, at=JUNE) == {}
    assert queries.flags_within(old, at=day(MAY)) == {old: {FlagKind.POOR}}
    assert Place.objects.get(code=new).x_km == Place.objects.get(code=old).x_km


def test_a_new_code_keeps_level_parent_and_may_not_be_taken(change):
    with pytest.raises(WrongUnit, match="are of one level: 990721, 9907"):
        change(operations.recode, code=code("990721"), new_code=code("9907"))
    with pytest.raises(TreeConflict, match="The code 990703 is taken by 990703 丙区"):
        change(operations.recode, code=code("990721"), new_code=code("990703"))
    with pytest.raises(NoSuchDivision, match="There is no division 990722 "):
        change(operations.recode, code=code("990721100"), new_code=code("990722100"))
    with pytest.raises(NotAllowed, match="divisions of 990822"):
        change(operations.recode, code=code("990721"), new_code=code("990822"))


def test_villages_merge_into_one_that_goes_on(change):
    change(
        operations.merge,
        codes=[code("990721100200"), code("990721100201"), code("990721100202")],
        into=code("990721100202"),
    )

    assert set(names_on("2015-06-01", within="990721100")) == {
        "990721100",
        "990721100202",
    }
    assert heirs("990721100200") == ["990721100202"]
    assert steps() == [
        ("990721100200", "990721100202", "merge"),
        ("990721100201", "990721100202", "merge"),
    ]
    event = Event.objects.get(action="divisions.merged")
    assert event.detail["merged"] == ["990721100200", "990721100201"]


def test_villages_merge_into_a_new_one(change):
    heir = change(
        operations.merge,
        codes=[code("990721100200"), code("990721100201")],
        into=code("990721100203"),
        name="新村委会",
    )

    assert (heir.name, heir.parent_code, heir.kind) == (
        "新村委会",
        "990721100",
        "villagers",
    )
    assert heirs("990721100201") == ["990721100203"]


def test_a_merge_into_a_new_one_needs_its_name(change):
    with pytest.raises(BadInput, match="has 1 to 120 characters"):
        change(
            operations.merge, codes=[code("990721100200")], into=code("990721100203")
        )

    assert "990721100200" in names_on("2015-06-01")


def test_what_still_has_divisions_below_it_does_not_cease(change):
    with pytest.raises(TreeConflict) as refused:
        change(operations.merge, codes=[code("990721200")], into=code("990721100"))

    assert str(refused.value.message) == (
        "990721200 橙乡 still has 1 divisions below it; move them first."
    )


def test_a_township_is_emptied_then_merged(change):
    change(operations.recode, code=code("990721200200"), new_code=code("990721100203"))
    change(operations.merge, codes=[code("990721200")], into=code("990721100"))

    assert heirs("990721200200") == ["990721100203"]
    assert heirs("990721200") == ["990721100"]


def test_flags_of_a_merged_village_end(change, tree, now):
    village = code("990721100200")
    operations.set_flag(
        by=tree,
        at=now,
        code=village,
        flag=FlagKind.POOR,
        valid_from_date=day("2014-01-01"),
        document="清单",
    )

    change(operations.merge, codes=[village], into=code("990721100202"))

    assert queries.flags_within(village, at=day(MAY)) == {village: {FlagKind.POOR}}
    assert queries.flags_within(village, at=JUNE) == {}


def test_a_village_splits_into_several(change):
    change(
        operations.split,
        code=code("990721100200"),
        into={code("990721100210"): "南村委会", code("990721100211"): "北村委会"},
    )

    assert heirs("990721100200") == ["990721100210", "990721100211"]
    assert "990721100200" not in names_on("2015-06-01")


def test_a_village_may_go_on_when_a_part_becomes_a_village(change):
    change(
        operations.split,
        code=code("990721100200"),
        into={code("990721100200"): "东村委会", code("990721100210"): "南村委会"},
    )

    assert heirs("990721100200") == ["990721100200"]
    assert heirs("990721100200", MAY) == ["990721100200"]
    assert names_on("2015-06-01")["990721100210"] == "南村委会"


def test_a_split_has_parts_and_free_codes(change):
    with pytest.raises(WrongUnit, match="split into at least two divisions"):
        change(
            operations.split,
            code=code("990721100200"),
            into={code("990721100210"): "南村委会"},
        )
    with pytest.raises(TreeConflict, match="990721100201 is taken by"):
        change(
            operations.split,
            code=code("990721100200"),
            into={code("990721100210"): "南村委会", code("990721100201"): "北村委会"},
        )


def test_heirs_are_followed_through_several_changes(change):
    change(operations.recode, code=code("990721"), new_code=code("990704"))
    change(
        operations.split,
        code=code("990704100200"),
        into={code("990704100210"): "南村委会", code("990704100211"): "北村委会"},
        effective_date=day("2015-07-01"),
    )
    change(
        operations.merge,
        codes=[code("990704100211")],
        into=code("990704100202"),
        effective_date=day("2015-08-01"),
    )

    assert heirs("990721100200", "2015-06-15") == ["990704100200"]
    assert heirs("990721100200", "2015-07-15") == ["990704100210", "990704100211"]
    assert heirs("990721100200") == ["990704100202", "990704100210"]
    assert heirs("990721999999") == []
