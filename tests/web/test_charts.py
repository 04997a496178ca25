import json
import re

import pytest
from django.utils import translation
from tests.web.urls import GEOMETRY

from bangfu.calc.values.text import Text
from bangfu.web import svg
from bangfu.web.cells import Badge
from bangfu.web.charts import Chart, MapArea, MapChart, Series
from bangfu.web.progress import Progress

NAME = Text("户数", "Households")


def chart(**changes):
    values = {
        "key": "c", "title": NAME, "kind": "bar", "labels": ["甲", "乙"], "label_text": NAME,
        "series": [Series(text=NAME, values=[10, None])],
    }  # fmt: skip
    return Chart(**{**values, **changes})


def drawn_map(values, **changes):
    areas = [
        MapArea(code=f"99010{n}", name=f"乡{n}", value=v)
        for n, v in enumerate(values, 1)
    ]
    fixed = {
        "key": "m", "title": NAME, "areas": areas, "area_text": NAME, "value_text": NAME,
        "geometry_url": "/g.json", "approval_number": "",
    }  # fmt: skip
    return MapChart(**{**fixed, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "radar"},
        {"labels": ["甲"]},
        {"urls": ["/a/"]},
        {"series": []},
        {"series": [Series(text=NAME, values=[1])]},
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused_where_it_is_made(changes):
    with pytest.raises(ValueError, match="chart c"):
        chart(**changes)


def test_a_chart_has_a_limit():
    with pytest.raises(ValueError, match="more than 400 labels"):
        chart(labels=["x"] * 401, series=[Series(text=NAME, values=[1] * 401)])


def test_the_table_twin_has_the_same_numbers_and_links():
    one = chart(urls=["/a/", ""], unit=Text("户", "homes"))

    with translation.override("en"):
        assert one.headings == ["Households (homes)"]
        assert one.rows == [("甲", "/a/", ["10"]), ("乙", "", ["—"])]
    with translation.override("zh-hans"):
        assert one.headings == ["户数（户）"]


def test_shares_read_as_percentages():
    one = chart(is_share=True, series=[Series(text=NAME, values=[0.99999, 1])])

    assert [row[2] for row in one.rows] == [["99.9%"], ["100.0%"]]


def test_bars_are_as_long_as_their_figures():
    drawing = svg.bars(chart(series=[Series(text=NAME, values=[10, 5])]))

    assert re.findall(r'width="([\d.]+)" height="14"', drawing) == ["400.0", "200.0"]
    assert 'role="img" aria-label="户数"' in drawing
    assert "style=" not in drawing


def test_stacked_bars_follow_each_other_and_show_the_sum():
    drawing = svg.bars(
        chart(
            kind="stacked",
            urls=["/a/", "/b/"],
            series=[Series(text=NAME, values=[6, 2]), Series(text=NAME, values=[4, 3])],
        )
    )

    found = re.findall(
        r'class="series-(\d)" x="([\d.]+)" y="\d+" width="([\d.]+)"', drawing
    )
    assert found == [
        ("1", "150.0", "240.0"), ("2", "390.0", "160.0"),
        ("1", "150.0", "80.0"), ("2", "230.0", "120.0"),
    ]  # fmt: skip
    assert ">10</text>" in drawing
    assert '<a href="/b/">' in drawing


def test_names_in_a_drawing_are_escaped_and_shortened():
    labels = ["<script>", "很长很长很长很长很长很长很长的村名"]
    drawing = svg.bars(chart(labels=labels, series=[Series(text=NAME, values=[0, 0])]))

    assert "&lt;script&gt;" in drawing
    assert ">很长很长很长很长很长…</text>" in drawing


def test_a_bound_belongs_to_the_class_above_it():
    one = drawn_map(
        [0.79, 0.8, 0.9, 0.95, 1, None], breaks=(0.8, 0.9, 0.95, 1), is_share=True
    )

    assert [one.shade(area.value) for area in one.areas] == [1, 2, 3, 4, 5, 0]
    with translation.override("en"):
        assert [(c.shade, c.words, c.count) for c in one.classes] == [
            (1, "below 80.0%", 1),
            (2, "80.0% – 90.0%", 1),
            (3, "90.0% – 95.0%", 1),
            (4, "95.0% – 100.0%", 1),
            (5, "100.0%", 1),
            (0, "no data", 1),
        ]


def test_without_bounds_the_range_is_split_evenly():
    one = drawn_map([0, 10, 20, 30, 40, 50])

    assert one.bounds == [10, 20, 30, 40]
    assert [one.shade(v) for v in (0, 9.9, 10, 50)] == [1, 1, 2, 5]
    assert sum(c.count for c in one.classes) == 6


def test_equal_values_are_one_class():
    one = drawn_map([7, 7])

    assert [(c.shade, c.words, c.count) for c in one.classes] == [(3, "7", 2)]


def test_fewer_bounds_spread_over_the_shades():
    one = drawn_map([1, 5, 9], breaks=(4, 8))

    assert [one.shade(v) for v in (1, 5, 9)] == [1, 3, 5]


@pytest.mark.parametrize("breaks", [(2, 1), (1, 1), (1, 2, 3, 4, 5)])
def test_wrong_bounds_are_refused(breaks):
    with pytest.raises(ValueError, match="map m: breaks"):
        drawn_map([1], breaks=breaks)


def test_a_map_is_drawn_without_script():
    one = drawn_map([1.0, None], geometry=GEOMETRY, is_share=True)

    drawing = svg.choropleth(one)

    assert drawing.count("<path") == 2
    assert "<title>乡1 100.0%</title>" in drawing
    assert 'class="svg-area shade-0"' in drawing
    numbers = [
        float(n)
        for n in re.findall(r"[\d.]+(?=[,LZ])|(?<=,)[\d.]+", drawing.split("d=")[1])
    ]
    assert max(numbers) <= svg.WIDTH


def test_a_map_without_geometry_has_only_its_table():
    assert svg.choropleth(drawn_map([1])) == ""
    assert drawn_map([1]).rows == [("乡1", "", ["1"])]


def test_a_map_takes_several_polygons_and_unknown_places():
    square = [[[0, 0], [1, 0], [1, 1], [0, 0]]]
    geometry = {
        "features": [
            {"properties": {"code": "77"},
             "geometry": {"type": "MultiPolygon", "coordinates": [square, square]}},
            {"properties": {"code": "78"}, "geometry": None},
        ]
    }  # fmt: skip

    drawing = svg.choropleth(drawn_map([1], geometry=geometry))

    assert drawing.count("<path") == 1
    assert drawing.count("M") == 2
    assert "shade-0" in drawing


def test_the_page_holds_drawing_table_and_specification(site):
    page = site.get("/charts/").text

    specs = [
        json.loads(s) for s in re.findall(r'application/json">(.*?)</script>', page)
    ]
    assert [spec["kind"] for spec in specs] == ["stacked", "line", "pie", "map"]
    assert specs[0]["language"] == "zh-hans"
    assert specs[0]["series"][0] == {"name": "已结对", "values": [5, 3]}
    assert specs[3]["areas"][0]["shade"] == 5
    assert page.count("data-chart-table") == 4
    assert page.count("data-chart-static><svg") == 2
    assert "审图号：示(2016)1号" in page
    assert "100.0%：1 个" in page
    assert '<th scope="row"><a href="/list/?q=a">甲乡</a></th>' in page


def progress(draw, **changes):
    values = {"key": "1", "text": NAME, "badge": Badge("x"), "poll_url": "/p/"}
    one = Progress(**{**values, **changes})
    return draw('{% include "web/_progress.html" %}', progress=one)


def test_progress_asks_again_until_it_is_over(draw):
    running = progress(draw, done=1500, total=20000)
    over = progress(draw, done=20000, total=20000, is_over=True)

    assert 'hx-get="/p/" hx-trigger="every 2s"' in running
    assert """hx-headers='{"Bangfu-Unattended": "1"}'""" in running, (
        "no act of a reader"
    )
    assert 'value="1500" max="20000"' in running
    assert "1,500 / 20,000" in running
    assert "hx-get" not in over


def test_progress_of_unknown_length_has_no_value(draw):
    assert re.search(r"<progress\s+aria-label", progress(draw))


def test_failed_work_says_why(draw):
    failed = progress(
        draw, is_over=True, is_failed=True, note=Text("磁盘已满。", "Disk full.")
    )

    assert "progress-failed" in failed
    assert "磁盘已满。" in failed
