"""From the register to the feature table, through a snapshot, with numbers by hand."""

from bangfu.lake import queries as lake
from bangfu.registry import features
from bangfu.scope import acting


def computed(opened):
    with features.computed(
        opened.sources,
        cut_off_year=opened.cut_off_date.year,
        school_age_min=6,
        school_age_max=15,
    ) as results:
        return results.frame().to_dicts()


def test_a_household_of_the_register_becomes_a_row(snapshot, make_actor):
    village = make_actor("village", "990101100200")
    with acting(village):
        (row,) = computed(lake.open(snapshot=snapshot.pk, by=village))

    assert row["division_code"] == "990101100200"
    assert (row["members"], row["women"], row["minority"]) == (2, 1, 1)
    assert (row["head_age"], row["children_6_to_15"]) == (45, 1)
    # Born on 1 September 2005: 9 on the last school day, at no school, with a reason.
    assert row["out_of_school"] == 1
    assert (row["seriously_ill"], row["able_to_work"], row["working_away"]) == (1, 1, 1)
    assert (row["without_basic_medical"], row["dependants_per_worker"]) == (1, 1.0)
    assert (row["land_arable_mu_per_head"], row["is_house_unsafe"]) == (1.75, True)
    assert (row["house_age"], row["guarantees_unmet"]) == (31, 1)
    # 900,000 + 300,000 - 200,001 fen of 2015, two persons; 800,000 fen in 2014.
    assert (row["income_year"], row["net_fen"]) == (2015, 999_999)
    assert row["net_per_head_fen"] == 499_999
    assert row["net_change"] == 199_999 / 800_000
    assert (row["causes"], row["flags"]) == (2, 2)


def test_a_city_gets_a_row_for_every_household_of_its_own(snapshot, city):
    with acting(city):
        rows = computed(lake.open(snapshot=snapshot.pk, by=city))

    assert sorted(row["division_code"] for row in rows) == [
        "990101100200",
        "990101100201",
        "990102100200",
    ]
    assert sum(row["is_active"] for row in rows) == 2
