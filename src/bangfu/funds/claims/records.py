"""Finding claims, or refusing in words."""

from __future__ import annotations

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.funds.claims.models import Claim


class NoSuchClaim(BadInput):
    """There is no such claim within the acting scope."""

    code = "claim.none"
    http_status = 404


def locked(claim_id: int) -> Claim:
    """Return a claim, held until the transaction ends. Raises NoSuchClaim."""
    claim = (
        Claim.objects.select_for_update(of=("self",))
        .select_related("project", "allocation")
        .filter(pk=claim_id)
        .first()
    )
    if claim is None:
        raise NoSuchClaim(
            Text(
                "没有这笔报账，或不在您的管辖范围内。",
                "There is no such claim within your scope.",
            )
        )
    return claim
