"""Reads of targeting: the county's model, villages, a village's households."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.registry.cases.models import Ballot
from bangfu.registry.cases.states import CaseKind
from bangfu.registry.models import Household
from bangfu.registry.targeting.models import TargetingModel, TargetingScore

DEPRIVED_FROM = 2  # of six guarantees: a third, the usual k of the Alkire-Foster index


def newest_model(place: DivisionCode) -> TargetingModel | None:
    """Return the newest model of the county in which a division lies."""
    if place.level < Level.COUNTY:
        return None
    found = TargetingModel.objects.filter(division_code=place.at(Level.COUNTY))
    return found.order_by("-pk").first()


@dataclass(frozen=True, slots=True)
class VillageCount:
    """Households of a village with a score, and where measure and score part."""

    village: DivisionCode
    scored: int
    measured_only: int
    score_only: int

    @property
    def apart(self) -> int:
        """Households on which measure and score disagree."""
        return self.measured_only + self.score_only


def villages_of(model: TargetingModel, place: DivisionCode) -> list[VillageCount]:
    """Count the villages of a division, those that disagree most first."""
    lo, hi = place.range()
    poor = Q(income_fen__lt=model.line_fen)
    scored_poor = Q(score_fen__lt=model.line_fen)
    rows = (
        TargetingScore.objects.filter(
            model=model, division_code__gte=lo, division_code__lt=hi
        )
        .exclude(score_fen=None)
        .exclude(income_fen=None)
        .values("division_code")
        .annotate(
            scored=Count("pk"),
            measured_only=Count("pk", filter=poor & ~scored_poor),
            score_only=Count("pk", filter=scored_poor & ~poor),
        )
    )
    counts = [
        VillageCount(
            DivisionCode(row["division_code"]),
            row["scored"],
            row["measured_only"],
            row["score_only"],
        )
        for row in rows
    ]
    return sorted(counts, key=lambda one: (-one.apart, one.village))


@dataclass(frozen=True, slots=True)
class Voted:
    """What the newest meeting said of a household. rank: 1 is the poorest."""

    held_on: date
    has_passed: bool
    rank: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A household of a village as three views see it; amounts in fen per head."""

    household: Household
    income_fen: int | None
    score_fen: int | None
    unmet: int | None
    voted: Voted | None


def standings(model: TargetingModel | None, village: DivisionCode) -> list[Standing]:
    """Return the households of a village that are on the roll, were, or ask for it."""
    households = Household.objects.filter(division_code=village).exclude(status="9")
    scores = {
        one.household_id: one
        for one in TargetingScore.objects.filter(model=model, division_code=village)
    }
    votes = _votes(village)
    return [
        Standing(
            household=one,
            income_fen=scores[one.pk].income_fen if one.pk in scores else None,
            score_fen=scores[one.pk].score_fen if one.pk in scores else None,
            unmet=scores[one.pk].guarantees_unmet if one.pk in scores else None,
            voted=votes.get(one.pk),
        )
        for one in households.order_by("household_no")
    ]


def _votes(village: DivisionCode) -> dict[int, Voted]:
    """Return the newest vote on each household about coming onto the roll."""
    rows = (
        Ballot.objects.filter(
            division_code=village, case__kind__in=(CaseKind.ENTRY, CaseKind.RELAPSE)
        )
        .order_by("meeting__held_on", "pk")
        .select_related("meeting", "case")
    )
    return {
        one.case.household_id: Voted(one.meeting.held_on, one.has_passed, one.rank)
        for one in rows
    }
