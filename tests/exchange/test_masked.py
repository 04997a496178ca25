"""What an export has masked says nothing when the workbook comes back."""

from __future__ import annotations

import pytest
from tests.exchange.forms import FORM, xlsx

from bangfu.exchange import read_workbook


def number_of(written: str) -> tuple[str | None, int]:
    """The identity number that a cell is read as, and how many findings it makes."""
    content = xlsx(
        {
            "贫困户": [["户编号", "村代码"], ["1", "990721101200"]],
            "家庭成员": [["户编号", "姓名", "证件号码"], ["1", "甲一", written]],
        }
    )
    reading = read_workbook(content, FORM)
    member = reading.sheets["member"].frame.row(0, named=True)
    key = next(
        c.key
        for c in reading.sheets["member"].sheet.columns
        if c.title.zh == "证件号码"
    )
    return member[key], len([f for f in reading.findings if f.field == key])


@pytest.mark.parametrize("masked", ["***34", "*" * 16 + "1X", "***"])
def test_a_masked_cell_is_empty(masked):
    assert number_of(masked) == (None, 0)


@pytest.mark.parametrize("other", ["**34", "***12345", "3*4"])
def test_other_stars_are_what_somebody_wrote(other):
    assert number_of(other)[0] == other
