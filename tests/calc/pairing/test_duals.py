"""A flow that is not what it claims to be never becomes a result."""

import numpy as np
import pytest
from tests.calc.pairing.small_cities import random_city

from bangfu.calc.pairing import Params, engine, solve, solving
from bangfu.calc.pairing.canonical import read_roll
from bangfu.calc.pairing.checks import Tables
from bangfu.calc.pairing.duals import NotProven, certify, node_prices
from bangfu.calc.pairing.flow import NoFlow, cheapest_flow, largest_flow
from bangfu.calc.pairing.jurisdictions import count_by_division
from bangfu.calc.values.stopwatch import Stopwatch

TABLES = random_city(3, existing=0, forbidden=0)


@pytest.fixture
def solved():
    """Return (network, an optimal flow)."""
    roll = read_roll(Tables(**TABLES), Params())
    solution = solving.solve_roll(roll, count_by_division(roll), Params(), Stopwatch())
    network = solution.network
    return network, flow_of(network, network.cost)


def flow_of(network, cost):
    return cheapest_flow(
        network.tail,
        network.head,
        cost=cost,
        low=network.low,
        high=network.high,
        supply=network.supply,
    )


def test_the_certificate_of_an_optimal_flow_has_no_gap(solved):
    network, flow = solved

    assert certify(network, flow, node_prices(network, flow)).gap == 0


def test_a_dearer_flow_has_no_prices(solved):
    network, _ = solved
    dearest = flow_of(network, -network.cost)

    with pytest.raises(NotProven, match="a residual cycle of negative cost"):
        node_prices(network, dearest)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda flow, high: np.where(flow > 0, high + 1, flow),
            "a flow is out of bounds",
        ),
        (lambda flow, high: np.where(flow == flow.max(), flow - 1, flow), "balance"),
    ],
)
def test_a_flow_that_was_altered_is_caught(solved, change, told):
    network, flow = solved
    price = node_prices(network, flow)

    with pytest.raises(NotProven, match=told):
        certify(network, change(flow, network.high), price)


def test_wrong_prices_are_caught(solved):
    network, flow = solved
    price = node_prices(network, flow)

    with pytest.raises(NotProven, match="an arc should carry"):
        certify(network, flow, price * 2 + np.arange(len(price)))


def test_pairs_that_cost_other_than_the_flow_are_caught(monkeypatch):
    monkeypatch.setattr(engine, "distance_cost", lambda *given: np.zeros_like(given[0]))

    with pytest.raises(NotProven, match="the pairs cost"):
        solve(**TABLES)


def test_a_network_without_a_flow_is_told():
    tail, head = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    one = np.array([1])

    with pytest.raises(NoFlow):
        cheapest_flow(
            tail, head, cost=one, low=0 * one, high=one, supply=np.array([2, -2])
        )
    assert largest_flow(tail, head, high=one, source=0, sink=1)[0] == 1
