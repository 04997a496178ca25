"""The pages: who sees what, masked; imports step by step; changes by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.registry.workbooks import (
    OTHER_VILLAGE,
    VILLAGE,
    families,
    family,
    household,
    member,
    number,
    workbook,
)

from bangfu.audit.models import Event
from bangfu.registry.models import Household, Import, Member
from bangfu.scope import acting

NUMBER = number("1970-01-01", 3)


@pytest.fixture
def office(city, make_actor):
    return make_actor("county", "990101", username="office")


@pytest.fixture
def stored(office, importer_for):
    """Two households of one village and one of another."""
    far = household("0009", division_code=OTHER_VILLAGE)
    people = [
        member(
            "0009",
            division_code=OTHER_VILLAGE,
            name="王五",
            identity_number=number("1980-01-01", 9),
        )
    ]
    facts = {
        "attribute": "1",
        "cause_main": "5",
        "phone": "13900001234",
        "year": 2015,
        "wage": 500_000,
        "house_area_m2": Decimal(60),
    }
    with acting(office):
        importer_for(office).run(
            families("0001", "0002", **facts), workbook([far], people)
        )
        return list(Household.objects.order_by("household_no"))


def page(client, name, *args, **query):
    return client.get(reverse(f"registry:{name}", args=args), query)


# Households


def test_the_list_shows_the_households_of_the_scope(login, office, stored):
    response = page(login(office), "households")

    content = response.content.decode()
    assert response.status_code == 200
    assert content.count("张三") == 2
    assert "东村" in content
    assert "王五" in content


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "张三"}, ["0001", "0002"]),
        ({"q": "李四"}, ["0001", "0002"]),
        ({"q": "ww"}, ["0009"]),
        ({"q": "0009"}, ["0009"]),
        ({"q": f"{VILLAGE}/0002"}, ["0002"]),
        ({"q": OTHER_VILLAGE}, ["0009"]),
        ({"division": OTHER_VILLAGE}, ["0009"]),
        ({"division": "990101101"}, ["0001", "0002"]),
        ({"status": "1"}, []),
        ({"attribute": "1"}, ["0001", "0002"]),
        ({"cause": "5"}, ["0001", "0002"]),
        ({"flag": "any"}, []),
    ],
)
def test_the_list_is_narrowed_by_its_address(login, office, stored, query, expected):
    response = page(login(office), "households", **query)

    assert [row.household_no for row in response.context["list"].records] == expected


def test_the_file_masks_what_is_sealed(login, office, stored):
    response = page(login(office), "household", stored[0].pk)

    content = response.content.decode()
    assert NUMBER not in content
    assert "13900001234" not in content
    assert "*" * 16 + NUMBER[-2:] in content
    assert "***34" in content


def test_a_file_costs_no_more_queries_with_more_members_and_years(
    login, office, stored
):
    client, home = login(office), stored[0]
    page(client, "household", home.pk)
    with CaptureQueriesContext(connection) as small:
        page(client, "household", home.pk)
    with acting(office):
        someone = home.members.get(relation="02")
        for position in range(3, 9):
            someone.pk, someone.identity_index = None, None
            someone.position, someone.relation = position, "03"
            someone.save(force_insert=True)
        year = home.incomes.get()
        year.pk, year.year = None, 2014
        year.save(force_insert=True)

    with CaptureQueriesContext(connection) as large:
        shown = page(client, "household", home.pk)

    assert len(shown.context["members"]) == 8
    assert len(large) == len(small)


def test_the_file_compares_income_with_the_line_of_its_year_and_names_the_series(
    login, office, stored
):
    response = page(login(office), "household", stored[0].pk)

    content = response.content.decode()
    # 5 000 yuan for two people; the exit line of 2015 is 2 968 yuan.
    assert "2,500.00 元" in content
    assert "退出收入标准 2,968.00 元" in content
    assert "低于标准" in content


def test_a_household_outside_the_scope_does_not_exist(login, stored, make_actor):
    village = make_actor("village", OTHER_VILLAGE)

    assert page(login(village), "household", stored[0].pk).status_code == 404


@pytest.mark.parametrize("role", ["administrator"])
def test_an_administrator_sees_no_households(login, stored, make_actor, role):
    client = login(make_actor(role, "9901"))

    assert page(client, "households").status_code == 403
    assert page(client, "household", stored[0].pk).status_code == 403


@pytest.mark.parametrize("role", ["auditor", "leadership", "inspector"])
def test_readers_read_and_change_nothing(login, stored, make_actor, role):
    client = login(make_actor(role, "9901"))
    found = stored[0].pk

    assert page(client, "household", found).status_code == 200
    assert page(client, "change", found).status_code == 403
    assert page(client, "reveal", found, "phone").status_code == 403
    assert page(client, "imports").status_code == 403


def test_the_print_view_shows_the_record_and_who_printed_it(login, office, stored):
    content = page(login(office), "print", stored[0].pk).content.decode()

    assert "建档立卡户登记信息" in content
    assert "打印人 office" in content


def test_every_page_is_there_in_english(login, office, stored):
    client = login(office)
    client.cookies["django_language"] = "en"
    found = stored[0].pk

    for name, args in (
        ("households", ()),
        ("household", (found,)),
        ("print", (found,)),
        ("change", (found,)),
        ("reveal", (found, "phone")),
        ("look_up", ()),
        ("imports", ()),
        ("upload", ()),
    ):
        response = page(client, name, *args)
        assert response.status_code == 200, name
        assert 'lang="en"' in response.content.decode()


# Revealing and looking up


def test_a_sealed_value_is_shown_once_with_a_purpose_and_recorded(
    login, office, stored
):
    client = login(office)
    with acting(office):
        head = Member.objects.get(household=stored[0], relation="01")
    url = reverse("registry:reveal", args=[stored[0].pk, "identity_number"])

    response = client.post(f"{url}?member={head.pk}", {"purpose": "核实身份信息"})

    assert NUMBER in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    with acting(office):
        event = Event.objects.get(action="registry.value.revealed")
    assert (event.reason, event.detail) == (
        "核实身份信息",
        {"what": "identity_number", "member": head.pk},
    )
    assert NUMBER not in client.get(f"{url}?member={head.pk}").content.decode()


def test_without_a_purpose_nothing_is_revealed(login, office, stored):
    url = reverse("registry:reveal", args=[stored[0].pk, "phone"])

    response = login(office).post(url, {"purpose": ""})

    assert response.status_code == 422
    assert "13900001234" not in response.content.decode()
    with acting(office):
        assert not Event.objects.filter(action="registry.value.revealed").exists()


def test_only_sealed_values_can_be_asked_for(login, office, stored):
    assert page(login(office), "reveal", stored[0].pk, "head_name").status_code == 404


def test_people_are_found_by_their_last_four_and_it_is_recorded(login, office, stored):
    client = login(office)

    response = client.post(
        reverse("registry:look_up"), {"last_four": NUMBER[-4:].lower()}
    )

    assert [person.name for person in response.context["found"]] == ["张三"]
    assert NUMBER not in response.content.decode()
    with acting(office):
        event = Event.objects.get(action="registry.person.looked_up")
    assert event.detail == {"found": 1}


def test_looking_up_has_a_limit_per_hour(login, office, stored, monkeypatch):
    monkeypatch.setattr("bangfu.registry.operations.LOOK_UPS_PER_HOUR", 2)
    client = login(office)
    url = reverse("registry:look_up")
    for _ in range(2):
        client.post(url, {"last_four": "0000"})

    response = client.post(url, {"last_four": "0000"})

    assert response.status_code == 422
    assert "一小时内最多 2 次，您已达到上限。" in response.content.decode()


# Changing by hand


def form_data(client, found, **changes):
    form = page(client, "change", found.pk).context["form"]
    data = {}
    for bound in form:
        value = bound.value()
        if value not in (None, ""):
            data[bound.html_name] = value
    return data | {"reason": "入户核实后更正"} | changes


def test_a_change_by_hand_is_checked_stored_and_recorded(login, office, stored):
    client = login(office)
    found = stored[0]
    data = form_data(
        client, found, house_grade="D", is_house_dangerous="0", attribute="2"
    )

    response = client.post(
        reverse("registry:change", args=[found.pk]), data, follow=True
    )

    content = response.content.decode()
    assert "已保存，核查发现 1 处疑点" in content
    with acting(office):
        found.refresh_from_db()
        event = Event.objects.get(action="registry.household.changed")
        flags = list(found.flags.values_list("code", flat=True))
    assert (found.attribute, found.house_grade, found.phone_tail) == ("2", "D", "34")
    assert event.reason == "入户核实后更正"
    assert event.detail == {
        "fields": ["attribute", "house_grade", "is_house_dangerous"]
    }
    assert flags == ["V11"]
    assert "贫困户属性：一般贫困户 → 低保户" in content
    assert "office · 手工修改" in content


def test_a_concurrent_change_is_refused_with_both_values(login, office, stored):
    client = login(office)
    found = stored[0]
    mine = form_data(client, found, attribute="3")
    theirs = form_data(client, found, attribute="2")
    client.post(reverse("registry:change", args=[found.pk]), theirs)

    response = client.post(reverse("registry:change", args=[found.pk]), mine)

    content = response.content.decode()
    assert response.status_code == 422
    assert "您编辑期间，这一户已被他人修改，您的改动没有保存。" in content
    assert "现为“低保户”，您填的是“五保户”" in content
    with acting(office):
        found.refresh_from_db()
    assert found.attribute == "2"
    again = form_data(client, found) | {"attribute": "3"}
    client.post(reverse("registry:change", args=[found.pk]), again)
    with acting(office):
        found.refresh_from_db()
    assert found.attribute == "3"


def test_an_impossible_change_is_refused_at_its_field(login, office, stored):
    client = login(office)
    found = stored[0]
    data = form_data(client, found, cause_other=["6", "7", "9"])

    response = client.post(reverse("registry:change", args=[found.pk]), data)

    assert response.status_code == 422
    assert "其他致贫原因最多两项" in response.content.decode()
    with acting(office):
        found.refresh_from_db()
    assert found.cause_other == []


def test_a_change_of_nothing_and_a_change_without_reason_are_refused(
    login, office, stored
):
    client = login(office)
    url = reverse("registry:change", args=[stored[0].pk])

    same = client.post(url, form_data(client, stored[0]))
    silent = client.post(url, form_data(client, stored[0], attribute="2", reason=""))

    assert "没有改动任何内容。" in same.content.decode()
    assert silent.status_code == 422


# Imports


def say_zh(text) -> str:
    return text.in_language("zh")


def upload(client, *contents, **options):
    files = [
        SimpleUploadedFile(f"名册{at}.xlsx", body) for at, body in enumerate(contents)
    ]
    return client.post(
        reverse("registry:upload"),
        {"kind": "households", "workbooks": files, **options},
    )


def run_jobs(office, state="checking"):
    """Do what the worker would, in this transaction."""
    from django.utils import timezone

    from bangfu.registry.imports import operations

    with acting(office):
        record = Import.objects.get(state=state)
        act = operations.check if state == "checking" else operations.apply
        act(by=office, at=timezone.now(), import_id=record.pk)


def test_an_upload_is_shown_then_checked_then_confirmed_then_written(login, office):
    client = login(office)
    response = upload(client, families("0001", "0002"))
    address = response["Location"]
    waiting = client.get(address).content.decode()
    assert "核查中" in waiting
    assert 'hx-trigger="every 2s"' in waiting

    run_jobs(office)
    shown = client.get(address)
    assert "待确认" in shown.content.decode()
    assert shown.context["counts"]["new"] == 2
    with acting(office):
        assert not Household.objects.exists()

    client.post(f"{address}confirm/")
    assert "写入中" in client.get(address).content.decode()
    run_jobs(office, "applying")

    done = client.get(address)
    assert "已导入" in done.content.decode()
    assert not done.context["can_confirm"]
    with acting(office):
        assert Household.objects.count() == 2


def test_the_preview_shows_findings_and_hands_out_the_error_workbook(login, office):
    client = login(office)
    good, bad = family("0001", 1), family("0002", 2)
    bad[1][1]["birth_date"] = date(1999, 1, 1)
    address = upload(client, workbook([good[0], bad[0]], [*good[1], *bad[1]]))[
        "Location"
    ]
    run_jobs(office)

    content = client.get(address).content.decode()

    assert "1999-01-01 与身份证号码不一致" in content
    assert "下载错误表（3 行）" in content
    file = client.get(f"{address}errors/0/")
    assert file.content[:2] == b"PK"
    assert "%E9%94%99%E8%AF%AF%E8%A1%A8" in file["Content-Disposition"]
    assert client.get(f"{address}errors/1/").status_code == 404


def test_the_same_again_ends_by_itself_and_is_no_success(login, office, stored):
    client = login(office)
    facts = {
        "attribute": "1",
        "cause_main": "5",
        "phone": "13900001234",
        "year": 2015,
        "wage": 500_000,
        "house_area_m2": Decimal(60),
    }
    address = upload(client, families("0001", "0002", **facts))["Location"]
    run_jobs(office)

    shown = client.get(address)

    content = shown.content.decode()
    assert "与登记数据完全相同，没有写入任何数据。" in content
    assert "无可导入" in content
    assert "已导入" not in content
    assert not shown.context["can_confirm"]
    assert not shown.context["can_cancel"]


def test_with_nothing_new_and_rows_that_are_wrong_it_ends_with_its_error_workbook(
    login, office, stored
):
    client = login(office)
    bad = family("0009", 7)
    bad[1][1]["birth_date"] = date(1999, 1, 1)
    same = family("0001", 1)
    address = upload(client, workbook([same[0], bad[0]], [*same[1], *bad[1]]))[
        "Location"
    ]
    run_jobs(office)

    shown = client.get(address)

    content = shown.content.decode()
    assert (
        "没有写入任何数据：1 条与登记数据相同，1 条有错误。请在错误表中改正后重新上传。"
        in content
    )
    assert not shown.context["can_confirm"]
    assert not shown.context["can_cancel"]
    assert client.get(f"{address}errors/0/").status_code == 200
    with acting(office):
        assert Import.objects.latest("id").state == "unchanged"
        event = Event.objects.get(action="registry.import.unchanged")
    assert event.detail == {
        "kind": "households",
        "new": 0,
        "changed": 0,
        "same": 1,
        "wrong": 1,
    }


def test_with_no_right_record_it_has_failed_and_keeps_its_error_workbook(login, office):
    client = login(office)
    bad = family("0009", 7)
    bad[1][1]["birth_date"] = date(1999, 1, 1)
    address = upload(client, workbook([bad[0]], bad[1]))["Location"]
    run_jobs(office)

    shown = client.get(address)

    content = shown.content.decode()
    assert "没有一条可以导入的数据，1 条有错误。" in content
    assert "失败" in content
    assert not shown.context["can_confirm"]
    assert client.get(f"{address}errors/0/").status_code == 200
    with acting(office):
        assert Event.objects.filter(action="registry.import.failed").count() == 1


def test_findings_stand_under_the_names_of_their_rules(login, office):
    client = login(office)
    good, bad = family("0001", 1), family("0002", 2)
    bad[1][1]["birth_date"] = date(1999, 1, 1)
    strange = family("0003", 3, division_code="990101101999")
    for person in strange[1]:
        person["division_code"] = "990101101999"
    address = upload(
        client,
        workbook([good[0], bad[0], strange[0]], [*good[1], *bad[1], *strange[1]]),
    )["Location"]
    run_jobs(office)

    shown = client.get(address)

    told = [
        (rule["code"], say_zh(rule["title"]), rule["impossible"])
        for rule in shown.context["by_rule"]
    ]
    assert told == [
        ("V1", "V1 身份证号码", 1),
        ("unknown_village", "区划库中没有的村", 3),
    ]
    assert "区划库中没有的村" in shown.content.decode()


def test_the_date_of_the_roll_is_asked_for_stored_and_shown(login, office):
    client = login(office)
    asked = client.get(reverse("registry:upload")).content.decode()
    assert "名册截止日期" in asked
    assert 'type="date"' in asked

    address = upload(client, families("0001"), as_of="2016-01-31")["Location"]

    content = client.get(address).content.decode()
    assert "2016 年 1 月 31 日" in content or "2016年1月31日" in content
    with acting(office):
        assert Import.objects.get().options["as_of"] == "2016-01-31"


def test_a_roll_of_years_long_past_is_told_to_state_its_date(login, office):
    client = login(office)
    address = upload(client, families("0001", year=2015, wage=100_000))["Location"]
    run_jobs(office)

    content = client.get(address).content.decode()

    assert "如是往年名册，请填写当时的名册截止日期重新上传。" in content


def test_a_date_that_no_roll_can_have_is_refused_at_its_field(login, office):
    response = upload(login(office), families("0001"), as_of="2013-01-01")

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["as_of"]
    with acting(office):
        assert not Import.objects.exists()


def test_a_cancelled_import_is_over(login, office):
    client = login(office)
    address = upload(client, families("0001"))["Location"]

    client.post(f"{address}cancel/")

    shown = client.get(address)
    assert "已取消" in shown.content.decode()
    assert not shown.context["can_cancel"]


def test_the_progress_block_reloads_the_page_when_the_job_is_over(login, office):
    client = login(office)
    address = upload(client, families("0001"))["Location"]
    assert "progress-block" in client.get(f"{address}progress/").content.decode()
    run_jobs(office)

    response = client.get(f"{address}progress/")

    assert response["HX-Refresh"] == "true"


def test_an_empty_upload_is_refused(login, office):
    client = login(office)

    response = upload(client)

    assert response.status_code == 422
    with acting(office):
        assert not Import.objects.exists()


def test_the_template_can_be_downloaded(login, office):
    response = page(login(office), "template", "households")

    assert response.content[:2] == b"PK"


def test_to_dos_count_what_waits(office, stored, importer_for, now):
    from bangfu.registry.panels import todo

    with acting(office):
        importer_for(office).check(families("0005"))
        found = {item.text.zh: item.count for item in todo(by=office, at=now)}

    assert found == {
        "导入待确认": 1,
        "有疑点的贫困户": 0,
        "有成员缺身份证号码的贫困户": 0,
    }
