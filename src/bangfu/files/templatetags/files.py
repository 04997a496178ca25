"""The list of evidence that any page shows: {% load files %}{% evidence attachments %}."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from bangfu.files.kinds import FileKind
from bangfu.files.models import Attachment

register = template.Library()


@register.inclusion_tag("files/_evidence.html")
def evidence(attachments: Iterable[Attachment]) -> dict[str, object]:
    """List pieces of evidence: what, who, when, and the way to open each."""
    rows = [
        {
            "attachment": one,
            "file": one.file,
            "kilobytes": max(1, round(one.file.size_bytes / 1024)),
            "has_copy": FileKind(one.file.kind).is_image,
        }
        for one in attachments
    ]
    return {"rows": rows}
