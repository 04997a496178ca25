"""Who sees the funds' pages; the sub-packages say who may do what."""

from bangfu.funds.ledger.permissions import APPROVE_ROLES as LEDGER_APPROVE_ROLES
from bangfu.funds.ledger.permissions import PREPARE_ROLES as LEDGER_PREPARE_ROLES
from bangfu.funds.ledger.permissions import READ_ROLES as LEDGER_READ_ROLES

__all__ = ["LEDGER_APPROVE_ROLES", "LEDGER_PREPARE_ROLES", "LEDGER_READ_ROLES"]
