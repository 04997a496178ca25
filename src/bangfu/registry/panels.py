"""Panels of the household file by other apps, and this app's to-dos."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from bangfu.calc.values.text import Text
from bangfu.registry import permissions, queries
from bangfu.registry.imports import queries as imports
from bangfu.registry.models import Household
from bangfu.scope import Actor
from bangfu.web.todo import Todo


class PanelFunction(Protocol):
    """What settings.BANGFU_HOUSEHOLD_PANELS names."""

    def __call__(self, request: HttpRequest, household: Household) -> SafeString:
        """Return a drawn panel, or an empty text when it has nothing to show."""
        ...


def household_panels(request: HttpRequest, household: Household) -> list[SafeString]:
    """Return the panels of all apps, in the order of the settings."""
    functions: list[PanelFunction] = [
        import_string(path) for path in settings.BANGFU_HOUSEHOLD_PANELS
    ]
    drawn = [draw(request, household) for draw in functions]
    return [panel for panel in drawn if panel]


def todo(*, by: Actor, at: datetime) -> list[Todo]:
    """Return imports to confirm, doubts to look at, and people without a number."""
    if not permissions.can_import(by) or by.division is None:
        return []
    households = reverse("registry:households")
    return [
        Todo(
            Text("导入待确认", "Imports to confirm"),
            imports.waiting(by.division),
            reverse("registry:imports") + "?state=checked",
            "due",
            "upload",
        ),
        Todo(
            Text("有疑点的贫困户", "Households with doubts"),
            queries.count_flagged(),
            f"{households}?flag=any",
            "doubt",
            "flag",
        ),
        Todo(
            Text(
                "有成员缺身份证号码的贫困户", "Households with a member without number"
            ),
            queries.count_without_identity(),
            f"{households}?flag=none_id",
            "doubt",
            "person-vcard",
        ),
    ]
