"""Reads of claims and deposits, and what stays unspent by age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.values.division_code import DivisionCode
from bangfu.funds.budgets import terms
from bangfu.funds.budgets.models import Allocation, AllocationAct
from bangfu.funds.budgets.states import ActKind
from bangfu.funds.claims import rules
from bangfu.funds.claims.models import Claim, Deposit
from bangfu.funds.claims.states import ClaimState, DepositState
from bangfu.funds.ledger import queries as ledger
from bangfu.funds.ledger.models import Account
from bangfu.funds.projects.models import Project


def claims() -> QuerySet[Claim]:
    """Return the claims in scope, with their projects."""
    return Claim.objects.select_related("project", "allocation")


def claim(claim_id: int) -> Claim | None:
    """Return a claim, or None outside the acting scope."""
    return claims().filter(pk=claim_id).first()


def claims_of(project: Project) -> list[Claim]:
    """Return the claims of a project, oldest first."""
    return list(claims().filter(project=project).order_by("pk"))


def deposits() -> QuerySet[Deposit]:
    """Return the quality deposits in scope, with their claims and projects."""
    return Deposit.objects.select_related("claim__project")


def deposits_of(project: Project) -> list[Deposit]:
    """Return the quality deposits of a project, oldest first."""
    return list(deposits().filter(claim__project=project).order_by("pk"))


@dataclass(frozen=True, slots=True)
class Due:
    """The next stage of an allocation: which, of how many, and how much, in fen."""

    allocation: Allocation
    stage: int
    stages: int
    amount_fen: int

    @property
    def is_final(self) -> bool:
        """Whether it is the last one."""
        return self.stage == self.stages


def next_stage(allocation: Allocation, project: Project) -> Due | None:
    """Return the stage that may be claimed next, None when every stage was.

    What was released of the allocation lessens the stages that are left.
    """
    stages = len(project.stages)
    live = Claim.objects.filter(allocation=allocation).exclude(
        state=ClaimState.RETURNED
    )
    taken = live.count()
    if taken >= stages:
        return None
    released = AllocationAct.objects.filter(
        allocation=allocation, kind=ActKind.RELEASED
    ).aggregate(n=Sum("amount_fen"))["n"]
    net_fen = allocation.amount_fen - (released or 0)
    if taken + 1 == stages:
        claimed = live.aggregate(n=Sum("amount_fen"))["n"] or 0
        amount_fen = net_fen - claimed
    else:
        amount_fen = terms.stage_amounts(net_fen, project.stages)[taken]
    return Due(allocation, taken + 1, stages, amount_fen)


def is_settled(project: Project) -> bool:
    """Whether all of a project's money is paid and no deposit is held any more."""
    allocations = list(Allocation.objects.filter(project=project))
    dues = [next_stage(one, project) for one in allocations]
    unpaid = Claim.objects.filter(project=project).exclude(
        state__in=[ClaimState.PAID, ClaimState.RETURNED]
    )
    held = Deposit.objects.filter(claim__project=project, state=DepositState.HELD)
    return (
        bool(allocations)
        and all(due is None or not due.amount_fen for due in dues)
        and not unpaid.exists()
        and not held.exists()
    )


# Unspent money by age


@dataclass(frozen=True, slots=True)
class Unspent:
    """What an account of a year still holds. free_fen: what is not committed either.

    age: year ends it was carried over. is_due: the policy has it recovered.
    """

    account: Account
    balance_fen: int
    free_fen: int
    age: int
    is_due: bool

    @property
    def bucket(self) -> str:
        """The age group that is reported."""
        return rules.bucket(self.age)


def unspent(county: DivisionCode, *, on: date) -> list[Unspent]:
    """Return what the special accounts of a county still hold, the oldest money first.

    free_fen is that of now: commitments have no past balance.
    """
    years = terms.recover_years(on=on, division=county)
    rows = (
        Account.objects.filter(division_code=county, kind=AccountKind.SPECIAL)
        .select_related("standing")
        .order_by("year", "fund_class", "source", "purpose")
    )
    found = []
    for account in rows:
        balance = ledger.balance(account, on)
        age = rules.age_years(account.year, on)
        if balance:
            free = max(0, min(balance, ledger.available(account)))
            found.append(Unspent(account, balance, free, age, age >= years))
    return found
