"""How acts on snapshots reach the audit, which this package may not import."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from bangfu.calc.values.division_code import DivisionCode
from bangfu.scope import Actor


class Recorder(Protocol):
    """What settings.BANGFU_AUDIT names: `audit.operations.record`."""

    def __call__(
        self,
        action: str,
        *,
        by: Actor,
        at: datetime,
        subject: models.Model | None = None,
        division: DivisionCode | None = None,
        reason: str = "",
        detail: Mapping[str, object] | None = None,
    ) -> object:
        """Record an act in the transaction that does it."""
        ...


def record(
    action: str,
    *,
    by: Actor,
    at: datetime,
    subject: models.Model | None = None,
    division: DivisionCode | None = None,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Record an act, as `audit.operations.record` does.

    division: where; without one the division of the grant, of the system this
    installation's.
    """
    recorder: Recorder = import_string(settings.BANGFU_AUDIT)
    recorder(
        action,
        by=by,
        at=at,
        subject=subject,
        division=division or by.division or settings.BANGFU_DIVISION,
        reason=reason,
        detail=detail,
    )
