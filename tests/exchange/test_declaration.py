import subprocess
import sys

import pytest
from tests.exchange.forms import NATIONS

from bangfu import exchange
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text
from bangfu.exchange import CodeList, Column, Kind, MoneyUnit, Sheet, describe
from bangfu.exchange.declaration import fold, fold_header, unit_in_header


@pytest.mark.parametrize(
    "written",
    [
        "01",
        "1",
        "汉族",
        "Han",
        "HAN",
        " 汉 族　",
        "０１",
        "汉人",
        "01 汉族",
        "01-Han",
        "1".zfill(3),
    ],
)
def test_a_code_is_understood_in_every_usual_writing(written):
    assert NATIONS.code_of(written) == "01"


@pytest.mark.parametrize("written", ["汉", "", "2", "01 回族", "Hann", "族"])
def test_other_writings_mean_no_code(written):
    assert NATIONS.code_of(written) is None


@pytest.mark.parametrize(
    ("written", "closest"),
    [("汉", "汉族"), ("土家", "土家族"), ("Manchou", "满族"), ("壮", None), ("", None)],
)
def test_the_closest_entry_is_named(written, closest):
    found = NATIONS.closest(written)

    assert (found.zh if found else None) == closest


def test_a_writing_with_two_meanings_is_refused():
    with pytest.raises(ValueError, match="“Han” would mean two codes"):
        CodeList(
            "x",
            Text("民族", "Group"),
            (("1", Text("甲", "Han")), ("2", Text("乙", "Han"))),
        )


def test_repeated_codes_and_aliases_of_unknown_codes_are_refused():
    title = Text("民族", "Group")
    with pytest.raises(ValueError, match="codes must be present and differ"):
        CodeList("x", title, (("1", Text("甲", "A")), ("1", Text("乙", "B"))))
    with pytest.raises(ValueError, match=r"aliases of unknown codes \['9'\]"):
        CodeList("x", title, (("1", Text("甲", "A")),), aliases={"丙": "9"})


def test_a_code_column_needs_a_list_and_others_may_have_none():
    with pytest.raises(
        ValueError, match="a code list belongs to CODE and CODES columns"
    ):
        Column("x", Text("甲", "A"), Kind.CODE)
    with pytest.raises(
        ValueError, match="a code list belongs to CODE and CODES columns"
    ):
        Column("x", Text("甲", "A"), Kind.TEXT, codes=NATIONS)


def test_keys_of_the_reader_are_refused():
    with pytest.raises(ValueError, match="keys that begin with _ belong to the reader"):
        Column("_row", Text("行", "Row"), Kind.INTEGER)


def test_columns_that_could_be_taken_for_each_other_are_refused():
    columns = (
        Column("a", Text("金额", "Amount"), Kind.YUAN),
        Column("b", Text("金额 ", "Sum"), Kind.YUAN),
    )
    with pytest.raises(ValueError, match="“金额” could be a or b"):
        Sheet("s", Text("表", "Table"), columns)


def test_key_columns_must_exist():
    columns = (Column("a", Text("甲", "A"), Kind.TEXT),)
    with pytest.raises(ValueError, match=r"sheet s: no columns \['b', 'c'\]"):
        Sheet("s", Text("表", "Table"), columns, key_columns=("b",), row_group="c")


def test_the_header_names_the_unit():
    area = Column("area", Text("面积", "Area"), Kind.DECIMAL, unit=Text("亩", "mu"))
    budget = Column(
        "budget", Text("预算", "Budget"), Kind.YUAN, money_unit=MoneyUnit.WAN_YUAN
    )

    assert area.header("zh-hans") == "面积（亩）"
    assert area.header("en") == "Area (mu)"
    assert budget.header("zh-hans") == "预算（万元）"
    assert budget.header("en") == "Budget (10,000 yuan)"


def test_headers_are_compared_without_what_people_add():
    assert fold_header(" *面 积（亩）：") == fold_header("面积") == "面积"
    assert unit_in_header("收入（必填）[万元]") == "万元"
    assert unit_in_header("收入") is None
    assert fold("　Ｈａｎ\u200b ") == "han"


def test_unknown_names_of_the_package_are_errors():
    with pytest.raises(AttributeError, match="has no attribute 'read_everything'"):
        exchange.read_everything  # noqa: B018


def test_a_finding_without_a_place_is_described_by_its_message():
    found = Finding("V1", "x", Text("有误", "it is wrong"))

    assert describe(found).as_json() == {"zh": "有误", "en": "it is wrong"}


def test_declaring_does_not_load_polars():
    code = "import sys, bangfu.exchange; sys.exit('polars' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
