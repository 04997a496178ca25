"""Free forbidden pairs by exchanging partners at no cost.

Two households of the same group cost every official the same, and two officials of the
same pool cost every household the same. Exchanging the officials of two such
households therefore changes neither cost nor load. What cannot be freed so is singled
out and solved again (see solving).
"""

from __future__ import annotations

import numpy as np

from bangfu.calc.pairing.canonical import Ints, Layout, Roll
from bangfu.calc.pairing.dealing import NOBODY, Deal


def exchange_forbidden(roll: Roll, layout: Layout, deal: Deal) -> Ints:
    """Exchange partners until no exchange frees another pair; return what is left.

    Changes `deal`. Returns the households still paired with a forbidden official, in
    order.
    """
    conflicts = forbidden_households(roll, deal)
    if len(conflicts) == 0:
        return conflicts
    members = np.argsort(layout.group_of, kind="stable")
    starts = np.searchsorted(
        layout.group_of[members], np.arange(len(layout.group_size) + 1)
    )
    for household in conflicts:
        # An earlier exchange may have freed this pair already.
        if not _is_forbidden(roll, deal, household):
            continue
        group = layout.group_of[household]
        alike = members[starts[group] : starts[group + 1]]
        if not _exchange(roll, deal, household, alike):
            pool = layout.pool_of[deal.official_of[household]]
            paired = np.flatnonzero(deal.official_of != NOBODY)
            alike = paired[layout.pool_of[deal.official_of[paired]] == pool]
            _exchange(roll, deal, household, alike)
    return forbidden_households(roll, deal)


def forbidden_households(roll: Roll, deal: Deal) -> Ints:
    """Return the households whose official is forbidden to them, in order."""
    household, official = np.divmod(roll.barred, roll.officials)
    return np.unique(household[deal.official_of[household] == official])


def _is_forbidden(roll: Roll, deal: Deal, household: int) -> bool:
    at = np.array([household])
    return bool(roll.is_barred(at, deal.official_of[at])[0])


def _exchange(roll: Roll, deal: Deal, household: int, others: Ints) -> bool:
    """Exchange officials with the first of `others` that leaves both pairs allowed."""
    mine = deal.official_of[household]
    others = others[~deal.is_kept[others]]
    theirs = deal.official_of[others]
    good = theirs != mine
    good &= ~roll.is_barred(others, np.full(len(others), mine))
    has_official = theirs != NOBODY
    good[has_official] &= ~roll.is_barred(
        np.full(int(has_official.sum()), household), theirs[has_official]
    )
    found = np.flatnonzero(good)
    if len(found) == 0:
        return False
    other = others[found[0]]
    deal.official_of[household], deal.official_of[other] = deal.official_of[other], mine
    return True
