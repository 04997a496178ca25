"""Tables of the app; the sub-packages define them."""

from __future__ import annotations

from bangfu.funds.budgets.models import (
    Allocation,
    AllocationAct,
    Appropriation,
    BudgetLine,
    Hop,
    Order,
)
from bangfu.funds.claims.models import Claim, ClaimDocument, Deposit
from bangfu.funds.ledger.book_models import Book, Close, Counter
from bangfu.funds.ledger.draft_models import Draft
from bangfu.funds.ledger.models import (
    Account,
    Commitment,
    Day,
    Earmark,
    EdgeRow,
    Entry,
    Release,
    Standing,
    Voucher,
)
from bangfu.funds.projects.models import (
    AnnualPlan,
    Beneficiary,
    PlanItem,
    Project,
    ProjectDocument,
    ProjectSource,
    ProjectStep,
    ProjectTransition,
)

__all__ = [
    "Account",
    "Allocation",
    "AllocationAct",
    "AnnualPlan",
    "Appropriation",
    "Beneficiary",
    "Book",
    "BudgetLine",
    "Claim",
    "ClaimDocument",
    "Close",
    "Commitment",
    "Counter",
    "Day",
    "Deposit",
    "Draft",
    "Earmark",
    "EdgeRow",
    "Entry",
    "Hop",
    "Order",
    "PlanItem",
    "Project",
    "ProjectDocument",
    "ProjectSource",
    "ProjectStep",
    "ProjectTransition",
    "Release",
    "Standing",
    "Voucher",
]
