"""What the database itself refuses, and two people at once."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from tests.divisions.conftest import FILES, SINCE, code, day

from bangfu.divisions import operations
from bangfu.divisions.models import Division, VillageFlag
from bangfu.divisions.rules import TreeConflict
from bangfu.scope import acting


def row(**changes) -> Division:
    facts = {
        "code": code("990721"),
        "name": "丁县",
        "level": 6,
        "parent_code": "9907",
        "valid_from_date": day("2014-01-01"),
        "valid_to_date": day("2016-01-01"),
        **changes,
    }
    return Division.objects.create(**facts)


def refuses(make, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make()


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2013-01-01", "2014-01-02"),
        ("2015-12-31", None),
        ("2014-06-01", "2014-07-01"),
        ("2013-01-01", None),
    ],
)
def test_a_code_is_valid_once_on_any_day(db, start, end):
    row()

    refuses(
        lambda: row(valid_from_date=day(start), valid_to_date=end and day(end)),
        "division_code_valid_once",
    )


def test_stretches_may_touch_and_other_codes_do_not_count(db):
    row()
    row(valid_from_date=day("2016-01-01"), valid_to_date=None)
    row(valid_from_date=day("2013-01-01"), valid_to_date=day("2014-01-01"))
    row(code=code("990722"))
    row(code=code("990720"))

    assert Division.objects.count() == 5


def test_an_open_stretch_is_open_for_ever(db):
    row(valid_to_date=None)

    refuses(
        lambda: row(valid_from_date=day("3000-01-01"), valid_to_date=None),
        "division_code_valid_once",
    )


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"level": 9}, "division_level_is_length"),
        ({"parent_code": "9908"}, "division_code_in_parent"),
        ({"valid_to_date": day("2014-01-01")}, "division_valid_some_day"),
        ({"valid_from_date": day("1899-12-31")}, "division_valid_from_1900"),
        ({"code": "99072", "level": 5}, "divisions_division_code_ok"),
    ],
)
def test_a_row_that_cannot_be_is_refused(db, changes, constraint):
    with connection.cursor() as cursor:
        values = {
            "code": "990721",
            "level": 6,
            "parent_code": "9907",
            "valid_from_date": day("2014-01-01"),
            "valid_to_date": None,
            **changes,
        }
        refuses(
            lambda: cursor.execute(
                "INSERT INTO divisions_division (code, name, level, parent_code, kind,"
                " urban_rural_class, valid_from_date, valid_to_date) VALUES (%(code)s,"
                " 'x', %(level)s, %(parent_code)s, '', '', %(valid_from_date)s,"
                " %(valid_to_date)s)",
                values,
            ),
            constraint,
        )


def test_a_village_has_a_flag_once_at_a_time(db):
    def flag(kind, start, end=None):
        VillageFlag.objects.create(
            code=code("990721100200"),
            flag=kind,
            valid_from_date=day(start),
            valid_to_date=end and day(end),
            document="清单",
        )

    flag("poor", "2014-01-01", "2015-01-01")
    flag("poor", "2015-01-01")
    flag("deep_poor", "2014-06-01")

    refuses(lambda: flag("poor", "2014-12-31", "2015-01-01"), "village_flag_once_poor")
    refuses(lambda: flag("rich", "2014-01-01"), "village_flag_known")


@pytest.fixture
def office(committed_db, make_actor, now, tmp_path):
    """A city office with a tree that other connections see."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    admin = make_actor("administrator", "9907")
    with acting(admin):
        operations.import_divisions(by=admin, at=now, source=tmp_path, valid_from=SINCE)
    return make_actor("city", "9907")


def rename_at_once(office, now) -> list[str]:
    """Rename twice; the second begins while the first is not committed yet."""
    outcomes: list[str] = []
    is_done, may_end = threading.Event(), threading.Event()

    def rename(name, *, is_first):
        try:
            with acting(office):
                operations.rename(
                    by=office,
                    at=now,
                    code=code("990721"),
                    name=name,
                    effective_date=day("2015-06-01"),
                    reason="批复",
                )
                is_done.set()
                assert not is_first or may_end.wait(20)
        except (TreeConflict, IntegrityError) as error:
            outcomes.append(f"{type(error).__name__}: {error}".split("\n")[0])
        finally:
            connection.close()

    threads = [
        threading.Thread(target=rename, args=("甲名",), kwargs={"is_first": True}),
        threading.Thread(target=rename, args=("乙名",), kwargs={"is_first": False}),
    ]
    threads[0].start()
    assert is_done.wait(20)
    threads[1].start()
    wait_for_a_waiter()
    may_end.set()
    for thread in threads:
        thread.join(20)
    return outcomes


def wait_for_a_waiter() -> None:
    for _ in range(2_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " OR l.database IS NULL WHERE NOT l.granted"
                " AND d.datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.01)
    pytest.fail("nobody waits")


def test_two_renames_at_once_wait_for_one_another(office, now):
    assert rename_at_once(office, now) == [
        "TreeConflict: 990721 甲名 is valid from 2015-06-01; the change must be later."
    ]
    assert Division.objects.filter(code="990721").count() == 2


def test_without_the_lock_only_the_constraint_would_stop_the_second(
    office, now, monkeypatch
):
    monkeypatch.setattr(operations, "_lock_tree", lambda: None)

    [outcome] = rename_at_once(office, now)

    assert outcome.startswith("IntegrityError: ")
    assert Division.objects.filter(code="990721").count() == 2
