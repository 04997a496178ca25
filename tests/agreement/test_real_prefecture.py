"""The main job on the real divisions of Ganzhou, from the list to two-way coverage.

An office's own commands do it all, once: the list, the rolls, the run, the second
person, the proof. The tests count again from the list, the rolls and the tables.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test.utils import override_settings
from tests.agreement import real_prefecture as real
from tests.conftest import cloned_database

from bangfu.accounts.commands import accounts
from bangfu.accounts.operations import create_first_administrator
from bangfu.calc.values.division_code import DivisionCode
from bangfu.divisions.commands import divisions
from bangfu.divisions.models import Division
from bangfu.divisions.published import FaultyList
from bangfu.pairing.commands import pair
from bangfu.pairing.models import Official, Pairing
from bangfu.pairing.permissions import OwnRun
from bangfu.registry.commands import import_
from bangfu.registry.models import Household
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

HOUSEHOLDS = 4_600
LATER = "360783"  # made in 2020 from 360727
PARK = "360730400"  # an industrial park that counts as a township
FILES = ("provinces", "cities", "areas", "streets", "villages")
SYSTEM = system_actor("tests")


@dataclass
class City:
    """What the commands said, by step, and what they were given.

    served: division and lower quota of every official who may help, before the advice.
    """

    books: real.Workbooks
    said: dict[str, Any]
    served: list[tuple[str, int]]
    orphans: BaseException
    early_roll: BaseException
    own_decision: BaseException


def call(group, *words, by: str, status: int = 0):
    """Run a command as a named person; return its JSON document."""
    words = [str(word) for word in (*words, "--json")]
    result = CliRunner().invoke(group, words, obj={"as": by, "lang": "en"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


def list_without(folder: Path, omitted: str) -> Path:
    """Write the prefecture's part of the list without one division."""
    folder.mkdir()
    for name in FILES:
        with (real.LIST / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = [
                row
                for row in csv.DictReader(file)
                if real.CITY.startswith(row["code"])
                or row["code"].startswith(real.CITY)
            ]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(r for r in rows if not r["code"].startswith(omitted))
    return folder


def prepare(folder: Path, said: dict[str, Any]) -> BaseException:
    """Load the list without the later county; make the people of the city office.

    Returns the refusal of a list that lacks a township above its villages.
    """
    create_first_administrator(
        at=datetime.now(tz=UTC), username="admin", division=DivisionCode(real.CITY)
    )
    source = list_without(folder / "list", LATER)
    words = ("import", "--source", source, "--under", real.CITY)
    streets = source / "streets.csv"
    whole = streets.read_text(encoding="utf-8")
    lines = [line for line in whole.splitlines() if not line.startswith(PARK)]
    streets.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(FaultyList) as orphans:
        call(divisions, *words, by="admin")
    streets.write_text(whole, encoding="utf-8")
    said["list"] = call(divisions, *words, by="admin")
    for name in ("wang", "li"):
        words = ("create", name, "--name", "测试", "--division", real.CITY)
        call(accounts, *words, by="admin")
        call(accounts, "grant", name, "city", real.CITY, by="admin")
    return orphans.value


def bring_in(books: real.Workbooks, said: dict[str, Any]) -> BaseException:
    """Import as the office does, the later county's roll too early first."""
    units = ("units", books.units, "--yes")
    with pytest.raises(Exception, match=r"Nothing can be imported") as too_early:
        call(import_, "households", books.rolls[-1], "--yes", by="wang")
    words = ("import", "--source", real.LIST, "--under", real.CITY)
    said["list again"] = call(divisions, *words, by="admin")
    said["units"] = call(import_, *units, by="wang")
    said["households"] = call(import_, "households", *books.rolls, "--yes", by="wang")
    said["officials"] = call(import_, "officials", books.officials, "--yes", by="wang")
    return too_early.value


def advice(solved: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the remedies of a run that have officials serve a wider division."""
    found = [one for s in solved["shortages"] for one in s["remedies"]]
    return [one for one in found if one["kind"] == "widen"]


def take_the_advice(path: Path, books: real.Workbooks, said: dict[str, Any]) -> None:
    """Send the units again, serving what the run advised, and look at another run."""
    wider = {
        tuple(official.split("/")[:2]): one["division"]
        for one in advice(said["solve"])
        for official in one["official_ids"]
    }
    units = real.write_wider_units(path, books, wider)
    said["wider units"] = call(import_, "units", units, "--yes", by="wang")
    words = ("solve", "--division", real.CITY, "--year", 2016, "--dry-run")
    said["solve again"] = call(pair, *words, by="wang")


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker, tmp_path_factory):
    """The whole story, told once in a database of its own."""
    folder = tmp_path_factory.mktemp("real")
    said: dict[str, Any] = {}
    with (
        override_settings(VAR=folder, BANGFU_FILES=str(folder / "files")),
        cloned_database(django_db_blocker, "test_real_prefecture"),
    ):
        books = real.write_workbooks(folder / "books", households=HOUSEHOLDS)
        orphans = prepare(folder, said)
        early = bring_in(books, said)
        order = ("solve", "--division", real.CITY, "--year", 2016)
        said["solve"] = call(pair, *order, by="wang", status=1)
        run = said["solve"]["run"]
        with pytest.raises(OwnRun) as own:
            call(pair, "apply", run, by="wang")
        said["apply"] = call(pair, "apply", run, by="li")
        said["verify"] = call(pair, "verify", run, by="li")
        words = ("coverage", "--division", real.CITY)
        said["coverage"] = call(pair, *words, by="li", status=1)
        before = served()
        take_the_advice(folder / "wider.xlsx", books, said)
        yield City(books, said, before, orphans, early, own.value)


@pytest.fixture
def rows(city):
    """The pairings in force, each with the names that the checks need."""
    with acting(SYSTEM):
        found = Pairing.objects.open().values(
            "household_id",
            "household__division_code",
            "official_id",
            "official__quota_max",
            "official__is_in_post",
            "official__unit__division_code",
        )
        return list(found)


def served() -> list[tuple[str, int]]:
    """Return (division served, lower quota) of every official who may help."""
    with acting(SYSTEM):
        found = Official.objects.filter(is_in_post=True, quota_max__gt=0)
        return list(found.values_list("unit__serves_code", "quota_min"))


def active() -> Counter[str]:
    """Count the households that are helped, by village."""
    with acting(SYSTEM):
        found = Household.objects.active().values_list("division_code", flat=True)
        return Counter(str(code) for code in found)


def test_all_of_the_list_is_there_and_every_name_as_published(city):
    expected = {
        row["code"]: row["name"]
        for name in ("cities", "areas", "streets", "villages")
        for row in real.listed(name)
    }

    stored = dict(
        Division.objects.filter(code__startswith=real.CITY).values_list("code", "name")
    )

    assert stored == expected
    assert len(expected) == 1 + 18 + 310 + 4081


def test_a_county_that_comes_later_adds_itself_and_changes_nothing_else(city):
    later = [
        row
        for name in ("areas", "streets", "villages")
        for row in real.listed(name)
        if row["code"].startswith(LATER)
    ]

    again = city.said["list again"]

    assert again["new"] == len(later) > 100
    assert again["same"] == city.said["list"]["new"]
    assert (again["renamed"], again["corrected"], again["missing"]) == (0, 0, 0)


def test_a_roll_of_a_county_that_is_not_on_file_is_refused_by_name(city):
    found = city.early_roll.findings

    assert city.books.rolls[-1].stem == f"households-{LATER}"
    unknown = [one for one in found if one.code == "unknown_village"]
    roll = city.books.rolls[-1]
    assert len(unknown) == len(real.table(roll, "户")) + len(real.table(roll, "成员"))
    assert str(unknown[0].message) == UNKNOWN


UNKNOWN = "no such village on file, or it has ceased to exist"


def test_a_village_whose_township_is_not_listed_is_named(city):
    villages = [row["code"] for row in real.listed("villages")]

    found = city.orphans.findings

    assert {one.subject for one in found} == {v for v in villages if v[:9] == PARK}
    assert PARK in str(found[0].message)


def test_parks_farms_and_name_twins_take_part_like_all_others(city, rows):
    villages = real.listed("villages")
    parks = {r["code"] for r in real.listed("streets") if int(r["code"][6:]) >= 400}
    in_parks = {r["code"] for r in villages if r["streetCode"] in parks}
    named = Counter((r["areaCode"], r["name"]) for r in villages)
    twins = {r["code"] for r in villages if named[r["areaCode"], r["name"]] > 1}
    endings = {e: sum(r["name"].endswith(e) for r in villages) for e in ENDINGS}

    helped = {str(row["household__division_code"]) for row in rows}

    assert (len(parks), len(in_parks), len(twins)) == (17, 17, 35)
    assert endings == ENDINGS
    for odd in (in_parks, twins):
        assert odd & helped == odd & active().keys()
        assert len(odd & helped) > len(odd) / 2


ENDINGS = {
    "村委会": 3014,
    "村民委员会": 448,
    "居委会": 510,
    "居民委员会": 89,
    "社区": 20,
}


def test_the_rolls_go_in_whole(city):
    counts = {kind: city.said[kind] for kind in ("units", "households", "officials")}

    assert counts["households"]["new"] == HOUSEHOLDS
    assert counts["officials"]["new"] == city.books.staff
    assert [one["wrong"] for one in counts.values()] == [0, 0, 0]
    assert all(one["written"] for one in counts.values())
    with acting(SYSTEM):
        villages = Household.objects.values_list("division_code", flat=True)
        assert set(villages) == {row["code"] for row in real.listed("villages")}


def test_every_household_has_exactly_one_official_who_may_serve_it(city, rows):
    helped = Counter(row["household_id"] for row in rows)
    load = Counter(row["official_id"] for row in rows)
    with acting(SYSTEM):
        wanted = set(Household.objects.active().values_list("pk", flat=True))

    assert set(helped) == wanted
    assert set(helped.values()) == {1}
    for row in rows:
        assert row["household__division_code"].startswith(
            row["official__unit__division_code"]
        )
        assert row["official__is_in_post"]
        assert load[row["official_id"]] <= row["official__quota_max"]


def test_the_officials_side_is_full_or_the_shortage_is_named(city):
    homes, lows = Counter(), Counter()
    for village, count in active().items():
        for digits in (4, 6, 9):
            homes[village[:digits]] += count
    for serves, low in city.served:
        for digits in (4, 6, 9):
            if digits <= len(serves):
                lows[serves[:digits]] += low
    # What lower quotas exceed the households by: in a township, or added up above it.
    lacking = {code: max(0, low - homes[code]) for code, low in lows.items()}
    for digits, above in ((9, 6), (6, 4)):
        parts = Counter()
        for code in [code for code in lacking if len(code) == digits]:
            parts[code[:above]] += lacking[code]
        lacking |= {code: max(lacking[code], n) for code, n in parts.items()}

    named = city.said["solve"]["shortages"]

    assert city.said["solve"]["shortfall"] == lacking[real.CITY] > 0
    assert sum(one["lacking"] for one in named) == lacking[real.CITY]
    assert all(one["lacking"] == lacking[one["division"]] for one in named)
    names = {row["code"]: row["name"] for f in FILES for row in real.listed(f)}
    for one in named:
        assert names[one["division"]] in one["message"]["zh"]
        assert sum(step["places"] for step in one["remedies"]) == one["lacking"]


def test_the_advice_helps_by_as_much_as_it_says(city):
    first, again = city.said["solve"], city.said["solve again"]
    gained = sum(one["places"] for one in advice(first))

    assert len(advice(first)) > 20
    assert city.said["wider units"]["changed"] > 20
    assert city.said["wider units"]["wrong"] == 0
    assert first["shortfall"] == gained
    assert (again["shortfall"], again["below_min"], again["shortages"]) == (0, 0, [])
    assert (again["covered"], again["uncovered"]) == (first["covered"], 0)


def test_the_commands_say_what_is_counted(city, rows):
    solved, coverage = city.said["solve"], city.said["coverage"]
    load = Counter(row["official_id"] for row in rows)
    with acting(SYSTEM):
        below = [
            pk
            for pk, low in Official.objects.filter(
                is_in_post=True, quota_max__gt=0
            ).values_list("pk", "quota_min")
            if load[pk] < low
        ]

    assert solved["households"] == solved["covered"] == len(rows)
    assert (solved["uncovered"], solved["above_max"], solved["gap"]) == (0, 0, 0)
    assert solved["below_min"] == coverage["below_min"] == len(below)
    assert city.said["apply"]["new"] == coverage["covered"] == len(rows)
    assert (coverage["uncovered"], coverage["is_full"]) == (0, False)
    counties = [child["division"] for child in coverage["children"]]
    assert counties == [real.CITY, *(row["code"] for row in real.listed("areas"))]


def test_the_proof_holds_and_only_a_second_person_decides(city):
    assert city.said["verify"]["valid"] is True
    assert city.said["apply"]["state"] == "applied"
    assert "he or she ordered" in str(city.own_decision)


def test_nobody_in_the_rolls_can_exist(city):
    members = real.table(city.books.rolls[0], "成员")

    assert len(members) > 100
    assert {row["身份证号码"][:2] for row in members} == {"99"}
    assert {row["村代码"][:4] for row in members} == {real.CITY}
