"""System checks of the policy pack: bangfu.E101, bangfu.W102."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 -- Django's name

from bangfu.policy import queries


def check_active_pack(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """Report every fault of the active pack, and the parameters that it leaves out."""
    if app_configs is not None and not any(a.label == "policy" for a in app_configs):
        return []
    try:
        pack = queries.active()
    except queries.PackRefused as refusal:
        return [
            Error(
                f"{finding.place or '-'}: {finding.subject}: {finding.message}",
                hint="Mend the pack; bangfu policy check DIR lists every fault.",
                obj=str(queries.active_directory()),
                id="bangfu.E101",
            )
            for finding in refusal.findings
        ]
    if not pack.missing_keys:
        return []
    return [
        Warning(
            f"the policy pack says nothing about {', '.join(pack.missing_keys)}",
            hint="What needs them is refused; add them to the pack.",
            obj=str(queries.active_directory()),
            id="bangfu.W102",
        )
    ]
