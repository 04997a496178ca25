"""What people find out: who may, what it needs, what it changes and what it leaves."""

import threading
from datetime import date

import pytest
from django.db import DatabaseError, connection, connections, transaction
from tests.files import making
from tests.registry.crosschecks.conftest import HEAD, SYSTEM, car

from bangfu.accounts.models import Grant, User
from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed
from bangfu.registry.crosschecks import operations, permissions, queries, rules
from bangfu.registry.crosschecks.kinds import ListKind
from bangfu.registry.crosschecks.models import Hit, Verdict, VerdictKind
from bangfu.registry.models import Household
from bangfu.scope import acting

FALSE = operations.Said(VerdictKind.FALSE, "visit", "车是同名的邻居的。")
TRUE = operations.Said(
    VerdictKind.TRUE, "documents", "行驶证核对无误。", "licence.jpg", making.jpeg()
)


@pytest.fixture
def hit(desk):
    desk.bring(ListKind.VEHICLES, car(HEAD))
    desk.run()
    return desk.hits()["X2:王大山"]


@pytest.fixture
def judge(hit, now):
    def give(by, said=FALSE, **more):
        with acting(by):
            return operations.judge(by=by, at=now, hit_id=hit.pk, said=said, **more)

    return give


def stored() -> Hit:
    with acting(SYSTEM):
        return Hit.objects.get(check_code="X2")


def nothing_was_kept():
    with acting(SYSTEM):
        return (
            not Verdict.objects.exists()
            and stored().state == "open"
            and not Event.objects.filter(action="registry.hit.judged").exists()
        )


def test_a_verdict_changes_its_hit_and_nothing_else(desk, hit, judge):
    with acting(SYSTEM):
        before = Household.objects.values().get(pk=hit.household_id)

    verdict = judge(desk.by, TRUE)

    assert (stored().state, stored().verdict) == ("judged", "true")
    assert verdict.attachment_id is not None
    with acting(SYSTEM):
        assert Household.objects.values().get(pk=hit.household_id) == before
        event = Event.objects.get(action="registry.hit.judged")
    assert event.detail == {"check": "X2", "verdict": "true", "case": None}
    assert event.reason == "行驶证核对无误。"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (operations.Said(VerdictKind.FALSE, "visit", " 无 "), "reason"),
        (operations.Said(VerdictKind.FALSE, "rumour", "听说车不是他的"), "basis"),
        (operations.Said(VerdictKind.TRUE, "visit", "车就停在院里。"), "evidence"),
    ],
)
def test_an_incomplete_verdict_is_refused_at_its_field(desk, judge, said, field):
    with pytest.raises(rules.BadVerdict) as refused:
        judge(desk.by, said)

    assert [found.field for found in refused.value.findings] == [field]
    assert nothing_was_kept()


@pytest.mark.parametrize("role", ["inspector", "auditor"])
def test_who_only_reads_does_not_judge(desk, judge, make_actor, role):
    with pytest.raises(NotAllowed):
        judge(make_actor(role, "9901"))
    assert nothing_was_kept()


def test_a_county_does_not_find_another_countys_hit(judge, make_actor):
    with pytest.raises(operations.NoSuchHit, match="There is no such hit"):
        judge(make_actor("county", "990102"))


def test_a_cadre_of_the_village_stands_aside_under_any_grant(desk, judge):
    with acting(SYSTEM):
        Grant.objects.create(
            user=User.objects.get(pk=desk.by.user_id),
            role="village",
            division_code="990101101001",
            valid_from_date="2014-01-01",
            granted_by_id=0,
        )

    with pytest.raises(permissions.Partial, match="in a village where you serve"):
        judge(desk.by)
    assert nothing_was_kept()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("BANGFU_KIN_OF", "of your declared kin"),
        ("BANGFU_HELPERS_OF", "that you help"),
    ],
)
def test_kin_and_the_helper_stand_aside(desk, judge, settings, setting, words):
    with acting(SYSTEM):
        Grant.objects.create(
            user=User.objects.get(pk=desk.by.user_id),
            role="helper",
            division_code="990101101",
            official_id=7,
            valid_from_date="2014-01-01",
            granted_by_id=0,
        )
    setattr(settings, setting, f"{__name__}.officials")

    with pytest.raises(permissions.Partial, match=words):
        judge(desk.by)
    assert nothing_was_kept()


def officials(household_id: int) -> list[int]:
    """Stand for the roster: one official."""
    return [7]


def test_other_facts_than_those_seen_are_not_judged(desk, judge):
    with pytest.raises(rules.HitChanged, match="have changed"):
        judge(desk.by, seen="0" * 64)
    assert nothing_was_kept()


def test_a_hit_that_is_gone_is_not_judged(desk, judge):
    desk.bring(ListKind.VEHICLES, car(HEAD, status="sold"), as_of=date(2016, 2, 20))
    desk.run()

    with pytest.raises(rules.NotOpen, match="did not find this any more"):
        judge(desk.by)


def test_a_judged_hit_comes_back_only_when_its_facts_change(desk, judge):
    judge(desk.by)
    desk.run()
    assert stored().state == "judged"

    desk.bring(
        ListKind.VEHICLES, car(HEAD, value_fen=9_000_000), as_of=date(2016, 2, 20)
    )
    run = desk.run()

    assert run.counts["X2"]["changed"] == 1
    again = stored()
    assert (again.state, again.verdict, again.is_reopened) == ("open", "", True)
    with acting(SYSTEM):
        assert Verdict.objects.count() == 1


def test_a_verdict_stays_when_the_hit_is_found_no_more(desk, judge):
    judge(desk.by)
    desk.bring(ListKind.VEHICLES, car(HEAD, status="sold"), as_of=date(2016, 2, 20))
    desk.run()

    assert (stored().state, stored().verdict) == ("judged", "false")


def test_verdicts_give_the_precision_of_the_check(desk, judge):
    judge(desk.by, TRUE)
    judge(desk.by)  # the last one counts

    with acting(desk.by):
        found = queries.tallies(["X2"])["X2"].precision
    assert (found.true, found.false, found.share) == (0, 1, 0.0)


def test_verdicts_are_only_added(desk, judge):
    verdict = judge(desk.by)

    for sql in (
        "UPDATE registry_verdict SET kind = 'unclear' WHERE id = %s",
        "DELETE FROM registry_verdict WHERE id = %s",
    ):
        with acting(SYSTEM), transaction.atomic(), connection.cursor() as cursor:
            with pytest.raises(DatabaseError, match="rows are only added"):
                cursor.execute(sql, [verdict.pk])
            transaction.set_rollback(True)


def test_a_batch_judges_what_it_may_and_names_the_rest(desk, hit, now):
    with acting(desk.by):
        judged, refused = operations.judge_many(
            by=desk.by, at=now, hit_ids=[hit.pk, 10**9], said=FALSE
        )

    assert [one.hit_id for one in judged] == [hit.pk]
    assert [(one.hit_id, one.refusal.reason_code) for one in refused] == [
        (10**9, "crosscheck.none")
    ]


def test_two_people_at_once_leave_two_verdicts_and_one_state(
    desk, hit, judge, make_actor
):
    others = [make_actor("county", "990101"), make_actor("township", "990101101")]
    done = []

    def give(by):
        try:
            judge(by)
            done.append(by)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=give, args=(by,)) for by in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 2
    with acting(SYSTEM):
        assert Verdict.objects.filter(hit=hit).count() == 2
    assert stored().state == "judged"
