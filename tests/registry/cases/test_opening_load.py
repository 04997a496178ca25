"""The opening load: cases from before the system by two persons, and full village lists."""

from __future__ import annotations

import io
from datetime import date

import polars as pl
import pytest
from tests.registry.cases.stage import VILLAGE, Stage, status_of

from bangfu import exchange
from bangfu.calc.values.findings import NotAllowed
from bangfu.exchange.conversion import dtype_of
from bangfu.registry.cases.load_sheets import CASES, CASES_SHEET, FRAME, FRAME_SHEET
from bangfu.registry.cases.models import Case, FrameHousehold, Monitoring, Step
from bangfu.registry.cases.states import CaseKind
from bangfu.registry.imports import operations
from bangfu.registry.imports.intake import Options
from bangfu.registry.models import ImportState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


def workbook(book, sheet, rows: list[dict[str, object]]) -> bytes:
    frame = pl.DataFrame(rows, schema={c.key: dtype_of(c) for c in sheet.columns})
    content = io.BytesIO()
    exchange.write_rows(book, {sheet.key: frame}, language="zh-hans", target=content)
    return content.getvalue()


def row(no: str, kind: str, state: str, **more: object) -> dict[str, object]:
    return {
        "division_code": VILLAGE,
        "household_no": no,
        "kind": kind,
        "state": state,
        "entered_on": date(2015, 12, 31),
        "basis": "2015 年名册",
    } | more


def check(stage: Stage, kind: str, content: bytes, *, by: str = "county"):
    actor = stage[by]
    with acting(actor):
        record = operations.receive(
            by=actor,
            at=stage.at,
            kind=kind,
            files=[("load.xlsx", content)],
            options=Options(),
        )
        plan = operations.check(by=actor, at=stage.at, import_id=record.pk)
    return record, plan


def apply(stage: Stage, record, *, by: str = "second_county"):
    with acting(stage[by]):
        return operations.apply(by=stage[by], at=stage.at, import_id=record.pk)


def load(stage: Stage, *rows: dict[str, object]):
    return check(stage, "cases", workbook(CASES, CASES_SHEET, list(rows)))


def messages(plan) -> list[str]:
    return [found.finding.message.in_language("zh-hans") for found in plan.findings]


def test_cases_enter_at_any_state_marked_legacy(stage: Stage):
    stage.family("1")
    stage.family("7")
    stage.family("0")

    record, plan = load(
        stage,
        row("0001", "entry", "registered", entered_on=date(2014, 6, 1)),
        row("0001", "exit", "exited"),
        row("0001", "monitoring", "monitored", category="unstable_exited", risk="因病"),
        row("0002", "entry", "surveyed"),
        row("0003", "exit", "pre_exit"),
    )
    assert (plan.counts.new, plan.counts.wrong, messages(plan)) == (5, 0, [])
    applied = apply(stage, record)

    assert applied.state == ImportState.APPLIED
    with acting(system_actor("tests")):
        found = list(Case.objects.order_by("pk").select_related("last_step"))
        [spell] = Monitoring.objects.all()
        assert {step.act for step in Step.objects.all()} == {"take_over"}
    assert all(case.is_legacy for case in found)
    assert [
        case.last_step.happened_on for case in found if case.state == "registered"
    ] == [date(2014, 6, 1)]
    assert (spell.category, spell.since, spell.until) == (
        "unstable_exited",
        date(2015, 12, 31),
        None,
    )
    by_kind = {(case.household_id, case.kind): case for case in found}
    running = [case for case in by_kind.values() if case.is_open]
    assert sorted(status_of(case) for case in running) == ["2", "8"]
    surveyed = next(case for case in running if case.kind == CaseKind.ENTRY)
    stage.walk(surveyed)
    assert status_of(surveyed) == "0"


def test_who_uploads_does_not_confirm(stage):
    stage.family("0")
    record, _ = load(stage, row("0001", "entry", "registered"))

    for act in (operations.confirm, operations.apply):
        with acting(stage["county"]), pytest.raises(NotAllowed) as refused:
            act(by=stage["county"], at=stage.at, import_id=record.pk)
        assert "您不能确认自己上传的文件" in refused.value.message.in_language(
            "zh-hans"
        )
    with acting(system_actor("tests")):
        assert not Case.objects.exists()


def test_a_second_load_finds_the_same_and_writes_nothing(stage):
    stage.family("0")
    record, _ = load(stage, row("0001", "entry", "registered"))
    apply(stage, record)

    _, again = load(stage, row("0001", "entry", "registered"))

    assert (again.counts.new, again.counts.same) == (0, 1)


def test_rows_that_do_not_fit_are_wrong_and_the_others_go_in(stage):
    stage.family("0")
    stage.family("1")
    rows = [
        row("0001", "entry", "registered"),
        row("0001", "exit", "exited"),
        row("0002", "exit", "registered"),
        row("0002", "exit", "withdrawn"),
        row("0009", "exit", "exited"),
        row("0002", "monitoring", "monitored"),
        row("0002", "exit", "exited", entered_on=date(2031, 1, 1)),
        row("0002", "entry", "registered", opened_on=date(2020, 1, 1)),
        row("0001", "exit", "pre_exit"),
        row("0001", "removal", "removal_proposed"),
        row("0002", "entry", "registered", division_code="990102101001"),
    ]

    record, plan = load(stage, *rows)

    assert plan.counts.new == 2
    assert plan.counts.wrong == 9
    assert [text.split("，")[0] for text in messages(plan)] == [
        "不在您的管辖范围内",
        "与该户脱贫状态不符",
        "该事项没有这个环节",
        "该事项没有这个环节",
        "名册中没有这一户",
        "监测认定须填监测类别",
        "日期应不早于受理、不晚于今天",
        "日期应不早于受理、不晚于今天",
        "与前面一行重复",
    ]
    apply(stage, record)
    with acting(system_actor("tests")):
        assert list(Case.objects.order_by("pk").values_list("kind", "state")) == [
            ("entry", "registered"),
            ("exit", "pre_exit"),
        ]


@pytest.mark.parametrize("name", ["village", "city", "department"])
def test_a_load_is_for_county_and_township(stage, name):
    content = workbook(CASES, CASES_SHEET, [row("0001", "entry", "registered")])

    with pytest.raises(NotAllowed):
        check(stage, "cases", content, by=name)


def test_after_the_load_a_roll_cannot_move_the_status(stage):
    """The roll itself is tested with its import; here, that the case binds it."""
    from tests.registry.workbooks import families

    stage.family("0")
    record, _ = load(stage, row("0001", "entry", "registered"))
    apply(stage, record)
    moved = families("0001", status="1")

    _, plan = check(stage, "households", moved)

    assert any("脱贫状态只能经识别、退出等程序改变" in text for text in messages(plan))


def test_a_roll_holds_nobody_who_is_not_registered(stage):
    from tests.registry.workbooks import families

    _, plan = check(stage, "households", families("0005", status="8"))

    assert any("不能由名册导入" in text for text in messages(plan))


# Full village lists


def frame(*rows: tuple[str, str, int]) -> bytes:
    return workbook(
        FRAME,
        FRAME_SHEET,
        [
            {
                "division_code": VILLAGE,
                "household_no": no,
                "head_name": name,
                "persons": persons,
            }
            for no, name, persons in rows
        ],
    )


def test_a_full_list_is_stored_changed_and_the_same_again(stage):
    record, plan = check(stage, "frame", frame(("1", "张三", 4), ("2", "李四", 2)))
    assert plan.counts.new == 2
    apply(stage, record, by="county")

    record, plan = check(stage, "frame", frame(("1", "张三", 5), ("2", "李四", 2)))
    assert (plan.counts.changed, plan.counts.same) == (1, 1)
    apply(stage, record, by="county")

    with acting(stage["county"]):
        stored = FrameHousehold.objects.order_by("household_no").values_list(
            "household_no", "head_name", "persons"
        )
        assert list(stored) == [("1", "张三", 5), ("2", "李四", 2)]


def test_a_full_list_refuses_twice_and_who_may_not(stage):
    _, plan = check(stage, "frame", frame(("1", "张三", 4), ("1", "李四", 2)))
    assert (plan.counts.new, plan.counts.wrong) == (1, 1)

    for name in ("village", "township"):
        with pytest.raises(NotAllowed):
            check(stage, "frame", frame(("1", "张三", 4)), by=name)


def test_a_state_of_another_status_is_named_with_what_it_should_be(stage):
    stage.family("7")

    _, plan = load(stage, row("0001", "exit", "exited"))

    assert messages(plan) == ["与该户脱贫状态不符，应为：已脱贫、返贫"]
