"""Searching: few matches from the indexes, many by walking; the same households."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse
from tests.registry.workbooks import families

from bangfu.registry import searching
from bangfu.registry.models import Household, Member

NUMBERS = [f"{number:04}" for number in range(1, 26)]


@pytest.fixture
def stored(importer):
    """25 families: head 张三 (ZS), wife 李四 (LS); the last one's wife is 王梅."""
    importer.run(families(*NUMBERS))
    last = Member.objects.get(household__household_no="0025", relation="02")
    last.name, last.initials = "王梅", "WM"
    last.save()


def found(words, **conditions):
    rows = searching.find(Household.objects.filter(**conditions), words)
    return list(rows.order_by("household_no").values_list("household_no", flat=True))


@pytest.fixture
def crowd(monkeypatch):
    """Let five households be a crowd already; close together, unless told."""

    def make(*, near_found: int = 5) -> None:
        monkeypatch.setattr(searching, "CROWD", 5)
        monkeypatch.setattr(searching, "NEAR_FOUND", near_found)

    return make


@pytest.mark.parametrize("near_found", [5, 1000])
@pytest.mark.parametrize("words", ["zs", "张", "ls", "李四"])
def test_a_crowd_is_the_same_households_in_turn_or_gathered(
    stored, crowd, words, near_found
):
    few = found(words)

    crowd(near_found=near_found)

    assert searching.find(Household.objects.all(), words).crowd == 5
    assert found(words) == few
    assert found(words, household_no__lt="0003") == ["0001", "0002"]
    assert len(few) == (25 if words in {"zs", "张"} else 24)


def test_few_matches_are_no_crowd(stored, crowd):
    crowd()

    assert searching.find(Household.objects.all(), "wm").crowd == 0
    assert found("wm") == ["0025"]


def test_members_of_one_household_are_no_crowd(stored, crowd):
    crowd()
    Member.objects.filter(household__household_no__lt="0003").update(initials="QQ")

    assert searching.find(Household.objects.all(), "qq").crowd == 0


def test_the_list_says_more_than(stored, crowd, login, importer):
    crowd()

    page = login(importer.by).get(reverse("registry:households"), {"q": "zs"})

    assert page.context["list"].total_words == "超过 5 户"
    shown = [row.household_no for row in page.context["list"].records]
    assert shown == NUMBERS[:20]


@pytest.mark.parametrize(
    "index",
    [
        "registry_member_by_initials",
        "registry_member_by_name",
        "registry_hh_by_initials",
        "registry_hh_by_head_name",
        "registry_hh_list",
    ],
)
def test_an_index_of_searches_holds_all_that_row_security_asks_for(db, index):
    """Else each candidate costs a look at its row, and a crowd the whole page."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT array(SELECT attname FROM pg_attribute a WHERE a.attrelid = i.indrelid
                         AND a.attnum = ANY (i.indkey::int2[])),
                   array(SELECT DISTINCT attname FROM pg_depend d
                         JOIN pg_attribute a ON a.attrelid = d.refobjid
                              AND a.attnum = d.refobjsubid
                         WHERE d.classid = 'pg_policy'::regclass
                           AND d.refobjid = i.indrelid
                           AND EXISTS (SELECT FROM pg_policy p WHERE p.oid = d.objid
                                       AND p.polrelid = i.indrelid))
            FROM pg_index i WHERE i.indexrelid = %s::regclass
            """,
            [index],
        )
        [(held, asked)] = cursor.fetchall()

    assert {"division_code"} < set(asked)
    assert set(asked) <= set(held)
