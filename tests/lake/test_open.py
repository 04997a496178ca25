"""`lake.open` gives an actor the rows of the own division and no others."""

import os

import polars as pl
import pytest
from tests.lake.conftest import SYSTEM, VILLAGE_A, VILLAGE_B

from bangfu.accounts.roles import Role
from bangfu.calc.engines import duck
from bangfu.calc.tables.register import TABLES
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.lake import operations, permissions, storage
from bangfu.lake import queries as lake
from bangfu.scope import acting
from bangfu.scope.actor import grantless_actor

COUNT = """-- step: villages | key: division_code
SELECT division_code, count(*) AS households FROM household GROUP BY division_code"""


def villages(opened) -> dict[str, int]:
    """What an engine counts over the sources."""
    pipeline = duck.load(COUNT, name="count", inputs=TABLES)
    with duck.run(pipeline, opened.sources) as results:
        return dict(results.frame().iter_rows())


@pytest.mark.parametrize(
    ("role", "division", "seen"),
    [
        ("city", "9901", ["990101100200", "990101100201", "990102100200"]),
        ("county", "990101", ["990101100200", "990101100201"]),
        ("auditor", "990102", ["990102100200"]),
        ("township", "990101100", ["990101100200", "990101100201"]),
        ("village", "990101100201", ["990101100201"]),
        ("team", "990101100200", ["990101100200"]),
        ("county", "990103", []),
        ("city", "9902", ["990201100200"]),
    ],
)
def test_every_level_sees_its_own_rows(snapshot, make_actor, role, division, seen):
    by = make_actor(role, division)
    with acting(by):
        opened = lake.open(snapshot=snapshot.pk, by=by)
    frame = opened.frame("household")

    assert sorted(frame["division_code"]) == seen
    assert sorted(villages(opened)) == seen
    for dataset in ("member", "income", "flag"):
        codes = set(opened.frame(dataset)["division_code"])
        assert codes <= set(seen)


def test_it_opens_the_newest_without_a_number(snapshot, city, now):
    with acting(city):
        second = operations.take(by=city, at=now)
        opened = lake.open(by=city)

    assert opened.number == second.pk > snapshot.pk
    assert opened.pack_hash == second.pack_hash
    assert opened.counties == ("990101", "990102")


def test_columns_come_typed_and_in_order_also_when_there_is_no_row(
    snapshot, make_actor
):
    by = make_actor("county", "990103")
    with acting(by):
        none = lake.open(snapshot=snapshot.pk, by=by).frame("income")
    with acting(SYSTEM):
        some = lake.open(snapshot=snapshot.pk, by=SYSTEM).frame("income")

    assert none.schema == some.schema
    assert none.height == 0
    assert some.schema["division_code"] == pl.String
    assert some.schema["net_fen"] == pl.Int64


def test_it_can_be_narrowed_but_not_widened(snapshot, make_actor):
    by = make_actor("county", "990101")
    with acting(by):
        opened = lake.open(snapshot=snapshot.pk, by=by)
    village = opened.within(DivisionCode(VILLAGE_B))

    assert villages(village) == {VILLAGE_B: 1}
    assert opened.within(DivisionCode("990101100")).frame("household").height == 2
    for outside in ("990102", "9901", "990102100200"):
        with pytest.raises(NotAllowed) as refusal:
            opened.within(DivisionCode(outside))
    assert str(refusal.value.message) == (
        "The division 990102100200 is not within your grant."
    )
    with pytest.raises(NotAllowed):
        village.within(DivisionCode(VILLAGE_A))


def test_narrowing_leaves_out_the_files_of_other_counties(snapshot):
    with acting(SYSTEM):
        opened = lake.open(snapshot=snapshot.pk, by=SYSTEM)
    county = opened.within(DivisionCode("990102"))

    assert opened.counties == ("990101", "990102", "990201")
    assert county.counties == ("990102",)
    assert len(county.source("household").files) == 1
    with pytest.raises(KeyError):
        county.source("nothing")


def test_a_helper_and_an_administrator_are_refused(snapshot, make_actor):
    others = [
        make_actor("helper", "990101100", official_id=7),
        make_actor("administrator", "990101"),
        grantless_actor(7, "newcomer"),
    ]
    for by in others:
        with acting(by), pytest.raises(NotAllowed) as refusal:
            lake.open(snapshot=snapshot.pk, by=by)
        assert refusal.value.message.in_language("zh") == "您当前的身份不能读取快照。"


def test_a_number_that_is_not_there_is_refused(snapshot, city):
    with acting(city), pytest.raises(lake.NoSnapshot) as refusal:
        lake.open(snapshot=999, by=city)

    assert str(refusal.value.message) == "There is no snapshot 999, or it was pruned."


@pytest.mark.parametrize("how", ["gone", "cut"])
def test_a_file_that_is_gone_or_cut_stops_it(snapshot, city, how):
    path = storage.folder_of(snapshot.pk) / "member/county=990102/member.parquet"
    if how == "gone":
        path.unlink()
    else:
        path.chmod(0o600)
        os.truncate(path, 10)

    with acting(city), pytest.raises(lake.SnapshotDamaged) as refusal:
        lake.open(snapshot=snapshot.pk, by=city)

    assert str(refusal.value.message) == (
        f"A file of snapshot {snapshot.pk} is missing or incomplete: "
        "member/county=990102/member.parquet"
    )


def test_the_roles_named_here_exist():
    named = permissions.TAKE_ROLES | permissions.LIST_ROLES | permissions.EXTRACT_ROLES

    assert named <= {role.value for role in Role}
