"""What the register knows that could forbid a household's exit.

The latest year that was surveyed and checked tells of the guarantees and of what was
spent; without one the file as it stands tells of the guarantees, and the proposal of the
spending. Keys of a new home are stated with the proposal. What is unknown bars the exit
as well, because nobody has shown that the reason is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bangfu.policy import queries as policy
from bangfu.registry import queries as registry
from bangfu.registry.cases.models import Case, Step
from bangfu.registry.cases.rules import ExitFacts
from bangfu.registry.cases.states import CaseState
from bangfu.registry.code_lists import ABLE_LABOUR
from bangfu.registry.models import Household
from bangfu.registry.surveys import queries as surveys
from bangfu.registry.surveys.kinds import Verdict
from bangfu.registry.surveys.models import SurveySheet

_GUARANTEES = ("food", "clothing", "education", "medical", "housing", "water")
_SERIOUSLY_ILL, _DISABLED = "3", "4"
_FIVE_GUARANTEE = "3"
_ON_DIBAO = ("2", "4")
_FEN = 100


def facts_of(
    household: Household, *, on: date, stated: Mapping[str, object]
) -> ExitFacts:
    """Return what the guards of exit look at, as known on a day.

    stated: by key of the proposal's facts.
    """
    file = registry.household_file(household.pk)
    assert file is not None  # noqa: S101 - it is locked by the caller
    years = [year for year in file.incomes if year.income.year <= on.year]
    latest = years[0] if years and years[0].income.year >= on.year - 1 else None
    over = 0
    for year in years if latest else []:
        if year.is_below is not False:
            break
        over += 1
    before = years[1] if latest and len(years) > 1 else None
    surveyed = surveys.latest_checked(household.pk, until=on.year)
    sick = {code for member in file.members for code in member.health}
    return ExitFacts(
        income_over_line=None
        if latest is None or latest.is_below is None
        else over > 0,
        years_over_line=over,
        years_wanted=_years_wanted(household, on),
        has_risen=_has_risen(latest, before),
        guarantees_met=_guarantees(household, surveyed),
        entered_this_year=_entered_in(household, on.year),
        has_disabled=_DISABLED in sick
        or any(member.disability_kind for member in file.members),
        has_steady_income=latest is not None and _is_steady(latest),
        in_treatment=_SERIOUSLY_ILL in sick,
        spending_over_income=_overspends(latest, stated, surveyed),
        is_five_guarantee=household.attribute == _FIVE_GUARANTEE,
        is_dibao_without_labour=_is_dibao(household, file)
        and not any(member.labour in ABLE_LABOUR for member in file.members),
        waits_for_keys=bool(household.relocation_mode) and "keys_on" not in stated,
    )


def _years_wanted(household: Household, on: date) -> int:
    pack = policy.active()
    held = pack.value("exit.stable_years", at=on, division=household.division_code)
    return held.integer


def _has_risen(
    latest: registry.YearOfIncome | None, before: registry.YearOfIncome | None
) -> bool | None:
    """Whether the income per person rose; None when there is no year to compare."""
    if latest is None or before is None:
        return None
    if latest.per_person_fen is None or before.per_person_fen is None:
        return None
    return latest.per_person_fen > before.per_person_fen


def _guarantees(household: Household, surveyed: SurveySheet | None) -> bool | None:
    if surveyed is None:
        met = [getattr(household, f"guaranteed_{name}") for name in _GUARANTEES]
    else:
        verdicts = surveys.verdicts_of(surveyed)
        met = [
            Verdict(verdicts[name].verdict).as_fact if name in verdicts else None
            for name in _GUARANTEES
        ]
    if None in met:
        return None
    return all(met)


def _is_steady(year: registry.YearOfIncome) -> bool:
    """Wages or a pension: what comes every month."""
    monthly: int = year.income.wage_fen + (year.income.transfer_pension_fen or 0)
    return monthly > 0


def _overspends(
    latest: registry.YearOfIncome | None,
    stated: Mapping[str, object],
    surveyed: SurveySheet | None,
) -> bool:
    """Whether illness and schooling cost more than the net income; unknown is yes."""
    if latest is None:
        return True
    net: int = latest.income.net_fen
    if surveyed is not None and surveyed.year == latest.income.year:
        spent_fen = surveyed.spent_medical_fen + surveyed.spent_education_fen
        return bool(spent_fen > net)
    spent = stated.get("spending_yuan")
    return not isinstance(spent, int) or spent * _FEN > net


def _is_dibao(household: Household, file: registry.HouseholdFile) -> bool:
    return household.attribute in _ON_DIBAO or any(m.is_on_dibao for m in file.members)


def _entered_in(household: Household, year: int) -> bool:
    return Step.objects.filter(
        case__in=Case.objects.filter(household=household),
        to_state=CaseState.REGISTERED,
        happened_on__year=year,
    ).exists()
