"""Two years of a county's money, fictional: documents, library, plans, claims, deposits.

Every act is taken by its own log-in, as an office would; days are counted back from the
day of the load, so that pages of today have something to show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bangfu.accounts.queries import DEMO_PREFIX, actor_named
from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.money import parse_yuan
from bangfu.funds import operations as funds
from bangfu.funds.budgets import allocations, appropriations, lines
from bangfu.funds.budgets.lines import LinePlan
from bangfu.funds.budgets.models import Allocation, Appropriation, BudgetLine, Order
from bangfu.funds.budgets.rules import Paper
from bangfu.funds.claims import balances
from bangfu.funds.claims import operations as claims
from bangfu.funds.claims.balances import Opening
from bangfu.funds.claims.operations import Ask
from bangfu.funds.claims.states import FINAL_PACK, PACK
from bangfu.funds.projects import operations, planning, taking_over
from bangfu.funds.projects.acts import BY_CODE
from bangfu.funds.projects.models import Project
from bangfu.funds.projects.rules import Source, Statement, Target
from bangfu.funds.projects.states import ProjectState
from bangfu.funds.projects.stepping import Said, Upload
from bangfu.registry.models import Household
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

_SYSTEM = system_actor("sample")
_PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
_WAN = 1_000_000
_ROLES = {
    "county": Role.COUNTY,
    "county-2": Role.COUNTY,
    "township": Role.TOWNSHIP,
    "village": Role.VILLAGE,
    "preparer": Role.PREPARER,
    "approver": Role.APPROVER,
}
_FACTS = {"contractor": "示例建筑公司", "contract_no": "HT-01", "keeper": "示例村委会"}
# Name, purpose, budget in 10,000 yuan, and how far it is: stages paid, or its state.
OLD = (
    ("通组公路硬化", "infrastructure", 60, 3),
    ("安全饮水工程", "infrastructure", 40, 2),
    ("油茶示范基地", "industry", 30, 2),
)
NEW = (
    ("灌溉水渠维修", "infrastructure", 35, 1),
    ("脐橙种苗补助", "industry", 20, 0),
)
WAITING = (("村道路灯", "infrastructure", 12), ("乡村旅游接待点", "industry", 25))
DRAFTS = (("文化活动场所", "infrastructure", 18),)


@dataclass
class _Office:
    """Log-ins of one county, and the day of the load."""

    village: DivisionCode
    at: datetime
    actors: dict[str, Actor] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        for name, role in _ROLES.items():
            self.actors[name] = actor_named(
                DEMO_PREFIX + name, on=self.at.date(), role=role
            )

    @property
    def county(self) -> DivisionCode:
        return self.village.at(Level.COUNTY)

    def ago(self, days: int) -> datetime:
        return self.at - timedelta(days=days)

    def day(self, days: int) -> date:
        return self.ago(days).date()

    def do(
        self, name: str, operation: Callable[..., Any], *, ago: int, **given: Any
    ) -> Any:
        """Let a log-in do something some days ago."""
        by = self.actors[name]
        with acting(by):
            return operation(by=by, at=self.ago(ago), **given)

    def approve(self, order: Order, *, ago: int) -> None:
        self.do("approver", funds.approve_order, ago=ago, order_id=order.pk)


def load_funds(*, village: DivisionCode, at: datetime) -> int:
    """Load a county's money, once; return how many projects there are.

    Raises what the operations of funds refuse.
    """
    with acting(_SYSTEM):
        if Appropriation.objects.exists():
            return Project.objects.count()
        household = Household.objects.filter(division_code=village).earliest("pk")
    office = _Office(village, at)
    _open(office)
    first = _year(office, "示财扶〔前〕1号", 150, ago=420)
    second = _year(office, "示财扶〔今〕2号", 90, ago=100)
    old = [_project(office, *one[:3], ago=410) for one in OLD]
    new = [_project(office, *one[:3], ago=95) for one in NEW]
    for one in WAITING:
        _project(office, *one, ago=90)
    for name, purpose, wan in DRAFTS:
        _project(office, name, purpose, wan, ago=30, state=ProjectState.DRAFT)
    _plan(office, old, ago=400)
    _plan(office, new, ago=92)
    for project, (_, purpose, _, stages) in zip(old, OLD, strict=True):
        _build(office, project, first[purpose], stages, ago=380)
    for project, (_, purpose, _, stages) in zip(new, NEW, strict=True):
        _build(office, project, second[purpose], stages, ago=80)
    office.do(
        "preparer",
        allocations.commit,
        ago=20,
        line_id=second["industry"].pk,
        amount_fen=parse_yuan("3000"),
        purpose="产业奖补",
        household_id=household.pk,
    )
    office.do(
        "preparer",
        lines.prepare_allotment,
        ago=1,
        line_id=second["training"].pk,
        amount_fen=2 * _WAN,
        posted_on=office.day(1),
    )
    with acting(_SYSTEM):
        return Project.objects.count()


def _open(office: _Office) -> None:
    """Take over what was left from before the system."""
    order = office.do(
        "preparer",
        balances.prepare_opening,
        ago=430,
        opening=Opening(
            office.county,
            "development",
            "provincial",
            office.day(430).year - 2,
            "",
            parse_yuan("86500"),
            "部门决算〔前〕3号",
        ),
        posted_on=office.day(430),
    )
    office.approve(order, ago=430)


def _year(
    office: _Office, document_no: str, wan: int, *, ago: int
) -> dict[str, BudgetLine]:
    """Let money arrive, and plan and fill the lines of its year."""
    year = office.day(ago).year
    row = office.do(
        "preparer",
        appropriations.record,
        ago=ago,
        paper=Paper(
            division=office.county,
            document_no=document_no,
            title=f"关于下达{year}年财政专项扶贫资金的通知",
            issued_on=office.day(ago + 24),
            fund_class="development",
            source="central",
            year=year,
            amount_fen=wan * _WAN,
        ),
    )
    moved = {"ago": ago, "appropriation_id": row.pk, "happened_on": office.day(ago)}
    order = office.do("preparer", appropriations.prepare_hop, **moved)
    office.approve(order, ago=ago)
    found = {}
    for purpose, share in (("infrastructure", 70), ("industry", 25), ("training", 0)):
        amount = wan * share * _WAN // 100
        line = office.do(
            "preparer",
            lines.plan_line,
            ago=ago - 2,
            plan=LinePlan(
                office.county,
                year,
                "development",
                "central",
                purpose,
                amount or 5 * _WAN,
                f"示财〔{year}〕6号",
            ),
        )
        found[purpose] = line
        if amount:
            order = office.do(
                "preparer",
                lines.prepare_allotment,
                ago=ago - 2,
                line_id=line.pk,
                amount_fen=amount,
                posted_on=office.day(ago - 2),
            )
            office.approve(order, ago=ago - 2)
    return found


def _project(
    office: _Office,
    name: str,
    purpose: str,
    wan: int,
    *,
    ago: int,
    state: ProjectState = ProjectState.IN_LIBRARY,
) -> Project:
    office.count += 1
    stated = Statement(
        project_no=f"XM{office.count:03}",
        name=name,
        purpose=purpose,
        nature="new",
        place="示例村一组",
        starts_on=office.day(ago - 20),
        ends_on=office.day(ago - 200),
        unit="示例村村民委员会",
        person="村委会主任",
        tasks=f"{name}，按批复的实施方案建设",
        sources=(Source("development", "central", wan * _WAN),),
        households=42,
        people=151,
        poor_households=11,
        poor_people=36,
        targets=(Target("受益贫困户", "11 户"), Target("验收合格率", "100%")),
        participation="村民投工投劳，推选义务监督员",
        mechanism="优先吸纳贫困劳动力，受益到户",
    )
    given = {
        "village": office.village,
        "stated": stated,
        "happened_on": office.day(ago),
    }
    if state == ProjectState.DRAFT:
        project: Project = office.do("village", operations.propose, ago=ago, **given)
    else:
        project = office.do(
            "county",
            taking_over.take_over,
            ago=ago,
            state=state,
            basis=f"示扶领〔{office.day(ago).year}〕4号入库批复",
            **given,
        )
    return project


def _plan(office: _Office, projects: list[Project], *, ago: int) -> None:
    plan = office.do(
        "county",
        planning.choose,
        ago=ago,
        county=office.county,
        year=office.day(ago).year,
        project_ids=[project.pk for project in projects],
    )
    office.do(
        "county-2",
        planning.approve,
        ago=ago,
        plan_id=plan.pk,
        document_no=f"示扶领〔{plan.year}〕5号",
    )


def _build(
    office: _Office, project: Project, line: BudgetLine, stages: int, *, ago: int
) -> None:
    """Fund a project, build it and pay as many stages as it is far."""
    row = office.do(
        "preparer",
        allocations.commit,
        ago=ago,
        line_id=line.pk,
        amount_fen=project.budget_fen,
        purpose=project.name,
        project_id=project.pk,
    )
    if not stages:
        return
    _take(office, "township", project, "start", ago=ago - 5)
    for stage in range(1, stages + 1):
        ago -= 25
        if stage == 3:
            _take(office, "township", project, "complete", ago=ago)
            _take(office, "county-2", project, "accept", ago=ago)
        _claim(office, row, stage, is_paid=stages != 1, ago=ago)


def _take(office: _Office, name: str, project: Project, act: str, *, ago: int) -> None:
    row = BY_CODE[act]
    office.do(
        name,
        operations.take,
        ago=ago,
        project_id=project.pk,
        act=act,
        said=Said(
            office.day(ago),
            facts={fact.key: _FACTS[fact.key] for fact in row.facts},
            files=[Upload(kind, f"{kind}.pdf", _PDF) for kind in row.evidence],
        ),
    )


def _claim(
    office: _Office, row: Allocation, stage: int, *, is_paid: bool, ago: int
) -> None:
    kinds = FINAL_PACK if stage == 3 else PACK
    claim = office.do(
        "township",
        claims.submit,
        ago=ago,
        ask=Ask(
            allocation_id=row.pk,
            stage=stage,
            payee=_FACTS["contractor"],
            deposit_fen=row.amount_fen * 5 // 100 if stage == 3 else 0,
            files=[Upload(kind, f"{kind}.pdf", _PDF) for kind in kinds],
        ),
    )
    if not is_paid:
        return
    office.do("county", claims.check, ago=ago, claim_id=claim.pk)
    order = office.do(
        "preparer",
        claims.order,
        ago=ago,
        claim_id=claim.pk,
        posted_on=office.day(ago),
    )
    office.approve(order, ago=ago)
