"""The two-way numbers: equal to a plain recount after whatever happens."""

from __future__ import annotations

import random

import pytest

from bangfu.calc.values.division_code import DivisionCode

COUNTY = DivisionCode("990101")
ACTIVE = ("0", "2", "3")


def board(code=COUNTY):
    from datetime import date

    from bangfu.pairing.coverage import coverage

    return coverage(DivisionCode(code), at=date(2016, 3, 1))


def recount(code):
    """Count the division's numbers in plain Python, from the rows."""
    from bangfu.pairing.models import Official, Pairing
    from bangfu.registry.models import Household

    officials = {one.pk: one for one in Official.objects.all()}
    open_pairs = Pairing.objects.filter(ended_date=None, is_primary=True)
    helper = {one.household_id: officials[one.official_id] for one in open_pairs}
    found = dict.fromkeys(
        [
            "households",
            "covered",
            "officials",
            "obliged",
            "idle",
            "below",
            "within",
            "above",
            "places",
        ],
        0,
    )
    load = dict.fromkeys(officials, 0)
    for home in Household.objects.all():
        if home.status not in ACTIVE:
            continue
        official = helper.get(home.pk)
        if official is not None:
            load[official.pk] += 1
        if home.division_code.startswith(code):
            found["households"] += 1
            found["covered"] += official is not None and official.is_in_post
    for pk, official in officials.items():
        if not official.is_in_post or not official.division_code.startswith(code):
            continue
        has, least, most = load[pk], official.quota_min, official.quota_max
        found["officials"] += 1
        found["obliged"] += least > 0
        found["idle"] += least > 0 and has == 0
        found["below"] += has < least
        found["within"] += least > 0 and least <= has <= most
        found["above"] += has > most
        found["places"] += most
    return found


def figures(code):
    from dataclasses import asdict

    return asdict(board(code).figures)


@pytest.fixture
def paired(county, act_as, make):
    """h1 and h2 are helped by a1, h5 by b1; the office looks."""
    from bangfu.pairing.models import Official
    from bangfu.registry.models import Household

    office = act_as("county", "990101")
    a1 = Official.objects.select_related("unit").get(pk=county.officials["a1"])
    b1 = Official.objects.select_related("unit").get(pk=county.officials["b1"])
    for name, official in (("h1", a1), ("h2", a1), ("h5", b1)):
        make.pairing(Household.objects.get(pk=county.households[name]), official)
    return office


def test_it_counts_both_directions_by_part(paired):
    found = board()

    assert (found.figures.households, found.figures.covered) == (6, 3)
    # a1 has 2 of 3, a2 none of 1, b1 1 of 2: all three are below, one is idle
    assert (found.figures.officials, found.figures.below, found.figures.idle) == (
        3,
        3,
        1,
    )
    assert found.figures.places == 8
    assert [
        (part.code, part.own, part.figures.households, part.figures.officials)
        for part in found.parts
    ] == [
        ("990101", True, 0, 2),
        ("990101101", False, 4, 0),
        ("990101102", False, 2, 1),
    ]


def test_a_village_sees_only_itself(paired, make_actor):
    from bangfu.scope import acting

    with acting(make_actor("village", "990101101001")):
        found = board("990101101001")
        outside = board("990101102001")

    assert (found.figures.households, found.figures.covered) == (3, 2)
    assert outside.figures.households == 0


def test_a_helper_who_left_does_not_cover(paired, county):
    from bangfu.pairing.models import Official

    assert board().figures.covered == 3

    Official.objects.filter(pk=county.officials["a1"]).update(is_in_post=False)

    assert board().figures.covered == 1
    assert figures("990101") == recount("990101")


def test_a_village_refreshes_a_city_helper_it_cannot_see(paired, make, make_actor):
    """What is counted must not depend on who looks."""
    from bangfu.registry.models import Household
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    with acting(system_actor("tests")):
        unit = make.unit("9901", "CITY", level="city", serves="9901")
        leader = make.official(unit, "L1", quota_min=3, quota_max=3)
        make.pairing(
            Household.objects.get(division_code="990101101001", household_no="0003"),
            leader,
        )
    with acting(make_actor("village", "990101101001")):
        assert board("990101101001").figures.covered == 3
    with acting(make_actor("city", "9901")):
        assert board("9901").figures.covered == 4
        own = board("9901").parts[0]
        assert (own.own, own.figures.officials, own.figures.below) == (True, 1, 1)


class Life:
    """Things that happen to rolls and pairings, by dice."""

    villages = ("990101101001", "990101101002", "990101102001")

    def __init__(self, make, seed: int) -> None:
        self.make = make
        self.dice = random.Random(seed)  # noqa: S311 - not a secret
        self.steps = [
            *(self.household, self.official, self.pair, self.pair, self.end),
            *(self.status, self.leave, self.quota, self.move),
        ]

    def one(self, model, **wanted):
        return self.dice.choice(list(model.objects.filter(**wanted).order_by("pk")))

    def happen(self, n: int) -> None:
        self.dice.choice(self.steps)(n)

    def household(self, n):
        status = self.dice.choice("0129")
        self.make.household(self.dice.choice(self.villages), f"9{n:03}", status=status)

    def official(self, n):
        from bangfu.pairing.models import Unit

        low = self.dice.choice((0, 1, 2))
        high = low + self.dice.choice((0, 2))
        self.make.official(self.one(Unit), f"N{n}", quota_min=low, quota_max=high)

    def pair(self, _n):
        from bangfu.pairing.models import Official, Pairing
        from bangfu.registry.models import Household

        home = self.one(Household)
        if not Pairing.objects.filter(household=home, ended_date=None).exists():
            self.make.pairing(home, self.one(Official), started_date="2016-02-01")

    def end(self, _n):
        from bangfu.pairing.models import Pairing

        for one in Pairing.objects.filter(ended_date=None).order_by("-pk")[:1]:
            one.ended_date, one.end_reason = "2016-02-01", "调整"
            one.save()

    def status(self, _n):
        from bangfu.registry.models import Household

        some = Household.objects.filter(division_code=self.dice.choice(self.villages))
        some.update(status=self.dice.choice("0129"))

    def leave(self, _n):
        from bangfu.pairing.models import Official

        one = Official.objects.filter(pk=self.one(Official).pk)
        one.update(is_in_post=self.dice.random() < 0.6)

    def quota(self, _n):
        from bangfu.pairing.models import Official

        one = Official.objects.filter(pk=self.one(Official).pk)
        one.update(quota_min=1, quota_max=2)

    def move(self, _n):
        from bangfu.registry.models import Household

        one = Household.objects.filter(pk=self.one(Household).pk)
        one.update(division_code=self.dice.choice(self.villages))


def test_the_board_equals_a_recount_after_random_changes(paired, make):
    life = Life(make, seed=7)
    for n in range(120):
        life.happen(n)
        if n % 4 == 0:
            for code in ("990101", "990101101", *life.villages):
                assert figures(code) == recount(code), (n, code)


def test_looking_again_counts_nothing_again(paired):
    from bangfu.pairing.coverage import refresh

    board()

    assert refresh(COUNTY) == 0


def test_units_furthest_below_come_first(paired):
    from bangfu.pairing.coverage import units

    board()

    assert [(one.name, one.figures.below, one.households) for one in units(COUNTY)] == [
        ("单位U1", 2, 2),
        ("单位T1", 1, 1),
    ]
