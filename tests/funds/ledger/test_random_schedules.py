"""The database and a book in plain Python agree on every act, refused ones too."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from tests.funds.ledger.schedules import CHART, EDGE_CODES, Pair

START = date(2016, 1, 1)
days = st.integers(0, 150).map(lambda n: START + timedelta(days=n))
fens = st.integers(1, 60)
accounts = st.integers(0, len(CHART) - 1)
some = st.integers(0, 30)
# Movements that can be: from the chart; and now and then any pair along any edge.
LIKELY = [
    ("appropriate", 0, 1),
    ("allot", 1, 2),
    ("allot", 1, 3),
    ("pay_supplier", 2, 4),
    ("pay_cards", 3, 5),
    ("hold_deposit", 2, 6),
    ("release_deposit", 6, 4),
    ("return_from_cards", 5, 3),
    ("return_from_supplier", 4, 2),
    ("adjust", 2, 3),
    ("earn_interest", 7, 1),
    ("recover", 1, 8),
]
pairs = st.one_of(
    *[st.sampled_from(LIKELY)] * 6,
    st.tuples(st.sampled_from(EDGE_CODES), accounts, accounts).filter(
        lambda one: one[1] != one[2]
    ),
)
moves = st.tuples(pairs, fens, st.none() | some).map(
    lambda one: (*one[0], one[1], one[2] if one[0][1] in (2, 3) else None)
)
acts = st.one_of(
    *[
        st.tuples(
            st.just("post"),
            st.lists(moves, min_size=1, max_size=3),
            days,
            st.sampled_from([True] * 9 + [False]),
        )
    ]
    * 6,
    st.tuples(st.just("reverse"), some, days),
    st.tuples(st.just("commit"), st.sampled_from([1, 2, 2, 3, 3]), fens),
    st.tuples(st.just("release"), some, fens),
    st.tuples(st.just("close"), st.just(2016), st.integers(1, 4)),
)
FIRST = [
    ("post", [("appropriate", 0, 1, 400, None)], START, True),
    ("post", [("allot", 1, 2, 150, None), ("allot", 1, 3, 150, None)], START, True),
]
_outcomes: Counter[str] = Counter()


@seed(654_321)
@settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(schedule=st.lists(acts, min_size=20, max_size=30))
def _agree(money, schedule):
    from django.db import transaction

    from bangfu.funds.ledger import queries

    pair = Pair(money, queries.today())
    with transaction.atomic():
        pair.open()
        for act in [*FIRST, *schedule]:
            pair.run(act)
        pair.agree()
        _outcomes.update(pair.outcomes)
        transaction.set_rollback(True)


def test_the_database_and_the_book_agree_entry_by_entry(money):
    _outcomes.clear()
    for role in ("approver", "preparer"):  # outside what each schedule rolls back
        money.person(role)

    _agree(money)

    assert _outcomes["done"] > 100
    refused = {name for name, count in _outcomes.items() if count > 1} - {"done"}
    assert {"funds.overdrawn", "funds.month_closed", "funds.forbidden_edge"} <= refused
