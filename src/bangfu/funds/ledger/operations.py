"""Writes: accounts, vouchers, reversals, commitments, closes.

open_account; post -> reverse; commit -> release; close_period

Each checks who and what, then writes and audits in one transaction. What only the whole
ledger can tell (balances, closed months, commitments) the database decides, under its
own locks: the counter of the division and year, its books, then the accounts in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.db import connection

from bangfu.audit import operations as audit
from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.funds.ledger import permissions, queries, rules
from bangfu.funds.ledger.book_models import Close
from bangfu.funds.ledger.models import Account, Commitment, Entry, Release, Voucher
from bangfu.funds.ledger.refusals import refusing
from bangfu.funds.ledger.rules import Movement, Posting, Signature
from bangfu.scope import Actor


def open_account(  # noqa: PLR0913 - an account is the seven facts of its line
    *,
    by: Actor,
    at: datetime,
    kind: AccountKind,
    division_code: DivisionCode,
    fund_class: str,
    source: str,
    year: int,
    purpose: str = "",
    name: str = "",
) -> Account:
    """Return the account of a line, opened now if there is none yet.

    Raises NotAllowed, WrongFunds, ForbiddenPurpose; nothing changes then.
    """
    division = DivisionCode(division_code)
    line = {
        "division_code": division,
        "kind": AccountKind(kind),
        "fund_class": fund_class,
        "source": source,
        "year": year,
        "purpose": purpose,
        "name": name.strip(),
    }
    found = Account.objects.filter(**line).first()
    if found is not None:
        return found
    permissions.check_open(by, division)
    rules.check_line(
        kind=kind, fund_class=fund_class, source=source, year=year, purpose=purpose
    )
    signed = {"opened_by_id": by.user_id, "opened_by_name": by.username}
    with refusing():
        opened, is_new = Account.objects.get_or_create(**line, defaults=signed)
        if is_new:
            audit.record(
                "funds.account.opened",
                by=by,
                at=at,
                subject=opened,
                detail={"kind": kind, "class": fund_class, "year": year},
            )
    return opened


def post(  # noqa: PLR0913 - a voucher is what it says and who signed
    *,
    by: Actor,
    at: datetime,
    posted_on: date,
    text: str,
    movements: Sequence[Movement],
    prepared_by: Signature,
    document_id: int | None = None,
    document_no: str = "",
    key: str = "",
) -> Voucher:
    """Post a voucher that another person prepared; `by` approves it.

    posted_on: the day that counts; not in future, not in a closed month. document_no:
    of an official document; document_id: an attachment of `files`. key: the same key
    with the same content returns the same voucher, however often it comes.

    Raises NotAllowed, OwnApproval, WrongVoucher, ForbiddenEdge, WrongFunds, NoDocument,
    WrongDay, MonthClosed, Overdrawn, NotOpen, KeyReused; nothing changes then.
    """
    posting = Posting(
        posted_on, text.strip(), list(movements), document_id, document_no.strip()
    )
    rules.check_posting(posting)
    permissions.check_approve(by, {one.source.division_code for one in movements})
    rules.check_two_persons(prepared_by, by.user_id)
    with refusing():
        if key:
            known = _known(key, posting)
            if known is not None:
                return known
        voucher = Voucher.objects.create(
            division_code=posting.division,
            year=posted_on.year,
            posted_on=posted_on,
            text=posting.text,
            document_id=document_id,
            document_no=posting.document_no,
            entry_count=2 * len(posting.movements),
            total_fen=posting.total_fen,
            key=key or None,
            digest=posting.digest if key else "",
            **_signed(by, at, prepared_by),
        )
        Entry.objects.bulk_create(_entries(voucher, posting.movements))
        _check_whole()
        _record("funds.voucher.posted", by, at, voucher)
    return voucher


def _check_whole() -> None:
    """Let the database check the voucher now, in the scope that wrote it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS funds_voucher_whole IMMEDIATE;"
            "SET CONSTRAINTS funds_voucher_whole DEFERRED"
        )


def _known(key: str, posting: Posting) -> Voucher | None:
    """Return the voucher of a key, waiting for whoever posts under it now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    known = Voucher.objects.filter(key=key).first()
    if known is not None and known.digest != posting.digest:
        raise rules.KeyReused(
            Text(
                "该业务已记账，内容与本次不一致。",
                "This was posted already, with other content.",
            ),
            remedy=Text(
                "请核对已记凭证；更正用冲销。",
                "Look at the voucher that is there; correct it by a reversal.",
            ),
        )
    return known


def _signed(by: Actor, at: datetime, prepared_by: Signature) -> dict[str, object]:
    return {
        "prepared_by_id": prepared_by.user_id,
        "prepared_by_name": prepared_by.username,
        "prepared_at": prepared_by.at,
        "approved_by_id": by.user_id,
        "approved_by_name": by.username,
        "approved_at": at,
    }


def _entries(voucher: Voucher, movements: Sequence[Movement]) -> Iterator[Entry]:
    for line, one in enumerate(movements, start=1):
        yield _entry(voucher, line, one, one.source, one.target, -one.amount_fen)
        yield _entry(voucher, line, one, one.target, one.source, one.amount_fen)


def _entry(
    voucher: Voucher,
    line: int,
    movement: Movement,
    account: Account,
    counter: Account,
    amount_fen: int,
) -> Entry:
    is_source = amount_fen < 0
    return Entry(
        voucher=voucher,
        line=line,
        account=account,
        counter=counter,
        edge=movement.edge,
        amount_fen=amount_fen,
        posted_on=voucher.posted_on,
        division_code=account.division_code,
        commitment=movement.commitment if is_source else None,
    )


def reverse(
    *,
    by: Actor,
    at: datetime,
    voucher_id: int,
    reason: str,
    prepared_by: Signature,
    posted_on: date | None = None,
) -> Voucher:
    """Undo a voucher by a new one with the opposite entries; `by` approves it.

    posted_on: today when None. What a commitment paid is committed again. Raises
    NotAllowed, OwnApproval, NoReason, NotReversible, WrongDay, MonthClosed, Overdrawn,
    NoSuchRecord; nothing changes then.
    """
    why = rules.check_reason(reason)
    original = queries.voucher(voucher_id)
    entries = queries.entries_of(original)
    sources = {one.division_code for one in entries if one.amount_fen < 0}
    permissions.check_approve(by, sources)
    rules.check_two_persons(prepared_by, by.user_id)
    rules.check_reversible(original, is_reversed=queries.is_reversed(original))
    day = queries.today() if posted_on is None else posted_on
    with refusing():
        voucher = Voucher.objects.create(
            division_code=original.division_code,
            year=day.year,
            posted_on=day,
            text=original.text,
            document_id=original.document_id,
            document_no=original.document_no,
            reverses=original,
            reason=why,
            entry_count=original.entry_count,
            total_fen=original.total_fen,
            **_signed(by, at, prepared_by),
        )
        Entry.objects.bulk_create(_opposite(voucher, one) for one in entries)
        _check_whole()
        _record("funds.voucher.reversed", by, at, voucher, why)
    return voucher


def _opposite(voucher: Voucher, entry: Entry) -> Entry:
    return Entry(
        voucher=voucher,
        line=entry.line,
        account_id=entry.account_id,
        counter_id=entry.counter_id,
        edge=entry.edge,
        amount_fen=-entry.amount_fen,
        posted_on=voucher.posted_on,
        division_code=entry.division_code,
        commitment_id=entry.commitment_id,
    )


def commit(
    *,
    by: Actor,
    at: datetime,
    account: Account,
    amount_fen: int,
    text: str,
    subject_type: str = "",
    subject_id: str = "",
    key: str = "",
) -> Commitment:
    """Keep part of a line for something, without moving money.

    key: the same key returns the same commitment. Raises NotAllowed, NoLine, Overdrawn,
    WrongVoucher, KeyReused; nothing changes then.
    """
    permissions.check_commit(by, account.division_code)
    rules.check_amount(amount_fen)
    with refusing():
        if key:
            known = _committed(key, account, amount_fen)
            if known is not None:
                return known
        made = Commitment.objects.create(
            account=account,
            division_code=account.division_code,
            amount_fen=amount_fen,
            text=text.strip(),
            subject_type=subject_type,
            subject_id=subject_id,
            key=key or None,
            made_by_id=by.user_id,
            made_by_name=by.username,
            made_at=at,
        )
        audit.record(
            "funds.commitment.made",
            by=by,
            at=at,
            subject=made,
            detail={"account": account.pk, "fen": amount_fen},
        )
    return made


def _committed(key: str, account: Account, amount_fen: int) -> Commitment | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    known = Commitment.objects.filter(key=key).first()
    if known is not None and (known.account_id, known.amount_fen) != (
        account.pk,
        amount_fen,
    ):
        raise rules.KeyReused(
            Text(
                "该事项已有资金承诺，内容与本次不一致。",
                "This was committed already, with other content.",
            )
        )
    return known


def release(
    *,
    by: Actor,
    at: datetime,
    commitment_id: int,
    reason: str,
    amount_fen: int | None = None,
) -> Release | None:
    """Give what a commitment has open back to its line (None: all that is open).

    Returns None when nothing is open. Raises NotAllowed, NoReason, NotOpen,
    NoSuchRecord; nothing changes then.
    """
    why = rules.check_reason(reason)
    found = queries.commitment(commitment_id)
    permissions.check_commit(by, found.division_code)
    amount = found.open_fen if amount_fen is None else amount_fen
    if amount_fen is None and not amount:
        return None
    rules.check_amount(amount)
    with refusing():
        done = Release.objects.create(
            commitment=found,
            division_code=found.division_code,
            amount_fen=amount,
            reason=why,
            released_by_id=by.user_id,
            released_by_name=by.username,
            released_at=at,
        )
        audit.record(
            "funds.commitment.released",
            by=by,
            at=at,
            subject=found,
            reason=why,
            detail={"fen": amount},
        )
    return done


def close_period(
    *, by: Actor, at: datetime, division_code: DivisionCode, year: int, month: int
) -> Close:
    """Close a month of a division's books for good; month 12 closes the year.

    The first month that is closed closes everything before it too; from then on months
    follow one another. Raises NotAllowed, NotClosable; nothing changes then.
    """
    permissions.check_close(by, division_code)
    rules.check_month(year, month)
    with refusing():
        closed = Close.objects.create(
            division_code=division_code,
            year=year,
            month=month,
            closed_by_id=by.user_id,
            closed_by_name=by.username,
            closed_at=at,
        )
        audit.record(
            "funds.month.closed",
            by=by,
            at=at,
            subject=closed,
            detail={"year": year, "month": month},
        )
    return closed


def _record(
    action: str, by: Actor, at: datetime, voucher: Voucher, reason: str = ""
) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject=voucher,
        reason=reason,
        detail={
            "year": voucher.year,
            "number": voucher.number,
            "fen": voucher.total_fen,
        },
    )
