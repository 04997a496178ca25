"""The closed form on the tree of divisions equals largest flows and the explicit model."""

import numpy as np
import pytest
from ortools.graph.python import max_flow
from tests.calc.pairing.small_cities import random_city

from bangfu.calc.pairing.canonical import read_roll
from bangfu.calc.pairing.checks import Params, Tables
from bangfu.calc.pairing.jurisdictions import count_by_division
from bangfu.calc.pairing.solving import laminar_reach


def read(tables):
    return read_roll(Tables(**tables), Params())


def most_pairs(tables, quotas):
    """Return the largest number of pairs within quotas, one arc per allowed pair."""
    homes = tables["households"]["division_code"].to_list()
    people = tables["officials"]["serves_code"].to_list()
    flow = max_flow.SimpleMaxFlow()
    source, sink = len(homes) + len(people), len(homes) + len(people) + 1
    for home, code in enumerate(homes):
        flow.add_arc_with_capacity(home, sink, 1)
        for person, serves in enumerate(people):
            if code.startswith(serves):
                flow.add_arc_with_capacity(len(homes) + person, home, 1)
    for person, quota in enumerate(quotas):
        flow.add_arc_with_capacity(source, len(homes) + person, int(quota))
    assert flow.solve(source, sink) == flow.OPTIMAL
    return flow.optimal_flow()


@pytest.mark.parametrize("seed", range(60))
def test_the_closed_form_equals_the_largest_flow(seed):
    tables = random_city(seed, households=18, officials=10, quota_max=5)
    low, high = (tables["officials"][name].to_numpy() for name in ("min", "max"))

    tree = count_by_division(read(tables))

    assert tree.uncovered == 18 - most_pairs(tables, high)
    assert tree.shortfall == low.sum() - most_pairs(tables, low)


@pytest.mark.parametrize("seed", range(60))
def test_the_sets_prove_the_totals(seed):
    """Starved households less all places that reach any of them; crowded likewise."""
    tables = random_city(seed, households=18, officials=10)
    roll = read(tables)
    homes = tables["households"]["division_code"].to_list()
    people = tables["officials"]["serves_code"].to_list()
    may = np.array([[code.startswith(serves) for serves in people] for code in homes])

    reach = laminar_reach(roll, count_by_division(roll))

    serving = may[reach.starved].any(axis=0)
    served = may[:, reach.crowded].any(axis=1)
    assert reach.starved.sum() - roll.high[serving].sum() == reach.uncovered
    assert roll.low[reach.crowded].sum() - served.sum() == reach.shortfall
