"""The sample is the same for the same seed, believable, and wrong only where it says so."""

import hashlib
import json

import polars as pl
import pytest

from bangfu import exchange
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import OutOfLimit
from bangfu.calc.values.identity import parse_identity_number
from bangfu.policy.code_lists import Rank, UnitLevel
from bangfu.policy.queries import active, pairing_quotas
from bangfu.policy.tiers import OfficialFacts, tier_of
from bangfu.registry.sheets import HOUSEHOLDS
from bangfu.sample.making import make_sample


def make(folder, **changes):
    options = {"households": 600, "seed": 11, "tell": lambda _: None} | changes
    return make_sample(folder, **options)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return make(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    return make(tmp_path_factory.mktemp("clean"), error_scale=0)


def roll(files, sheet):
    frames = [
        exchange.read_workbook(path, HOUSEHOLDS).sheets[sheet].frame
        for path in files.rolls
    ]
    return pl.concat(frames)


def digests(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file()
    }


def test_the_same_seed_writes_the_same_files(sample, tmp_path):
    again = make(tmp_path)

    assert digests(again.folder) == digests(sample.folder)


def test_another_seed_writes_other_people(sample, tmp_path):
    other = make(tmp_path, seed=12)

    assert digests(other.folder)["units.xlsx"] != digests(sample.folder)["units.xlsx"]


def test_every_code_is_impossible(sample):
    codes = roll(sample, "households")["division_code"]

    assert all(DivisionCode(code).is_sample for code in codes)
    assert all(
        number.startswith("99") for number in roll(sample, "members")["identity_number"]
    )


def test_without_planted_errors_every_number_is_right_and_given_once(clean):
    members = roll(clean, "members")

    facts = [
        parse_identity_number(number, demo=True)
        for number in members["identity_number"]
    ]
    assert [f.birth_date for f in facts] == members["birth_date"].to_list()
    assert [f.sex for f in facts] == members["sex"].to_list()
    assert members["identity_number"].n_unique() == len(members)


def test_without_planted_errors_the_truth_is_empty(clean):
    assert len((clean.folder / "truth.csv").read_text().splitlines()) == 1


def test_incomes_add_up(clean):
    rows = roll(clean, "households").select(
        net=pl.col("wage")
        + pl.col("operating")
        + pl.col("property")
        + pl.col("transfer")
        - pl.col("operating_expense"),
        stated=pl.col("stated_net"),
    )

    assert rows["net"].to_list() == rows["stated"].to_list()


def test_sizes_and_health_follow_the_published_shares(clean):
    households, members = roll(clean, "households"), roll(clean, "members")

    assert 3.7 < len(members) / len(households) < 4.3
    healthy = (members["health"].list.first() == "1").mean()
    assert 0.55 < healthy < 0.72
    assert 0.25 < (households["cause_main"] == "1").mean() < 0.5


def test_the_truth_names_every_planted_kind(sample):
    truth = pl.read_csv(
        sample.folder / "truth.csv", schema_overrides={"household_no": pl.String}
    )

    assert set(truth["rule"]) == {
        "V0", "V1", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V10", "V11", "V12", "V14", "V15",
    }  # fmt: skip
    assert json.loads((sample.folder / "sample.json").read_text())[
        "planted_errors"
    ] == len(truth)


def test_the_truth_points_at_what_was_changed(sample, clean):
    """Every value that differs from the clean city stands in a household of the truth."""
    wrong, right = roll(sample, "members"), roll(clean, "members")
    truth = pl.read_csv(
        sample.folder / "truth.csv",
        schema_overrides={"household_no": pl.String, "division_code": pl.String},
    )
    listed = set(zip(truth["division_code"], truth["household_no"], strict=True))
    differing = {
        (row["division_code"], row["household_no"])
        for row, other in zip(
            wrong.drop("_row").iter_rows(named=True),
            right.drop("_row").iter_rows(named=True),
            strict=True,
        )
        if row != other
    }

    assert differing
    assert differing <= listed


@pytest.mark.parametrize("households", [300, 600, 3_000])
def test_there_are_places_for_all_and_households_for_every_minimum(
    tmp_path, households
):
    files = make(tmp_path, households=households, error_scale=0)
    from bangfu.pairing.sheets import OFFICIALS, UNITS

    units = exchange.read_workbook(files.units, UNITS).sheets["units"].frame
    level = dict(zip(units["unit_no"], units["level"], strict=True))
    officials = (
        exchange.read_workbook(files.officials, OFFICIALS).sheets["officials"].frame
    )
    quotas = pairing_quotas(active(), at=__import__("datetime").date(2016, 1, 1))
    low = high = 0
    for row in officials.iter_rows(named=True):
        decision = tier_of(
            OfficialFacts(
                Rank(row["rank"]),
                UnitLevel(level[row["unit_no"]]),
                row["is_in_post"],
                row["is_top_leader"],
                row["is_party_member"],
                row["is_three_sends"],
            ),
            quotas,
        )
        low, high = low + decision.min, high + decision.max
        if row["is_in_post"]:
            assert (decision.tier or None) == row["stated_tier"]
    active_households = (roll(files, "households")["status"] != "1").sum()

    assert low <= active_households <= high


def test_it_refuses_too_few_households(tmp_path):
    with pytest.raises(OutOfLimit) as refusal:
        make(tmp_path / "new", households=5)

    assert (
        refusal.value.message.in_language("en")
        == "A sample has 100 to 1,000,000 households."
    )
    assert not (tmp_path / "new").exists()
