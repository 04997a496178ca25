"""Acts, roles and subjects in words, which `site` gives for all apps.

An act of an app that an upgrade took away is still shown, by its identifier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from bangfu.audit.models import Event
from bangfu.calc.values.text import Text
from bangfu.web.cells import Link


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act was about. roles: who may open its page, under `route`."""

    text: Text
    route: str = ""
    roles: frozenset[str] = frozenset()


def acts(prefix: str = "") -> dict[str, Text]:
    """Return the acts whose identifiers begin with `prefix`, with their words."""
    known: Mapping[str, Text] = import_string(settings.BANGFU_ACT_TEXTS)
    return {act: text for act, text in known.items() if act.startswith(prefix)}


def act_text(event: Event) -> Text:
    """Say what was done."""
    known: Mapping[str, Text] = import_string(settings.BANGFU_ACT_TEXTS)
    return known.get(event.action) or Text(event.action, event.action)


def role_text(event: Event) -> Text | None:
    """Say as what it was done; None without a grant."""
    known: Mapping[str, Text] = import_string(settings.BANGFU_ROLE_TEXTS)
    return known.get(event.role)


def subject_of(event: Event, reader_role: str) -> Link | Text | None:
    """Say about what it was done, linked where the reader may open the page."""
    if not event.subject_type:
        return None
    known: Mapping[str, Subject] = import_string(settings.BANGFU_SUBJECTS)
    subject = known.get(event.subject_type)
    name = subject.text if subject else Text(event.subject_type, event.subject_type)
    text = Text("{name} {id}", "{name} {id}", {"name": name, "id": event.subject_id})
    if subject and reader_role in subject.roles and event.subject_id:
        return Link(text, reverse(subject.route, args=[event.subject_id]))
    return text
