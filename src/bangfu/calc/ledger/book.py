"""A fund ledger in plain Python: slow, obvious, and what the database is held against.

Every rule is written as the sentence says it: balances are sums over all entries, day by
day. Nothing here is shared with the SQL but the table of edges. Cost: each posting adds
up the whole book, so it is meant for hundreds of vouchers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.ledger.edges import EDGE_BY_CODE, Change, Edge, Way


class Refused(Exception):
    """The book does not take it; nothing has changed. `code` says which rule."""

    def __init__(self, code: str) -> None:
        """Keep the rule's name, e.g. "overdrawn"."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Line:
    """What an account is for."""

    kind: AccountKind
    division: str
    fund_class: str
    source: str
    year: int
    purpose: str = ""
    name: str = ""


class Move(NamedTuple):
    """An amount from one account to another; commitment: its name, or None."""

    edge: str
    source: Line
    target: Line
    amount_fen: int
    commitment: str | None = None


class Side(NamedTuple):
    """One entry."""

    voucher: str
    line: int
    account: Line
    amount_fen: int
    day: date
    commitment: str | None


@dataclass(slots=True)
class Promise:
    """A commitment: its account, what is promised, what was given back."""

    account: Line
    amount_fen: int
    released_fen: int = 0


@dataclass
class Book:
    """Entries, commitments and closed months, and the rules that keep them."""

    entries: list[Side] = field(default_factory=list)
    reversals: dict[str, str] = field(default_factory=dict)
    promises: dict[str, Promise] = field(default_factory=dict)
    closed: dict[str, date] = field(default_factory=dict)

    # reads

    def balance(self, account: Line, on: date | None = None) -> int:
        """Return the sum of an account's entries up to a day, in fen."""
        return sum(
            one.amount_fen
            for one in self.entries
            if one.account == account and (on is None or one.day <= on)
        )

    def open(self, name: str) -> int:
        """Return what a commitment has neither paid nor given back, in fen."""
        promise = self.promises[name]
        paid = -sum(one.amount_fen for one in self.entries if one.commitment == name)
        return promise.amount_fen - promise.released_fen - paid

    def committed(self, account: Line) -> int:
        """Return what the commitments of an account have open, in fen."""
        return sum(
            self.open(name)
            for name, promise in self.promises.items()
            if promise.account == account
        )

    # writes

    def post(
        self,
        voucher: str,
        day: date,
        moves: Sequence[Move],
        *,
        today: date,
        has_document: bool,
    ) -> None:
        """Add a voucher. Raises Refused with the first rule that it breaks."""
        if not moves or any(move.amount_fen <= 0 for move in moves):
            raise Refused("wrong_voucher")
        for move in moves:
            self._check_move(move, has_document=has_document)
        added = [
            side
            for number, move in enumerate(moves, start=1)
            for side in (
                Side(
                    voucher,
                    number,
                    move.source,
                    -move.amount_fen,
                    day,
                    move.commitment,
                ),
                Side(voucher, number, move.target, move.amount_fen, day, None),
            )
        ]
        self._add(added, day, today)

    def reverse(self, voucher: str, original: str, day: date, *, today: date) -> None:
        """Undo a voucher by its opposite, once. Raises Refused."""
        if original in self.reversals.values() or original in self.reversals:
            raise Refused("not_reversible")
        undone = [one for one in self.entries if one.voucher == original]
        if not undone or day < undone[0].day:
            raise Refused("not_reversible")
        self._add(
            [
                one._replace(voucher=voucher, amount_fen=-one.amount_fen, day=day)
                for one in undone
            ],
            day,
            today,
        )
        self.reversals[voucher] = original

    def commit(self, name: str, account: Line, amount_fen: int) -> None:
        """Promise part of a line. Raises Refused."""
        if account.kind is not AccountKind.SPECIAL or not account.purpose:
            raise Refused("no_line")
        if amount_fen <= 0:
            raise Refused("wrong_voucher")
        if self.balance(account) - self.committed(account) < amount_fen:
            raise Refused("overdrawn")
        self.promises[name] = Promise(account, amount_fen)

    def release(self, name: str, amount_fen: int) -> None:
        """Give back part of a promise. Raises Refused."""
        if not 0 < amount_fen <= self.open(name):
            raise Refused("not_open")
        self.promises[name].released_fen += amount_fen

    def close(self, division: str, year: int, month: int, *, today: date) -> None:
        """Close a month for good. Raises Refused."""
        first = date(year, month, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        before = self.closed.get(division)
        if last >= today or (before and first != before + timedelta(days=1)):
            raise Refused("not_closable")
        self.closed[division] = last

    # rules

    def _check_move(self, move: Move, *, has_document: bool) -> None:
        edge = EDGE_BY_CODE.get(move.edge)
        if edge is None or (move.source.kind, move.target.kind) != (
            edge.source,
            edge.target,
        ):
            raise Refused("forbidden_edge")
        if not _goes(edge, move.source.division, move.target.division):
            raise Refused("forbidden_edge")
        if not _keeps_funds(edge, move.source, move.target):
            raise Refused("wrong_funds")
        if edge.needs_document and not has_document:
            raise Refused("no_document")
        if move.commitment and (self.promises[move.commitment].account != move.source):
            raise Refused("not_open")

    def _add(self, added: list[Side], day: date, today: date) -> None:
        if day > today:
            raise Refused("wrong_day")
        for side in added:
            closed = self.closed.get(side.account.division)
            if closed and day <= closed:
                raise Refused("month_closed")
        before = len(self.entries)
        self.entries.extend(added)
        try:
            self._check_sums({side.account for side in added})
        except Refused:
            del self.entries[before:]
            raise

    def _check_sums(self, accounts: set[Line]) -> None:
        for account in accounts:
            days = {one.day for one in self.entries if one.account == account}
            sign = account.kind.sign
            if any(sign * self.balance(account, day) < 0 for day in days):
                raise Refused("overdrawn")
        if any(
            not 0 <= self.open(name) <= promise.amount_fen
            for name, promise in self.promises.items()
        ):
            raise Refused("not_open")
        for account in accounts:
            promised = self.committed(account)
            if promised and self.balance(account) < promised:
                raise Refused("overdrawn")


def _goes(edge: Edge, source: str, target: str) -> bool:
    if edge.way is Way.SAME:
        return source == target
    return target.startswith(source) and target != source


def _keeps_funds(edge: Edge, source: Line, target: Line) -> bool:
    if (source.source, source.year) != (target.source, target.year):
        return False
    is_same_class = source.fund_class == target.fund_class
    if edge.is_earmarked and not (source.purpose and target.purpose):
        return False
    return {
        Change.NOTHING: is_same_class and source.purpose == target.purpose,
        Change.PURPOSE_SET: is_same_class
        and not source.purpose
        and bool(target.purpose),
        Change.PURPOSE: is_same_class and source.purpose != target.purpose,
        Change.CLASS: not is_same_class,
    }[edge.change]
