"""Acts, roles and subjects in words, which `site` gives for all apps.

An act of an app that an upgrade took away is still shown, by its identifier.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from bangfu.audit.models import Event
from bangfu.calc.values.text import Text
from bangfu.web.cells import Link


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act was about. roles: who may open its page, under `route`.

    names: says what people call the records with these ids; without it the id is shown.
    """

    text: Text
    route: str = ""
    roles: frozenset[str] = frozenset()
    names: Callable[[Collection[str]], Mapping[str, str]] | None = None


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


def subjects_of(events: Collection[Event], role: str) -> list[Link | Text | None]:
    """Say about what each was done, linked where the reader's role may open the page."""
    known: Mapping[str, Subject] = import_string(settings.BANGFU_SUBJECTS)
    ids: dict[str, set[str]] = defaultdict(set)
    for event in events:
        ids[event.subject_type].add(event.subject_id)
    names = {}
    for kind, subject in known.items():
        if subject.names is not None and kind in ids:
            names[kind] = subject.names(ids[kind])
    return [
        _subject(event, known.get(event.subject_type), names, role) for event in events
    ]


def _subject(
    event: Event,
    subject: Subject | None,
    names: Mapping[str, Mapping[str, str]],
    role: str,
) -> Link | Text | None:
    kind, key = event.subject_type, event.subject_id
    if not kind:
        return None
    what = subject.text if subject else Text(kind, kind)
    name = names.get(kind, {}).get(key, key)
    text = Text("{what} {name}", "{what} {name}", {"what": what, "name": name})
    if subject and role in subject.roles and key:
        return Link(text, reverse(subject.route, args=[key]))
    return text
