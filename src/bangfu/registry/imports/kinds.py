"""The kinds of import that are installed (settings.BANGFU_IMPORTS)."""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.registry.imports.intake import Intake


class UnknownKind(BadInput):
    """There is no import of this kind."""

    code = "unknown_import_kind"


def kinds() -> list[str]:
    """Return the keys of all kinds, in the order of the settings."""
    return list(settings.BANGFU_IMPORTS)


def intake_of(kind: str) -> Intake:
    """Return the intake of a kind; its libraries are loaded here. Raises UnknownKind."""
    path = settings.BANGFU_IMPORTS.get(kind)
    if path is None:
        raise UnknownKind(
            Text(
                "没有“{kind}”这类导入。",
                "There is no import “{kind}”.",
                {"kind": kind[:40]},
            ),
            remedy=Text(
                "可选：{kinds}。",
                "Choose one of {kinds}.",
                {"kinds": ", ".join(kinds())},
            ),
        )
    found: Intake = import_string(path)
    return found
