import re

import pytest
from django.db.models import QuerySet
from django.utils import translation
from tests.web.urls import SPEC

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.web import lists
from bangfu.web.columns import Column
from bangfu.web.filters import (
    BadFilter,
    ChoiceFilter,
    DateFilter,
    DivisionFilter,
    TextFilter,
)
from bangfu.web.lists import ListSpec
from bangfu.web.models import Preference


@pytest.fixture
def rows(reader):
    """45 rows a00..a29, b30..b44; user_id counts down from 100."""
    Preference.objects.bulk_create(
        Preference(user_id=100 - n, key=f"{'a' if n < 30 else 'b'}{n:02d}")
        for n in range(45)
    )


def keys(response):
    return [record.key for record in response.context["list"].records]


def test_the_first_page_holds_twenty_rows_in_the_declared_order(site, rows):
    page = site.get("/list/")

    assert keys(page) == [f"a{n:02d}" for n in range(20)]
    assert "共 45 户" in page.text
    assert page.context["list"].page_links == [1, 2, 3]


def test_filters_stand_in_the_address_and_in_the_page(site, rows):
    page = site.get("/list/?state=b&q=b3")

    assert keys(page) == [f"b{n}" for n in range(30, 40)]
    assert "共 10 户" in page.text
    assert 'value="b" selected' in page.text
    assert '<span class="chip">状态：待结对<a href="?q=b3">' in page.text
    assert 'href="/export/?state=b&amp;q=b3"' in page.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("state=z", "没有“z”这个选项。"),
        ("since=yesterday", "“yesterday”不是日期，应如 2026-03-05。"),
        (f"q={'x' * 61}", "查找内容最多 60 个字。"),
    ],
)
def test_a_wrong_filter_is_named_and_empties_the_list(site, rows, query, words):
    page = site.get(f"/list/?{query}")

    assert keys(page) == []
    assert words in page.text
    assert "筛选条件有误，请先更正。" in page.text


def test_a_column_head_orders_and_reverses(site, rows):
    up = site.get("/list/?sort=income")
    down = site.get("/list/?sort=-income")

    assert keys(up)[0] == "b44"
    assert keys(down)[0] == "a00"
    assert 'aria-sort="ascending"' in up.text
    assert 'href="?sort=-income"' in up.text
    assert 'href="?sort=income"' in down.text


def test_an_unknown_order_is_the_declared_one(site, rows):
    assert keys(site.get("/list/?sort=password"))[0] == "a00"
    assert keys(site.get("/list/?sort=state"))[0] == "a00"


@pytest.mark.parametrize(
    ("page", "first"),
    [
        ("3", "b40"),
        ("99", "b40"),
        ("0", "a00"),
        ("x", "a00"),
        ("²", "a00"),
        ("9" * 30, "a00"),
    ],
)
def test_a_page_beyond_the_end_is_the_last_one(site, rows, page, first):
    assert keys(site.get(f"/list/?page={page}"))[0] == first


def test_only_the_offered_page_sizes_count(site, rows):
    assert len(keys(site.get("/list/?size=50"))) == 45
    assert len(keys(site.get("/list/?size=100000"))) == 20


def test_an_empty_list_says_so(site, reader):
    page = site.get("/list/?q=zzz")

    assert "没有符合条件的记录。" in page.text
    assert "清除全部筛选条件" in page.text


def test_the_first_column_leads_to_the_record(site, rows):
    row = Preference.objects.get(key="a00")

    page = site.get("/list/")

    assert (
        f'<th scope="row" class="col-first cell-code"><a href="/row/{row.pk}/">a00</a>'
        in page.text
    )
    assert '<td class="num">10,000.00</td>'.replace("10,000.00", "100.00") in page.text
    assert "收入（元）" in page.text


def test_beyond_the_limit_the_total_is_not_counted(rows, rf, reader):
    spec = ListSpec(
        key="t", columns=SPEC.columns, noun=SPEC.noun, order="key", count_limit=30
    )
    request = rf.get("/list/")
    request.user = reader

    page = spec.page(request, Preference.objects.all())

    with translation.override("en"):
        assert page.total_words == "more than 30 households"
    with translation.override("zh-hans"):
        assert page.total_words == "超过 30 户"
    assert (page.total, page.is_exact, page.pages) == (30, False, 2)


@pytest.mark.parametrize(
    ("query", "words", "queries"),
    [("?state=a", "more than 7 households", 2), ("?state=a&q=a", "30 households", 3)],
)
def test_a_crowd_is_counted_where_other_filters_narrow_it(
    rows, rf, reader, django_assert_num_queries, query, words, queries
):
    class Crowd(QuerySet):
        crowd = 7

    request = rf.get(f"/list/{query}")
    request.user = reader

    with django_assert_num_queries(queries):
        page = SPEC.page(request, Crowd(Preference))

    with translation.override("en"):
        assert page.total_words == words


def test_late_pages_show_the_same_records_in_the_same_order(
    rows, rf, reader, monkeypatch, django_assert_num_queries
):
    request = rf.get("/list/?state=a&sort=-key&page=2")
    request.user = reader
    early = SPEC.page(request, Preference.objects.all()).records
    monkeypatch.setattr(lists, "DEEP_FROM", 0)

    with django_assert_num_queries(3):
        late = SPEC.page(request, Preference.objects.all()).records

    assert late == early
    assert len(late) == 10


def test_long_lists_offer_near_pages_and_the_ends(rf, reader, rows):
    request = rf.get("/list/?page=5")
    request.user = reader
    page = SPEC.page(request, Preference.objects.all())
    page.pages, page.number = 40, 20

    assert page.page_links == [1, None, 18, 19, 20, 21, 22, None, 40]


def test_a_page_costs_three_queries(rf, reader, rows, django_assert_num_queries):
    request = rf.get("/list/?state=a")
    request.user = reader

    with django_assert_num_queries(3):
        page = SPEC.page(request, Preference.objects.all())
        assert page.body.count("<tr>") == 20


def test_columns_height_and_size_are_kept_for_the_reader(site, rows):
    answer = site.post(
        "/web/list-settings/",
        {
            "key": "tests.rows", "next": "/list/?q=a", "size": "50", "density": "compact",
            "all_columns": "income state share", "columns": ["state", "share"],
        },
    )  # fmt: skip
    page = site.get("/list/")

    assert answer.url == "/list/?q=a"
    assert [c.name for c in page.context["list"].columns] == ["key", "state", "share"]
    assert "density-compact" in page.text
    assert len(keys(page)) == 45
    assert "50.0%" in page.text


def test_hidden_columns_stay_hidden_until_wanted(site, rows):
    assert [c.name for c in site.get("/list/").context["list"].columns] == [
        "key",
        "income",
        "state",
    ]


def test_wrong_settings_are_refused(site):
    answer = site.post(
        "/web/list-settings/", {"key": "a/../b", "size": "7", "density": "x"}
    )

    assert answer.status_code == 422
    assert "列表设置有误，没有保存。" in answer.text
    assert not Preference.objects.exists()


def test_settings_do_not_lead_to_another_host(site):
    for target in (
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "javascript:x",
    ):
        answer = site.post(
            "/web/list-settings/",
            {"key": "a", "size": "20", "density": "loose", "next": target},
        )
        assert answer.url == "/"


def test_filters_are_saved_under_a_name_and_removed(site, rows):
    view = {"key": "tests.rows", "name": "待结对", "query": "state=b"}

    site.post("/web/list-views/", view)
    shown = site.get("/list/").text
    site.post("/web/list-views/", {**view, "is_removed": "1"})

    assert '<a class="dropdown-item" href="?state=b">待结对</a>' in shown
    assert "待结对</a>" not in site.get("/list/").text


def test_a_list_keeps_twenty_saved_views(site):
    for number in range(20):
        site.post("/web/list-views/", {"key": "t", "name": str(number), "query": "q=1"})

    answer = site.post(
        "/web/list-views/", {"key": "t", "name": "one more", "query": "q=1"}
    )

    assert answer.status_code == 422
    assert "每个列表最多保存 20 个常用筛选。" in answer.text
    assert len(Preference.objects.get(key="list:t").value["views"]) == 20


def test_settings_need_a_log_in(small_site, client, db):
    answer = client.post("/web/list-settings/", {})

    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


def post(rf, reader, **data):
    request = rf.post("/act/", data)
    request.user = reader
    return request


def test_ticked_rows_are_chosen(rf, reader, rows):
    picked = list(
        Preference.objects.filter(key__in=["a01", "b31"]).values_list("pk", flat=True)
    )

    chosen = SPEC.selected(post(rf, reader, selected=picked), Preference.objects.all())

    assert sorted(row.key for row in chosen) == ["a01", "b31"]


def test_all_rows_that_pass_the_filters_are_chosen(rf, reader, rows):
    request = post(
        rf, reader, selection="all", query="state=b&sort=income", selected=[]
    )

    assert SPEC.selected(request, Preference.objects.all()).count() == 15


def test_all_rows_of_a_wrong_filter_are_none(rf, reader, rows):
    request = post(rf, reader, selection="all", query="state=zzz")

    with pytest.raises(Exception, match="No record is selected"):
        SPEC.selected(request, Preference.objects.all())


def test_nothing_ticked_and_too_many_are_refused(site, rows):
    nothing = site.post("/act/", {"selection": "page", "selected": ["x", "-1"]})

    assert (nothing.status_code, "没有选择任何记录。" in nothing.text) == (422, True)
    assert "请先勾选，再操作。" in nothing.text


def test_more_rows_than_the_limit_are_refused(rf, reader, rows):
    request = post(rf, reader, selection="all", query="")

    with pytest.raises(Exception, match="At most 10 records at a time"):
        SPEC.selected(request, Preference.objects.all(), limit=10)


def test_an_export_takes_all_filtered_rows_in_order(rf, reader, rows):
    request = rf.get("/export/?state=b&sort=income&page=2&size=20")

    exported = SPEC.filtered(request, Preference.objects.all())

    assert [row.key for row in exported] == [f"b{n}" for n in range(44, 29, -1)]


def test_a_division_holds_all_within_it(rf, reader):
    Preference.objects.bulk_create(
        Preference(user_id=1, key=code)
        for code in ("990101", "990101200", "990102", "9901")
    )
    one = DivisionFilter(name="division", text=Text("区划", "Division"), field="key")
    request = rf.get("/")

    value = one.read("990101000000", request)

    assert value == DivisionCode("990101")
    rows = one.narrow(Preference.objects.all(), value)
    assert sorted(rows.values_list("key", flat=True)) == ["990101", "990101200"]
    with pytest.raises(BadFilter, match="is not a division code"):
        one.read("12345", request)


def test_a_division_is_offered_and_named(rf):
    one = DivisionFilter(
        name="d", text=Text("区划", "Division"), field="key",
        choices=lambda _request, code: [(code or "9901", "甲县")],
    )  # fmt: skip

    assert one.control == "choice"
    assert one.words(DivisionCode("990101"), rf.get("/")) == "甲县"


def test_a_filter_can_narrow_in_its_own_way(rf, reader, rows):
    for kind in (TextFilter, DivisionFilter):
        one = kind(
            name="q",
            text=Text("x", "x"),
            apply=lambda rows, _value: rows.filter(key="a00"),
        )
        assert one.narrow(Preference.objects.all(), "x").count() == 1
    choice = ChoiceFilter(
        name="c", text=Text("x", "x"), choices=lambda _request: [("1", "一")],
        apply=lambda rows, value: rows.filter(key=f"a0{value}"),
    )  # fmt: skip
    assert choice.read("1", rf.get("/")) == "1"
    assert choice.narrow(Preference.objects.all(), "1").count() == 1


def test_a_date_is_read(rf):
    one = DateFilter(name="d", text=Text("日", "day"), field="x")

    assert one.read("2016-03-05", rf.get("/")).isoformat() == "2016-03-05"


def test_a_text_with_a_null_byte_is_refused(rf):
    with pytest.raises(BadFilter):
        TextFilter(name="q", text=Text("x", "x"), field="key").read(
            "a\x00b", rf.get("/")
        )


def test_an_unknown_kind_of_column_is_refused_where_it_is_written():
    with pytest.raises(ValueError, match="unknown kind 'colour'"):
        Column(name="x", text=Text("x", "x"), kind="colour")


def test_a_column_follows_a_path_and_stops_at_nothing():
    column = Column(name="x", text=Text("x", "x"), value="a.b")
    inner = type("Inner", (), {"b": "<b>"})

    assert column.cell(type("Row", (), {"a": inner})) == "&lt;b&gt;"
    assert re.sub("<[^>]+>", "", column.cell(type("Row", (), {"a": None}))) == "—"
