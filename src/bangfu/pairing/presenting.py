"""What the pages show of runs, officials and households, as values for templates."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.pairing import lists, permissions, queries
from bangfu.pairing.code_lists import EXPERTISE, RANK
from bangfu.pairing.models import Official, Run
from bangfu.pairing.rules import RUN_LEVELS
from bangfu.registry.models import Household
from bangfu.scope import Actor
from bangfu.web.language import say


def limits(latest: Run | None, here: DivisionCode) -> list[dict[str, Any]]:
    """Return the shortages of the latest run that concern a division, in words."""
    if latest is None:
        return []
    concerned = [
        shortage
        for shortage in latest.shortages
        if str(shortage["division"]).startswith(here)
        or here.startswith(str(shortage["division"]))
    ]
    return [shortage(one) for one in concerned]


def shortage(stored: dict[str, Any]) -> dict[str, Any]:
    """Return a stored shortage with its sentences: message, remedies."""
    return {
        "message": Text.from_json(stored["message"]),
        "remedies": [Text.from_json(one["message"]) for one in stored["remedies"]],
    }


def official_context(official: Official) -> dict[str, Any]:
    """Return what `pairing/official.html` shows; the newest 200 pairings."""
    pairings = list(queries.pairings_of_official(official)[:200])
    return {
        "official": official,
        "standing": lists.standing_badge(official),
        "quota": lists.quota_words(official),
        "rank": RANK.labels.get(official.rank, official.rank),
        "expertise": EXPERTISE.labels.get(official.expertise, ""),
        "tier": official.tier or lists.OUTSIDE,
        "in_force": [one for one in pairings if one.ended_date is None],
        "ended": [one for one in pairings if one.ended_date is not None],
    }


def orderable(top: DivisionCode, *, at: date) -> list[tuple[str, str]]:
    """Return the divisions a run can be over: this one, counties and townships in it."""
    tree = divisions.tree_at(at, within=top)
    rows = tree.filter(level__in=[int(level) for level in RUN_LEVELS])
    found = [(str(one.code), f"{one.name}（{one.code}）") for one in rows]
    return found or [(str(top), str(top))]


def meaning(run: Run) -> Text | None:
    """Say how the run ended, or None before it did."""
    return Text.from_json(run.summary["meaning"]) if run.summary else None


def named_changes(run: Run, *, at: date) -> list[dict[str, Any]]:
    """Return the changes by county or township with names and addresses."""
    changes = queries.changes_by_part(run) if run.summary else []
    names = divisions.names([one.code for one in changes], at=at)
    lines = reverse("pairing:lines", args=[run.pk])
    return [
        {
            "name": names.get(one.code, str(one.code)),
            "url": f"{lines}?division={one.code}",
            "households": one.households,
            "before": one.before,
            "after": one.after,
            **{change.value: count for change, count in one.changes.items()},
        }
        for one in changes
    ]


def household_context(by: Actor, household: Household) -> dict[str, Any]:
    """Return what `pairing/_household.html` shows."""
    pairings = list(queries.pairings_of_household(household)[:100])
    return {
        "household": household,
        "helper": next((one for one in pairings if one.ended_date is None), None),
        "pairings": pairings,
        "can_change": household.is_active
        and permissions.can_change_by_hand(by, household.division_code),
    }


def candidate_words(official: Any) -> str:
    """Describe an official (with `load`) in one line, for choosing."""
    words = Text(
        "{name}（{unit}，{post}）：现帮 {load} 户，上限 {most} 户",
        "{name} ({unit}, {post}): {load} of {most} households",
        {
            "name": official.name,
            "unit": official.unit.name,
            "post": official.post or "—",
            "load": official.load,
            "most": official.quota_max,
        },
    )
    return say(words)
