"""Importing the published list, and the file of changes."""

from datetime import date

import pytest
from tests.divisions.conftest import SINCE, code, day, names_on

from bangfu.audit.models import Event
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.divisions import operations, queries
from bangfu.divisions.models import BEFORE_RECORDS, Division, Succession
from bangfu.divisions.published import FaultyList, NoList

CHANGES = (
    "代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码\n"
    "990700,示范省,甲市,甲市,地级,在用,1998,,\n"
    "990720,示范省,甲市,丁县,县级,弃用,1998,2003,990721\n"
    "990721,示范省,甲市,丁县,县级,在用,2003,,\n"
    "990782,示范省,甲市,己市,县级,弃用,1998,2013,990703;990721\n"
    "990703,示范省,甲市,丙区,县级,在用,2013,,\n"
)


@pytest.fixture
def changes(tmp_path):
    file = tmp_path / "changes.csv"
    file.write_text(CHANGES, encoding="utf-8")
    return file


def replace(folder, name, old, new):
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def start_of(text: str) -> date:
    return Division.objects.get(code=text, valid_to_date=None).valid_from_date


def test_a_first_list_counts_from_before_all_records(load):
    report = load()

    assert report.new == 15
    assert report.listed["villages"] == 5
    assert set(Division.objects.values_list("valid_from_date", flat=True)) == {
        BEFORE_RECORDS
    }


def test_a_day_that_is_named_is_the_first_day(load):
    load(valid_from=SINCE)

    assert names_on("2013-12-31") == {}
    assert len(names_on("2014-01-01")) == 15


def test_the_second_time_changes_nothing(load):
    load()
    before = list(Division.objects.order_by("pk").values())

    report = load()

    assert report.is_nothing
    assert (report.new, report.changed, report.same) == (0, 0, 15)
    assert list(Division.objects.order_by("pk").values()) == before


def test_the_facts_of_a_division_are_stored(load):
    load()

    row = Division.objects.get(code="990721400")
    assert (row.name, row.level, row.parent_code, row.kind) == (
        "黄园艺场",
        9,
        "990721",
        "farm",
    )


def test_a_new_name_is_a_rename_from_the_day_of_the_list(load, folder):
    load()
    replace(folder, "streets.csv", "赤镇", "朱镇")

    report = load(valid_from=day("2015-06-01"))

    assert (report.renamed, report.new, report.same) == (1, 0, 14)
    assert queries.division(code("990721100"), at=day("2015-05-31")).name == "赤镇"
    assert queries.division(code("990721100"), at=day("2015-06-01")).name == "朱镇"
    [step] = Succession.objects.all()
    assert (step.from_code, step.to_code, step.kind) == (
        "990721100",
        "990721100",
        "rename",
    )


def test_a_name_that_began_on_the_day_of_the_list_is_corrected(load, folder):
    load(valid_from=SINCE)
    replace(folder, "streets.csv", "赤镇", "朱镇")

    report = load(valid_from=SINCE)

    assert (report.corrected, report.renamed) == (1, 0)
    assert [row.name for row in queries.history(code("990721100"))] == ["朱镇"]


def test_a_new_village_beside_others_begins_on_the_day_of_the_list(load, folder):
    load()
    with (folder / "villages.csv").open("a", encoding="utf-8") as file:
        file.write("990721100203,新村委会,990721100\n990703001001,居委会,990703001\n")

    assert load().new == 2

    assert start_of("990721100203") == day("2016-03-01")
    assert start_of("990703001001") == BEFORE_RECORDS


def test_nothing_is_valid_before_what_is_above_it(load, folder):
    load(source=[folder / "provinces.csv", folder / "cities.csv"], valid_from=SINCE)

    load()

    assert set(Division.objects.values_list("valid_from_date", flat=True)) == {SINCE}


def test_what_is_not_listed_any_more_is_counted_and_stays(load, folder):
    load()
    replace(folder, "streets.csv", "990721200,橙乡,990721\n", "")
    replace(folder, "villages.csv", "990721200200,东村委会,990721200\n", "")

    report = load()

    assert (report.missing, report.missing_first, report.ended) == (1, ["990721200"], 0)
    assert "990721200200" in names_on("2016-03-01")


def test_it_ends_with_all_below_it_when_told_to(load, folder):
    load()
    replace(folder, "streets.csv", "990721200,橙乡,990721\n", "")
    replace(folder, "villages.csv", "990721200200,东村委会,990721200\n", "")

    report = load(is_ending_missing=True)

    assert report.ended == 2
    assert names_on("2016-02-29", within="990721200") == {
        "990721200": "橙乡",
        "990721200200": "东村委会",
    }
    assert names_on("2016-03-01", within="990721200") == {}


def test_a_code_that_comes_back_begins_after_it_ended(load, folder):
    load()
    old = (folder / "streets.csv").read_text(encoding="utf-8")
    replace(folder, "streets.csv", "990721200,橙乡,990721\n", "")
    replace(folder, "villages.csv", "990721200200,东村委会,990721200\n", "")
    load(valid_from=day("2015-01-01"), is_ending_missing=True)

    (folder / "streets.csv").write_text(old, encoding="utf-8")
    load(valid_from=day("2014-06-01"))

    assert start_of("990721200") == day("2015-01-01")


def test_the_fictional_province_is_never_missing_from_a_real_list(load, tmp_path):
    load()
    real = tmp_path / "real.csv"
    real.write_text("code,name\n36,江西省\n", encoding="utf-8")

    report = load(source=real, is_ending_missing=True)

    assert (report.new, report.missing, report.ended) == (1, 0, 0)


def test_only_the_part_that_was_asked_for_is_imported(load):
    report = load(under=code("990721"))

    assert report.new == 11
    assert set(names_on("2016-03-01")) >= {"99", "9907", "990721", "990721400500"}
    assert "9908" not in names_on("2016-03-01")


def test_siblings_above_the_part_are_not_missing(load):
    load()

    assert load(under=code("990721")).missing == 0


def test_an_orphan_is_a_fault_and_nothing_is_imported(load, folder):
    (folder / "streets.csv").unlink()

    with pytest.raises(FaultyList) as refused:
        load()

    assert len(refused.value.findings) == 5
    assert str(refused.value.findings[0].message) == (
        "990721100, above 990721100200, is neither in the list nor on file."
    )
    assert str(refused.value.findings[0].place) == "villages.csv line 2"


def test_a_fault_leaves_nothing_behind(load, folder):
    replace(folder, "villages.csv", "990721400500,一分场", "990721400500, ")

    with pytest.raises(FaultyList):
        load()

    assert not Division.objects.exists()
    assert not Event.objects.filter(action="divisions.imported").exists()


def test_a_list_can_lean_on_what_is_on_file(load, folder):
    load(source=[folder / "provinces.csv", folder / "cities.csv", folder / "areas.csv"])

    report = load(source=[folder / "streets.csv"], under=code("9907"))

    assert report.new == 4


def test_a_list_of_a_day_to_come_is_refused(load):
    with pytest.raises(BadInput, match="2016-03-02 is yet to come"):
        load(valid_from=day("2016-03-02"))


def test_a_missing_source_is_refused(load, tmp_path):
    with pytest.raises(NoList):
        load(source=tmp_path / "nowhere")


def test_the_nation_is_for_the_administrator(load, city, now, folder):
    with pytest.raises(
        NotAllowed, match="You may not change the divisions of the whole"
    ):
        operations.import_divisions(by=city, at=now, source=folder)
    with pytest.raises(NotAllowed, match="divisions of 9908"):
        operations.import_divisions(by=city, at=now, source=folder, under=code("9908"))


def test_a_city_office_imports_its_own_part(db, city, now, folder):
    report = operations.import_divisions(
        by=city, at=now, source=folder, under=code("9907")
    )

    assert report.new == 13
    [event] = Event.objects.filter(action="divisions.imported")
    assert (event.division_code, event.detail["new"]) == ("9907", 13)


def test_changes_date_the_list_and_add_what_is_over(load, changes):
    report = load(changes=changes)

    assert (report.new, report.past_new, report.successions_new) == (15, 2, 3)
    assert start_of("990721") == day("2003-01-01")
    assert start_of("990721100200") == day("2003-01-01")
    assert start_of("9907") == day("1998-01-01")
    assert start_of("9908") == BEFORE_RECORDS
    assert names_on("2002-12-31", within="9907") == {
        "9907": "甲市",
        "990720": "丁县",
        "990782": "己市",
    }


def test_changes_loaded_afterwards_come_to_the_same(load, changes):
    load(changes=changes)
    together = set(Division.objects.values_list("code", "valid_from_date"))
    Division.objects.all().delete()
    Succession.objects.all().delete()
    load()

    report = load(source=(), changes=changes)

    # Of 15, all but the province, 9908 and what is below it begin later than thought.
    assert (report.dated, report.past_new, report.successions_new) == (12, 2, 3)
    assert set(Division.objects.values_list("code", "valid_from_date")) == together


def test_the_second_time_changes_change_nothing(load, changes):
    load(changes=changes)

    assert load(changes=changes).is_nothing


def test_days_that_an_office_recorded_are_kept(load, city, now, changes):
    load(valid_from=SINCE)

    report = load(source=(), changes=changes)

    assert (report.dated, report.past_new) == (0, 2)
    assert start_of("990721") == SINCE


def test_past_stretches_that_overlap_what_is_on_file_are_left(load, changes):
    load()
    Division.objects.filter(code="990721").update(code="990720", parent_code="9907")

    report = load(source=(), changes=changes)

    assert (report.past_new, report.past_kept) == (1, 1)


def test_a_fault_in_the_changes_refuses_both(load, changes):
    changes.write_text(CHANGES.replace(",1998,2003,", ",1998,1997,"), encoding="utf-8")

    with pytest.raises(FaultyList) as refused:
        load(changes=changes)

    assert str(refused.value.findings[0].place) == "changes.csv line 3"
    assert not Division.objects.exists()
