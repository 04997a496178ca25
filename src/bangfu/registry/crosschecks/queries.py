"""Reads: hits, verdicts, lists, runs; counts and precision by check; who is too close."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.module_loading import import_string

from bangfu.accounts.models import User
from bangfu.accounts.queries import grants_of
from bangfu.accounts.roles import Role
from bangfu.calc.crosschecks.precision import Precision, precision
from bangfu.registry.cases.models import Case
from bangfu.registry.crosschecks.models import (
    CheckRun,
    ExternalList,
    Hit,
    HitState,
    Verdict,
    VerdictKind,
)
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

_SYSTEM = system_actor("registry.crosschecks")
_CADRES = (Role.VILLAGE, Role.TEAM)


def hits() -> QuerySet[Hit]:
    """Return the hits that the acting grant sees, with household and member."""
    return Hit.objects.select_related("household", "member")


def hit(hit_id: int) -> Hit | None:
    """Return a hit, or None outside the acting scope."""
    return hits().filter(pk=hit_id).first()


def hit_for_update(hit_id: int) -> Hit | None:
    """Return a hit locked for the open transaction, None outside the scope."""
    return Hit.objects.select_for_update().filter(pk=hit_id).first()


def hits_of(household_id: int) -> list[Hit]:
    """Return the hits about a household and its members: open ones first, no gone ones."""
    found = hits().filter(household_id=household_id).exclude(state=HitState.GONE)
    return sorted(found, key=lambda one: (one.state != HitState.OPEN, one.pk))


def verdicts_of(found: Hit) -> list[Verdict]:
    """Return what people said about a hit, newest first."""
    return list(Verdict.objects.filter(hit=found).order_by("-pk"))


def verdicts_on(case: Case) -> list[Verdict]:
    """Return the verdicts that were given while a case was open, newest first."""
    found = Verdict.objects.filter(case=case).select_related("hit", "hit__member")
    return list(found.order_by("-pk"))


def open_case_of(household_id: int | None) -> Case | None:
    """Return the household's open case of the roll, to which a verdict is a note."""
    if household_id is None:
        return None
    return Case.objects.filter(
        household_id=household_id, track="roll", closed_at__isnull=True
    ).first()


def lists() -> QuerySet[ExternalList]:
    """Return the lists that the acting grant sees, replaced ones too."""
    return ExternalList.objects.all()


def runs() -> QuerySet[CheckRun]:
    """Return the runs that the acting grant sees, newest first."""
    return CheckRun.objects.order_by("-pk")


def last_run() -> CheckRun | None:
    """Return the last finished run that the acting grant sees."""
    return runs().filter(finished_at__isnull=False).first()


def count_open() -> int:
    """Count the hits that wait for a person in the acting scope."""
    return Hit.objects.filter(state=HitState.OPEN).count()


@dataclass(frozen=True, slots=True)
class Tally:
    """How a check stands: hits by state, and the precision by people's verdicts."""

    open: int
    judged: int
    gone: int
    precision: Precision

    @property
    def hits(self) -> int:
        """All hits that are found now or were judged."""
        return self.open + self.judged


def tallies(codes: Sequence[str]) -> dict[str, Tally]:
    """Return how each check stands within the acting scope; two queries.

    A hit counts with its last verdict, also when its facts have changed since.
    """
    states: dict[tuple[str, str], int] = {
        (code, state): n
        for code, state, n in Hit.objects.values_list("check_code", "state").annotate(
            n=Count("pk")
        )
    }
    last = Verdict.objects.order_by("hit_id", "-pk").distinct("hit_id")
    judged: dict[tuple[str, str], int] = {}
    for code, kind in last.values_list("hit__check_code", "kind"):
        judged[(code, kind)] = judged.get((code, kind), 0) + 1
    return {
        code: Tally(
            open=states.get((code, HitState.OPEN), 0),
            judged=states.get((code, HitState.JUDGED), 0),
            gone=states.get((code, HitState.GONE), 0),
            precision=precision(
                true=judged.get((code, VerdictKind.TRUE), 0),
                false=judged.get((code, VerdictKind.FALSE), 0),
                unclear=judged.get((code, VerdictKind.UNCLEAR), 0),
            ),
        )
        for code in codes
    }


@dataclass(frozen=True, slots=True)
class Ties:
    """How near a person is to the subject of a hit."""

    is_kin: bool
    is_helper: bool
    is_cadre: bool


def ties(by: Actor, found: Hit, *, on: date) -> Ties:
    """Return how near `by` is, by all grants of the person, not only the acting one.

    Asked as the system: the roster of officials may lie outside the acting scope.
    """
    grants = grants_of(User(pk=by.user_id), on=on)
    officials = {one.official_id for one in grants if one.official_id is not None}
    villages = {str(one.division_code) for one in grants if one.role in _CADRES}
    kin: Collection[int] = ()
    helpers: Collection[int] = ()
    if found.household_id is not None and officials:
        with acting(_SYSTEM):
            kin = import_string(settings.BANGFU_KIN_OF)(found.household_id)
            helpers = import_string(settings.BANGFU_HELPERS_OF)(found.household_id)
    return Ties(
        is_kin=bool(officials & set(kin)),
        is_helper=bool(officials & set(helpers)),
        is_cadre=str(found.division_code) in villages,
    )
