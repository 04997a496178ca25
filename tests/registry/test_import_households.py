"""Importing the household roll: what is written, and what is not."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from tests.registry.workbooks import (
    OTHER_COUNTY_VILLAGE,
    OTHER_VILLAGE,
    VILLAGE,
    families,
    family,
    household,
    member,
    number,
    workbook,
)

from bangfu import vault
from bangfu.calc.values.findings import NotAllowed, WrongState
from bangfu.registry.imports import operations
from bangfu.registry.models import Flag, Household, Import, Income, Member


def impossible(plan) -> list[tuple[str, int | None, str | None, str]]:
    """Sheet, row, field and Chinese message of what keeps households out."""
    return [
        (
            f.finding.sheet,
            f.finding.row,
            f.finding.field,
            f.finding.message.in_language("zh"),
        )
        for f in plan.findings
        if f.finding.severity == "impossible"
    ]


def counts(plan) -> tuple[int, int, int, int]:
    return tuple(plan.counts.as_json().values())


# It works


def test_it_writes_nothing_before_confirmation(importer):
    record, plan = importer.check(families("0001", "0002"))

    assert counts(plan) == (2, 0, 0, 0)
    assert record.state == "checked"
    assert Household.objects.count() == 0


def test_it_stores_households_members_and_income(importer):
    content = families(
        "0001",
        attribute="2",
        cause_main="1",
        cause_other=["3", "7"],
        land_arable_mu=Decimal("2.50"),
        phone="13900001234",
        is_water_safe=False,
        year=2015,
        wage=1_200_000,
        transfer_dibao=90_000,
        operating_expense=20_000,
    )

    importer.run(content)

    stored = Household.objects.get()
    assert (stored.division_code, stored.household_no) == (VILLAGE, "0001")
    assert (stored.head_name, stored.head_initials, stored.status) == (
        "张三",
        "ZS",
        "0",
    )
    assert stored.cause_other == ["3", "7"]
    assert str(stored.land_arable_mu) == "2.50"
    assert stored.is_water_safe is False
    assert stored.has_power is None
    assert (vault.unseal(stored.phone_sealed), stored.phone_tail) == (
        "13900001234",
        "34",
    )
    head, wife = Member.objects.order_by("position")
    assert (head.position, head.relation, head.sex) == (1, "01", "1")
    assert (wife.position, wife.relation, wife.sex) == (2, "02", "2")
    assert str(head.birth_date) == "1970-01-01"
    identity = number("1970-01-01", 3)
    assert vault.unseal(head.identity_sealed) == identity
    assert bytes(head.identity_index) == vault.blind_index(identity, "identity")
    assert bytes(head.identity_last_four_index) == vault.blind_index(
        identity[-4:], "last-four"
    )
    assert head.identity_tail == identity[-2:]
    income = Income.objects.get()
    # 12 000 wage + 900 transfer, which only its part states, - 200 expense.
    assert (income.transfer_fen, income.net_fen) == (90_000, 1_270_000)


def test_it_records_one_audit_event_and_the_import(importer):
    from bangfu.audit.models import Event

    record, _ = importer.check(families("0001", "0002"))
    importer.apply(record)

    event = Event.objects.get(action="registry.import.applied")
    assert event.subject_id == str(record.pk)
    assert event.detail["new"] == 2
    record.refresh_from_db()
    assert record.state == "applied"
    assert set(Household.objects.values_list("import_id", flat=True)) == {record.pk}


def test_the_same_file_again_changes_nothing(importer):
    content = families("0001", "0002", phone="13900001234", year=2015, wage=100)
    importer.run(content)

    record, plan = importer.check(content)

    assert counts(plan) == (0, 0, 2, 0)
    assert plan.differences == ()
    assert record.state == "unchanged"
    assert record.finished_at == importer.at
    with pytest.raises(WrongState, match="nothing to import"):
        operations.confirm(by=importer.by, at=importer.at, import_id=record.pk)
    assert Household.objects.get(household_no="0001").history.count() == 0


def test_it_shows_what_changes_field_by_field_and_keeps_the_row_as_it_was(importer):
    importer.run(families("0001", "0002", attribute="1", phone="13900001234"))
    old = family(
        "0001", 1, attribute="2", phone="13900005678", house_area_m2=Decimal(60)
    )
    same = family("0002", 2)
    old[1].append(
        member(name="张小三", relation="03", identity_number=number("2000-01-01", 5))
    )

    record, plan = importer.check(workbook([old[0], same[0]], [*old[1], *same[1]]))

    assert counts(plan) == (0, 1, 1, 0)
    shown = {
        (d.record, d.column.zh): (
            getattr(d.before, "zh", d.before),
            getattr(d.after, "zh", d.after),
        )
        for d in plan.differences
    }
    key = f"{VILLAGE}/0001"
    assert shown == {
        (key, "贫困户属性"): ("一般贫困户", "低保户"),
        (key, "联系电话"): ("***34", "***78"),
        (key, "住房面积"): (None, "60.00"),
        (f"{key} 张小三", "新增成员"): (None, "张小三"),
    }
    importer.apply(record)
    stored = Household.objects.get(household_no="0001")
    assert [event.attribute for event in stored.history.all()] == ["1"]
    assert Member.objects.get(name="张小三").position == 3


def test_an_empty_cell_never_overwrites_unless_told_to(importer):
    importer.run(families("0001", attribute="1", cause_main="5", phone="13900001234"))
    bare = families("0001")

    kept, plan = importer.check(bare)
    assert counts(plan) == (0, 0, 1, 0)

    record, plan = importer.check(bare, overwrite_empty=True)
    assert counts(plan) == (0, 1, 0, 0)
    importer.apply(record)
    stored = Household.objects.get()
    assert (stored.attribute, stored.cause_main, stored.phone_tail) == ("", "", "")
    assert stored.phone_sealed is None
    assert kept.state == "unchanged"


def test_a_column_that_the_file_lacks_is_not_emptied(importer):
    importer.run(families("0001", attribute="1"))
    book = openpyxl.load_workbook(io.BytesIO(families("0001", group_name="二组")))
    sheet = book["户"]
    titles = [str(cell.value) for cell in sheet[1]]
    sheet.delete_cols(next(at for at, t in enumerate(titles, 1) if "贫困户属性" in t))
    content = io.BytesIO()
    book.save(content)

    importer.run(content.getvalue(), overwrite_empty=True)

    stored = Household.objects.get()
    assert (stored.attribute, stored.group_name) == ("1", "二组")


def test_members_are_found_by_number_then_by_name_and_birth(importer):
    nameless = member(relation="03", name="张小三", birth_date=date(2010, 1, 1))
    head = member(identity_number=number())
    importer.run(workbook([household()], [head, nameless]))
    renamed = {**head, "name": "张三丰"}
    numbered = {**nameless, "identity_number": number("2010-01-01", 7)}

    plan = importer.run(workbook([household()], [renamed, numbered]))

    assert counts(plan) == (0, 1, 0, 0)
    assert Member.objects.count() == 2
    stored = Household.objects.get()
    assert stored.head_name == "张三丰"
    child = Member.objects.get(name="张小三")
    assert child.identity_tail == number("2010-01-01", 7)[-2:]


def test_the_head_changes_in_one_import(importer):
    row, (head, wife) = family("0001", 1)
    importer.run(workbook([row], [head, wife]))
    gone = {
        **head,
        "left_date": date(2016, 1, 5),
        "left_reason": "1",
    }

    importer.run(workbook([row], [gone, {**wife, "relation": "01"}]))

    stored = Household.objects.get()
    assert stored.head_name == "李四"
    assert Member.objects.get(name="张三").left_reason == "1"


def test_head_and_wife_can_swap(importer):
    row, (head, wife) = family("0001", 1)
    importer.run(workbook([row], [head, wife]))

    importer.run(
        workbook([row], [{**head, "relation": "02"}, {**wife, "relation": "01"}])
    )

    assert Household.objects.get().head_name == "李四"


def test_a_second_year_of_income_stands_beside_the_first(importer):
    importer.run(families("0001", year=2014, wage=400_000))

    plan = importer.run(families("0001", year=2015, wage=700_000))

    assert counts(plan) == (0, 1, 0, 0)
    assert list(Income.objects.order_by("year").values_list("year", "net_fen")) == [
        (2014, 400_000),
        (2015, 700_000),
    ]
    assert Flag.objects.get().text.zh == ("纯收入由上年 4000 元变为 7000 元，请核实")


def test_doubts_are_stored_as_flags_and_replaced_by_the_next_import(importer):
    importer.run(families("0001", house_grade="D", is_house_dangerous=False))
    flag = Flag.objects.get()
    assert (flag.code, flag.field, flag.severity) == (
        "V11",
        "is_house_dangerous",
        "doubtful",
    )

    importer.run(families("0001", is_house_dangerous=True))

    assert Flag.objects.count() == 0


def test_several_files_go_in_together(importer):
    far = household("0001", division_code=OTHER_VILLAGE)
    people = [
        member(division_code=OTHER_VILLAGE, identity_number=number("1980-01-01", 9))
    ]

    plan = importer.run(families("0001"), workbook([far], people))

    assert counts(plan) == (2, 0, 0, 0)


# What keeps a household out


def test_one_wrong_member_sends_the_whole_household_back_and_the_others_go_in(importer):
    good, bad = family("0001", 1), family("0002", 2)
    bad[1][1]["identity_number"] = number("1972-02-02", 4)[:-1] + "0"

    record, plan = importer.check(workbook([good[0], bad[0]], [*good[1], *bad[1]]))

    assert counts(plan) == (1, 0, 0, 1)
    assert impossible(plan) == [
        ("households", 3, None, "本户其他行有错误，整户退回"),
        ("members", 4, None, "本户其他行有错误，整户退回"),
        ("members", 5, "identity_number", "校验码错误，请核对是否抄错或被表格软件改动"),
    ]
    importer.apply(record)
    assert list(Household.objects.values_list("household_no", flat=True)) == ["0001"]


def test_the_error_workbook_holds_the_wrong_households_only_and_can_be_sent_again(
    importer,
):
    good, bad = family("0001", 1), family("0002", 2)
    right = bad[1][1]["identity_number"]
    bad[1][1]["identity_number"] = right[:-1] + ("0" if right[-1] != "0" else "1")
    record, _ = importer.check(workbook([good[0], bad[0]], [*good[1], *bad[1]]))
    importer.apply(record)

    book = openpyxl.load_workbook(io.BytesIO(operations.error_workbook(record, 0)))
    sheet = book["成员"]
    titles = [str(cell.value) for cell in sheet[1]]
    at = next(n for n, title in enumerate(titles, 1) if "身份证号码" in title)
    assert sheet.max_row == 3
    assert book["户"].max_row == 2
    assert "校验码错误" in sheet.cell(3, at).comment.text
    sheet.cell(3, at).value = right
    mended = io.BytesIO()
    book.save(mended)
    plan = importer.run(mended.getvalue())

    assert counts(plan) == (1, 0, 0, 0)
    assert Household.objects.count() == 2


@pytest.mark.parametrize("key", ["0", "0000", "0-0"])
def test_a_zero_key_never_merges_families(importer, key):
    one = household(key), member(key, identity_number=number())
    _, plan = importer.check(workbook([one[0]], [one[1]]))

    assert counts(plan) == (0, 0, 0, 1)
    assert impossible(plan)[0] == (
        "households",
        2,
        "household_no",
        "户编号不能为空或全为 0",
    )


def test_a_blank_key_is_wrong_row_by_row(importer):
    good = family("0001", 1)
    blank = household(None), member(None, identity_number=number("1980-01-01", 9))

    _, plan = importer.check(workbook([good[0], blank[0]], [*good[1], blank[1]]))

    assert counts(plan) == (1, 0, 0, 2)


def test_two_families_with_one_key_are_both_kept_out(importer):
    one, two = family("0001", 1), family("0001", 2)

    _, plan = importer.check(workbook([one[0], two[0]], [*one[1], *two[1]]))

    assert counts(plan) == (0, 0, 0, 1)
    assert ("households", 3, "household_no", "与第 2 行重复") in impossible(plan)


def test_a_household_in_two_files_is_kept_out(importer):
    _, plan = importer.check(families("0001"), families("0001"))

    assert counts(plan) == (0, 0, 0, 1)
    found = [f.finding.message.in_language("zh") for f in plan.findings if f.file == 1]
    assert "与文件“roll-0.xlsx”第 2 行重复" in found


def test_a_village_outside_the_division_or_unknown_is_refused_row_by_row(importer):
    rows = [
        household("0001", division_code=OTHER_COUNTY_VILLAGE),
        household("0002", division_code="990101101999"),
        household("0003", division_code="990101101"),
    ]
    people = [
        member(
            no,
            division_code=row["division_code"],
            identity_number=number("1970-01-01", at),
        )
        for at, (no, row) in enumerate(zip(("0001", "0002", "0003"), rows, strict=True))
    ]

    _, plan = importer.check(workbook(rows, people))

    assert counts(plan) == (0, 0, 0, 3)
    told = {
        f.finding.message.in_language("zh")
        for f in plan.findings
        if f.finding.sheet == "households"
    }
    assert told == {
        "不在您的管辖范围 990101 内",
        "区划库中没有这个村，或该村已撤并",
        "应为 12 位村代码",
    }


def test_members_of_no_household_are_refused(importer):
    good = family("0001", 1)
    stray = member("0009", identity_number=number("1980-01-01", 9))

    _, plan = importer.check(workbook([good[0]], [*good[1], stray]))

    assert counts(plan) == (1, 0, 0, 1)
    assert impossible(plan) == [
        ("members", 4, "household_no", "“户”表和已登记户中都没有这一户")
    ]


def test_members_of_a_stored_household_need_no_row_of_the_household(importer):
    importer.run(families("0001"))
    child = member(
        name="张小三", relation="03", identity_number=number("2005-01-01", 9)
    )
    other = family("0002", 2)

    plan = importer.run(workbook([other[0]], [*other[1], child]))

    assert counts(plan) == (1, 1, 0, 0)
    assert Member.objects.filter(household__household_no="0001").count() == 3


def test_a_number_that_excel_cut_is_refused_with_its_reason(importer):
    book = openpyxl.load_workbook(io.BytesIO(families("0001")))
    sheet = book["成员"]
    titles = [str(cell.value) for cell in sheet[1]]
    at = next(n for n, title in enumerate(titles, 1) if "身份证号码" in title)
    sheet.cell(2, at).value = 990101197001010000
    sheet.cell(2, at).number_format = "0"
    content = io.BytesIO()
    book.save(content)

    _, plan = importer.check(content.getvalue())

    assert counts(plan) == (0, 0, 0, 1)
    (row,) = [f for f in impossible(plan) if f[2] == "identity_number"]
    assert row[1] == 2


# Double registration


def test_a_person_registered_in_another_county_is_flagged_with_the_county_only(
    city, make_actor, importer_for
):
    from bangfu.scope import acting

    other = make_actor("county", "990102")
    row = household(division_code=OTHER_COUNTY_VILLAGE)
    person = member(division_code=OTHER_COUNTY_VILLAGE, identity_number=number())
    with acting(other):
        importer_for(other).run(workbook([row], [person]))
    own = make_actor("county", "990101")
    with acting(own):
        plan = importer_for(own).run(
            workbook([household()], [member(identity_number=number())])
        )
        flag = Flag.objects.get()

    assert counts(plan) == (1, 0, 0, 0)
    assert (flag.code, flag.text.zh) == ("V5", "同一人已在 990102 登记")


def test_a_person_registered_within_the_scope_is_flagged_with_the_household(importer):
    importer.run(families("0001"))
    twin = member("0002", identity_number=number("1970-01-01", 3))

    importer.run(workbook([household("0002")], [twin]))

    assert Flag.objects.get().text.zh == f"同一人已在 {VILLAGE}/0001 登记"


def test_looking_elsewhere_leaves_the_scope_as_it_was(importer):
    from django.db import connection

    importer.check(families("0001"))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('bangfu.scope_lo'), current_setting('bangfu.scope_hi')"
        )
        assert cursor.fetchone() == ("990101", "990101:")


# Who, and in which state


@pytest.mark.parametrize(
    "role", ["helper", "team", "auditor", "leadership", "inspector"]
)
def test_who_keeps_no_register_may_not_import(city, act_as, importer_for, role):
    level = {"team": VILLAGE, "helper": VILLAGE}.get(role, "990101")
    someone = importer_for(
        act_as(role, level, **({"official_id": 1} if role == "helper" else {}))
    )

    with pytest.raises(NotAllowed):
        someone.receive(families("0001"))


def test_another_office_may_not_confirm(importer, make_actor):
    record, _ = importer.check(families("0001"))
    township = make_actor("township", "990101101")

    with pytest.raises(NotAllowed, match="Only the office of 990101"):
        operations.confirm(by=township, at=importer.at, import_id=record.pk)


def test_an_import_is_written_once(importer):
    record, _ = importer.check(families("0001"))
    importer.apply(record)

    with pytest.raises(WrongState, match="imported"):
        importer.apply(record)


def test_a_cancelled_import_cannot_be_written_and_its_files_go(
    importer, files_folder, django_capture_on_commit_callbacks
):
    record, _ = importer.check(families("0001"))
    with django_capture_on_commit_callbacks(execute=True):
        operations.cancel(by=importer.by, at=importer.at, import_id=record.pk)

    with pytest.raises(WrongState, match="cancelled"):
        importer.apply(record)
    assert not (files_folder / "imports" / record.folder).exists()


def test_it_refuses_to_write_something_else_than_was_shown(importer):
    record, _ = importer.check(families("0001", attribute="2"))
    importer.run(families("0001", attribute="1"))

    with pytest.raises(operations.PlanChanged) as caught:
        importer.apply(record)

    assert counts(caught.value.plan) == (0, 1, 0, 0)
    assert Household.objects.get().attribute == "1"
    operations.show_again(
        by=importer.by,
        at=importer.at,
        import_id=record.pk,
        changed=caught.value,
        using="default",
    )
    record.refresh_from_db()
    assert record.state == "checked"
    assert record.counts["changed"] == 1
    importer.apply(record)
    assert Household.objects.get().attribute == "2"


def test_old_files_and_previews_are_deleted_at_the_next_upload(importer, files_folder):
    record, _ = importer.check(families("0001"))
    Import.objects.filter(pk=record.pk).update(
        created_at=importer.at - timedelta(days=31)
    )

    importer.check(families("0002"))

    record.refresh_from_db()
    assert (record.folder, record.differences, record.has_error_workbook) == (
        "",
        [],
        False,
    )
    assert len(list((files_folder / "imports").iterdir())) == 1
