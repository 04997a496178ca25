"""Collections and sheets as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bangfu.calc.values.text import Text, join
from bangfu.registry import queries as registry
from bangfu.registry.models import EVIDENCED, Income
from bangfu.registry.rules.names import titled
from bangfu.registry.surveys import queries
from bangfu.registry.surveys.filling import COMPONENT_TEXTS, DOUBTS
from bangfu.registry.surveys.kinds import (
    SPENDING,
    Evidence,
    GuaranteeKind,
    SheetState,
    Verdict,
)
from bangfu.registry.surveys.models import Collection, SurveySheet
from bangfu.web import formats
from bangfu.web.cells import Badge
from bangfu.web.charts import Chart, Series

_STATE_KINDS = {
    SheetState.RECORDED: "info",
    SheetState.RETURNED: "danger",
    SheetState.CHECKED: "success",
}
_MISSING = Badge(Text("未采集", "missing"), "neutral")
LOCKED = Badge(Text("已锁定", "locked"), "success", "lock-fill")
LATE = Badge(Text("已逾期", "overdue"), "danger")
OPEN = Badge(Text("采集中", "open"), "info", "unlock")
_VERDICT_KINDS = {
    Verdict.MET: "success",
    Verdict.UNMET: "danger",
    Verdict.UNCLEAR: "warning",
}
_SHOWN_YEARS = 10


def state_badge(state: str | None) -> Badge:
    """Return how far a household is."""
    if not state:
        return _MISSING
    one = SheetState(state)
    return Badge(one.text, _STATE_KINDS[one])


def standing_of(found: Collection) -> Badge:
    """Return whether a collection is open."""
    return LOCKED if found.is_locked else OPEN


def verdict_badge(verdict: str) -> Badge:
    """Return a verdict, tinted."""
    one = Verdict(verdict)
    return Badge(one.text, _VERDICT_KINDS[one])


def doubt_texts(codes: Iterable[str]) -> list[tuple[str, Text]]:
    """Return doubts as code and words."""
    return [(code, DOUBTS[code] if code in DOUBTS else titled(code)) for code in codes]


def doubts_badge(codes: Sequence[str] | None) -> Badge | None:
    """Return the doubts of a sheet in one cell."""
    if not codes:
        return None
    words = [text for _, text in doubt_texts(codes)]
    return Badge(join(words, zh="；", en="; "), "warning")


@dataclass(frozen=True, slots=True)
class Component:
    """A component of a year: its amount and on what it rests."""

    text: Text
    words: str
    evidence: Text | None


@dataclass(frozen=True, slots=True)
class YearRow:
    """One year of a household: income by component, guarantees, who and when."""

    sheet: SurveySheet
    components: list[Component]
    net: str
    per_person: str
    guarantees: list[tuple[Text, Badge, Any]]
    standing: Badge
    corrections: int

    @property
    def unmet(self) -> list[tuple[Text, Badge, Any]]:
        """The guarantees that are not met, or unclear."""
        return [one for one in self.guarantees if one[2].verdict != Verdict.MET]

    @property
    def year(self) -> int:
        """The year."""
        return int(self.sheet.year)


def components_of(income: Income) -> list[Component]:
    """Return the components of an income with their evidence."""
    found = []
    for name in EVIDENCED:
        kind = getattr(income, f"{name}_evidence")
        found.append(
            Component(
                COMPONENT_TEXTS[name],
                formats.amount(getattr(income, f"{name}_fen")),
                Evidence(kind).text if kind else None,
            )
        )
    return found


def spending_of(sheet: SurveySheet) -> list[tuple[Text, str]]:
    """Return what the family spent, in words."""
    return [
        (text, formats.amount(getattr(sheet, f"spent_{key}_fen")))
        for key, text in SPENDING.items()
    ]


def year_row(sheet: SurveySheet, chain: Sequence[SurveySheet]) -> YearRow:
    """Return a year as the household's page shows it. chain: all its sheets."""
    income = sheet.income
    sharing = sheet.members_sharing
    verdicts = {one.kind: one for one in sheet.guarantees.all()}
    return YearRow(
        sheet=sheet,
        components=components_of(income),
        net=formats.amount(income.net_fen),
        per_person=formats.amount(income.net_fen // sharing if sharing else None),
        guarantees=[
            (kind.text, verdict_badge(verdicts[kind].verdict), verdicts[kind])
            for kind in GuaranteeKind
            if kind in verdicts
        ],
        standing=LOCKED if sheet.locked_at else state_badge(sheet.state),
        corrections=len(chain) - 1,
    )


def years(household_id: int) -> list[YearRow]:
    """Return the surveyed years of a household, newest first."""
    found = queries.years_of(household_id)[:_SHOWN_YEARS]
    counts: dict[int, list[SurveySheet]] = {}
    for one in SurveySheet.objects.filter(household_id=household_id):
        counts.setdefault(one.year, []).append(one)
    return [year_row(sheet, counts[sheet.year]) for sheet in found]


_CHART = ("wage", "operating", "property", "transfer")


def chart(incomes: Sequence[registry.YearOfIncome]) -> Chart | None:
    """Return income by component over the years, yuan; None below two years."""
    shown = sorted(incomes, key=lambda one: one.income.year)[-_SHOWN_YEARS:]
    if len(shown) < 2:
        return None
    return Chart(
        key="household-years",
        title=Text("历年收入构成", "Income by component"),
        kind="stacked",
        labels=[str(one.income.year) for one in shown],
        label_text=Text("年度", "Year"),
        unit=Text("元", "yuan"),
        series=[
            Series(
                text=COMPONENT_TEXTS[name],
                values=[getattr(one.income, f"{name}_fen") / 100 for one in shown],
            )
            for name in _CHART
        ],
    )
