"""The chain: what is edited, deleted, moved or cut off is found, whoever did it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import connections, transaction
from django.db.utils import IntegrityError
from django.urls import reverse

from bangfu.audit import chain, operations
from bangfu.audit.commands import audit
from bangfu.audit.models import Check, Event, Link
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

SYSTEM = system_actor("tests")


def write(by, at, *reasons):
    with acting(by):
        return [
            operations.record("tests.thing.done", by=by, at=at, reason=reason)
            for reason in reasons
        ]


def extend(at):
    with acting(SYSTEM):
        return operations.extend_chain(by=SYSTEM, at=at)


def verify(at, **asked):
    with acting(SYSTEM):
        check, findings = operations.verify_chain(by=SYSTEM, at=at, **asked)
    return check, [(one.code, one.subject) for one in findings]


@pytest.fixture
def linked(committed_db, make_actor, now):
    """Five events in the chain. Committed: the owner changes them from beside."""
    office = make_actor("county", "990101")
    events = write(office, now, "甲", "乙", "丙", "丁", "戊")
    assert extend(now) == 5
    return events


@pytest.fixture
def owner(linked):
    """The owner of the tables, without the triggers and keys that hinder him."""
    with connections["owner"].cursor() as cursor:
        for table in ("audit_event", "audit_link", "audit_check"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'audit_link'::regclass"
            " AND contype = 'f'"
        )
        [(name,)] = cursor.fetchall()
        cursor.execute(f'ALTER TABLE audit_link DROP CONSTRAINT "{name}"')
        yield cursor.execute


def test_a_chain_that_nobody_touched_is_whole(linked, now):
    check, findings = verify(now + timedelta(hours=1))

    assert findings == []
    assert (check.position, check.faults) == (5, 0)
    with acting(SYSTEM):
        assert check.until == linked[-1].__class__.objects.latest("id").recorded_at


def test_linking_again_links_only_what_is_new(linked, make_actor, now):
    assert extend(now) == 0

    write(make_actor("county", "990102"), now, "己")

    assert extend(now) == 1
    assert list(Link.objects.order_by("position").values_list("position", flat=True)) == [
        1, 2, 3, 4, 5, 6,
    ]  # fmt: skip


def test_verifying_links_what_waits_first(linked, make_actor, now):
    write(make_actor("county", "990102"), now, "己")

    assert verify(now)[0].position == 6


def test_an_event_that_is_committed_late_gets_a_later_link(linked, make_actor, now):
    late = make_actor("county", "990102")
    with acting(SYSTEM), connections["default"].cursor() as cursor:
        cursor.execute("SELECT nextval('audit_event_id_seq')")
        [number] = cursor.fetchone()
    write(late, now, "己")
    assert extend(now) == 1
    with acting(late):
        Event.objects.create(
            pk=number, action="tests.thing.done", user_id=late.user_id,
            username=late.username, grant_id=late.grant_id, role=late.role,
            division_code=late.division, happened_at=now,
        )  # fmt: skip

    assert extend(now) == 1
    assert Link.objects.get(event_id=number).position == 7
    assert verify(now)[1] == []


def test_an_edit_of_any_column_by_the_owner_is_found(owner, linked, now):
    edits = [
        "reason = '改'",
        "username = 'other'",
        "happened_at = happened_at - interval '1 day'",
        "detail = '{\"n\": 1}'",
        "division_code = '990102'",
    ]
    for event, edit in zip(linked, edits, strict=True):
        owner(f"UPDATE audit_event SET {edit} WHERE id = {event.pk}")

    assert verify(now)[1] == [("audit_event_changed", str(e.pk)) for e in linked]


def test_a_deleted_event_is_found(owner, linked, now):
    owner(f"DELETE FROM audit_event WHERE id = {linked[1].pk}")

    assert verify(now)[1] == [("audit_event_missing", str(linked[1].pk))]


def test_an_event_deleted_with_its_link_is_found(owner, linked, now):
    owner("DELETE FROM audit_link WHERE position = 2")
    owner(f"DELETE FROM audit_event WHERE id = {linked[1].pk}")

    assert verify(now)[1] == [
        ("audit_link_missing", "2"),
        ("audit_event_changed", str(linked[2].pk)),
    ]


def test_a_gap_that_was_closed_is_found(owner, linked, now):
    owner("DELETE FROM audit_link WHERE position = 2")
    owner(f"DELETE FROM audit_event WHERE id = {linked[1].pk}")
    owner("UPDATE audit_link SET position = position - 1 WHERE position = 3")
    owner("UPDATE audit_link SET position = position - 1 WHERE position = 4")
    owner("UPDATE audit_link SET position = position - 1 WHERE position = 5")

    assert verify(now)[1] == [("audit_event_changed", str(linked[2].pk))]


def test_a_changed_order_is_found(owner, linked, now):
    first, second = linked[1].pk, linked[2].pk
    owner("UPDATE audit_link SET event_id = 0 WHERE position = 2")
    owner(f"UPDATE audit_link SET event_id = {first} WHERE position = 3")
    owner(f"UPDATE audit_link SET event_id = {second} WHERE position = 2")

    assert verify(now)[1] == [
        ("audit_event_changed", str(second)),
        ("audit_event_changed", str(first)),
    ]


def test_a_digest_cannot_be_computed_without_the_keys_file(
    owner, linked, now, settings, tmp_path
):
    from bangfu.vault import create_keys_file

    true_keys = settings.BANGFU_KEYS_FILE
    owner(f"UPDATE audit_event SET reason = '改' WHERE id = {linked[4].pk}")
    create_keys_file(tmp_path / "others.json")
    settings.BANGFU_KEYS_FILE = str(tmp_path / "others.json")
    with acting(SYSTEM):
        event = Event.objects.filter(pk=linked[4].pk).values(*chain._FIELDS).get()
        before = bytes(Link.objects.get(position=4).digest)
        forged = chain.digest_of(event, before)
    owner("UPDATE audit_link SET digest = %s WHERE position = 5", [forged])
    settings.BANGFU_KEYS_FILE = true_keys

    assert verify(now)[1] == [("audit_event_changed", str(linked[4].pk))]


def test_an_end_that_was_cut_off_is_found_by_an_earlier_check(owner, linked, now):
    verify(now)
    owner("DELETE FROM audit_link WHERE position = 5")
    owner(f"DELETE FROM audit_event WHERE id = {linked[4].pk}")

    assert verify(now)[1] == [("audit_chain_cut", "5")]


def test_an_end_cut_off_with_the_checks_is_found_by_a_noted_head(owner, linked, now):
    noted = chain.head()
    owner("DELETE FROM audit_link WHERE position = 5")
    owner(f"DELETE FROM audit_event WHERE id = {linked[4].pk}")

    assert verify(now)[1] == []
    assert verify(now, noted=noted)[1] == [("audit_chain_cut", "5")]


def test_another_event_in_place_of_the_last_is_found_by_the_check(
    owner, linked, make_actor, now
):
    verify(now)
    owner("DELETE FROM audit_link WHERE position = 5")
    owner(f"DELETE FROM audit_event WHERE id = {linked[4].pk}")
    write(make_actor("county", "990102"), now, "己")

    assert verify(now)[1] == [("audit_chain_rewritten", "5")]


def test_chain_and_checks_are_only_added_to(linked, now):
    verify(now)

    for table in ("audit_link", "audit_check"):
        for statement in (f"UPDATE {table} SET digest = ''", f"DELETE FROM {table}"):
            with pytest.raises(IntegrityError, match="rows are only added"):
                connections["owner"].cursor().execute(statement)


def test_only_readers_of_the_audit_verify_it(db, make_actor, now):
    village = make_actor("village", "990101101001")

    with acting(village), pytest.raises(NotAllowed):
        operations.verify_chain(by=village, at=now)

    assert not Check.objects.exists()


def test_two_who_extend_wait_for_one_another(committed_db, make_actor, now):
    """Without the lock both would take the same position, and one would fail."""
    write(make_actor("county", "990101"), now, "甲")
    with acting(SYSTEM):
        chain.extend()
        with transaction.atomic(using="side"), connections["side"].cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [chain._LOCK])
            assert cursor.fetchone() == (False,)


def test_the_command_says_until_when_and_notes_the_head(linked, make_actor):
    make_actor("auditor", "9901", username="auditor")

    result = CliRunner().invoke(audit, ["verify"], obj={"as": "auditor", "lang": "en"})

    assert result.exit_code == 0
    assert "The chain is whole: 5 events until" in result.stdout
    assert f"Head {chain.head()}: note it elsewhere" in result.stdout


def test_the_command_exits_with_1_and_names_what_was_changed(owner, linked, make_actor):
    make_actor("auditor", "9901", username="auditor")
    owner(f"UPDATE audit_event SET reason = '改' WHERE id = {linked[0].pk}")

    result = CliRunner().invoke(audit, ["verify", "--json"], obj={"as": "auditor"})

    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["valid"] is False
    assert [one["code"] for one in document["findings"]] == ["audit_event_changed"]


def test_a_head_that_is_none_is_refused(db):
    result = CliRunner().invoke(audit, ["verify", "--head", "x"], obj={})

    assert isinstance(result.exception, BadInput)
    assert str(result.exception) == "“x” is no head; it looks like NUMBER:DIGEST."


def test_the_page_says_until_when_the_chain_is_whole(db, login, make_actor, now):
    auditor = make_actor("auditor", "9901")
    client = login(auditor)
    before = client.get(reverse("audit:events")).text
    with acting(SYSTEM):
        operations.verify_chain(by=SYSTEM, at=now)

    assert "尚未做过防篡改校验" in before
    assert "防篡改校验通过：截至" in client.get(reverse("audit:events")).text


def test_the_page_warns_of_faults(db, login, make_actor, now):
    with acting(SYSTEM):
        Check.objects.create(checked_at=now, position=9, digest=b"x", faults=2)

    page = login(make_actor("auditor", "9901")).get(reverse("audit:events")).text

    assert "notice-danger" in page
    assert "防篡改校验发现 2 处异常" in page


def test_the_jobs_link_and_verify(linked, make_actor, now):
    from bangfu.audit import tasks

    write(make_actor("county", "990102"), now, "己")

    assert tasks.extend_chain(0) == 1
    assert tasks.verify_chain(0) == 0
    assert Check.objects.get().position == 6
