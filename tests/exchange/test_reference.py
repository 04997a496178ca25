"""docs/reference/workbooks.md says what the code does."""

import re
from pathlib import Path

import bangfu.exchange
from bangfu.exchange import Kind, Limits
from bangfu.exchange.limits import MEBIBYTE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "workbooks.md").read_text(encoding="utf-8")
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted(Path(bangfu.exchange.__file__).parent.glob("*.py"))
)


def test_every_kind_of_column_is_described():
    table = PAGE.partition("## Kinds of columns")[2].partition("## ")[0]

    assert re.findall(r"^\| `(\w+)` \|", table, re.M) == [kind.value for kind in Kind]


def test_every_finding_code_is_listed_and_no_other():
    written = set(
        re.findall(
            r'code="(\w+)"|Problem\(\s*"(\w+)"|note\(\s*\w+, column, "(\w+)"', SOURCES
        )
    )
    codes = {code for found in written for code in found if code} - {"bad_header"}
    table = PAGE.partition("## Findings")[2].partition("## ")[0]

    assert set(re.findall(r"`([a-z]+(?:_[a-z]+)*)`", table)) == codes


def test_the_limits_are_the_ones_in_force():
    limits = Limits()
    rows = dict(
        re.findall(r"^\| (.+?) \| (.+) \|$", PAGE.partition("| limit |")[2], re.M)
    )

    assert rows["size of the file"] == f"{limits.file_bytes_max // MEBIBYTE} MB"
    assert rows["size unpacked, all parts"] == (
        f"{limits.inflated_bytes_max // MEBIBYTE} MB, and {limits.inflation_max} times "
        "the file where that is more than 64 MB"
    )
    assert (
        rows["size of all texts, unpacked"] == f"{limits.text_bytes_max // MEBIBYTE} MB"
    )
    assert rows["sheets"] == str(limits.sheets_max)
    assert rows["rows of a sheet"] == f"{limits.rows_max:,}"
    assert rows["columns of a sheet"] == str(limits.columns_max)
    assert rows["cells, rows times columns over all sheets"] == f"{limits.cells_max:,}"
    assert rows["characters of a text"].startswith(f"{limits.cell_characters_max:,},")
    assert rows["errors"] == f"{limits.findings_max:,}"
