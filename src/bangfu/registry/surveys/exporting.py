"""Taking a village's sheets away as a workbook, in the layout of the import."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.module_loading import import_string

from bangfu.audit import operations as audit
from bangfu.registry.surveys import permissions, rules
from bangfu.registry.surveys.models import Collection
from bangfu.scope import Actor

# It loads polars, which no page needs.
_WORKBOOK = "bangfu.registry.surveys.workbook.sheets_workbook"


def export_sheets(
    *, by: Actor, at: datetime, collection: Collection, purpose: str, language: str
) -> bytes:
    """Return the sheets of a village's year as a workbook; the purpose is recorded first.

    Households without a sheet stand in it with their key only. Raises NotAllowed,
    BadInput without a purpose.
    """
    permissions.check_export(by, collection.division_code)
    rules.check_reason(purpose)
    with transaction.atomic():
        make = import_string(_WORKBOOK)
        content: bytes
        content, count = make(collection, language=language)
        audit.record_read(
            action="registry.survey.exported",
            by=by,
            at=at,
            subject=collection,
            reason=purpose,
            detail={"year": collection.year, "households": count},
        )
    return content
