"""What two people at once may do; each lock is first shown to be needed."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from bangfu.calc.values.division_code import DivisionCode

COUNTY = DivisionCode("990101")
DAY = date(2016, 3, 1)
PATIENCE = 20


@pytest.fixture
def people(committed_db, fill, make_actor, now):
    """The county committed, a previewed run, and three persons: by name."""
    from bangfu.pairing import operations
    from bangfu.scope import acting

    county = fill()
    names = ("office", "second", "third")
    found = {n: make_actor("county", "990101", username=n) for n in names}
    with acting(found["office"]):
        run = operations.solve_now(
            by=found["office"], at=now, division=COUNTY, year=2016
        )
    return {**found, "county": county, "run": run.pk}


@pytest.fixture
def approved(people, now):
    from bangfu.pairing import operations
    from bangfu.scope import acting

    with acting(people["second"]):
        operations.approve(by=people["second"], at=now, run_id=people["run"])
    return people


def at_once(*acts):
    """Run the acts in threads; return what each returned or raised."""
    from django.db import connections

    found = [None] * len(acts)

    def run(number, act):
        try:
            found[number] = act()
        except Exception as error:  # noqa: BLE001 - handed back to the test
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return found


def acting_as(by, act):
    from bangfu.scope import acting

    def run():
        with acting(by):
            return act(by)

    return run


def names_of(found):
    return sorted(type(one).__name__ for one in found)


def without_row_lock(monkeypatch):
    """Let both read the run before either writes."""
    from bangfu.pairing import queries

    both = threading.Barrier(2, timeout=PATIENCE)

    def read(run_id):
        run = queries.run(run_id)
        both.wait()
        return run

    monkeypatch.setattr(queries, "locked_run", read)


def approve(people, now):
    from bangfu.pairing import operations

    return [
        acting_as(
            people[name],
            lambda by: operations.approve(by=by, at=now, run_id=people["run"]),
        )
        for name in ("second", "third")
    ]


def test_without_the_lock_two_people_approve(people, now, monkeypatch):
    without_row_lock(monkeypatch)

    assert names_of(at_once(*approve(people, now))) == ["Run", "Run"]


def test_one_of_two_approvers_wins(people, now):
    found = at_once(*approve(people, now))

    assert names_of(found) == ["Run", "WrongRunState"]


def apply(people, now):
    from bangfu.pairing import operations

    return [
        acting_as(
            people[name],
            lambda by: operations.apply(
                by=by, at=now, run_id=people["run"], from_date=DAY
            ),
        )
        for name in ("second", "third")
    ]


def pairings():
    from bangfu.pairing.models import Pairing
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    with acting(system_actor("tests")):
        return list(
            Pairing.objects.order_by("pk").values_list(
                "household__household_no", "official__official_no", "ended_date"
            )
        )


def test_without_locks_a_second_apply_breaks_on_the_constraint(
    approved, now, monkeypatch
):
    from bangfu.pairing import locks

    without_row_lock(monkeypatch)
    monkeypatch.setattr(locks, "take_alone", lambda _division: None)

    found = at_once(*apply(approved, now))

    assert names_of(found) == ["IntegrityError", "Run"]
    assert len(pairings()) == 6


def test_one_of_two_applies_wins(approved, now):
    found = at_once(*apply(approved, now))

    assert names_of(found) == ["Run", "WrongRunState"]
    assert len(pairings()) == 6


def by_hand(people, now):
    """h5 goes to A1, who has places left, while the run gives it to B1."""
    from bangfu.pairing import operations

    county = people["county"]
    return acting_as(
        people["third"],
        lambda by: operations.change_by_hand(
            by=by,
            at=now,
            household_id=county.households["h5"],
            official_id=county.officials["a1"],
            from_date=DAY,
            reason="就近帮扶",
        ),
    )


def test_without_the_lock_a_change_by_hand_breaks_the_apply(approved, now, monkeypatch):
    from bangfu.pairing import lines, locks

    checked, changed = threading.Event(), threading.Event()
    carry_out = lines.carry_out

    def after_the_change(*args, **kwargs):
        checked.set()
        assert changed.wait(PATIENCE)
        return carry_out(*args, **kwargs)

    def hand():
        assert checked.wait(PATIENCE)
        try:
            return by_hand(approved, now)()
        finally:
            changed.set()

    for name in ("take_alone", "take_together"):
        monkeypatch.setattr(locks, name, lambda _division: None)
    monkeypatch.setattr(lines, "carry_out", after_the_change)

    found = at_once(apply(approved, now)[0], hand)

    assert names_of(found) == ["IntegrityError", "Pairing"]


def test_a_change_by_hand_waits_for_the_apply(approved, now, monkeypatch):
    from bangfu.pairing import lines

    checked = threading.Event()
    carry_out = lines.carry_out

    def once_the_other_waits(*args, **kwargs):
        checked.set()
        wait_until_somebody_waits()
        return carry_out(*args, **kwargs)

    def hand():
        assert checked.wait(PATIENCE)
        return by_hand(approved, now)()

    monkeypatch.setattr(lines, "carry_out", once_the_other_waits)

    found = at_once(apply(approved, now)[0], hand)

    assert names_of(found) == ["Pairing", "Run"]
    of_h5 = [row[1:] for row in pairings() if row[0] == "0005"]
    assert of_h5 == [("B1", DAY), ("A1", None)]


def wait_until_somebody_waits():
    from django.db import connections

    pause = threading.Event()
    for _ in range(PATIENCE * 50):
        with connections["side"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND locktype = 'advisory'"
            )
            if cursor.fetchone()[0]:
                return
        pause.wait(0.02)
    raise AssertionError("nobody waits")


def test_two_changes_by_hand_do_not_share_the_last_place(people, now):
    from bangfu.pairing import operations

    county = people["county"]

    def give(name, home):
        return acting_as(
            people[name],
            lambda by: operations.change_by_hand(
                by=by,
                at=now,
                household_id=county.households[home],
                official_id=county.officials["a2"],
                from_date=DAY,
                reason="新增",
            ),
        )

    found = at_once(give("second", "h1"), give("third", "h2"))

    assert names_of(found) == ["Pairing", "QuotaFull"]


@pytest.mark.parametrize(
    ("held", "wanted", "waits"),
    [
        ("990101", "990101101001", True),
        ("9901", "990101", True),
        ("990101101", "990101", True),
        ("990101", "990102", False),
    ],
)
def test_a_run_holds_what_lies_within_and_above(people, held, wanted, waits):
    from django.db import OperationalError, connection

    from bangfu.pairing import locks
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    holds, done = threading.Event(), threading.Event()

    def hold():
        with acting(system_actor("tests")):
            locks.take_alone(DivisionCode(held))
            holds.set()
            done.wait(PATIENCE)

    def ask():
        holds.wait(PATIENCE)
        try:
            with acting(system_actor("tests")):
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '150ms'")
                take = locks.take_together if len(wanted) == 12 else locks.take_alone
                take(DivisionCode(wanted))
                return "held"
        except OperationalError:
            return "waits"
        finally:
            done.set()

    assert at_once(hold, ask)[1] == ("waits" if waits else "held")
