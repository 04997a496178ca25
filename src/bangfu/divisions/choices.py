"""The filter by division that lists share, and the divisions it offers."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.divisions import queries
from bangfu.web.filters import DivisionFilter


def division_choices(
    request: HttpRequest, code: DivisionCode | None
) -> Sequence[tuple[str, str]]:
    """Offer the divisions above (within the scope), this one and those right below."""
    top = request.actor.division  # type: ignore[attr-defined]
    if top is None:
        return ()
    here = code if code is not None and top.contains(code) else top
    today = timezone.localdate()  # noqa: TID251 - a list belongs to the edge
    path = [one for one in [*here.ancestors(), here] if len(one) >= len(top)]
    names = queries.names(path, at=today)
    below = queries.children(here, at=today)
    return [
        *((str(one), names.get(one, str(one))) for one in path),
        *((str(one.code), f"　{one.name}") for one in below),
    ]


BY_DIVISION = DivisionFilter(
    name="division",
    text=Text("区划", "Division"),
    field="division_code",
    choices=division_choices,
)
