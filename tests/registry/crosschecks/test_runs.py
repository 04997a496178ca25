"""Lists arrive as digests; runs find, keep, reopen and let go of hits."""

import threading
from datetime import date

import pytest
from django.db import connection, connections
from tests.registry.crosschecks.conftest import AS_OF, HEAD, SYSTEM, WIFE, car
from tests.registry.workbooks import number

from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed
from bangfu.registry.crosschecks import operations, presenting, runs
from bangfu.registry.crosschecks.arrival import OlderList, usable_number
from bangfu.registry.crosschecks.kinds import ListKind
from bangfu.registry.crosschecks.models import CheckRun, ExternalList, ExternalRow, Hit
from bangfu.scope import acting

V = ListKind.VEHICLES
STRANGER = number("1990-01-01", 5)


def test_a_list_is_kept_as_digests_and_facts_without_any_number(desk):
    plan = desk.bring(V, car(HEAD), car(STRANGER, name="外人"))

    assert (plan.counts.new, plan.counts.wrong) == (2, 0)
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM registry_externalrow r")
        stored = "".join(row for (row,) in cursor.fetchall())
        assert ExternalList.objects.get().rows_total == 2
    for secret in (HEAD, STRANGER, "王大山", "外人"):
        assert secret not in stored
    assert "car" in stored


def test_a_car_in_the_name_of_a_member_is_a_hit_that_says_why(desk):
    desk.bring(V, car(HEAD))

    run = desk.run()

    hit = desk.hits()["X2:王大山"]
    assert run.counts["X2"] == {"new": 1, "changed": 0, "same": 0, "gone": 0}
    assert presenting.why(hit).in_language("en") == (
        "A car, minibus, construction or large farm machine in use is registered in this "
        "person's name, worth 30,000 yuan or more, or of unknown worth."
    )
    assert hit.facts["rows"] == [
        {
            "kind": "vehicles",
            "what": "car",
            "status": "in_use",
            "value_fen": 8_000_000,
            "since": "2014-05-01",
            "name_differs": False,
            "by_name": False,
        }
    ]
    with acting(SYSTEM):
        event = Event.objects.get(action="registry.crosscheck.run")
        assert event.detail["new"] == run.counts["X2"]["new"] + run.counts["R1"]["new"]
        assert run.thresholds["check.vehicle.value_min"]["grade"] == "found"


@pytest.mark.parametrize(
    "facts",
    [
        {"value_fen": 2_999_900},
        {"status": "scrapped"},
        {"what": "motorcycle"},
        {"what": "disabled_tricycle"},
    ],
)
def test_what_is_no_red_line_is_no_hit(desk, facts):
    desk.bring(V, car(HEAD, **facts))

    desk.run()

    assert "X2:王大山" not in desk.hits()


def test_who_has_no_number_is_found_by_name_and_birth_date(desk):
    row = car(None, name="赵铁柱", birth_date=date(1980, 3, 3), sex="1")
    desk.bring(V, row | {"address_code": "990101101001"})

    desk.run()

    hit = desk.hits()["X2:赵铁柱"]
    assert hit.chance is not None
    assert hit.chance >= 0.8
    assert hit.facts["rows"][0]["by_name"] is True


def test_a_number_under_another_name_is_a_hit_of_its_own(desk):
    desk.bring(V, car(WIFE, name="另一人", what="motorcycle"))

    desk.run()

    assert "I1:李小红" in desk.hits()


def test_checks_without_their_lists_are_skipped_and_say_so(desk):
    run = desk.run()

    assert "X2" not in run.counts
    assert run.skipped["X2"]["en"] == "no list on file: Vehicle register"
    assert set(run.counts) >= {"X6", "X8", "R1", "R4", "F18", "F21"}


def test_a_second_run_adds_nothing(desk):
    desk.bring(V, car(HEAD))
    desk.run()
    before = desk.hits()

    run = desk.run()

    assert run.counts["X2"] == {"new": 0, "changed": 0, "same": 1, "gone": 0}
    assert {k: h.facts_digest for k, h in desk.hits().items()} == {
        k: h.facts_digest for k, h in before.items()
    }


def test_a_hit_that_is_found_no_more_is_gone(desk):
    desk.bring(V, car(HEAD))
    desk.run()
    desk.bring(V, car(HEAD, status="scrapped"), as_of=date(2016, 2, 20))

    run = desk.run()

    assert run.counts["X2"]["gone"] == 1
    assert desk.hits()["X2:王大山"].state == "gone"


def test_a_newer_list_replaces_the_rows_of_the_older(desk):
    desk.bring(V, car(HEAD), car(WIFE))
    desk.bring(V, car(HEAD), as_of=date(2016, 2, 20))

    with acting(SYSTEM):
        assert ExternalRow.objects.count() == 1
        kept = ExternalList.objects.order_by("as_of")
        assert [one.replaced_at is None for one in kept] == [False, True]


def test_the_same_list_again_adds_nothing_and_more_rows_are_added(desk):
    desk.bring(V, car(HEAD))

    assert desk.bring(V, car(HEAD)).counts.written == 0
    assert desk.bring(V, car(HEAD), car(WIFE)).counts.new == 1
    with acting(SYSTEM):
        assert ExternalList.objects.get().rows_total == 2


def test_an_older_list_is_refused(desk):
    desk.bring(V, car(HEAD))

    with pytest.raises(OlderList, match="as of 2016-02-01 is on file"):
        desk.bring(V, car(WIFE), as_of=date(2016, 1, 1))
    with acting(SYSTEM):
        assert ExternalRow.objects.count() == 1


def test_a_row_that_names_nobody_is_wrong_and_the_rest_goes_in(desk):
    plan = desk.bring(V, car(HEAD), car("12345", name="无号"))

    assert (plan.counts.new, plan.counts.wrong) == (1, 1)
    assert [found.finding.code for found in plan.findings] == ["nobody"]
    assert "12345" not in str(plan.findings)


def test_an_old_number_of_fifteen_digits_is_lengthened():
    assert usable_number(HEAD[:6] + HEAD[8:17], demo=True) == HEAD
    assert usable_number("not a number", demo=True) is None
    assert usable_number(None, demo=True) is None


def test_a_township_may_neither_bring_lists_nor_run(village, make_actor, now):
    township = make_actor("township", "990101101")

    with pytest.raises(NotAllowed), acting(township):
        runs.run(by=township, at=now)
    with pytest.raises(NotAllowed), acting(township):
        operations.order_run(by=township, at=now)
    with acting(SYSTEM):
        assert not CheckRun.objects.exists()


def test_a_run_that_is_ordered_twice_is_refused(desk, now):
    with acting(desk.by):
        operations.order_run(by=desk.by, at=now)

    with (
        pytest.raises(operations.AlreadyOrdered, match="waits or is running"),
        acting(desk.by),
    ):
        operations.order_run(by=desk.by, at=now)


def test_two_runs_at_once_keep_each_hit_once(desk):
    desk.bring(V, car(HEAD))
    failures = []

    def run():
        try:
            desk.run()
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with acting(SYSTEM):
        assert Hit.objects.filter(check_code="X2").count() == 1
        assert CheckRun.objects.count() == 2


def test_a_village_and_a_helper_see_no_hit_and_a_county_no_other_countys(
    desk, make_actor
):
    desk.bring(V, car(HEAD))
    desk.run()

    seen = {}
    for role, place, official in (
        ("village", "990101101001", None),
        ("helper", "990101101", 7),
        ("county", "990102", None),
        ("township", "990101101", None),
    ):
        with acting(make_actor(role, place, official_id=official)):
            seen[role, place] = Hit.objects.filter(check_code="X2").count()
    assert seen == {
        ("village", "990101101001"): 0,
        ("helper", "990101101"): 0,
        ("county", "990102"): 0,
        ("township", "990101101"): 1,
    }


def test_the_lists_are_kept_as_of_their_day(desk):
    desk.bring(V, car(HEAD))

    assert desk.run().lists[0]["as_of"] == AS_OF.isoformat()
