"""Downloads of evidence and of public copies."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.files import operations
from bangfu.files.operations import Opened
from bangfu.scope import Actor


@login_required
@require_safe
def download(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """Hand out evidence as it was stored; the read is recorded."""
    return _sent(request, operations.open_attachment, attachment_id)


@login_required
@require_safe
def public_copy(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """Hand out a picture without what the camera noted; the read is recorded."""
    return _sent(request, operations.open_public_copy, attachment_id)


def _sent(
    request: HttpRequest, open_: Callable[..., Opened], attachment_id: int
) -> HttpResponse:
    by: Actor | None = request.actor  # type: ignore[attr-defined]
    if by is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    opened = open_(by=by, at=timezone.now(), attachment_id=attachment_id)
    response = HttpResponse(opened.content, content_type=opened.mime)
    # Never shown in the page's own origin, whatever the content pretends to be.
    response["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(opened.name)}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
