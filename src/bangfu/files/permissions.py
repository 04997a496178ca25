"""Who may store and open evidence.

store    within the own division
open     whoever sees the attachment (row security), if the subject's guard agrees

A guard is a function of the app that owns the subject: guard(by=, subject_id=) raises
NotAllowed. settings.BANGFU_FILE_GUARDS maps a subject type to its dotted path.
"""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.files.models import Attachment
from bangfu.scope import Actor
from bangfu.scope.actor import ADMINISTRATOR_ROLE, NO_ROLE, SYSTEM_ROLE


class Guard(Protocol):
    """What settings.BANGFU_FILE_GUARDS names."""

    def __call__(self, *, by: Actor, subject_id: str) -> None:
        """Raise NotAllowed unless `by` may open evidence of the subject."""
        ...


def check_store(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` acts in a division that contains `division`."""
    if by.role == SYSTEM_ROLE:
        return
    is_outside = by.division is None or not by.division.contains(division)
    if is_outside or by.role in {ADMINISTRATOR_ROLE, NO_ROLE}:
        raise NotAllowed(
            Text(
                "您当前的身份不能在 {division} 存放材料。",
                "The grant you act under does not allow storing evidence in {division}.",
                {"division": division},
            )
        )


def check_open(by: Actor, attachment: Attachment) -> None:
    """Raise NotAllowed when the owner of the subject does not let `by` open it."""
    path = settings.BANGFU_FILE_GUARDS.get(attachment.subject_type)
    if path is not None:
        guard: Guard = import_string(path)
        guard(by=by, subject_id=attachment.subject_id)
