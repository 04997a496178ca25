"""A part of a list: what an office may bring in, and what it may not touch."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.divisions import operations, queries
from bangfu.divisions.models import Division
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

pytestmark = pytest.mark.django_db

COUNTY = DivisionCode("990101")
DAY = date(2014, 1, 1)


def write_list(folder: Path, *, province: str, county: str) -> Path:
    files = {
        "provinces.csv": f"code,name\n99,{province}\n",
        "cities.csv": "code,name,provinceCode\n9901,梧岭市,99\n",
        "areas.csv": (
            "code,name,cityCode,provinceCode\n"
            f"990101,{county},9901,99\n990102,青岚县,9901,99\n"
        ),
        "streets.csv": (
            "code,name,areaCode,provinceCode,cityCode\n"
            "990101100,南塘镇,990101,99,9901\n"
        ),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def tree(tmp_path, now):
    with acting(system_actor("tests")):
        operations.import_divisions(
            by=system_actor("tests"),
            at=now,
            source=write_list(tmp_path, province="虚构省", county="云栖区"),
            valid_from=DAY,
        )


def test_a_county_office_renames_within_its_county_and_nothing_above(
    tree, act_as, tmp_path, now
):
    by = act_as("county", COUNTY)
    source = write_list(tmp_path, province="改了名的省", county="云栖县")

    report = operations.import_divisions(
        by=by, at=now, source=source, valid_from=date(2016, 1, 1), under=COUNTY
    )

    assert (report.renamed, report.new, report.same) == (1, 0, 3)
    assert queries.division(COUNTY, at=now.date()).name == "云栖县"
    assert queries.division(DivisionCode("99"), at=now.date()).name == "虚构省"


def test_the_part_brings_those_above_it_when_they_are_not_on_file(
    act_as, tmp_path, now
):
    by = act_as("county", COUNTY)
    source = write_list(tmp_path, province="虚构省", county="云栖区")

    report = operations.import_divisions(
        by=by, at=now, source=source, valid_from=DAY, under=COUNTY
    )

    assert report.new == 4
    codes = Division.objects.order_by("code").values_list("code", flat=True)
    assert list(codes) == ["99", "9901", "990101", "990101100"]


def test_a_county_office_may_not_bring_in_another_county(tree, act_as, tmp_path, now):
    by = act_as("county", COUNTY)
    source = write_list(tmp_path, province="虚构省", county="云栖县")

    for under in (DivisionCode("990102"), DivisionCode("9901"), None):
        with pytest.raises(NotAllowed):
            operations.import_divisions(by=by, at=now, source=source, under=under)

    assert queries.division(COUNTY, at=now.date()).name == "云栖区"
