"""Verify finds what was changed; prune keeps the newest and what others rest on."""

import os

import pyarrow.parquet as pq
import pytest
from tests.lake.conftest import SYSTEM

from bangfu.audit.models import Event
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.lake import operations, queries, storage
from bangfu.lake.models import Part, Snapshot, State
from bangfu.scope import acting

MEMBER = "member/county=990101/member.parquet"


def codes_of(actor, now, number=None):
    with acting(actor):
        _, findings = operations.verify(by=actor, at=now, number=number)
    return [(one.code, one.subject) for one in findings]


def writable(snapshot, name=MEMBER):
    path = storage.folder_of(snapshot.pk) / name
    path.chmod(0o600)
    return path


def test_an_untouched_snapshot_has_no_finding(snapshot, city, now):
    assert codes_of(city, now) == []
    with acting(SYSTEM):
        event = Event.objects.get(action="lake.snapshot.verified")
    assert event.detail == {"files": 7, "findings": 0}


def test_one_changed_byte_is_found(snapshot, city, now):
    path = writable(snapshot)
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)

    assert ("lake.changed", MEMBER) in codes_of(city, now)


def test_changed_values_are_found_by_their_sums_too(snapshot, city, now):
    path = writable(snapshot)
    table = pq.read_table(path, partitioning=None)
    ages = table["age"].to_pylist()
    at = table.schema.get_field_index("age")
    changed = table.set_column(
        at, "age", [[None if one is None else one + 1 for one in ages]]
    )
    pq.write_table(changed.slice(1), path)
    with acting(city):
        _, findings = operations.verify(by=city, at=now)

    assert [one.code for one in findings] == ["lake.changed", "lake.rows", "lake.sums"]
    assert str(findings[1].message) == (
        f"The file {MEMBER} should have 3 rows and has 2."
    )
    assert "age" in str(findings[2].message)


def test_files_that_are_missing_or_more_are_found(snapshot, city, now):
    writable(snapshot).unlink()
    writable(snapshot, "manifest.json").unlink()
    (storage.folder_of(snapshot.pk) / "extra.csv").write_text("1")
    path = writable(snapshot, "flag/county=990101/flag.parquet")
    path.write_bytes(b"no parquet")

    assert codes_of(city, now) == [
        ("lake.missing", "manifest.json"),
        ("lake.unknown_file", "extra.csv"),
        ("lake.changed", "flag/county=990101/flag.parquet"),
        ("lake.unreadable", "flag/county=990101/flag.parquet"),
        ("lake.missing", MEMBER),
    ]


def test_a_changed_manifest_is_found(snapshot, city, now):
    path = writable(snapshot, "manifest.json")
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))

    assert codes_of(city, now) == [("lake.changed", "manifest.json")]


def test_who_may_not_list_may_not_verify(snapshot, make_actor, now):
    other = make_actor("village", "990101100200")

    with acting(other), pytest.raises(NotAllowed):
        operations.verify(by=other, at=now)


def test_an_auditor_verifies_the_whole_of_it(snapshot, make_actor, now):
    auditor = make_actor("auditor", "990102")
    writable(snapshot).unlink()

    assert codes_of(auditor, now) == [("lake.missing", MEMBER)]


def test_prune_keeps_the_newest(snapshot, city, now, folder):
    with acting(city):
        second = operations.take(by=city, at=now)
        third = operations.take(by=city, at=now)

    with acting(city):
        numbers = operations.prune(by=city, at=now, keep=2)
        states = dict(Snapshot.objects.order_by("pk").values_list("pk", "state"))

    assert numbers == [snapshot.pk]
    assert states == {
        snapshot.pk: State.PRUNED,
        second.pk: State.PUBLISHED,
        third.pk: State.PUBLISHED,
    }
    assert sorted(path.name for path in folder.iterdir()) == [
        f"snapshot={second.pk}",
        f"snapshot={third.pk}",
    ]
    with acting(SYSTEM):
        assert Event.objects.filter(action="lake.snapshot.pruned").count() == 1
        assert Part.objects.filter(snapshot=snapshot).exists()
    with acting(city), pytest.raises(queries.NoSnapshot):
        queries.open(snapshot=snapshot.pk, by=city)


def test_prune_keeps_what_other_records_rest_on(snapshot, city, now, monkeypatch):
    with acting(city):
        operations.take(by=city, at=now)
    monkeypatch.setattr(operations.queries, "referenced", lambda: {snapshot.pk})

    with acting(city):
        assert operations.prune(by=city, at=now, keep=1) == []


def test_only_parts_point_to_snapshots_so_far(snapshot):
    """When another model does, `referenced` finds it by itself; see its query."""
    with acting(SYSTEM):
        assert queries.referenced() == set()
    related = {one.related_model for one in Snapshot._meta.related_objects}
    assert related == {Part}


def test_a_prune_that_is_taken_back_deletes_nothing(snapshot, city, now, folder):
    class Unlucky(Exception):
        pass

    with acting(city):
        operations.take(by=city, at=now)

    def act():
        with acting(city):
            assert operations.prune(by=city, at=now, keep=1) == [snapshot.pk]
            raise Unlucky

    with pytest.raises(Unlucky):
        act()

    assert codes_of(city, now, snapshot.pk) == []
    assert (folder / f"snapshot={snapshot.pk}").is_dir()


@pytest.mark.parametrize("keep", [0, -1, 1001])
def test_prune_refuses_a_number_out_of_range(snapshot, city, now, keep):
    with acting(city), pytest.raises(BadInput) as refusal:
        operations.prune(by=city, at=now, keep=keep)

    assert str(refusal.value.message) == "Keep 1 to 1,000 snapshots."


def test_only_the_city_office_prunes(snapshot, make_actor, now):
    county = make_actor("county", "990101")

    with acting(county), pytest.raises(NotAllowed):
        operations.prune(by=county, at=now, keep=1)
    assert os.path.isdir(storage.folder_of(snapshot.pk))
