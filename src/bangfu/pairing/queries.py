"""Reads: runs, officials, pairings, candidates. `coverage` has the two-way numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.exchange import staging
from bangfu.jobs.models import Job, State
from bangfu.pairing.frames import KIN_HOUSEHOLDS
from bangfu.pairing.models import (
    Official,
    Pairing,
    PairingQuerySet,
    Run,
    RunPair,
)
from bangfu.pairing.rules import HandChange
from bangfu.pairing.states import Change, RunState
from bangfu.registry.code_lists import ACTIVE_STATUS
from bangfu.registry.models import Household

CANDIDATES_MAX = 20


class NoSuchRecord(BadInput):
    """There is no such record within the acting scope."""

    code = "not_found"
    http_status = 404


def _missing(what: Text, key: object) -> NoSuchRecord:
    return NoSuchRecord(
        Text(
            "找不到{what} {key}，或不在您的管辖范围内。",
            "There is no {what} {key} within your area.",
            {"what": what, "key": key},
        )
    )


# Runs


def runs() -> QuerySet[Run]:
    """Return runs within the scope, newest first, without proof."""
    return Run.objects.defer("proof").order_by("-pk")


def run(run_id: int) -> Run:
    """Return a run. Raises NoSuchRecord."""
    found = Run.objects.filter(pk=run_id).first()
    if found is None:
        raise _missing(Text("方案", "run"), run_id)
    return found


def locked_run(run_id: int) -> Run:
    """Return a run that nobody else can change before this transaction ends."""
    found = Run.objects.select_for_update().filter(pk=run_id).first()
    if found is None:
        raise _missing(Text("方案", "run"), run_id)
    return found


def job_of(run: Run) -> Job | None:
    """Return the job that solves or applies a run."""
    return Job.objects.filter(pk=run.job_id).first() if run.job_id else None


def job_is_over(run: Run) -> bool:
    """Whether no job will take the run out of its state any more."""
    job = job_of(run)
    return job is None or job.is_final


def job_error(run: Run) -> Text:
    """Say why the run's job ended without a result."""
    job = job_of(run)
    if job is not None and job.error_text is not None:
        return job.error_text
    if job is not None and job.state == State.CANCELLED:
        return Text("任务已取消。", "The job was cancelled.")
    return Text("任务没有结果。", "The job ended without a result.")


def figures(run: Run) -> dict[str, Any]:
    """Return the counts of a run for audit and job: no names, no lists."""
    wanted = ("households", "officials", "covered", "uncovered", "below_min", "cost")
    summary = run.summary or {}
    found = {name: summary[name] for name in wanted if name in summary}
    return found | {"applied": summary["applied"]} if "applied" in summary else found


def as_json(run: Run) -> dict[str, Any]:
    """Return a run for the command line: the summary, the shortages, the state."""
    return {
        "run": run.pk,
        "division": str(run.division_code),
        "year": run.year,
        "state": str(run.state),
        **(run.summary or {}),
        "shortages": run.shortages,
        "uncovered_by_township": run.uncovered,
    }


def run_lines(run: Run) -> QuerySet[RunPair]:
    """Return the lines of a run with household and the helper before."""
    return RunPair.objects.filter(run=run).select_related(
        "household", "previous_official"
    )


@dataclass(frozen=True, slots=True)
class PartChange:
    """What a run would do in one part of its division; counts of households."""

    code: DivisionCode
    before: int
    after: int
    changes: dict[Change, int]

    @property
    def households(self) -> int:
        """Households that are helped and take part."""
        return sum(self.changes.values())


def changes_by_part(run: Run) -> list[PartChange]:
    """Return a run's lines as counted when they were written: by county, or township.

    A run over a city is counted by county, any other by township.
    """
    counted: dict[str, dict[str, int]] = (run.summary or {}).get("townships", {})
    is_city = run.division_code.level is Level.CITY
    digits = Level.COUNTY if is_city else Level.TOWNSHIP
    found: dict[str, dict[Change, int]] = {}
    for code, changes in counted.items():
        part = found.setdefault(code[:digits], {})
        for name, count in changes.items():
            part[Change(name)] = part.get(Change(name), 0) + count
    return [
        PartChange(
            code=DivisionCode(code),
            before=sum(n for change, n in changes.items() if change in _HAD_ONE),
            after=sum(n for change, n in changes.items() if change in _HAS_ONE),
            changes=changes,
        )
        for code, changes in found.items()
    ]


_HAD_ONE = {Change.KEEP, Change.REPLACE, Change.END}
_HAS_ONE = {Change.KEEP, Change.NEW, Change.REPLACE}


def latest_run(division: DivisionCode) -> Run | None:
    """Return the newest solved run whose division contains `division`, the nearest."""
    codes = [*division.ancestors(), division]
    solved = runs().filter(division_code__in=codes, summary__isnull=False)
    found = list(solved.exclude(state=RunState.REJECTED)[:20])
    return max(found, key=lambda one: (len(one.division_code), one.pk), default=None)


def runs_to_decide(user_id: int) -> QuerySet[Run]:
    """Return previewed runs that somebody else ordered."""
    return runs().filter(state=RunState.PREVIEWED).exclude(created_by_id=user_id)


# Officials


def officials() -> QuerySet[Any]:
    """Return officials with their unit and `load`: active households they help now."""
    helped = (
        Pairing.objects.open()
        .filter(official=OuterRef("pk"), household__status__in=ACTIVE_STATUS)
        .order_by()
        .values("official")
        .annotate(count=Count("pk"))
        .values("count")
    )
    load = Coalesce(Subquery(helped, output_field=IntegerField()), Value(0))
    return Official.objects.select_related("unit").annotate(load=load)


def listed_officials() -> QuerySet[Any]:
    """Return officials with unit and `load` as last counted; see coverage.refresh.

    For lists over whole rolls: `officials` counts anew for every row.
    """
    load: RawSQL = RawSQL(_COUNTED_LOAD, [], output_field=IntegerField())  # noqa: S611
    return Official.objects.select_related("unit").annotate(load=load)


_COUNTED_LOAD = """
coalesce((SELECT t.households FROM pairing_officialtally t
          WHERE t.official_id = pairing_official.id), 0)
"""


def official(official_id: int) -> Any:
    """Return an official with unit and `load`. Raises NoSuchRecord."""
    found: Official | None = officials().filter(pk=official_id).first()
    if found is None:
        raise _missing(Text("干部", "official"), official_id)
    return found


def locked_official(official_id: int) -> Official:
    """Return an official to whom nobody else can give households meanwhile."""
    found = (
        Official.objects.select_related("unit")
        .select_for_update(of=("self",))
        .filter(pk=official_id)
        .first()
    )
    if found is None:
        raise _missing(Text("干部", "official"), official_id)
    return found


def pairings_of_official(official: Official) -> PairingQuerySet:
    """Return an official's pairings, those in force first, then the newest."""
    found: PairingQuerySet = (
        Pairing.objects.filter(official=official)
        .select_related("household")
        .order_by("-ended_date", "-started_date", "pk")
    )
    return found


def candidates(
    household: Household, *, words: str = "", limit: int = CANDIDATES_MAX
) -> list[Official]:
    """Return officials who may help a household by hand, with `load`, fewest first.

    In post, serving its division, with a place left, no declared kin. words: a part of
    the name or of the unit's name.
    """
    place = household.division_code
    kin = {pk for pk, _ in _kin_of(household)}
    found = (
        officials()
        .filter(is_in_post=True, quota_max__gt=0)
        .filter(unit__serves_code__in=[*place.ancestors(), place])
        .exclude(pk__in=kin)
        .filter(quota_max__gt=F("load"))
    )
    if words:
        found = found.filter(Q(name__contains=words) | Q(unit__name__contains=words))
    return list(found.order_by("load", "-unit__serves_code", "pk")[:limit])


# Households


def household(household_id: int) -> Household:
    """Return a household. Raises NoSuchRecord."""
    found = Household.objects.filter(pk=household_id).first()
    if found is None:
        raise _missing(Text("贫困户", "household"), household_id)
    return found


def locked_household(household_id: int) -> Household:
    """Return a household whose helper nobody else can change meanwhile."""
    found = Household.objects.select_for_update().filter(pk=household_id).first()
    if found is None:
        raise _missing(Text("贫困户", "household"), household_id)
    return found


def pairings_of_household(household: Household) -> PairingQuerySet:
    """Return a household's pairings, newest first."""
    found: PairingQuerySet = Pairing.objects.filter(household=household).order_by(
        "-started_date", "-pk"
    )
    return found


def last_day(household: Household) -> date | None:
    """Return the latest day on which a helper of the household began or ended."""
    days = [
        day
        for pair in Pairing.objects.filter(household=household, is_primary=True)
        .order_by("-started_date")
        .values_list("started_date", "ended_date")[:20]
        for day in pair
        if day is not None
    ]
    return max(days, default=None)


def households_without_helper(division: DivisionCode) -> QuerySet[Household]:
    """Return active households in `division` without a pairing in force."""
    helped = Pairing.objects.open().filter(household=OuterRef("pk"))
    return Household.objects.active().within(division).filter(~Exists(helped))


def helpers_of(households: Iterable[Household]) -> dict[int, Pairing]:
    """Return the pairing in force of each household that has one, by household id."""
    wanted = [one.pk for one in households]
    found = Pairing.objects.open().filter(household_id__in=wanted)
    return {pairing.household_id: pairing for pairing in found}


def declared_kin() -> list[tuple[int, int]]:
    """Return (official, household) of every declaration that names a registered family."""
    return [
        (official, household) for official, household in staging.rows(KIN_HOUSEHOLDS)
    ]


def kin_of(household_id: int) -> list[int]:
    """Return the officials who declared that a household is their kin's."""
    sql = f"SELECT * FROM ({KIN_HOUSEHOLDS}) k WHERE k.household_id = %s"  # noqa: S608
    return [official for official, _ in staging.rows(sql, [household_id])]


def helpers_of_household(household_id: int) -> list[int]:
    """Return the officials who help a household now."""
    found = Pairing.objects.open().filter(household_id=household_id)
    return list(found.values_list("official_id", flat=True))


def _kin_of(household: Household) -> Sequence[tuple[Any, ...]]:
    sql = f"SELECT * FROM ({KIN_HOUSEHOLDS}) k WHERE k.household_id = %s"  # noqa: S608
    return staging.rows(sql, [household.pk])


def hand_change(household: Household, official: Official) -> HandChange:
    """Return what the rules ask about giving `household` to `official`."""
    helped = Pairing.objects.open().filter(
        official=official, household__status__in=ACTIVE_STATUS
    )
    return HandChange(
        household_division=household.division_code,
        is_household_active=household.is_active,
        serves_code=official.unit.serves_code,
        is_in_post=official.is_in_post,
        load=helped.exclude(household=household).count(),
        quota_max=official.quota_max,
        is_kin=official.pk in {pk for pk, _ in _kin_of(household)},
    )


def households_with_helper() -> QuerySet[Any]:
    """Return active households with helper_name, helper_unit and since, or None each."""
    in_force = Q(pairings__ended_date__isnull=True, pairings__is_primary=True)
    return Household.objects.active().annotate(
        in_force=FilteredRelation("pairings", condition=in_force),
        helper_name=F("in_force__helper_name"),
        helper_unit=F("in_force__helper_unit"),
        since=F("in_force__started_date"),
    )


def helper_of(household: Household) -> Pairing | None:
    """Return the pairing in force of a household, or None."""
    return Pairing.objects.open().filter(household=household).first()
