"""The queue, the records side by side, the decisions; the job and the commands."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner
from django.urls import reverse
from tests.registry.duplicates.conftest import (
    COUNTY,
    SYSTEM,
    add,
    groups,
    of,
    only_group,
)

from bangfu.accounts.models import User
from bangfu.calc.values.findings import NotAllowed
from bangfu.jobs.running import Run
from bangfu.registry.duplicates import panels, tasks
from bangfu.registry.duplicates.commands import duplicates as command
from bangfu.registry.duplicates.models import DuplicateDecision
from bangfu.registry.models import Household, Member
from bangfu.scope import acting


@pytest.fixture
def suspected(found, families):
    """Two records of one village that differ by a day and a number."""
    one, other, _ = families
    with acting(SYSTEM):
        Member.objects.filter(pk=of(one)[1].pk).update(
            sex="2",
            birth_date=date(1970, 5, 1),
            identity_index=b"1",
            identity_tail="18",
        )
        Member.objects.filter(pk=of(other)[1].pk).update(
            sex="2", birth_date=date(1970, 5, 2)
        )
    found.say((of(one)[1], of(other)[1], 0.999))
    found.search()
    return only_group()


def page(client, name: str, group) -> str:
    response = client.get(reverse(f"registry:{name}", args=[group.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_queue_names_the_records_and_never_says_certain(suspected, stage, login):
    response = login(stage["township"]).get(reverse("registry:duplicates"))

    words = response.content.decode()
    assert response.status_code == 200
    assert "李四" in words
    assert "0001、0002" in words
    assert "&gt; 99%" in words
    assert "比对 9 人" not in words  # the county's search is not the township's to see


def test_records_stand_side_by_side_with_the_differences_marked(
    suspected, stage, login
):
    words = page(login(stage["county"]), "duplicate", suspected)

    rows = {
        row.split("</th>")[0].rpartition(">")[2]: row
        for row in words.split("<tr")
        if "compare-verdict" in row
    }
    assert 'class="is-different"' in rows["出生日期"]
    assert "一致" in rows["性别"]
    assert 'class="is-different"' not in rows["性别"]
    assert "有缺项" in rows["证件号码"]
    assert "***18" in rows["证件号码"]
    assert "姓相同，名同音，出生日期相同" in words
    assert "性别不同" in words


def test_the_same_person_is_merged_on_screen(suspected, stage, login, families):
    client = login(stage["township"])
    kept, left = of(families[0])[1], of(families[1])[1]
    url = reverse("registry:duplicate_persons", args=[suspected.pk])
    data = {
        "kept": kept.pk,
        "merged": [left.pk],
        "happened_on": "2021-02-01",
        "reason": "走访核实",
    }

    twice = client.post(url, data | {"merged": [kept.pk]})
    assert twice.status_code == 422
    assert "保留的记录不能同时减少" in twice.content.decode()
    done = client.post(url, data)

    assert done.status_code == 302
    with acting(SYSTEM):
        assert DuplicateDecision.objects.get().kind == "persons"
    words = page(client, "duplicate", suspected)
    assert "合并为同一人" in words  # as a decision
    assert url not in words  # no longer an offer


def test_a_household_is_merged_on_screen_member_by_member(
    suspected, stage, login, families
):
    one, other, _ = families
    add(other, "张小")
    client = login(stage["township"])
    words = page(client, "duplicate", suspected)
    address = reverse("registry:duplicate_households", args=[suspected.pk])
    url = f"{address}?household={other.pk}&into={one.pk}"
    assert url.replace("&", "&amp;") in words
    head, wife, child = of(other)
    form = client.get(url).content.decode()
    assert f'<option value="{of(one)[1].pk}" selected>' in form

    done = client.post(
        url,
        {
            f"same_{head.pk}": of(one)[0].pk,
            f"same_{wife.pk}": of(one)[1].pk,
            f"same_{child.pk}": "",
            "happened_on": "2021-02-01",
            "reason": "同一户重复建档",
        },
    )

    assert done.status_code == 302
    with acting(SYSTEM):
        assert Household.objects.get(pk=other.pk).status == "9"
    assert [m.name for m in of(one)] == ["张1", "李四", "张小"]
    assert client.get(f"{address}?household={one.pk}&into=0").status_code == 404


@pytest.mark.parametrize(
    ("name", "state"), [("duplicate_apart", "decided"), ("duplicate_later", "later")]
)
def test_the_other_decisions_ask_for_a_reason(suspected, stage, login, name, state):
    client = login(stage["township"])
    url = reverse(f"registry:{name}", args=[suspected.pk])

    assert client.post(url, {"reason": ""}).status_code == 422
    assert only_group().state == "open"
    assert client.post(url, {"reason": "走访核实"}).status_code == 302
    assert only_group().state == state


def test_a_settled_group_is_refused_on_its_form(suspected, stage, login):
    client = login(stage["township"])
    url = reverse("registry:duplicate_apart", args=[suspected.pk])
    client.post(url, {"reason": "走访核实"})

    again = client.post(url, {"reason": "走访核实"})

    assert again.status_code == 422
    assert "这组疑似重复已经办结：已核定" in again.content.decode()


def test_an_inspector_looks_and_decides_nothing(suspected, stage, login, make_actor):
    client = login(make_actor("inspector", "990101"))

    words = page(client, "duplicate", suspected)

    assert "逐项对比" in words
    assert reverse("registry:duplicate_apart", args=[suspected.pk]) not in words


def test_a_record_that_left_is_told_of(suspected, stage, login, families):
    with acting(SYSTEM):
        Member.objects.filter(pk=of(families[0])[1].pk).update(
            left_date=date(2021, 1, 1), left_reason="1"
        )

    words = page(login(stage["township"]), "duplicate", suspected)

    assert "有记录已不在册" in words


def test_the_search_is_ordered_on_screen_and_waits_among_the_to_dos(
    suspected, stage, login
):
    ordered = login(stage["county"]).post(reverse("registry:duplicate_search"))

    assert ordered.status_code == 302
    assert ordered.url.startswith("/jobs/")
    with acting(stage["county"]):
        [todo] = panels.todo(by=stage["county"], at=stage.at)
        assert panels.todo(by=stage["department"], at=stage.at) == []
    assert (todo.count, str(todo.text)) == (1, "Suspected duplicates to check")


def test_the_job_searches_its_division(found, families, stage):
    one, other, _ = families
    found.say((of(one)[1], of(other)[1], 0.9))
    told = []

    class Told(Run):
        def progress(self, done, total, message):
            told.append((done, total))

    with acting(stage["county"]):
        result = tasks.run_search(
            Told(0, {"division": str(COUNTY)}, stage["county"], "worker")
        )

    assert result == {
        "persons": 9,
        "links": 1,
        "found": 1,
        "withdrawn": 0,
        "known": 0,
    }
    assert told == [(0, 3), (1, 3), (2, 3)]


def call(stage, who: str, *words: str):
    user = User.objects.get(pk=stage[who].user_id)
    return CliRunner().invoke(command, list(words), obj={"as": user.username})


def test_the_command_line_searches_and_lists(found, families, stage):
    one, other, _ = families
    found.say((of(one)[1], of(other)[1], 0.9))

    done = call(stage, "county", "find", "--division", "990101", "--json")
    words = call(stage, "county", "find", "--division", "990101")
    listed = call(stage, "county", "list", "--state", "open", "--json")
    lines = call(stage, "county", "list")

    assert json.loads(done.stdout) == {
        "division": "990101",
        "persons": 9,
        "links": 1,
        "found": 1,
        "withdrawn": 0,
        "known": 0,
    }
    assert "9 persons compared; groups filed: 0, withdrawn: 0." in words.stdout
    group = only_group()
    assert json.loads(listed.stdout) == {
        "groups": [
            {
                "group": group.pk,
                "state": "open",
                "division": str(group.division_code),
                "records": 2,
                "chance": 0.9,
            }
        ]
    }
    assert lines.stdout == f"{group.pk}\topen\t{group.division_code}\t2\t0.9\n"


def test_the_command_line_refuses_a_village(found, stage):
    done = call(stage, "village", "find", "--division", "990101")

    assert isinstance(done.exception, NotAllowed)
    assert groups() == []
