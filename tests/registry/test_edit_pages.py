"""The pages that change members and incomes by hand, and where they are offered."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.registry.workbooks import families, number

from bangfu.audit.models import Event
from bangfu.registry.models import Household, Income, Member
from bangfu.scope import acting

WHY = "入户核实后更正"


@pytest.fixture
def office(city, make_actor):
    return make_actor("county", "990101", username="office")


@pytest.fixture
def home(office, importer_for) -> Household:
    with acting(office):
        importer_for(office).run(families("0001", year=2014, wage=400_000))
        return Household.objects.get()


@pytest.fixture
def wife(office, home) -> Member:
    with acting(office):
        return Member.objects.get(relation="02")


def address(name: str, *args) -> str:
    return reverse(f"registry:{name}", args=args)


def filled(client, url: str, **changes):
    """What the form at an address holds when it is opened, with some of it changed."""
    form = client.get(url).context["form"]
    data = {
        bound.html_name: bound.value()
        for bound in form
        if bound.value() not in (None, "", [])
    }
    return data | {"reason": WHY} | changes


def stored(office, model, **where):
    with acting(office):
        return model.objects.get(**where)


def test_a_member_is_added_and_shown(login, office, home):
    client = login(office)
    url = address("member_add", home.pk)
    data = filled(
        client,
        url,
        name="张小三",
        relation="03",
        identity_number=number("2010-06-01", 5),
        school_status="03",
    )

    response = client.post(url, data, follow=True)

    content = response.content.decode()
    assert response.redirect_chain[0][0] == address("household", home.pk)
    assert "已保存" in content
    assert "张小三 新增成员：" in content
    child = stored(office, Member, name="张小三")
    assert (child.sex, child.shares_income) == ("1", True)


def test_a_wrong_member_comes_back_with_what_was_entered(login, office, home):
    client = login(office)
    url = address("member_add", home.pk)

    response = client.post(
        url, filled(client, url, name="张小三", relation="03", identity_number="123")
    )

    content = response.content.decode()
    assert response.status_code == 422
    assert "应为 18 位，现为 3 位" in content
    assert 'value="张小三"' in content
    with acting(office):
        assert Member.objects.count() == 2


def test_a_member_is_corrected_and_what_is_sealed_is_kept(login, office, home, wife):
    client = login(office)
    url = address("member_change", home.pk, wife.pk)
    asked = client.get(url).content.decode()
    assert f"现为 ***{wife.identity_tail}；留空不变。" in asked
    assert "减少日期" not in asked

    client.post(url, filled(client, url, education="3", health=["2", "4"]))

    after = stored(office, Member, pk=wife.pk)
    assert (after.education, after.health) == ("3", ["2", "4"])
    assert bytes(after.identity_index) == bytes(wife.identity_index)
    event = stored(office, Event, action="registry.member.changed")
    assert event.detail["fields"] == ["education", "health"]


def test_a_member_leaves_and_a_mistake_is_taken_back(login, office, home, wife):
    client = login(office)
    url = address("member_leave", home.pk, wife.pk)
    data = filled(client, url, left_date="2016-02-01", left_reason="2")

    content = client.post(url, data, follow=True).content.decode()

    assert "已减少的成员" in content
    assert "office · 成员减少" in content
    back = address("member_change", home.pk, wife.pk)
    client.post(back, filled(client, back, left_date="", left_reason=""))
    assert stored(office, Member, pk=wife.pk).left_date is None


def test_only_what_people_leave_for_is_offered(login, office, home, wife):
    form = login(office).get(address("member_leave", home.pk, wife.pk)).context["form"]

    offered = [code for code, _ in form.fields["left_reason"].choices if code]
    assert offered == ["1", "2", "3", "4", "7", "9"]


def test_a_leaving_without_date_or_reason_is_refused_at_its_field(
    login, office, home, wife
):
    client = login(office)
    url = address("member_leave", home.pk, wife.pk)

    response = client.post(url, filled(client, url, reason=""))

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {
        "left_date",
        "left_reason",
        "reason",
    }


def test_a_year_is_added_in_yuan(login, office, home):
    client = login(office)
    url = address("income_add", home.pk)
    data = filled(client, url, year="2015", wage="4500.50", transfer_dibao="900")

    content = client.post(url, data, follow=True).content.decode()

    income = stored(office, Income, year=2015)
    # 4 500.50 wage + 900 Dibao.
    assert (income.wage_fen, income.transfer_fen, income.net_fen) == (
        450_050,
        90_000,
        540_050,
    )
    assert "5,400.50" in content


def test_a_year_is_corrected_from_what_is_stored(login, office, home):
    client = login(office)
    url = address("income_change", home.pk, 2014)
    data = filled(client, url, operating="100")
    assert str(data["wage"]) == "4000"

    client.post(url, data)

    income = stored(office, Income, year=2014)
    assert (income.wage_fen, income.operating_fen) == (400_000, 10_000)


@pytest.mark.parametrize("name", ["member_change", "income_change"])
def test_a_stale_form_shows_both_values_and_can_be_sent_again(
    login, office, home, wife, name
):
    client = login(office)
    of_member = name == "member_change"
    url = address(name, home.pk, wife.pk if of_member else 2014)
    change = {"education": "3"} if of_member else {"wage": "5000"}
    mine = filled(client, url, **change)
    other = address("change", home.pk)
    client.post(other, filled(client, other, attribute="2"))

    response = client.post(url, mine)

    content = response.content.decode()
    assert response.status_code == 422
    assert "您编辑期间，这一户已被他人修改，您的改动没有保存。" in content
    told = "现为“空”，您填的是“初中”" if of_member else "您填的是“5,000.00 元”"
    assert told in content
    again = mine | {"version": response.context["form"].data["version"]}
    assert client.post(url, again).status_code == 302


def test_members_and_years_that_are_not_there_are_not_found(login, office, home):
    client = login(office)

    for url in (
        address("member_change", home.pk, 999_999),
        address("member_leave", home.pk, 999_999),
        address("income_change", home.pk, 2013),
    ):
        assert client.get(url).status_code == 404
        assert client.post(url, {"reason": WHY}).status_code == 404


def test_who_only_reads_is_offered_no_act(login, office, home, make_actor):
    offered = login(office).get(address("household", home.pk)).content.decode()
    reader = login(make_actor("auditor", "9901"))
    shown = reader.get(address("household", home.pk)).content.decode()

    for url in (address("member_add", home.pk), address("income_add", home.pk)):
        assert url in offered
        assert url not in shown
        assert reader.get(url).status_code == 403


def test_every_form_is_there_in_english(login, office, home, wife):
    client = login(office)
    client.cookies["django_language"] = "en"

    for url, words in (
        (address("member_add", home.pk), "Add a member"),
        (address("member_change", home.pk, wife.pk), "Correct a member: 李四"),
        (address("member_leave", home.pk, wife.pk), "A member leaves: 李四"),
        (address("income_add", home.pk), "Add a year&#x27;s income"),
        (address("income_change", home.pk, 2014), "Correct the income of 2014"),
    ):
        assert words in client.get(url).content.decode()
