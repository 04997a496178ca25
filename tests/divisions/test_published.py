"""Reading the published list: layouts, encodings, and every fault by file and line."""

import gzip
import io
import json
import tarfile

import pytest

from bangfu.calc.values.division_code import DivisionCode
from bangfu.divisions import published
from bangfu.divisions.published import FaultyList, ListTooLarge, NoList, Unit

PROVINCES = 'code,name\n99,"示范省"\n'
CITIES = 'code,name,provinceCode\n9907,"甲市",99\n'
AREAS = 'code,name,cityCode,provinceCode\n990721,"乙县",9907,99\n'
STREETS = (
    "code,name,areaCode,provinceCode,cityCode\n"
    '990721100,"丙镇",990721,99,9907\n990721400,"丙工业园区",990721,99,9907\n'
)
VILLAGES = (
    "code,name,streetCode,provinceCode,cityCode,areaCode\n"
    '990721100200,"丁村委会",990721100,99,9907,990721\n'
    '990721100201,"丁村民委员会",990721100,99,9907,990721\n'
    '990721100202,"丁村委会",990721100,99,9907,990721\n'
)
FILES = {
    "provinces.csv": PROVINCES,
    "cities.csv": CITIES,
    "areas.csv": AREAS,
    "streets.csv": STREETS,
    "villages.csv": VILLAGES,
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def faults(found) -> list[str]:
    return [f"{finding.place}: {finding.message}" for finding in found.findings]


def test_a_folder_of_five_files_is_read_from_the_province_down(folder):
    found = published.read([folder], demo=True)

    assert found.findings == []
    assert found.counts() == {
        "provinces": 1,
        "cities": 1,
        "areas": 1,
        "streets": 2,
        "villages": 3,
    }
    assert found.units[3] == Unit(
        "990721100", "丙镇", "990721", "town", "", "streets.csv", 2
    )


def test_variants_of_names_duplicates_and_parks_are_kept(folder):
    found = published.read([folder], demo=True)

    assert [unit.name for unit in found.units[4:]] == [
        "丙工业园区",
        "丁村委会",
        "丁村民委员会",
        "丁村委会",
    ]
    assert found.units[4].kind == "park"


def test_the_npm_package_is_read_as_folder_and_as_archive(folder, tmp_path_factory):
    package = tmp_path_factory.mktemp("package")
    dist = package / "package" / "dist"
    dist.mkdir(parents=True)
    for name, text in FILES.items():
        (dist / name).write_text(text, encoding="utf-8")
    (dist / "pca-code.json").write_text("[]", encoding="utf-8")
    archive = package / "china-division-9.9.9.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for name, text in FILES.items():
            member = tarfile.TarInfo(f"package/dist/{name}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))

    expected = published.read([folder], demo=True).units

    assert published.read([package], demo=True).units == expected
    assert published.read([archive], demo=True).units == expected


def test_gzip_and_json_are_read_too(folder):
    expected = [unit[:4] for unit in published.read([folder], demo=True).units]
    (folder / "villages.csv").unlink()
    (folder / "villages.csv.gz").write_bytes(gzip.compress(VILLAGES.encode()))
    (folder / "cities.csv").unlink()
    (folder / "cities.json").write_text(
        json.dumps([{"code": "9907", "name": "甲市", "provinceCode": "99"}]),
        encoding="utf-8",
    )

    found = published.read([folder], demo=True)

    assert [unit[:4] for unit in found.units] == expected


def test_the_columns_tell_the_level_whatever_the_name(tmp_path):
    towns = tmp_path / "乡镇表.csv"
    towns.write_bytes(STREETS.encode("gb18030"))

    found = published.read([towns], demo=True)

    assert [unit.name for unit in found.units] == ["丙镇", "丙工业园区"]
    assert published.read([tmp_path], demo=True).units == found.units


def test_an_urban_rural_class_is_taken_where_there_is_one(tmp_path):
    file = tmp_path / "villages.csv"
    file.write_text(
        "code,name,streetCode,urbanRuralClass\n990721100200,丁村,990721100,220\n"
        "990721100201,戊村,990721100,农村\n",
        encoding="utf-8",
    )

    found = published.read([file], demo=True)

    assert found.units[0].urban_rural_class == "220"
    assert faults(found) == [
        "villages.csv line 3: An urban-rural class is three digits such as 111 or 220.",
    ]


def test_every_fault_is_named_with_file_and_line(tmp_path):
    (tmp_path / "villages.csv").write_text(
        "code,name,streetCode,areaCode\n"
        "990721100200,丁村,990721100,990721\n"
        "99072110020,丁村,990721100,990721\n"
        "99072110020a,丁村,990721100,990721\n"
        "990721100201,丁村,990722100,990722\n"
        "990721100202,丁村,99072110,990721\n"
        "990721100203,丁村,990721100,990722\n"
        "990721100204,  ,990721100,990721\n"
        f"990721100205,{'丁' * 121},990721100,990721\n"
        "990721100206,丁\x07村,990721100,990721\n"
        "990721100200,戊村,990721100,990721\n"
        "990721100207,丁村\n"
        "100721100200,丁村,100721100,100721\n",
        encoding="utf-8",
    )

    found = published.read([tmp_path], demo=True)

    assert [unit.code for unit in found.units] == ["990721100200"]
    assert faults(found) == [
        "villages.csv line 3: “99072110020” is no village code: 12 digits are needed.",
        "villages.csv line 4: “99072110020a” is no village code: 12 digits are needed.",
        "villages.csv line 5: The code 990721100201 does not lie within 990722100, which stands beside it.",
        "villages.csv line 6: The code 990721100202 does not lie within 99072110, which stands beside it.",
        "villages.csv line 7: The code 990721100203 does not lie within 990722, which stands beside it.",
        "villages.csv line 8: The name is empty.",
        "villages.csv line 9: The name is longer than 120 characters.",
        "villages.csv line 10: The name holds control characters.",
        "villages.csv line 11: The code 990721100200 stands twice; villages.csv line 2 calls it “丁村”.",
        "villages.csv line 12: 4 columns are needed, not 2.",
        "villages.csv line 13: The code begins with 10, no province.",
    ]
    with pytest.raises(FaultyList) as refused:
        found.refuse_faults()
    assert str(refused.value.message) == "The list has 11 faults; nothing was imported."


def test_the_same_line_in_two_files_counts_once(folder, tmp_path_factory):
    again = tmp_path_factory.mktemp("again") / "part.csv"
    again.write_text(STREETS, encoding="utf-8")

    found = published.read([folder, again], demo=True)

    assert found.findings == []
    assert found.counts()["streets"] == 2


def test_the_sample_province_needs_demo_mode(folder):
    found = published.read([folder], demo=False)

    assert found.units == []
    assert faults(found)[0] == (
        "provinces.csv line 2: The fictional province 99 is taken in demo mode only."
    )


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        (
            "a.csv",
            b"x,y\n1,2\n",
            "a.csv line 1: The header lacks the columns code and name.",
        ),
        ("a.csv", b"", "a.csv line 1: The header lacks the columns code and name."),
        (
            "a.csv",
            b"\xff\xff\xff",
            "a.csv line 1: The file is no text in UTF-8 or GB18030.",
        ),
        (
            "a.csv",
            b'code,name\n99,"half',
            "a.csv line 2: The file breaks off: unexpected end of data.",
        ),
        (
            "a.json",
            b'{"code": 1}',
            "a.json line 1: The file breaks off: not a list of objects.",
        ),
        (
            "a.json",
            b"[1]",
            "a.json line 1: The file breaks off: not a list of objects.",
        ),
        (
            "a.json",
            b"[{",
            "a.json line 1: The file breaks off: Expecting property name",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fault(tmp_path, name, content, fault):
    (tmp_path / name).write_bytes(content)

    [found] = faults(published.read([tmp_path / name], demo=True))

    assert found.startswith(fault)


@pytest.mark.parametrize("name", ["villages.csv.gz", "china-division.tgz"])
@pytest.mark.parametrize(
    "content",
    [b"not packed", gzip.compress(b"0" * 9999)[:40]],
    ids=["not_packed", "cut_off"],
)
def test_a_damaged_archive_is_a_fault(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)

    [fault] = faults(published.read([tmp_path / name], demo=True))

    assert fault.startswith(f"{name} line 1: The file breaks off: ")


def test_a_place_without_a_list_is_refused(tmp_path):
    for source in (tmp_path, tmp_path / "nothing.csv"):
        with pytest.raises(NoList):
            published.read([source], demo=True)


def test_limits_are_said(folder, monkeypatch):
    monkeypatch.setattr(published, "UNITS_MAX", 7)
    with pytest.raises(ListTooLarge) as refused:
        published.read([folder], demo=True)
    assert str(refused.value.message) == "The list has more than 7 divisions."

    monkeypatch.setattr(published, "FILE_BYTES_MAX", 100)
    with pytest.raises(ListTooLarge) as refused:
        published.read([folder], demo=True)
    assert str(refused.value.message) == "streets.csv is larger than 0 MB."


def test_a_packed_file_is_measured_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(published, "FILE_BYTES_MAX", 1000)
    (tmp_path / "villages.csv.gz").write_bytes(gzip.compress(b"0" * 5000))

    with pytest.raises(ListTooLarge):
        published.read([tmp_path], demo=True)


def test_findings_stop_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(published, "FINDINGS_MAX", 3)
    (tmp_path / "provinces.csv").write_text("code,name\n" + "9,x\n" * 9)

    found = published.read([tmp_path], demo=True)

    with pytest.raises(FaultyList, match="has 3\\+ faults"):
        found.refuse_faults()


def test_a_part_of_the_list_keeps_those_above(folder):
    part = published.read([folder], demo=True).within(DivisionCode("990721400"))

    assert [unit.code for unit in part.units] == ["99", "9907", "990721", "990721400"]
