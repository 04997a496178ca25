"""Frames to PostgreSQL and back: nulls, empty texts, and types without a CSV of their own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from bangfu.exchange import staging

KINDS = {
    "id": "bigint",
    "word": "text",
    "codes": "text[]",
    "seal": "bytea",
    "is_so": "boolean",
    "area": "numeric",
    "day": "date",
}
FRAME = pl.DataFrame(
    {
        "id": [1, 2, 3],
        "word": ['a "b", c\n', "", None],
        "codes": [["1", "2"], [], None],
        "seal": [b"\x00\xff", b"", None],
        "is_so": [True, False, None],
        "area": [Decimal("2.50"), Decimal("0.00"), None],
        "day": [date(2016, 3, 1), date(1999, 12, 31), None],
    },
    schema={
        "id": pl.Int64,
        "word": pl.String,
        "codes": pl.List(pl.String),
        "seal": pl.Binary,
        "is_so": pl.Boolean,
        "area": pl.Decimal(18, 2),
        "day": pl.Date,
    },
)


@pytest.fixture
def staged(db) -> None:
    staging.stage("sheet", KINDS, FRAME)


def test_null_is_null_and_an_empty_text_stays_one_on_its_way_in(staged):
    found = staging.rows(
        "SELECT word, codes, seal, is_so, area, day FROM sheet ORDER BY id"
    )

    assert [(*row[:2], row[2] and bytes(row[2]), *row[3:]) for row in found] == [
        (
            'a "b", c\n',
            ["1", "2"],
            b"\x00\xff",
            True,
            Decimal("2.50"),
            date(2016, 3, 1),
        ),
        ("", [], found[1][2], False, Decimal("0.00"), date(1999, 12, 31)),
        (None, None, None, None, None, None),
    ]
    assert bytes(found[1][2]) == b""


@pytest.mark.parametrize("kinds", ["classes", "values"])
def test_an_empty_text_comes_back_as_null(staged, kinds):
    schema = dict(FRAME.schema)
    if kinds == "classes":
        schema |= {"id": pl.Int64, "is_so": pl.Boolean, "day": pl.Date}

    frame = staging.fetch(
        "SELECT id, word, array_to_string(codes, '|'), encode(seal, 'hex'), is_so, area,"
        " day FROM sheet WHERE id <> %(left_out)s ORDER BY id",
        {"left_out": 2},
        schema,
    )

    assert frame.rows() == [FRAME.row(0), FRAME.row(2)]
    texts = staging.fetch("SELECT word FROM sheet ORDER BY id", [], {"word": pl.String})
    assert texts["word"].to_list() == ['a "b", c\n', None, None]


def test_a_question_without_answers_keeps_its_columns(staged):
    frame = staging.fetch("SELECT id FROM sheet WHERE false", [], {"id": pl.Int64})

    assert (frame.columns, len(frame)) == (["id"], 0)


@pytest.mark.parametrize(
    ("count", "during"), [(None, "off"), (200, "off"), (199, "on")]
)
def test_many_rows_are_joined_without_nested_loops(db, count, during):
    with staging.in_bulk(count):
        assert staging.rows("SHOW enable_nestloop") == [(during,)]
    assert staging.rows("SHOW enable_nestloop") == [("on",)]


FILL = (
    "INSERT INTO web_submission (user_id, key, location)"
    " SELECT n, gen_random_uuid(), '' FROM generate_series(1, %s) n"
)
KNOWN = "SELECT reltuples FROM pg_class WHERE relname = 'web_submission'"


def test_the_planner_learns_at_once_what_was_written_in_bulk_and_only_that(db):
    before = staging.rows(KNOWN)
    staging.run(FILL, [20])
    staging.refresh_statistics()
    assert staging.rows(KNOWN) == before

    staging.run("DELETE FROM web_submission")
    staging.run(FILL, [1000])

    assert staging.refresh_statistics() >= 1

    assert staging.rows(KNOWN) == [(1000.0,)]
