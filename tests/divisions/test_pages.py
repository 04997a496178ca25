"""The browse page and the map's outlines."""

import json
import re

import pytest
from tests.divisions.conftest import SINCE, code, day

from bangfu.divisions import operations, panels, queries
from bangfu.divisions.kinds import FlagKind
from bangfu.divisions.models import Boundary, Division

SQUARE = [[115, 26], [116, 26], [116, 27], [115, 27], [115, 26]]


@pytest.fixture
def page(tree, login):
    client = login(tree)

    def get(address, status=200, language="en", **query):
        answer = client.get(
            f"/divisions/{address}", query, headers={"Accept-Language": language}
        )
        assert answer.status_code == status, answer.content[:500]
        return answer.content.decode()

    return get


@pytest.fixture
def outlined(tree, now):
    operations.set_boundaries(
        by=tree,
        at=now,
        collection={
            "features": [
                {
                    "properties": {"code": "990721"},
                    "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
                }
            ]
        },
        source="测绘院",
    )


def test_the_page_needs_a_log_in(client, tree):
    for address in ("", "9907/", "9907/map.json"):
        answer = client.get(f"/divisions/{address}")
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]


def test_it_walks_from_the_province_down(page):
    assert 'href="/divisions/99/"' in page("")
    assert 'href="/divisions/9907/"' in page("99/")
    township = page("990721400/")
    assert "黄园艺场" in township
    assert "farm that works like a township" in township
    assert 'href="/divisions/990721400500/"' in township


def test_it_opens_at_the_acting_persons_own_division(page):
    opened = page("", language="zh-hans")

    assert re.search(r"<h1[^>]*>\s*甲市\s*</h1>", opened)
    assert 'href="/divisions/990721/"' in opened
    assert "本区划内的名称或代码" in opened
    assert 'href="/divisions/0/"' in opened


def test_above_the_provinces_lies_the_nation(page):
    nation = page("0/")

    assert 'href="/divisions/99/"' in nation
    assert 'href="/divisions/9907/"' not in nation


def test_on_a_day_before_ones_own_division_it_opens_at_the_nation(page):
    assert "No divisions are loaded." in page("", at="2013-12-31")


def test_what_is_not_found_within_may_be_looked_for_everywhere(page):
    found = page("", q="乙市")

    assert 'href="/divisions/0/?q=%E4%B9%99%E5%B8%82"' in found
    assert 'href="/divisions/9908/"' in page("0/", q="乙市")
    assert "whole country" not in page("0/", q="无此村")


def test_the_path_leads_back(page):
    village = page("990721100200/")

    for above in ("", "99/", "9907/", "990721/", "990721100/"):
        assert f'href="/divisions/{above}"' in village


def test_another_day_stays_in_the_links(page):
    county = page("990721/", at="2014-06-01")

    assert 'href="/divisions/990721100/?at=2014-06-01"' in county
    assert 'href="/divisions/9907/?at=2014-06-01"' in county


def test_a_search_lists_every_village_of_one_name(page):
    found = page("9907/", q="东村")

    assert found.count("东村委会</a>") == 2
    assert "Nothing found." in page("9907/", q="无此村")


def test_a_wrong_day_is_said_beside_the_field(page):
    shown = page("", at="2016-13-01")

    assert 'id="id_at_error"' in shown
    assert 'href="/divisions/99/"' in shown


def test_words_that_are_too_long_are_said_beside_the_field(page):
    assert 'id="id_q_error"' in page("", q="村" * 41)


def test_unknown_and_malformed_codes_are_not_found(page):
    page("990799/", status=404)
    page("99079/", status=404)
    page("990799a/", status=404)
    page("9907/", status=404, at="2013-12-31")
    page("x/map.json", status=404)


def test_an_empty_tree_says_what_to_do(page):
    Division.objects.all().delete()

    assert "bangfu divisions import" in page("")
    assert "区划库为空。" in page("", language="zh-hans")


def test_flags_are_shown_and_counted(page, tree, now):
    for kind in (FlagKind.POOR, FlagKind.DEEP_POOR):
        operations.set_flag(
            by=tree,
            at=now,
            code=code("990721100200"),
            flag=kind,
            valid_from_date=SINCE,
            document="清单",
        )

    assert "deep-poor village" in page("990721100/")
    assert "深度贫困村" in page("990721100200/", language="zh-hans")
    assert "贫困村（个）" in page("9907/", language="zh-hans")


def test_names_in_time_and_changes_are_shown(page, tree, now):
    operations.rename(
        by=tree,
        at=now,
        code=code("990721100"),
        name="朱镇",
        effective_date=day("2015-06-01"),
        reason="批复",
    )

    shown = page("990721100/")
    assert "2014-01-01 to 2015-05-31" in shown
    assert "from 2015-06-01" in shown
    assert "renamed or recoded to" in shown
    # Each side of a change is shown on a day on which it was so called.
    assert 'href="/divisions/990721100/?at=2015-05-31"' in shown
    assert 'href="/divisions/990721100/?at=2015-06-01"' in shown


def test_a_map_is_shown_with_its_note(page, outlined, settings):
    settings.BANGFU_MAP_APPROVAL_NUMBER = ""
    assert "A sketch without a map approval number" in page("9907/")
    settings.BANGFU_MAP_APPROVAL_NUMBER = "赣S(2016)001号"
    shown = page("9907/", language="zh-hans")
    assert "审图号：赣S(2016)001号。" in shown
    assert "边界来源：测绘院" in shown
    assert "data-chart" in shown


def test_an_outline_nobody_signed_names_no_source(page, outlined):
    Boundary.objects.update(source="")

    assert "边界来源" not in page("9907/", language="zh-hans")


def test_a_division_whose_children_have_no_outline_is_shaded_itself(
    page, outlined, tree, now
):
    operations.set_flag(
        by=tree,
        at=now,
        code=code("990721100200"),
        flag=FlagKind.POOR,
        valid_from_date=SINCE,
        document="清单",
    )

    chart = panels.map_of(
        code("990721"), queries.children(code("990721"), at=SINCE), at=SINCE
    )

    assert [(area.code, area.value) for area in chart.areas] == [("990721", 1)]
    assert "data-chart" in page("990721/")


def test_without_outlines_there_is_no_map(page):
    assert "data-chart" not in page("9907/")


def test_the_map_is_geojson(page, outlined):
    drawn = json.loads(page("9907/map.json"))

    assert drawn["type"] == "FeatureCollection"
    assert [one["properties"] for one in drawn["features"]] == [
        {"code": "990721", "name": "丁县"}
    ]
    assert json.loads(page("0/map.json"))["features"] == []


def test_the_number_of_queries_does_not_grow_with_the_children(
    tree, login, django_assert_max_num_queries
):
    client = login(tree)
    client.get("/divisions/")

    with django_assert_max_num_queries(40):
        client.get("/divisions/990721100/")
