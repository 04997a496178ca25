"""The way of the money: source -> class -> purpose -> where it is now, and how old."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from urllib.parse import urlencode

from bangfu.calc.ledger.codes import (
    ORIGINS,
    AccountKind,
    FundClass,
    FundSource,
    Purpose,
)
from bangfu.calc.values.text import Text
from bangfu.funds.ledger.queries import TrialBalance, TrialLine

AGES = {
    0: Text("结余（当年）", "unspent, of this year"),
    1: Text("结余（满一年）", "unspent, 1 year old"),
    2: Text("结余（满两年，应收回）", "unspent, 2 years old: to be recovered"),
}
_UNSPENT = (AccountKind.SPECIAL, AccountKind.TRANSIT)


@dataclass(frozen=True, slots=True)
class Flow:
    """An amount between two nodes; names are keys of `nodes`, fen."""

    source: str
    target: str
    amount_fen: int
    url: str


@dataclass(frozen=True, slots=True)
class FundFlow:
    """Columns of nodes from source to use, and the amounts between them.

    Every amount is a sum of balances on that day, so that each column has one total.
    """

    columns: list[list[str]]
    nodes: dict[str, Text]
    flows: list[Flow]
    total_fen: int


def fund_flow(found: TrialBalance, *, address: str) -> FundFlow:
    """Return where the money of a trial balance came from and is.

    address: of the trial balance, which each amount leads to, narrowed.
    """
    sums: dict[tuple[str, str], int] = defaultdict(int)
    queries: dict[tuple[str, str], dict[str, str]] = {}
    nodes: dict[str, Text] = {}
    columns: list[dict[str, None]] = [{}, {}, {}, {}]
    total = 0
    for line in found.lines:
        if line.account.kind in ORIGINS or not line.balance_fen:
            continue
        path = _path(line, found.on)
        total += line.balance_fen
        for column, (name, text) in zip(columns, path, strict=True):
            column[name] = None
            nodes[name] = text
        account = line.account
        narrowed = (
            {"source": account.source, "class": account.fund_class},
            {"class": account.fund_class, "purpose": account.purpose or "none"},
            {"purpose": account.purpose or "none", "kind": account.kind},
        )
        names = [name for name, _ in path]
        for pair, query in zip(pairwise(names), narrowed, strict=True):
            sums[pair] += line.balance_fen
            queries[pair] = query
    day = {"on": found.on.isoformat(), "division": str(found.division_code)}
    flows = [
        Flow(*pair, amount, f"{address}?{urlencode(queries[pair] | day)}")
        for pair, amount in sums.items()
    ]
    return FundFlow([list(one) for one in columns], nodes, flows, total)


def _path(line: TrialLine, on: date) -> list[tuple[str, Text]]:
    account = line.account
    purpose = (
        Purpose(account.purpose).text
        if account.purpose
        else Text("未分配用途", "not allotted")
    )
    if account.kind == AccountKind.SPECIAL:
        age = min(max(on.year - account.year, 0), 2)
        place = (f"age:{age}", AGES[age])
    else:
        place = (f"kind:{account.kind}", AccountKind(account.kind).text)
    return [
        (f"source:{account.source}", FundSource(account.source).text),
        (f"class:{account.fund_class}", FundClass(account.fund_class).text),
        (f"purpose:{account.purpose}", purpose),
        place,
    ]


def unspent_by_age(found: TrialBalance) -> dict[int, int]:
    """Return what special accounts and transit hold by age in years (2: and more), fen."""
    sums = dict.fromkeys(AGES, 0)
    for line in found.lines:
        if line.account.kind in _UNSPENT:
            sums[min(max(found.on.year - line.account.year, 0), 2)] += line.balance_fen
    return sums
