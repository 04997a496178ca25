"""The pages: work lists, case, batch, meeting, calendar, panel, to-dos, commands."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.registry.cases.stage import (
    PDF,
    VILLAGE,
    Stage,
    refresh,
    set_clock,
    status_of,
)

from bangfu.accounts.models import User
from bangfu.calc.values.findings import Refusal
from bangfu.publicity.kinds import KindCode
from bangfu.registry.cases import panels
from bangfu.registry.cases.acts import BY_CODE
from bangfu.registry.cases.commands import case as case_command
from bangfu.registry.cases.models import Meeting
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.registry.models import Household
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Pages read the real clock, so the stage stands at the present."""
    stage.at = timezone.now()
    return stage


@pytest.fixture
def present(settings) -> None:
    settings.LANGUAGE_CODE = "zh-hans"


def paper(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.pdf", PDF, content_type="application/pdf")


def form_of(stage: Stage, code: str, **more: object) -> dict[str, object]:
    act = BY_CODE[code]
    said = stage.said(act)
    files = {f"file_{kind}": paper(kind) for kind in act.evidence}
    data = {"happened_on": stage.today.isoformat(), **said.facts, **files}
    if act.needs_reason:
        data["reason"] = "材料不齐，请补充"
    return data | more


def test_a_family_is_put_on_file_applies_and_is_surveyed_on_screen(stage, login):
    client = login(stage["village"])

    made = client.post(
        reverse("registry:household_new"),
        {"village": VILLAGE, "household_no": "0900", "name": "赵六"},
    )
    with acting(system_actor("tests")):
        household = Household.objects.get(household_no="0900")
    assert made.url == reverse("registry:household", args=[household.pk])
    assert (household.status, household.head_name) == ("7", "赵六")

    file = client.get(made.url).content.decode()
    opening = reverse("registry:case_open", args=[household.pk, "entry", "apply"])
    assert opening in file
    opened = client.post(opening, form_of(stage, "apply"))
    assert opened.status_code == 302
    page = client.get(opened.url).content.decode()
    assert "下一步" in page
    assert "记录入户调查" in page
    case_id = int(opened.url.rstrip("/").rpartition("/")[2])

    take = reverse("registry:case_take", args=[case_id, "survey"])
    assert take in page
    alone = client.post(take, form_of(stage, "survey", surveyors="王村干"))
    assert alone.status_code == 422
    assert "入户调查须两人以上" in alone.content.decode()
    done = client.post(take, form_of(stage, "survey"), follow=True)
    assert "已办理：记录入户调查。" in done.content.decode()
    with acting(system_actor("tests")):
        household.refresh_from_db()
    assert household.status == "8"


def test_a_taken_number_is_refused_on_screen(stage, login):
    stage.family("7")

    response = login(stage["village"]).post(
        reverse("registry:household_new"),
        {"village": VILLAGE, "household_no": "0001", "name": "赵六"},
    )

    assert response.status_code == 422


def test_a_meeting_is_recorded_on_screen(stage, login):
    first = stage.at_state(CaseKind.ENTRY, CaseState.SURVEYED)
    second = stage.at_state(CaseKind.ENTRY, CaseState.SURVEYED)
    client = login(stage["village"])
    data = {
        "held_on": stage.today.isoformat(),
        "chaired_by": "王支书",
        "representatives": "12",
        "attended": "10",
        f"for_{first.pk}": "8",
        f"against_{first.pk}": "1",
        f"recused_{first.pk}": "1",
        f"recusals_{first.pk}": "张三",
        f"rank_{first.pk}": "1",
    }

    wrong = client.post(
        reverse("registry:meeting_new"),
        data | {"minutes": paper("m"), f"for_{first.pk}": "9"},
    )
    assert wrong.status_code == 422
    assert "票数合计 11，与到会人数 10 不符" in wrong.content.decode()
    held = client.post(reverse("registry:meeting_new"), data | {"minutes": paper("m")})

    refresh(first, second)
    assert (first.state, second.state) == (CaseState.REVIEWED, CaseState.SURVEYED)
    page = client.get(held.url).content.decode()
    assert "通过" in page
    assert "赞成 8，反对 1，弃权 0，回避 1" in page
    listed = client.get(reverse("registry:meetings")).content.decode()
    assert "10/12" in listed


def test_the_township_verifies_selected_rows_and_is_told_what_stayed(stage, login):
    ready = stage.at_state(CaseKind.ENTRY, CaseState.PUBLICITY_1)
    stage.wait(9)
    late = stage.at_state(CaseKind.ENTRY, CaseState.PUBLICITY_1)
    set_clock(stage.at)
    client = login(stage["township"])
    listed = client.get(reverse("registry:cases"), {"step": "verify"}).content.decode()
    batch = reverse("registry:case_batch", args=["verify"])
    assert batch in listed
    assert reverse("registry:case_batch", args=["return_to_survey"]) in listed

    asked = client.post(batch, {"selected": [ready.pk, late.pk], "selection": "page"})
    assert asked.status_code == 200
    assert f'value="{ready.pk}"' in asked.content.decode()
    today = timezone.localdate().isoformat()
    done = client.post(
        batch,
        form_of(stage, "verify", happened_on=today)
        | {"selected": [ready.pk, late.pk], "selection": "page"},
    )

    # Both were done on a later day than today, which the page's clock does not know.
    content = done.content.decode()
    assert "未办理" in content
    refresh(ready, late)
    assert late.state == CaseState.PUBLICITY_1


def test_rows_are_returned_together_with_a_reason(stage, login):
    cases = [
        stage.at_state(CaseKind.MONITORING, CaseState.MONITOR_REVIEWED)
        for _ in range(2)
    ]
    client = login(stage["county"])
    batch = reverse("registry:case_batch", args=["return_watch"])

    done = client.post(
        batch,
        form_of(stage, "return_watch")
        | {"selected": [one.pk for one in cases], "selection": "page"},
        follow=True,
    )

    assert "已办理 2 户：退回。" in done.content.decode()
    refresh(*cases)
    assert {one.state for one in cases} == {CaseState.VISITED}
    assert {one.sent_back for one in cases} == {1}


def test_a_notice_is_drafted_for_all_that_wait(stage, login):
    case = stage.at_state(CaseKind.ENTRY, CaseState.REVIEWED)
    client = login(stage["village"])
    listed = client.get(reverse("registry:cases")).content.decode()
    drafting = reverse("registry:case_post", args=["entry_first"])
    assert drafting in listed

    drafted = client.post(drafting)

    assert drafted.status_code == 302
    with acting(system_actor("tests")):
        assert stage.entry(case, KindCode.ENTRY_FIRST).label == case.household.head_name


def test_the_calendar_shows_the_tasks_of_the_pack(stage, login):
    content = login(stage["county"]).get(reverse("registry:calendar")).content.decode()

    assert content.count("情况摸排") == 12
    assert content.count("识别与信息变更") == 4
    assert content.count("退出认定") == 1


def test_the_case_page_names_who_takes_the_next_step_and_why_it_waits(stage, login):
    case = stage.at_state(CaseKind.ENTRY, CaseState.PUBLICITY_1)
    client = login(stage["township"])

    content = client.get(reverse("registry:case", args=[case.pk])).content.decode()

    assert "公示情况：公示中" in content
    assert reverse("registry:case_take", args=[case.pk, "return_to_survey"]) in content
    assert reverse("registry:case_take", args=[case.pk, "verify"]) not in content
    assert "survey_sheet.pdf" in content


def test_todos_name_the_steps_of_each_role(stage):
    stage.at_state(CaseKind.ENTRY, CaseState.SURVEYED)
    stage.at_state(CaseKind.ENTRY, CaseState.REVIEWED)
    stage.at_state(CaseKind.EXIT, CaseState.PRE_EXIT)

    told = {}
    for name in ("village", "township", "department"):
        with acting(stage[name]):
            told[name] = {
                todo.text.in_language("zh-hans"): todo.count
                for todo in panels.todo(by=stage[name], at=stage.at)
                if todo.count
            }

    assert told["village"] == {
        "待办：评议通过": 1,
        "待办：提出退出": 1,
        "待拟公示：识别第一次公示": 1,
    }
    assert told["township"] == told["department"] == {}


def test_a_split_is_recorded_on_screen(stage, login):
    household = stage.family("0")
    client = login(stage["village"])
    joined = client.post(
        reverse("registry:lineage", args=[household.pk, "join"]),
        {
            "change": "6",
            "name": "张新",
            "sex": "1",
            "relation": "03",
            "happened_on": stage.today.isoformat(),
            "reason": "新生儿登记",
        },
    )

    assert joined.status_code == 302
    file = client.get(joined.url).content.decode()
    assert "增加成员：张新（新生儿）" in file
    with acting(system_actor("tests")):
        child = household.members.get(name="张新")
    split = client.post(
        reverse("registry:lineage", args=[household.pk, "split"]),
        {
            "household_no": "0555",
            "member_ids": [child.pk],
            "head_id": child.pk,
            "happened_on": stage.today.isoformat(),
            "reason": "户籍已分立",
        },
    )
    assert split.status_code == 302
    with acting(system_actor("tests")):
        assert Household.objects.get(household_no="0555").head_name == "张新"


def test_minutes_are_not_opened_by_a_helper(stage, make_actor):
    stage.at_state(CaseKind.ENTRY, CaseState.REVIEWED)
    with acting(system_actor("tests")):
        meeting = Meeting.objects.get()
    helper = make_actor("helper", VILLAGE[:9], official_id=999)

    with acting(helper), pytest.raises(Refusal):
        panels.guard_minutes(by=helper, subject_id=str(meeting.pk))
    with acting(stage["village"]):
        panels.guard_minutes(by=stage["village"], subject_id=str(meeting.pk))


# The command line


def call(stage: Stage, name: str, *words: object):
    username = User.objects.get(pk=stage[name].user_id).username
    return CliRunner().invoke(
        case_command, [str(word) for word in words], obj={"as": username, "lang": "en"}
    )


def document(result) -> object:
    return json.loads(result.stdout)


def test_cases_are_listed_and_shown_as_json(stage):
    case = stage.at_state(CaseKind.ENTRY, CaseState.SURVEYED)
    stage.open(CaseKind.EXIT)

    mine = document(call(stage, "village", "list", "--kind", "entry", "--json"))
    shown = document(call(stage, "county", "show", case.pk, "--json"))

    assert [(one["id"], one["state"], one["next"]) for one in mine] == [
        (case.pk, "surveyed", "review")
    ]
    assert [step["act"] for step in shown["steps"]] == [
        "record_lead",
        "apply",
        "survey",
    ]
    assert shown["household"] == f"{VILLAGE}/0001"
    waiting = document(call(stage, "county", "list", "--mine", "--json"))
    assert waiting == []


def test_an_act_is_taken_on_the_command_line(stage, tmp_path):
    case = stage.open(CaseKind.ENTRY, "apply")
    paths = {}
    for kind in BY_CODE["survey"].evidence:
        paths[kind] = tmp_path / f"{kind}.pdf"
        paths[kind].write_bytes(PDF)
    files = [
        word for kind, path in paths.items() for word in ("--file", f"{kind}={path}")
    ]

    done = call(
        stage,
        "village",
        *("take", "survey", case.pk, "--on", stage.today.isoformat()),
        *("--fact", "surveyors=甲、乙", *files, "--json"),
    )

    assert done.exit_code == 0, done.exception
    assert document(done)["moved"][0]["state"] == "surveyed"
    again = call(
        stage,
        "village",
        *("take", "survey", case.pk, "--on", stage.today.isoformat()),
        *("--fact", "surveyors=甲、乙", *files),
    )
    assert isinstance(again.exception, Refusal)
    for words in (
        ("--fact", "surveyors"),
        ("--file", "shoe=a.pdf"),
        ("--file", "proof=/no"),
    ):
        wrong = call(
            stage, "village", "take", "survey", case.pk, "--on", "2021-01-01", *words
        )
        assert isinstance(wrong.exception, Refusal)


def test_a_batch_on_the_command_line_tells_what_stayed(stage):
    first = stage.at_state(CaseKind.MONITORING, CaseState.MONITOR_REVIEWED)
    second = stage.open(CaseKind.MONITORING)

    done = call(
        stage,
        "county",
        *("take", "return_watch", first.pk, second.pk),
        *("--on", stage.today.isoformat(), "--reason", "材料不齐全", "--json"),
    )

    assert done.exit_code == 1
    told = document(done)
    assert [one["id"] for one in told["moved"]] == [first.pk]
    assert [one["id"] for one in told["refused"]] == [second.pk]
    assert status_of(first) == "1"
