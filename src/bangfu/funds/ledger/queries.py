"""Reads: balances at any date, statements, trial balances, and their proof.

balance(account, on=None)            what an account holds at the end of a day
available(account)                   what is neither spent nor committed, now
statement(account, start, end)       opening, entries with running total, closing
trial_balance(division_code, on)     every account of a division and below
prove(account, on)                   the balance again from its entries
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.funds.ledger.book_models import Book
from bangfu.funds.ledger.models import (
    Account,
    Commitment,
    Day,
    Entry,
    Standing,
    Voucher,
)

STATEMENT_MAX = 100_000
"""Entries of one statement or proof that are put into memory."""


class NoSuchRecord(BadInput):
    """There is no such account, voucher or commitment within the acting scope."""

    code = "funds.no_such_record"
    http_status = 404


def missing() -> NoSuchRecord:
    """Return the refusal of a record that is not there or out of scope."""
    return NoSuchRecord(
        Text(
            "没有这条记录，或不在您的管辖范围内。",
            "There is no such record within your scope.",
        )
    )


def today() -> date:
    """Return the civil day in the city's time zone by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT publicity_now()")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return timezone.localdate(row[0])  # noqa: TID251 - of the database's clock


# Records


def account(account_id: int) -> Account:
    """Return an account. Raises NoSuchRecord."""
    found = Account.objects.select_related("standing").filter(pk=account_id).first()
    if found is None:
        raise missing()
    return found


def voucher(voucher_id: int) -> Voucher:
    """Return a voucher. Raises NoSuchRecord."""
    found = Voucher.objects.filter(pk=voucher_id).first()
    if found is None:
        raise missing()
    return found


def is_reversed(one: Voucher) -> bool:
    """Whether another voucher undoes it."""
    return Voucher.objects.filter(reverses=one).exists()


def commitment(commitment_id: int) -> Commitment:
    """Return a commitment. Raises NoSuchRecord."""
    found = Commitment.objects.filter(pk=commitment_id).first()
    if found is None:
        raise missing()
    return found


def entries_of(one: Voucher) -> list[Entry]:
    """Return the entries of a voucher in scope, by line, the source first."""
    return list(
        Entry.objects.filter(voucher=one)
        .select_related("account", "commitment")
        .order_by("line", "amount_fen")
    )


def closed_through(division_code: str) -> date | None:
    """Return the last closed day of a division's books, or None."""
    found = Book.objects.filter(division_code=division_code).first()
    return None if found is None else found.closed_through


# Balances


def balance(account: Account, on: date | None = None) -> int:
    """Return what an account holds at the end of a day (None: now), in fen.

    One look-up in an index, however many entries there are.
    """
    if on is None:
        return Standing.objects.get(pk=account.pk).balance_fen
    found = (
        Day.objects.filter(account_id=account.pk, day__lte=on)
        .order_by("-day")
        .values_list("balance_fen", flat=True)
        .first()
    )
    return 0 if found is None else found


def available(account: Account) -> int:
    """Return what is neither spent nor committed now, in fen."""
    return Standing.objects.get(pk=account.pk).available_fen


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a statement, with the account's total after it, in fen."""

    entry: Entry
    balance_fen: int

    @property
    def credit_fen(self) -> int:
        """What went out, positive; 0 for what came in."""
        return max(-self.entry.amount_fen, 0)

    @property
    def is_reversal(self) -> bool:
        """Whether it undoes another entry."""
        return self.entry.voucher.reverses_id is not None

    @property
    def is_reversed(self) -> bool:
        """Whether another entry undoes it."""
        return hasattr(self.entry.voucher, "reversed_by")


@dataclass(frozen=True, slots=True)
class Statement:
    """The entries of an account from `start` to `end`, both included; fen."""

    account: Account
    start: date | None
    end: date | None
    opening_fen: int
    lines: Sequence[Line]

    @property
    def debit_fen(self) -> int:
        """What came in."""
        return sum(max(one.entry.amount_fen, 0) for one in self.lines)

    @property
    def credit_fen(self) -> int:
        """What went out, positive."""
        return sum(max(-one.entry.amount_fen, 0) for one in self.lines)

    @property
    def closing_fen(self) -> int:
        """What is there at the end."""
        return self.lines[-1].balance_fen if self.lines else self.opening_fen


def entries(account: Account) -> QuerySet[Entry]:
    """Return the entries of an account in the order of a statement."""
    return (
        Entry.objects.filter(account_id=account.pk)
        .select_related("voucher", "voucher__reversed_by", "counter")
        .order_by("posted_on", "id")
    )


def statement(
    account: Account, start: date | None = None, end: date | None = None
) -> Statement:
    """Return the entries of a period with running totals.

    Raises BadInput for more than STATEMENT_MAX entries.
    """
    rows = entries(account)
    if start is not None:
        rows = rows.filter(posted_on__gte=start)
    if end is not None:
        rows = rows.filter(posted_on__lte=end)
    opening = 0 if start is None else balance(account, start - timedelta(days=1))
    found = list(rows[: STATEMENT_MAX + 1])
    if len(found) > STATEMENT_MAX:
        raise BadInput(
            Text(
                "分录超过 {limit} 条，请缩短期间。",
                "There are more than {limit} entries; choose a shorter period.",
                {"limit": f"{STATEMENT_MAX:,}"},
            )
        )
    return Statement(account, start, end, opening, list(_running(found, opening)))


def _running(rows: Iterable[Entry], opening_fen: int) -> Iterable[Line]:
    total = opening_fen
    for row in rows:
        total += row.amount_fen
        yield Line(row, total)


@dataclass(frozen=True, slots=True)
class TrialLine:
    """An account in a trial balance; fen, positive where not said otherwise.

    balance_fen: signed; plus where money is or went, minus where it came from.
    """

    account: Account
    debit_fen: int
    credit_fen: int
    balance_fen: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account of a division and below at the end of a day, and the sums.

    Debits equal credits where every voucher lies within the division; money handed down
    from above arrives with one side of its pair, which `from_above_fen` says.
    """

    division_code: DivisionCode
    on: date
    lines: Sequence[TrialLine]

    @property
    def debit_fen(self) -> int:
        """Sum of balances of accounts where money is or went."""
        return sum(max(one.balance_fen, 0) for one in self.lines)

    @property
    def credit_fen(self) -> int:
        """Sum of balances of accounts where money came from, positive."""
        return sum(max(-one.balance_fen, 0) for one in self.lines)

    @property
    def from_above_fen(self) -> int:
        """What came from accounts above the division."""
        return self.debit_fen - self.credit_fen


def trial_balance(division_code: DivisionCode, on: date) -> TrialBalance:
    """Return every account that has entries up to a day, of a division and below."""
    return _trial_balance(division_code, DivisionCode(division_code).range(), on)


def own_trial_balance(division_code: DivisionCode, on: date) -> TrialBalance:
    """Return the same of the division's own accounts, without those below."""
    return _trial_balance(division_code, (division_code, f"{division_code}!"), on)


def _trial_balance(
    division_code: DivisionCode, codes: tuple[str, str], on: date
) -> TrialBalance:
    lo, hi = codes
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL, {"lo": lo, "hi": hi, "on": on})
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    accounts = Account.objects.filter(pk__in=found).order_by(
        "division_code", "kind", "fund_class", "source", "year", "purpose", "name"
    )
    return TrialBalance(
        DivisionCode(division_code),
        on,
        [TrialLine(one, *found[one.pk]) for one in accounts],
    )


_TRIAL = """
SELECT s.account_id, t.debit_fen, t.credit_fen, d.balance_fen
FROM funds_standing s
CROSS JOIN LATERAL (
    SELECT balance_fen FROM funds_day
    WHERE account_id = s.account_id AND day <= %(on)s ORDER BY day DESC LIMIT 1) d
CROSS JOIN LATERAL (
    SELECT sum(debit_fen)::bigint AS debit_fen, sum(credit_fen)::bigint AS credit_fen
    FROM funds_day WHERE account_id = s.account_id AND day <= %(on)s) t
WHERE s.division_code >= %(lo)s AND s.division_code < %(hi)s
"""


def digest(found: TrialBalance) -> str:
    """Return the SHA-256 of a trial balance, as the database writes it at a close.

    Of "account:debit:credit:balance", in order of accounts, with ";" between.
    """
    lines = sorted(
        (one.account.pk, one.debit_fen, one.credit_fen, one.balance_fen)
        for one in found.lines
    )
    written = ";".join(":".join(map(str, line)) for line in lines)
    return hashlib.sha256(written.encode()).hexdigest()


# Proof


@dataclass(frozen=True, slots=True)
class Proof:
    """A balance added up again from its entries, beside the one that is kept.

    entry_count, debit_fen, credit_fen: from the entries; kept_*: what the database keeps.
    """

    account: Account
    on: date | None
    entry_count: int
    debit_fen: int
    credit_fen: int
    kept_entry_count: int
    kept_debit_fen: int
    kept_credit_fen: int
    kept_balance_fen: int

    @property
    def balance_fen(self) -> int:
        """The balance that the entries prove."""
        return self.debit_fen - self.credit_fen

    @property
    def holds(self) -> bool:
        """Whether what is kept is what the entries say."""
        return (
            self.entry_count,
            self.debit_fen,
            self.credit_fen,
            self.balance_fen,
        ) == (
            self.kept_entry_count,
            self.kept_debit_fen,
            self.kept_credit_fen,
            self.kept_balance_fen,
        )


def prove(account: Account, on: date | None = None) -> Proof:
    """Add up every entry of an account up to a day and compare with what is kept.

    on: None for everything so far, which also proves the standing.
    """
    rows = Entry.objects.filter(account_id=account.pk)
    days = Day.objects.filter(account_id=account.pk)
    if on is not None:
        rows, days = rows.filter(posted_on__lte=on), days.filter(day__lte=on)
    added = rows.aggregate(
        entries=Count("id"),
        debit=Sum("amount_fen", filter=Q(amount_fen__gt=0), default=0),
        credit=Sum(-F("amount_fen"), filter=Q(amount_fen__lt=0), default=0),
    )
    kept = days.aggregate(
        entries=Sum("entry_count", default=0),
        debit=Sum("debit_fen", default=0),
        credit=Sum("credit_fen", default=0),
    )
    return Proof(
        account=account,
        on=on,
        entry_count=added["entries"],
        debit_fen=int(added["debit"]),
        credit_fen=int(added["credit"]),
        kept_entry_count=int(kept["entries"]),
        kept_debit_fen=int(kept["debit"]),
        kept_credit_fen=int(kept["credit"]),
        kept_balance_fen=balance(account, on),
    )


# Pages


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A page of a statement; `after` is the key of the next one, "" at the end."""

    opening_fen: int
    lines: Sequence[Line]
    after: str


def statement_page(
    account: Account,
    *,
    start: date | None,
    end: date | None,
    after: str = "",
    size: int = 50,
) -> StatementPage:
    """Return entries after a key ("2016-03-01.17"), with running totals, in fen.

    Costs as much for the last page as for the first: the total before the page is that
    of the day before plus the entries of its first day that come before it. A key that
    cannot be read starts at the beginning.
    """
    rows = entries(account)
    if start is not None:
        rows = rows.filter(posted_on__gte=start)
    if end is not None:
        rows = rows.filter(posted_on__lte=end)
    key = _key_of(after)
    if key is not None:
        rows = rows.filter(
            Q(posted_on__gt=key[0]) | Q(posted_on=key[0], pk__gt=key[1])
        ).filter(posted_on__gte=key[0])
    found = list(rows[: size + 1])
    opening = _opening(account, start, key)
    lines = list(_running(found[:size], opening))
    last = found[size - 1] if len(found) > size else None
    return StatementPage(opening, lines, f"{last.posted_on}.{last.pk}" if last else "")


def _key_of(after: str) -> tuple[date, int] | None:
    day, _, number = after.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


def _opening(account: Account, start: date | None, key: tuple[date, int] | None) -> int:
    if key is None:
        return 0 if start is None else balance(account, start - timedelta(days=1))
    day, number = key
    same_day = Entry.objects.filter(
        account_id=account.pk, posted_on=day, pk__lte=number
    ).aggregate(sum=Sum("amount_fen", default=0))
    return balance(account, day - timedelta(days=1)) + int(same_day["sum"])


def accounts_on(on: date) -> QuerySet[Account]:
    """Return the accounts with entries up to a day, with `balance_fen` on it."""
    last = (
        Day.objects.filter(account=OuterRef("pk"), day__lte=on)
        .order_by("-day")
        .values("balance_fen")[:1]
    )
    return Account.objects.annotate(balance_fen=Subquery(last)).filter(
        balance_fen__isnull=False
    )


def next_month(division_code: str, today: date) -> tuple[int, int] | None:
    """Return the year and month to close next, or None while it runs.

    Before the first close it is the month of the division's first entry.
    """
    closed = closed_through(division_code)
    if closed is not None:
        first = closed + timedelta(days=1)
    else:
        days = Day.objects.filter(division_code=division_code).order_by("day")
        found = days.values_list("day", flat=True).first()
        if found is None:
            return None
        first = found.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return (first.year, first.month) if following <= today else None
