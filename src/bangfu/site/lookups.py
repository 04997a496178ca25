"""What lower apps ask of upper ones through settings, answered here on top."""

from __future__ import annotations

from django.db.models import Q

from bangfu.accounts.places import OfficialChoice
from bangfu.calc.values.division_code import DivisionCode
from bangfu.pairing import queries as pairing
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

OFFICIALS_MAX = 5
_SYSTEM = system_actor("lookups")


def officials(text: str, *, within: DivisionCode) -> list[OfficialChoice]:
    """Return officials in post whose number or name is `text`, at most five.

    For the grant form: an administrator sees no programme data, but must tell one
    official from another, so number, name and unit are shown and nothing else.
    """
    lo, hi = within.range()
    with acting(_SYSTEM):
        found = pairing.officials().filter(
            Q(official_no=text) | Q(name=text),
            division_code__gte=lo,
            division_code__lt=hi,
            is_in_post=True,
        )
        return [
            OfficialChoice(one.pk, f"{one.official_no} {one.name}（{one.unit.name}）")
            for one in found.order_by("official_no", "pk")[:OFFICIALS_MAX]
        ]
