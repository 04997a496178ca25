"""Random schedules: what is tried on the database is tried on the book in plain Python.

A schedule is a list of plain acts over a handful of accounts. `Pair` keeps both sides:
the database through the operations, the reference through `calc.ledger.book`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.funds.ledger.conftest import COUNTY, LINE, NOW, Money

from bangfu.calc.ledger.book import Book, Line, Move, Refused
from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.ledger.edges import EDGES
from bangfu.calc.values.findings import Refusal

# The book's rules by the name of the refusal.
NAMES = {
    "wrong_voucher": "funds.wrong_voucher",
    "forbidden_edge": "funds.forbidden_edge",
    "wrong_funds": "funds.wrong_funds",
    "no_document": "funds.no_document",
    "not_open": "funds.not_open",
    "wrong_day": "funds.wrong_day",
    "month_closed": "funds.month_closed",
    "overdrawn": "funds.overdrawn",
    "not_reversible": "funds.not_reversible",
    "no_line": "funds.no_line",
    "not_closable": "funds.not_closable",
}
CHART = [
    ("appropriation", ""),
    ("special", ""),
    ("special", "industry"),
    ("special", "training"),
    ("supplier", "industry"),
    ("one_card", "training"),
    ("deposit", "industry"),
    ("interest", ""),
    ("treasury", ""),
]
EDGE_CODES = [edge.code for edge in EDGES if edge.way == "same"]


@dataclass
class Pair:
    """The database and the book, and what stands for what in both."""

    money: Money
    today: date
    book: Book = field(default_factory=Book)
    accounts: list[tuple[Any, Line]] = field(default_factory=list)
    vouchers: list[tuple[Any, str]] = field(default_factory=list)
    commitments: list[tuple[Any, str]] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)

    def open(self) -> None:
        for kind, purpose in CHART:
            account = self.money.account(kind, purpose=purpose)
            line = Line(AccountKind(kind), COUNTY, *LINE.values(), purpose)
            self.accounts.append((account, line))

    def run(self, act: tuple) -> None:
        """Do one act on both sides; they must agree, also on why it is refused."""
        name, *args = act
        kept = getattr(self, name)(*args)
        if kept is None:
            return
        database, book = kept
        expected = _outcome(book)
        found = _outcome(database)
        self.outcomes.append(expected)
        assert found == expected, act

    def post(self, moves: list[tuple], day: date, has_document: bool):
        def database():
            made = self.money.post(
                *[
                    (
                        edge,
                        self.accounts[out][0],
                        self.accounts[into][0],
                        fen,
                        self._commitment(promised, 0),
                    )
                    for edge, out, into, fen, promised in moves
                ],
                posted_on=day,
                document_no="文" if has_document else "",
            )
            self.vouchers.append((made, name))

        name = f"v{len(self.vouchers)}"

        def book():
            self.book.post(
                name,
                day,
                [
                    Move(
                        edge,
                        self.accounts[out][1],
                        self.accounts[into][1],
                        fen,
                        self._commitment(promised, 1),
                    )
                    for edge, out, into, fen, promised in moves
                ],
                today=self.today,
                has_document=has_document,
            )

        return database, book

    def _commitment(self, number: int | None, side: int):
        if number is None or not self.commitments:
            return None
        return self.commitments[number % len(self.commitments)][side]

    def reverse(self, number: int, day: date):
        if not self.vouchers:
            return None
        voucher, original = self.vouchers[number % len(self.vouchers)]
        name = f"v{len(self.vouchers)}"

        def database():
            made = self.money.reverse(voucher, posted_on=day)
            self.vouchers.append((made, name))

        return database, lambda: self.book.reverse(
            name, original, day, today=self.today
        )

    def commit(self, number: int, fen: int):
        account, line = self.accounts[number % len(self.accounts)]
        name = f"c{len(self.commitments)}"

        def database():
            self.commitments.append((self.money.commit(account, fen), name))

        return database, lambda: self.book.commit(name, line, fen)

    def release(self, number: int, fen: int):
        if not self.commitments:
            return None
        made, name = self.commitments[number % len(self.commitments)]

        def database():
            from bangfu.funds.ledger import operations
            from bangfu.scope import acting

            by = self.money.person("preparer")
            with acting(by):
                operations.release(
                    by=by,
                    at=NOW,
                    commitment_id=made.pk,
                    reason="合同变更",
                    amount_fen=fen,
                )

        return database, lambda: self.book.release(name, fen)

    def close(self, year: int, month: int):
        return (
            lambda: self.money.close(year, month),
            lambda: self.book.close(COUNTY, year, month, today=self.today),
        )

    def agree(self) -> None:
        """Hold the whole ledger against the book, entry by entry and day by day."""
        from bangfu.funds.ledger import queries
        from bangfu.funds.ledger.models import Commitment, Entry, Standing
        from bangfu.scope import acting
        from bangfu.scope.actor import system_actor

        lines = {account.pk: line for account, line in self.accounts}
        names = {made.pk: name for made, name in self.vouchers}
        promised = {made.pk: name for made, name in self.commitments}
        with acting(system_actor("tests")):
            found = [
                (
                    names[one.voucher_id],
                    one.line,
                    lines[one.account_id],
                    one.amount_fen,
                    one.posted_on,
                    promised.get(one.commitment_id),
                )
                for one in Entry.objects.order_by("id")
            ]
            assert found == [tuple(one) for one in self.book.entries]
            for account, line in self.accounts:
                days = {one.day for one in self.book.entries if one.account == line}
                for day in sorted(days):
                    assert queries.balance(account, day) == self.book.balance(line, day)
                    assert queries.prove(account, day).holds
                assert queries.prove(account).holds
                standing = Standing.objects.get(pk=account.pk)
                assert standing.balance_fen == self.book.balance(line)
                assert standing.committed_fen == self.book.committed(line)
            assert {one.pk: one.open_fen for one in Commitment.objects.all()} == {
                made.pk: self.book.open(name) for made, name in self.commitments
            }


def _outcome(act) -> str:
    try:
        act()
    except Refused as refused:
        return NAMES[refused.code]
    except Refusal as refused:
        return refused.code
    return "done"
