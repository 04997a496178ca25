"""A snapshot is there whole or not at all, and holds nothing of a person."""

import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from django.db import connection, connections
from tests.lake.conftest import ELSEWHERE, IDENTITY, SECRETS, SYSTEM, VILLAGE_A

from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed
from bangfu.lake import copying, manifest, operations, storage
from bangfu.lake import queries as lake
from bangfu.lake.models import Part, Snapshot, State
from bangfu.registry.models import Household, Member
from bangfu.scope import acting
from bangfu.vault import blind_index


def files_of(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    )


def test_it_writes_a_file_a_dataset_and_county(snapshot, folder):
    counties = ("990101", "990102", "990201")

    assert files_of(folder / f"snapshot={snapshot.pk}") == sorted(
        [
            "manifest.json",
            *(f"household/county={code}/household.parquet" for code in counties),
            *(f"member/county={code}/member.parquet" for code in counties[:2]),
            "income/county=990101/income.parquet",
            "flag/county=990101/flag.parquet",
        ]
    )
    assert (snapshot.state, snapshot.cut_off_date) == ("published", date(2016, 2, 29))


def test_the_manifest_says_what_the_files_hold(snapshot, folder):
    here = folder / f"snapshot={snapshot.pk}"
    document = json.loads((here / "manifest.json").read_text())
    files = {file["path"]: file for file in document["files"]}
    members = files["member/county=990101/member.parquet"]
    incomes = files["income/county=990101/income.parquet"]

    assert document["snapshot"] == snapshot.pk
    assert document["pack_hash"] == snapshot.pack_hash
    assert document["cut_off_date"] == "2016-02-29"
    assert snapshot.manifest_sha256 == storage.digest(here / "manifest.json")
    assert (members["rows"], members["columns"]["age"]["sum"]) == (3, "131")
    assert members["columns"]["person"] == {"nulls": 2}
    assert members["columns"]["is_live"] == {"nulls": 0, "sum": "2"}
    assert (incomes["rows"], incomes["columns"]["net_fen"]["sum"]) == (2, "1799999")
    assert members["sha256"] == storage.digest(here / members["path"])
    described = {one["name"]: one for one in document["datasets"]}
    assert described["income"]["key"] == ["household", "year"]
    with acting(SYSTEM):
        assert Part.objects.filter(snapshot=snapshot).count() == len(files)


def test_the_audit_says_who_took_it_and_how_much(snapshot, city):
    with acting(SYSTEM):
        event = Event.objects.get(action="lake.snapshot.taken")

    assert (event.user_id, event.division_code) == (city.user_id, "9901")
    assert event.subject_id == str(snapshot.pk)
    assert (event.detail["files"], event.detail["rows"]) == (7, 11)


def test_nothing_of_a_person_is_in_any_file(snapshot, folder):
    """Bytes as they lie, and once more without compression and dictionary."""
    seen = 0
    for name in files_of(folder):
        path = folder / name
        contents = [path.read_bytes()]
        if path.suffix == ".parquet":
            plain = folder.parent / "plain.parquet"
            pq.write_table(
                pq.read_table(path, partitioning=None),
                plain,
                compression="none",
                use_dictionary=False,
            )
            contents.append(plain.read_bytes())
        for secret in SECRETS:
            for content in contents:
                assert secret.encode() not in content, (name, secret)
                assert secret.encode("utf-16-le") not in content, (name, secret)
        for digest in (
            blind_index(IDENTITY, "identity"),
            blind_index(IDENTITY, "identity")[:16],
        ):
            assert all(digest not in content for content in contents)
            assert all(digest.hex().encode() not in content for content in contents)
        seen += 1
    assert seen == 8


def test_the_search_for_secrets_finds_them_in_a_file_that_has_them(tmp_path):
    path = tmp_path / "bad.parquet"
    pl.DataFrame({"name": ["王小明"]}).write_parquet(path, compression="uncompressed")

    assert SECRETS[0].encode() in path.read_bytes()


def test_text_that_is_no_code_is_withheld_and_counted(register, city, now):
    with acting(SYSTEM):
        Household.objects.filter(pk=register.first).update(attribute="王")
        Member.objects.filter(name="王小明").update(relation="户主", education="3")

    with acting(city):
        taken = operations.take(by=city, at=now)
        frame = lake.open(snapshot=taken.pk, by=city).frame("household")

    with acting(SYSTEM):
        counts = {
            part.dataset: part.withheld
            for part in taken.parts.filter(division_code="990101")
        }
    assert counts == {"household": 1, "member": 1, "income": 0, "flag": 0}
    assert frame["attribute"].to_list().count(None) == 2  # this one and the third's


def test_the_same_person_has_one_pseudonym_in_every_household_and_snapshot(
    register, city, now
):
    people = []
    for _ in range(2):
        with acting(city):
            taken = operations.take(by=city, at=now)
            members = lake.open(snapshot=taken.pk, by=city).frame("member")
        people.append(members["person"].drop_nulls().to_list())

    assert len(set(people[0] + people[1])) == 1
    assert len(people[0]) == len(people[1]) == 2
    assert len(people[0][0]) == 32


def test_everything_is_read_from_one_state_of_the_database(register, city, now):
    """A household that is written while the snapshot is read is in no dataset of it."""

    def write(done, total, message):
        if done == 1:
            with connections["side"].cursor(), acting(SYSTEM, using="side"):
                new = Household.objects.using("side").create(
                    division_code="990103100200", household_no="9", recorded_by_id=0
                )
                Member.objects.using("side").create(
                    household=new,
                    division_code=new.division_code,
                    position=1,
                    name="新",
                    recorded_by_id=0,
                )

    with acting(city):
        taken = operations.take(by=city, at=now, progress=write)
        opened = lake.open(snapshot=taken.pk, by=city)

    with acting(SYSTEM):
        assert Household.objects.filter(division_code="990103100200").exists()
    assert opened.counties == ("990101", "990102")
    assert opened.frame("household").height == 3


@pytest.mark.parametrize("role", ["county", "auditor", "administrator", "leadership"])
def test_it_refuses_who_is_not_the_city_office(register, make_actor, now, folder, role):
    other = make_actor(role, "990101")

    with acting(other), pytest.raises(NotAllowed) as refusal:
        operations.take(by=other, at=now)

    assert refusal.value.message.en == "The grant you act under does not allow this."
    assert refusal.value.remedy.in_language("zh") == "需由市扶贫办办理。"
    assert not folder.exists()


def test_it_refuses_an_empty_register(committed_db, folder, make_actor, now):
    city = make_actor("city", "9901")

    with acting(city), pytest.raises(operations.NothingDeclared) as refusal:
        operations.take(by=city, at=now)

    assert str(refusal.value.message) == (
        "The register is empty; there is nothing to take a snapshot of."
    )
    assert files_of(folder) == []


def test_one_at_a_time(register, city, now):
    """Without the lock both would write; with it the second is refused."""
    with connections["side"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [operations._LOCK])
        with acting(city), pytest.raises(operations.SnapshotBusy) as refusal:
            operations.take(by=city, at=now)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [operations._LOCK])

    assert refusal.value.retryable
    with acting(city):
        assert operations.take(by=city, at=now).state == State.PUBLISHED


def test_what_breaks_in_the_middle_leaves_nothing(
    register, city, now, folder, monkeypatch
):
    write = manifest.write_file

    def break_down(where, dataset, county, rows, withheld):
        if dataset.name == "income":
            raise OSError(28, "No space left on device")
        return write(where, dataset, county, rows, withheld)

    monkeypatch.setattr(operations.manifest, "write_file", break_down)
    with acting(city), pytest.raises(storage.DiskFull) as refusal:
        operations.take(by=city, at=now)

    assert refusal.value.message.in_language("zh") == "磁盘空间不足，快照没有生成。"
    assert files_of(folder) == []
    with acting(city):
        assert not Snapshot.objects.exists()


def test_a_snapshot_that_was_not_committed_is_never_read_and_goes(
    register, city, now, folder
):
    class Unlucky(Exception):
        pass

    def act():
        with acting(city):
            operations.take(by=city, at=now)
            raise Unlucky

    with pytest.raises(Unlucky):
        act()
    orphan = [path.name for path in folder.iterdir()]

    with acting(city), pytest.raises(lake.NoSnapshot):
        lake.open(by=city)
    with acting(city):
        second = operations.take(by=city, at=now)

    assert orphan != []
    assert [path.name for path in folder.iterdir()] == [f"snapshot={second.pk}"]
    assert orphan != [f"snapshot={second.pk}"]


KILLED = """
import os, signal, django
django.setup()
from bangfu.lake import manifest, operations
from bangfu.scope import acting
from bangfu.scope.actor import system_actor
from django.utils import timezone
write = manifest.write_file
def die(where, dataset, *rest):
    if dataset.name == "income":
        os.kill(os.getpid(), signal.SIGKILL)
    return write(where, dataset, *rest)
manifest.write_file = die
by = system_actor("killed")
with acting(by):
    operations.take(by=by, at=timezone.now())
"""


def test_a_killed_process_leaves_no_half_snapshot_visible(register, city, now, folder):
    environment = {
        **os.environ,
        "BANGFU_LAKE": str(folder),
        "DJANGO_SETTINGS_MODULE": "bangfu.site.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-c", KILLED], env=environment, check=False, timeout=120
    )
    left = [path.name for path in folder.iterdir()]

    assert done.returncode == -signal.SIGKILL
    assert len(left) == 1
    assert left[0].startswith(".taking-")
    with acting(city):
        assert not Snapshot.objects.exists()
        with pytest.raises(lake.NoSnapshot):
            lake.open(by=city)
        taken = operations.take(by=city, at=now)
    assert [path.name for path in folder.iterdir()] == [f"snapshot={taken.pk}"]


def test_files_are_for_the_owner_to_read_and_nobody_to_write(snapshot, folder):
    here = folder / f"snapshot={snapshot.pk}"

    assert folder.stat().st_mode & 0o777 == 0o700
    assert here.stat().st_mode & 0o777 == 0o700
    assert {
        path.stat().st_mode & 0o777 for path in here.rglob("*") if path.is_file()
    } == {0o400}


def test_rows_are_not_in_the_order_in_which_they_were_entered(snapshot, folder):
    path = folder / f"snapshot={snapshot.pk}/member/county=990101/member.parquet"
    rows = pl.read_parquet(path, hive_partitioning=False)

    assert rows.equals(rows.sort("division_code", "member"))


def test_the_reading_connection_cannot_write(register):
    with copying.reading(SYSTEM, {}), connections["lake"].cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        isolation = cursor.fetchone()[0]
        cursor.execute("SHOW transaction_read_only")
        assert (isolation, cursor.fetchone()[0]) == ("repeatable read", "on")


def test_a_row_outside_every_county_stops_it(register):
    sql = "SELECT '9901' AS division_code"
    with copying.reading(SYSTEM, {}) as reader, pytest.raises(copying.BadRows):
        reader.counties(sql)


def test_parts_are_bound_to_the_acting_division(snapshot, make_actor):
    county = make_actor("county", "990102")
    with acting(county):
        seen = {str(part.division_code) for part in snapshot.parts.all()}
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM lake_part WHERE division_code = '990201'")
        elsewhere = cursor.fetchone()[0]

    assert seen == {"990102"}
    assert elsewhere == 1
    assert ELSEWHERE[:6] == "990201"
    assert VILLAGE_A[:6] == "990101"
