"""Drafts: prepared by one person, approved or sent back by another.

prepare, prepare_reversal -> approve | send_back
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from bangfu.audit import operations as audit
from bangfu.calc.values.findings import WrongState
from bangfu.calc.values.text import Text
from bangfu.funds.ledger import operations, permissions, queries, rules
from bangfu.funds.ledger.draft_models import Draft, DraftState
from bangfu.funds.ledger.models import Account, Voucher
from bangfu.funds.ledger.rules import Movement, Posting, Signature
from bangfu.scope import Actor


class DraftIsDecided(WrongState):
    """Somebody approved the draft or sent it back already."""

    code = "funds.draft_is_decided"


def prepare(
    *,
    by: Actor,
    at: datetime,
    posted_on: date,
    text: str,
    movements: Sequence[Movement],
    document_no: str = "",
) -> Draft:
    """Write down a voucher for another person to approve; nothing moves yet.

    Raises NotAllowed, WrongVoucher, ForbiddenEdge, WrongFunds, NoDocument, WrongDay;
    nothing changes then.
    """
    posting = Posting(
        posted_on, text.strip(), list(movements), document_no=document_no.strip()
    )
    rules.check_posting(posting)
    rules.check_day(posted_on, today=queries.today())
    permissions.check_prepare(by, {one.source.division_code for one in movements})
    written = [
        {
            "edge": one.edge,
            "source": one.source.pk,
            "target": one.target.pk,
            "fen": one.amount_fen,
        }
        for one in movements
    ]
    with transaction.atomic():
        draft = Draft.objects.create(
            division_code=posting.division,
            posted_on=posted_on,
            text=posting.text,
            document_no=posting.document_no,
            movements=written,
            total_fen=posting.total_fen,
            prepared_by_id=by.user_id,
            prepared_by_name=by.username,
            prepared_at=at,
        )
        audit.record("funds.draft.prepared", by=by, at=at, subject=draft)
    return draft


def prepare_reversal(
    *, by: Actor, at: datetime, voucher_id: int, reason: str, posted_on: date
) -> Draft:
    """Write down the reversal of a voucher for another person to approve.

    Raises NotAllowed, NoReason, NotReversible, WrongDay, NoSuchRecord.
    """
    why = rules.check_reason(reason)
    original = queries.voucher(voucher_id)
    sources = {
        one.division_code for one in queries.entries_of(original) if one.amount_fen < 0
    }
    permissions.check_prepare(by, sources)
    rules.check_reversible(original, is_reversed=queries.is_reversed(original))
    rules.check_day(posted_on, today=queries.today())
    with transaction.atomic():
        draft = Draft.objects.create(
            division_code=original.division_code,
            posted_on=posted_on,
            text=original.text,
            document_no=original.document_no,
            total_fen=original.total_fen,
            reverses=original,
            reason=why,
            prepared_by_id=by.user_id,
            prepared_by_name=by.username,
            prepared_at=at,
        )
        audit.record("funds.draft.prepared", by=by, at=at, subject=draft, reason=why)
    return draft


def approve(*, by: Actor, at: datetime, draft_id: int) -> Voucher:
    """Post a draft. Of two who approve at once, one wins.

    Raises DraftIsDecided, NoSuchRecord, and what posting refuses; nothing changes then.
    """
    with transaction.atomic():
        draft = _locked(draft_id)
        prepared = Signature(
            draft.prepared_by_id, draft.prepared_by_name, draft.prepared_at
        )
        if draft.reverses_id is not None:
            voucher = operations.reverse(
                by=by,
                at=at,
                voucher_id=draft.reverses_id,
                reason=draft.reason,
                prepared_by=prepared,
                posted_on=draft.posted_on,
            )
        else:
            voucher = operations.post(
                by=by,
                at=at,
                posted_on=draft.posted_on,
                text=draft.text,
                movements=movements_of(draft),
                prepared_by=prepared,
                document_no=draft.document_no,
                key=f"draft:{draft.pk}",
            )
        draft.voucher = voucher
        _decide(draft, by, at, DraftState.POSTED)
    return voucher


def send_back(*, by: Actor, at: datetime, draft_id: int, reason: str) -> Draft:
    """Send a draft back; who prepared it may withdraw it in the same way.

    Raises NotAllowed, NoReason, DraftIsDecided, NoSuchRecord; nothing changes then.
    """
    why = rules.check_reason(reason)
    with transaction.atomic():
        draft = _locked(draft_id)
        if by.user_id != draft.prepared_by_id:
            permissions.check_approve(by, sources_of(draft))
        draft.return_reason = why
        _decide(draft, by, at, DraftState.RETURNED)
        audit.record("funds.draft.returned", by=by, at=at, subject=draft, reason=why)
    return draft


def movements_of(draft: Draft) -> list[Movement]:
    """Return a draft's movements with their accounts. Raises NoSuchRecord."""
    wanted = {one[side] for one in draft.movements for side in ("source", "target")}
    accounts = Account.objects.in_bulk(wanted)
    if len(accounts) != len(wanted):
        raise queries.missing()
    return [
        Movement(
            one["edge"], accounts[one["source"]], accounts[one["target"]], one["fen"]
        )
        for one in draft.movements
    ]


def sources_of(draft: Draft) -> set[str]:
    """Return the divisions whose money leaves."""
    if draft.reverses is not None:
        return {
            one.division_code
            for one in queries.entries_of(draft.reverses)
            if one.amount_fen < 0
        }
    return {one.source.division_code for one in movements_of(draft)}


def draft(draft_id: int) -> Draft:
    """Return a draft. Raises NoSuchRecord."""
    found = (
        Draft.objects.select_related("reverses", "voucher").filter(pk=draft_id).first()
    )
    if found is None:
        raise queries.missing()
    return found


def _locked(draft_id: int) -> Draft:
    found = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if found is None:
        raise queries.missing()
    if found.state != DraftState.WAITING:
        raise DraftIsDecided(
            Text(
                "该凭证稿已由 {who} 办理：{state}。",
                "The draft was decided by {who}: {state}.",
                {"who": found.decided_by_name, "state": found.state_text},
            )
        )
    return found


def _decide(draft: Draft, by: Actor, at: datetime, state: DraftState) -> None:
    draft.state = state
    draft.decided_by_id, draft.decided_by_name = by.user_id, by.username
    draft.decided_at = at
    draft.save()
