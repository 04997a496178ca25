"""The filtered list as a workbook: within the scope, masked, limited, recorded."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.urls import reverse
from tests.registry.workbooks import (
    OTHER_VILLAGE,
    families,
    household,
    member,
    number,
    workbook,
)

from bangfu.audit.models import Event
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.registry import export_limits, operations
from bangfu.registry.models import Household, Member
from bangfu.scope import acting

WHY = "上报县里汇总"


@pytest.fixture
def office(city, make_actor):
    return make_actor("county", "990101", username="office")


@pytest.fixture
def stored(office, importer_for) -> None:
    """Two households of one village, with two years of income, and one of another."""
    far = household("0009", division_code=OTHER_VILLAGE)
    person = member(
        "0009",
        division_code=OTHER_VILLAGE,
        name="王五",
        identity_number=number("1980-01-01", 9),
    )
    facts = {"attribute": "1", "phone": "13900001234"}
    with acting(office):
        run = importer_for(office).run
        run(
            families("0001", "0002", **facts, year=2014, wage=400_000),
            workbook([far], [person]),
        )
        run(families("0001", "0002", **facts, year=2015, wage=410_000))


def address(query: str = "") -> str:
    return reverse("registry:export") + query


def taken(client, query: str = "") -> bytes:
    response = client.post(address(query), {"purpose": WHY})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.content


def rows(content: bytes, name: str) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content))[name]
    heads, *lines = sheet.iter_rows(values_only=True)
    titles = [str(head).strip("* ") for head in heads]
    return [dict(zip(titles, line, strict=True)) for line in lines]


def events(office) -> list[Event]:
    with acting(office):
        return list(Event.objects.filter(action="registry.households.exported"))


def test_the_list_offers_the_export_of_what_it_shows(login, office, stored):
    content = (
        login(office).get(reverse("registry:households"), {"attribute": "1"}).content
    ).decode()

    assert f"{address()}?attribute=1" in content
    asked = login(office).get(address("?attribute=1")).content.decode()
    assert "将导出 2 户及其成员" in asked
    assert "一次最多 5,000 户" in asked
    assert "属性：一般贫困户" in asked


def test_what_the_filters_leave_goes_out_masked_in_the_templates_layout(
    login, office, stored
):
    content = taken(login(office), "?attribute=1")

    households = rows(content, "户")
    members = rows(content, "成员")
    assert [row["户编号"] for row in households] == ["0001", "0002"]
    first = households[0]
    assert (first["收入年度"], first["工资性收入（元）"]) == (2015, 4100)
    assert first["联系电话"] == "***34"
    tail = number("1970-01-01", 3)[-2:]
    assert members[0]["身份证号码"] == "*" * 16 + tail
    assert len(members) == 4
    assert not any(number("1970-01-01", 3) in str(row.values()) for row in members)


def test_it_is_recorded_as_a_read_with_its_purpose_and_no_words_searched_for(
    login, office, stored
):
    taken(login(office), "?q=张三&attribute=1")

    (event,) = events(office)
    assert event.reason == WHY
    assert event.detail == {"households": 2, "filters": ["attribute", "q"]}


def test_a_village_takes_its_own_households_only(login, office, stored, make_actor):
    village = make_actor("village", OTHER_VILLAGE)

    content = taken(login(village))

    assert [row["户编号"] for row in rows(content, "户")] == ["0009"]
    assert [row["姓名"] for row in rows(content, "成员")] == ["王五"]


def test_an_export_can_be_imported_again_and_changes_nothing(
    login, office, stored, importer_for
):
    content = taken(login(office))
    with acting(office):
        before = {m.pk: bytes(m.identity_index) for m in Member.objects.all()}
        record, plan = importer_for(office).check(content)
        after = {m.pk: bytes(m.identity_index) for m in Member.objects.all()}

    assert tuple(plan.counts.as_json().values()) == (0, 0, 3, 0)
    assert record.state == "unchanged"
    assert before == after


def test_without_a_purpose_nothing_goes_out(login, office, stored):
    response = login(office).post(address(), {"purpose": ""})

    assert response.status_code == 422
    assert events(office) == []


@pytest.mark.parametrize("role", ["leadership", "department", "preparer"])
def test_who_only_reads_takes_nothing_away(
    login, stored, office, make_actor, act_as, now, role
):
    reader = make_actor(role, "9901")
    client = login(reader)

    assert client.get(address()).status_code == 403
    shown = client.get(reverse("registry:households")).content.decode()
    assert address() not in shown
    with acting(reader), pytest.raises(NotAllowed):
        operations.export_households(
            by=reader,
            at=now,
            rows=Household.objects.all(),
            filters=[],
            purpose=WHY,
            language="en",
        )


def test_more_than_the_limit_and_nothing_at_all_are_refused(
    login, office, stored, monkeypatch, now
):
    monkeypatch.setattr(export_limits, "EXPORT_MAX", 2)
    client = login(office)

    response = client.post(address(), {"purpose": WHY})

    content = response.content.decode()
    assert response.status_code == 422
    assert "超过一次导出的上限 2 户。" in content
    assert "没有可以导出的户。" in client.get(address("?status=9")).content.decode()
    with acting(office), pytest.raises(BadInput):
        operations.export_households(
            by=office,
            at=now,
            rows=Household.objects.none(),
            filters=[],
            purpose=WHY,
            language="en",
        )
    assert events(office) == []


def test_the_page_is_there_in_english(login, office, stored):
    client = login(office)
    client.cookies["django_language"] = "en"

    assert "3 households with their members" in client.get(address()).content.decode()
