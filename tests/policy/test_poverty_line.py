from __future__ import annotations

import pytest
from tests.policy.conftest import write_parameter, write_value

from bangfu.policy.loading import DEFAULT_PACK, load
from bangfu.policy.poverty_lines import NoLine, Series, UnknownSeries, poverty_line


@pytest.fixture(scope="module")
def pack():
    return load(DEFAULT_PACK)


@pytest.mark.parametrize(
    ("series", "year", "yuan"),
    [
        ("nbs", 2014, 2800),
        ("nbs", 2015, 2855),
        ("nbs", 2016, 2952),
        ("nbs", 2017, 2952),
        ("nbs", 2018, 2995),
        ("nbs", 2019, 3218),
        ("admin", 2014, 2800),
        ("admin", 2015, 2968),
        ("admin", 2016, 3146),
        ("admin", 2017, 3335),
        ("admin", 2018, 3535),
        ("admin", 2019, 3747),
        ("admin", 2020, 4000),
    ],
)
def test_each_series_has_its_own_line_in_fen(pack, series, year, yuan):
    line = poverty_line(pack, series=series, year=year)

    assert line.amount_fen == yuan * 100
    assert (line.series, line.year) == (Series(series), year)
    assert line.value.key == f"line.{series}"


@pytest.mark.parametrize("series", ["", "national", "NBS", None])
def test_it_refuses_a_question_without_a_series(pack, series):
    with pytest.raises(UnknownSeries) as refused:
        poverty_line(pack, series=series, year=2016)

    assert refused.value.message.in_language("zh-hans") == (
        "请指明贫困线系列：nbs（统计贫困线）或 admin（退出收入标准）。"
    )


@pytest.mark.parametrize(
    ("series", "year"), [("nbs", 2020), ("admin", 2012), ("admin", 2021)]
)
def test_it_refuses_a_year_that_the_series_does_not_have(pack, series, year):
    with pytest.raises(NoLine) as refused:
        poverty_line(pack, series=series, year=year)

    assert f"{year} 年没有" in refused.value.message.in_language("zh-hans")


def test_a_provinces_higher_line_holds_within_it_only(write_pack):
    pack = load(
        write_pack(
            write_parameter(
                "line.admin",
                write_value(
                    "3146",
                    "yuan/person/year",
                    valid_from="2016-01-01",
                    valid_to="2016-12-31",
                ),
                write_value(
                    "4000",
                    "yuan/person/year",
                    valid_from="2016-01-01",
                    valid_to="2016-12-31",
                    scope="99",
                ),
                acts="registry.line",
            )
        )
    )

    inside = poverty_line(pack, series="admin", year=2016, division="990101")
    outside = poverty_line(pack, series="admin", year=2016, division="360721")

    assert (inside.amount_fen, outside.amount_fen) == (400_000, 314_600)
