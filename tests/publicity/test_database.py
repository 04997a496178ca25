"""What the database refuses, whatever a program says."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from tests.publicity.conftest import line

REFUSED = (IntegrityError, ProgrammingError)


@pytest.fixture
def posted(story):
    return story.posted(line(1), line(2))


def refuses(story, statement, match=".", who="clerk"):
    """Run a statement as the village office; the database must refuse it."""
    with story.acting(who), pytest.raises(REFUSED, match=match):
        try_(statement)


def try_(statement):
    """Run a statement, with the constraints that wait for the end, and take it back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def run(story, statement, who="clerk"):
    with story.acting(who), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("UPDATE publicity_notice SET title = 'x'", "in a draft only"),
        ("UPDATE publicity_notice SET author_ids = '{}'", "authors of a notice stay"),
        ("UPDATE publicity_notice SET state = 'draft'", "does not go from"),
        ("UPDATE publicity_notice SET recorded_at = '2000-01-01'", "stay"),
        ("DELETE FROM publicity_notice", "never deleted"),
        ("UPDATE publicity_posting SET first_date = '2000-01-01'", "only added"),
        ("DELETE FROM publicity_posting", "only added"),
        ("UPDATE publicity_entry SET label = 'x'", "never changes"),
        ("UPDATE publicity_entry SET is_final = true", "never changes"),
        ("DELETE FROM publicity_entry", "in a draft only"),
        ("TRUNCATE publicity_outcome CASCADE", "permission denied|only added"),
    ],
)
def test_what_was_posted_stays(story, posted, statement, match):
    refuses(story, statement, match)


def test_an_entry_is_added_in_a_draft_only(story, posted):
    refuses(
        story,
        "INSERT INTO publicity_entry (notice_id, division_code, kind, position,"
        " subject_type, subject_id, label, values, is_final)"
        f" VALUES ({posted.pk}, '990101101001', 'entry_first', 9, '', '', 'x', '[]', false)",
        "in a draft only",
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [("division_code", "'990101101002'"), ("kind", "'exit'"), ("is_final", "true")],
)
def test_an_entry_fits_its_notice(story, column, value):
    notice = story.draft(line(1))
    values = {
        "notice_id": notice.pk,
        "division_code": "'990101101001'",
        "kind": "'entry_first'",
        "position": 9,
        "subject_type": "''",
        "subject_id": "''",
        "label": "'x'",
        "values": "'[]'",
        "is_final": "false",
        column: value,
    }
    names, written = ", ".join(values), ", ".join(map(str, values.values()))

    refuses(
        story,
        f"INSERT INTO publicity_entry ({names}) VALUES ({written})",
        who="township",
    )


def test_one_subject_stands_in_one_unfinished_entry_of_a_kind(story):
    story.draft(line(1))
    other = story.draft(line(2))

    refuses(
        story,
        "INSERT INTO publicity_entry (notice_id, division_code, kind, position,"
        " subject_type, subject_id, label, values, is_final)"
        f" VALUES ({other.pk}, '990101101001', 'entry_first', 9, 'tests.case', '1',"
        " 'x', '[]', false)",
        "publicity_entry_subject_once",
    )


def test_an_author_is_never_the_second_person(story):
    notice = story.submitted()

    refuses(
        story,
        "UPDATE publicity_notice SET state = 'checked', checked_at = now(),"
        f" checked_by_id = author_ids[1] WHERE id = {notice.pk}",
        "publicity_notice_second_person",
    )


@pytest.mark.parametrize("state", ["checked", "posted", "closed"])
def test_a_notice_begins_as_a_draft(story, state):
    refuses(
        story,
        "INSERT INTO publicity_notice (division_code, level, kind, state, title, place,"
        " audience, content, columns, author_ids, drafted_by_id, drafted_by_name,"
        " drafted_at, checked_by_name, reason, checked_by_id, checked_at) VALUES"
        f" ('990101101001', 12, 'other', '{state}', 't', 'p', 'public', '{{}}', '[]',"
        " '{1}', 1, 'x', now(), '', '', 2, now())",
        "begins as a draft",
    )


def posting(notice, evidence, **changed):
    values = {
        "notice_id": notice.pk,
        "division_code": "'990101101001'",
        "happened_on": "publicity_today()",
        "evidence_id": evidence,
        "days": 7,
        "unit": "'days'",
        "first_date": "publicity_today() + 1",
        "last_date": "publicity_today() + 7",
        "policy_hash": "''",
        "posted_by_id": 1,
        "posted_by_name": "'x'",
        **changed,
    }
    names, written = ", ".join(values), ", ".join(map(str, values.values()))
    return f"INSERT INTO publicity_posting ({names}) VALUES ({written})"


@pytest.fixture
def evidence(story, posted):
    """The key of some evidence of the village."""
    from bangfu.files.models import Attachment

    with story.acting("clerk"):
        return Attachment.objects.latest("pk").pk


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"first_date": "publicity_today() - 20"}, "day after recording"),
        ({"first_date": "publicity_today()"}, "day after recording"),
        ({"last_date": "publicity_today() + 6"}, "does not end on"),
        ({"last_date": "publicity_today() + 8"}, "does not end on"),
        (
            {"unit": "'working days'", "last_date": "publicity_today() + 6"},
            "does not end",
        ),
        ({"happened_on": "publicity_today() + 1"}, "in future"),
        ({"division_code": "'990101101'"}, "same_notice|row-level"),
        (
            {"recorded_at": "'2016-02-01'", "first_date": "'2016-02-02'"},
            "day after recording",
        ),
    ],
)
def test_a_posting_cannot_be_back_dated(story, evidence, changed, match):
    notice = story.checked(line(7))

    refuses(story, posting(notice, evidence, **changed), match)


def test_the_time_of_a_posting_is_the_databases_own(story, evidence):
    from bangfu.publicity.models import Posting

    notice = story.checked(line(7))

    run(story, posting(notice, evidence, recorded_at="'2016-02-01'"))

    with story.acting("clerk"):
        assert Posting.objects.get(notice=notice).recorded_at == story.at


def test_only_a_checked_notice_is_posted(story, evidence):
    refuses(story, posting(story.submitted(line(7)), evidence), "only a checked notice")


def test_a_notice_is_posted_with_evidence(story):
    notice = story.checked(line(7))

    refuses(
        story,
        f"UPDATE publicity_notice SET state = 'posted' WHERE id = {notice.pk}",
        "with evidence",
    )


@pytest.mark.parametrize(
    "statement",
    [
        (
            "CREATE OR REPLACE FUNCTION publicity_now() RETURNS timestamptz"
            " LANGUAGE sql AS 'SELECT now() - interval ''9 days'''"
        ),
        "DROP FUNCTION publicity_now() CASCADE",
        "ALTER TABLE publicity_posting DISABLE TRIGGER ALL",
    ],
)
def test_the_request_role_cannot_change_the_clock(story, statement):
    refuses(story, statement, "must be owner|permission denied")


def test_the_clock_as_it_is_shipped_takes_no_setting():
    import importlib

    migration = importlib.import_module("bangfu.publicity.migrations.0003_invariants")

    assert migration.CLOCK[0].endswith("LANGUAGE sql STABLE AS 'SELECT now()'")


PASS = (
    "INSERT INTO publicity_outcome (entry_id, division_code, kind, by_id, by_name,"
    " happened_at) VALUES ({entry}, '990101101001', 'passed', 1, 'x', now())"
)


def test_nothing_passes_before_its_last_day_is_over(story, posted):
    entry = story.entries(posted)[0].pk
    story.clock("2016-03-08")
    refuses(story, PASS.format(entry=entry), "after its last day")

    story.clock("2016-03-09")
    run(story, PASS.format(entry=entry))
    refuses(story, PASS.format(entry=entry), "entry_id")


def test_nothing_passes_while_an_objection_stops_it(story, posted):
    entry = story.entries(posted)[0]
    found = story.object(posted, entry)
    story.clock("2016-03-09")
    refuses(story, PASS.format(entry=entry.pk), "stops the entry")

    story.decide(found)
    refuses(story, PASS.format(entry=entry.pk), "stops the entry")


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("UPDATE publicity_objection SET stops = false", "stays as it is"),
        ("UPDATE publicity_objection SET recorded_at = '2000-01-01'", "stays"),
        ("UPDATE publicity_objection SET handler_level = 12", "stays|handler_ok"),
        ("UPDATE publicity_objection SET state = 'rejected'", "decided_when_over"),
        ("DELETE FROM publicity_objection", "never deleted"),
        ("UPDATE publicity_complaint SET received_on = '2000-01-01'", "never changes"),
        ("UPDATE publicity_complaint SET text_sealed = ''", "never changes"),
        ("DELETE FROM publicity_complaint", "never changes"),
    ],
)
def test_objections_and_complaints_stay(story, posted, statement, match):
    story.object(posted, story.entries(posted)[0])

    refuses(story, statement, match, who="township")


def test_a_decided_objection_is_not_decided_again(story, posted):
    story.decide(story.object(posted, story.entries(posted)[0]))

    refuses(
        story,
        "UPDATE publicity_objection SET state = 'rejected'",
        "stays as it is",
        who="township",
    )


def test_changes_leave_their_history(story, posted):
    from bangfu.publicity.models import NoticeEvent

    with story.acting("clerk"):
        states = list(
            NoticeEvent.objects.order_by("pk").values_list("state", flat=True)
        )
    assert states == ["draft", "submitted", "checked"]
