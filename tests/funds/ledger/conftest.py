"""A city, two counties and a township with money of one line, and two people each.

Amounts are small so that sums can be worked out by hand. Days are in 2016; the clock is
the database's own, which is later.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

CITY, COUNTY, OTHER, TOWNSHIP = "9901", "990101", "990102", "990101101"
NOW = datetime(2016, 3, 1, 2, 0, tzinfo=UTC)
DAY = date(2016, 3, 1)
LINE = {"fund_class": "development", "source": "central", "year": 2016}
DOCUMENT = "示财农指〔2016〕1号"


class Money:
    """The people of the funds, and short ways to open, post and look."""

    def __init__(self, make_actor) -> None:
        self.make_actor = make_actor
        self.people = {}

    def person(self, role: str, division: str = COUNTY, number: int = 1):
        key = (role, division, number)
        if key not in self.people:
            self.people[key] = self.make_actor(
                role, division, username=f"{role}-{division}-{number}"
            )
        return self.people[key]

    def signature(self, division: str = COUNTY, at: datetime = NOW):
        from bangfu.funds.ledger.rules import Signature

        by = self.person("preparer", division)
        return Signature(by.user_id, by.username, at)

    def account(
        self, kind: str, *, division: str = COUNTY, purpose: str = "", **line: object
    ):
        from bangfu.calc.ledger.codes import AccountKind
        from bangfu.calc.values.division_code import DivisionCode
        from bangfu.funds.ledger import operations
        from bangfu.scope import acting

        by = self.person("approver", division)
        with acting(by):
            return operations.open_account(
                by=by,
                at=NOW,
                kind=AccountKind(kind),
                division_code=DivisionCode(division),
                purpose=purpose,
                **{**LINE, **line},
            )

    def post(self, *moves, division: str = COUNTY, **more: object):
        from bangfu.funds.ledger import operations
        from bangfu.funds.ledger.rules import Movement
        from bangfu.scope import acting

        by = more.pop("by", None) or self.person("approver", division)
        values = {
            "posted_on": DAY,
            "text": "资金业务",
            "prepared_by": self.signature(division),
            "document_no": DOCUMENT,
            **more,
        }
        with acting(by):
            return operations.post(
                by=by, at=NOW, movements=[Movement(*one) for one in moves], **values
            )

    def reverse(self, voucher, *, division: str = COUNTY, **more: object):
        from bangfu.funds.ledger import operations
        from bangfu.scope import acting

        by = more.pop("by", None) or self.person("approver", division)
        values = {
            "reason": "金额记错，冲销重记",
            "prepared_by": self.signature(division),
            **more,
        }
        with acting(by):
            return operations.reverse(by=by, at=NOW, voucher_id=voucher.pk, **values)

    def commit(self, account, fen: int, **more: object):
        from bangfu.funds.ledger import operations
        from bangfu.scope import acting

        by = self.person("preparer", account.division_code)
        with acting(by):
            return operations.commit(
                by=by, at=NOW, account=account, amount_fen=fen, text="合同", **more
            )

    def close(self, year: int, month: int, *, division: str = COUNTY):
        from bangfu.calc.values.division_code import DivisionCode
        from bangfu.funds.ledger import operations
        from bangfu.scope import acting

        by = self.person("approver", division)
        with acting(by):
            return operations.close_period(
                by=by,
                at=NOW,
                division_code=DivisionCode(division),
                year=year,
                month=month,
            )

    def line(self, fen: int, *, purpose: str = "industry", division: str = COUNTY):
        """A line of the special account that holds an amount since 1 January."""
        origin = self.account("appropriation", division=division)
        pool = self.account("special", division=division)
        line = self.account("special", division=division, purpose=purpose)
        self.post(
            ("appropriate", origin, pool, fen),
            ("allot", pool, line, fen),
            division=division,
            posted_on=date(2016, 1, 4),
        )
        return line


@pytest.fixture
def money(db, make_actor) -> Money:
    """The people of the funds, in a transaction that is rolled back."""
    return Money(make_actor)


@pytest.fixture
def everywhere(money):
    """Act as the system, which sees every row."""
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    with acting(system_actor("tests")):
        yield


def balance(account, on: date | None = None) -> int:
    """Return what an account holds, as the system sees it."""
    from bangfu.funds.ledger import queries
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    with acting(system_actor("tests")):
        return queries.balance(account, on)
