"""A little world for tests over the whole site: two cities, one of each record in both.

`build()` fills the database as the system. Everything "here" lies in village
990101100200, everything "there" in another city, so no role here may see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tests.files import making

from bangfu.accounts import places
from bangfu.accounts.models import Grant, User
from bangfu.accounts.roles import Role
from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.divisions.models import Division
from bangfu.files import operations as files
from bangfu.files.kinds import Purpose
from bangfu.files.models import Attachment
from bangfu.files.queries import Subject
from bangfu.funds import operations as funds
from bangfu.funds.budgets import appropriations
from bangfu.funds.budgets import lines as budget_lines
from bangfu.funds.budgets.rules import Paper
from bangfu.funds.claims import operations as claims
from bangfu.funds.claims.models import Deposit
from bangfu.funds.claims.operations import Ask
from bangfu.funds.claims.states import PACK
from bangfu.funds.ledger import operations as ledger
from bangfu.funds.ledger.draft_models import Draft
from bangfu.funds.ledger.rules import Movement, Signature
from bangfu.funds.projects import operations as projects
from bangfu.funds.projects import planning, taking_over
from bangfu.funds.projects.rules import Source, Statement, Target
from bangfu.funds.projects.states import ProjectState
from bangfu.funds.projects.stepping import Said, Upload
from bangfu.jobs.models import Job, State
from bangfu.pairing.models import Official, Pairing, Run, Unit
from bangfu.publicity import queries as publicity
from bangfu.publicity.models import Complaint, Entry, Notice, Objection, Posting
from bangfu.registry.cases.models import Case, Meeting, Step
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.registry.crosschecks.models import Hit
from bangfu.registry.duplicates.models import DuplicateGroup, DuplicatePair
from bangfu.registry.models import Household, Import, ImportState, Income, Member
from bangfu.registry.surveys.models import Collection, SurveySheet
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor
from bangfu.vault import blind_index, seal

AT = datetime(2016, 3, 1, 2, 0, tzinfo=UTC)
SINCE = date(2014, 1, 1)
HERE, THERE = "990101100200", "990201100200"
IDENTITY = "990101197001010031"
INCOME_YEAR = 2015
COLLECTED = 2016
NAMES = {
    "99": "示范省",
    "9901": "甲市",
    "990101": "青石县",
    "990101100": "青石镇",
    HERE: "柳树村",
    "9902": "乙市",
    "990201": "白石县",
    "990201100": "白石镇",
    THERE: "枫树村",
}
# Where each role acts: the county, where the role exists at that level.
PLACES = {
    Role.CITY: HERE[:4],
    Role.TOWNSHIP: HERE[:9],
    Role.VILLAGE: HERE,
    Role.TEAM: HERE,
    Role.HELPER: HERE[:9],
}
USERNAMES = {role: f"the-{role.value}" for role in Role}
# Looks like one and opens nothing; these users are logged in without a password.
PASSWORD_HASH = "argon2$none"
NOBODY = "the-newcomer"  # has an account and no grant


@dataclass(frozen=True)
class Records:
    """Primary keys of one of each record."""

    village: str
    household: int
    member: int
    official: int
    run: int
    job: int
    import_: int
    case: int
    meeting: int
    group: int
    collection: int
    user: int
    grant: int
    notice: int
    entry: int
    objection: int
    attachment: int
    hit: int
    account: int
    voucher: int
    draft: int
    funds: dict[str, int]


@dataclass(frozen=True)
class World:
    """What was built, and the users who act in it."""

    here: Records
    there: Records
    users: dict[str, User]

    def user(self, role: Role) -> User:
        """Return the user who acts in a role."""
        return self.users[USERNAMES[role]]


def build() -> World:
    """Fill an empty database; returns the keys."""
    places.forget()  # names of another test's tree
    with acting(system_actor("tests")):
        _divisions()
        here, there = _records(HERE), _records(THERE)
        users = {
            USERNAMES[role]: _user(
                USERNAMES[role],
                role,
                PLACES.get(role, HERE[:6]),
                official_id=here.official if role is Role.HELPER else None,
            )[0]
            for role in Role
        }
        users[NOBODY] = _account(NOBODY, HERE[:6])
    return World(here, there, users)


def _divisions() -> None:
    Division.objects.bulk_create(
        Division(
            code=code,
            name=name,
            level=len(code),
            parent_code=str(DivisionCode(code).parent or ""),
            valid_from_date=SINCE,
        )
        for code, name in NAMES.items()
    )


def _records(village: str) -> Records:
    county, township = village[:6], village[:9]
    household = Household.objects.create(
        division_code=village,
        household_no="0001",
        head_name="张三",
        cause_main="1",
        recorded_by_id=0,
    )
    member = Member.objects.create(
        household=household,
        division_code=village,
        position=1,
        name="张三",
        relation="01",
        identity_sealed=seal(IDENTITY),
        identity_index=blind_index(IDENTITY + village, "identity"),
        identity_tail=IDENTITY[-2:],
        recorded_by_id=0,
    )
    Income.objects.create(
        household=household, division_code=village, year=INCOME_YEAR, recorded_by_id=0
    )
    official = _official(township)
    Pairing.objects.create(
        household=household,
        official=official,
        division_code=village,
        helper_name=official.name,
        helper_unit=official.unit.name,
        started_date="2015-06-01",
        start_reason="试点",
        recorded_by_id=0,
    )
    user, grant = _user(f"clerk-{county}", Role.COUNTY, county)
    run = Run.objects.create(
        division_code=county,
        year=2016,
        state="previewed",
        created_by_id=user.pk,
        created_by_name=user.username,
        created_at=AT,
    )
    job = _job(village, user, grant)
    imported = Import.objects.create(
        kind="households",
        state=ImportState.CHECKED,
        division_code=village,
        user_id=user.pk,
        username=user.username,
        job_id=job.pk,
        folder="0" * 32,
        counts={"new": 1, "changed": 0, "same": 0, "wrong": 0},
        created_at=AT,
    )
    return Records(
        village=village,
        household=household.pk,
        member=member.pk,
        official=official.pk,
        run=run.pk,
        job=job.pk,
        import_=imported.pk,
        case=_case(household).pk,
        meeting=_meeting(village).pk,
        group=_duplicates(household, member).pk,
        collection=_collection(household).pk,
        user=user.pk,
        grant=grant.pk,
        hit=_hit(member).pk,
        **_notice(village, user),
        **_ledger(DivisionCode(county)),
        funds=_funds(DivisionCode(village)),
    )


def _hit(member: Member) -> Hit:
    """A head without a number, found by a run over the city."""
    return Hit.objects.create(
        check_code="R1",
        key=f"R1/m{member.pk}",
        household=member.household,
        member=member,
        division_code=member.division_code,
        facts={"rows": [], "figures": {}, "lists": {}},
        facts_digest="0" * 64,
        run_id=1,
        run_code=member.division_code[:4],
        found_at=AT,
        changed_at=AT,
    )


def _ledger(county: DivisionCode) -> dict[str, int]:
    """An appropriation in the county's books, and a draft that waits."""
    line = {
        "by": Actor(8, "the-bookkeeper", 8, Role.APPROVER, county),
        "at": AT,
        "division_code": county,
        "fund_class": "development",
        "source": "central",
        "year": 2016,
    }
    origin = ledger.open_account(kind=AccountKind.APPROPRIATION, **line)
    pool = ledger.open_account(kind=AccountKind.SPECIAL, **line)
    voucher = ledger.post(
        by=line["by"],
        at=AT,
        posted_on=date(2016, 3, 1),
        text="下达专项资金",
        movements=[Movement("appropriate", origin, pool, 100_000)],
        prepared_by=Signature(9, "the-clerk", AT),
        document_no="示财农指〔2016〕1号",
    )
    draft = Draft.objects.create(
        division_code=county,
        posted_on=date(2016, 3, 1),
        text="存款利息",
        movements=[],
        total_fen=100_000,
        reverses=voucher,
        reason="金额记错",
        prepared_by_id=9,
        prepared_by_name="the-clerk",
        prepared_at=AT,
    )
    return {"account": pool.pk, "voucher": voucher.pk, "draft": draft.pk}


def _funds(village: DivisionCode) -> dict[str, int]:
    """A project under way with a claim and a deposit; an order and a document wait."""
    county = DivisionCode(village[:6])
    one, other, preparer, approver, township = (
        Actor(20 + number, f"{role.value}-{number}", 20 + number, role, place)
        for number, (role, place) in enumerate(
            (
                (Role.COUNTY, county),
                (Role.COUNTY, county),
                (Role.PREPARER, county),
                (Role.APPROVER, county),
                (Role.TOWNSHIP, DivisionCode(village[:9])),
            )
        )
    )
    day = date(2016, 3, 1)
    row = appropriations.record(
        by=preparer,
        at=AT,
        paper=Paper(
            county,
            "示财农指〔2016〕2号",
            "下达专项资金",
            day,
            "development",
            "provincial",
            2016,
            100_000,
        ),
    )
    moved = appropriations.prepare_hop(
        by=preparer, at=AT, appropriation_id=row.pk, happened_on=day
    )
    funds.approve_order(by=approver, at=AT, order_id=moved.pk)
    plan_of_line = budget_lines.LinePlan(
        county, 2016, "development", "provincial", "infrastructure", 50_000, "示财1号"
    )
    line = budget_lines.plan_line(by=preparer, at=AT, plan=plan_of_line)
    given = {"by": preparer, "at": AT, "line_id": line.pk, "posted_on": day}
    allotment = budget_lines.prepare_allotment(amount_fen=50_000, **given)
    funds.approve_order(by=approver, at=AT, order_id=allotment.pk)
    order = budget_lines.prepare_allotment(amount_fen=1_000, **given)
    project = taking_over.take_over(
        by=one,
        at=AT,
        village=village,
        stated=_road(),
        state=ProjectState.IN_LIBRARY,
        basis="示扶领1号",
        happened_on=day,
    )
    plan = planning.choose(
        by=one, at=AT, county=county, year=2016, project_ids=[project.pk]
    )
    planning.approve(by=other, at=AT, plan_id=plan.pk, document_no="示扶领2号")
    allocation = funds.commit(
        by=preparer,
        at=AT,
        line_id=line.pk,
        amount_fen=10_000,
        purpose="道路硬化",
        project_id=project.pk,
    )
    contract = Upload("contract", "contract.jpg", making.jpeg())
    said = Said(day, {"contractor": "示例公司", "contract_no": "1"}, files=[contract])
    projects.take(by=township, at=AT, project_id=project.pk, act="start", said=said)
    pack = [Upload(kind, f"{kind}.jpg", making.jpeg()) for kind in PACK]
    ask = Ask(allocation.pk, 1, "示例公司", files=pack)
    claim = claims.submit(by=township, at=AT, ask=ask)
    deposit = Deposit.objects.create(
        claim=claim,
        division_code=village,
        account=line.account,
        amount_fen=500,
        payee="示例公司",
        held_on=day,
        due_on=day,
        state="held",
    )
    return {
        "project": project.pk,
        "plan": plan.pk,
        "allocation": allocation.pk,
        "claim": claim.pk,
        "deposit": deposit.pk,
        "order": order.pk,
        "line": line.pk,
        "appropriation": row.pk,
    }


def _road() -> Statement:
    return Statement(
        project_no="XM001",
        name="道路硬化",
        purpose="infrastructure",
        nature="new",
        place="一组",
        starts_on=SINCE,
        ends_on=AT.date(),
        unit="村委会",
        person="张三",
        tasks="硬化道路",
        sources=(Source("development", "central", 10_000),),
        households=3,
        people=9,
        poor_households=1,
        poor_people=3,
        targets=(Target("里程", "1 公里"),),
        participation="投工投劳",
        mechanism="改善出行",
    )


def _case(household: Household) -> Case:
    """A plan to exit, as if it had been taken over from before the system."""
    case = Case.objects.create(
        household=household,
        division_code=household.division_code,
        kind=CaseKind.EXIT,
        track="roll",
        state=CaseState.PRE_EXIT,
        status_before="0",
        opened_on=SINCE,
        opened_at=AT,
        entered_at=AT,
    )
    case.last_step = Step.objects.create(
        case=case,
        division_code=household.division_code,
        transition_id="exit:take_over::pre_exit",
        act="take_over",
        from_state="",
        to_state=CaseState.PRE_EXIT,
        user_id=0,
        username="clerk",
        role="county",
        happened_on=SINCE,
    )
    case.save(update_fields=["last_step"])
    return case


def _meeting(village: str) -> Meeting:
    return Meeting.objects.create(
        division_code=village,
        held_on=SINCE,
        representatives=12,
        attended=10,
        chaired_by="张三",
        recorded_by_id=0,
        recorded_by_name="clerk",
        recorded_at=AT,
    )


def _duplicates(household: Household, member: Member) -> DuplicateGroup:
    """Two members of the household who may be one person."""
    village = household.division_code
    other = Member.objects.create(
        household=household,
        division_code=village,
        position=2,
        name="张叁",
        relation="99",
        recorded_by_id=0,
    )
    group = DuplicateGroup.objects.create(
        division_code=village, chance=0.8, size=2, found_at=AT
    )
    DuplicatePair.objects.create(
        group=group,
        division_code=village,
        left=member,
        right=other,
        left_root=member.pk,
        right_root=other.pk,
        chance=0.8,
        agreement={"surname": "same", "given": "same sound"},
    )
    return group


def _collection(household: Household) -> Collection:
    """A year of the village's survey that is open; the family's sheet waits."""
    village = household.division_code
    collection = Collection.objects.create(
        division_code=village,
        year=COLLECTED,
        due_on=AT.date(),
        opened_by_id=0,
        opened_by_name="clerk",
        opened_at=AT,
    )
    SurveySheet.objects.create(
        collection=collection,
        household=household,
        division_code=village,
        year=COLLECTED,
        income=Income.objects.create(
            household=household,
            division_code=village,
            year=COLLECTED,
            recorded_by_id=0,
        ),
        state="recorded",
        surveyed_on=AT.date(),
        surveyors="张三、李四",
        members=1,
        members_sharing=1,
        status="0",
        spent_medical_fen=0,
        spent_education_fen=0,
        spent_living_fen=0,
        spent_other_fen=0,
        recorded_by_id=0,
        recorded_by_name="clerk",
        recorded_at=AT,
    )
    return collection


def _notice(village: str, user: User) -> dict[str, int]:
    """A posted notice of the village with one entry, and an objection to it."""
    notice = Notice.objects.create(
        division_code=village,
        level=12,
        kind="other",
        state="draft",
        title="低保调整公示",
        place="村务公开栏",
        audience="villagers",
        content=dict.fromkeys(("unit", "basis", "hotline", "address"), "村委会"),
        author_ids=[user.pk],
        drafted_by_id=user.pk,
        drafted_by_name=user.username,
        drafted_at=AT,
    )
    entry = Entry.objects.create(
        notice=notice, division_code=village, kind="other", position=1, label="张三"
    )
    attachment = _evidence(village, notice)
    notice.state, notice.submitted_at = "submitted", AT
    notice.save()
    notice.state, notice.checked_at, notice.checked_by_id = "checked", AT, 0
    notice.save()
    first = publicity.today() + timedelta(days=1)
    Posting.objects.create(
        notice=notice,
        division_code=village,
        happened_on=AT.date(),
        evidence=attachment,
        days=7,
        unit="days",
        first_date=first,
        last_date=first + timedelta(days=6),
        posted_by_id=user.pk,
        posted_by_name=user.username,
    )
    notice.state = "posted"
    notice.save()
    return {
        "notice": notice.pk,
        "entry": entry.pk,
        "objection": _objection(village, notice, entry, user),
        "attachment": attachment.pk,
    }


def _evidence(village: str, notice: Notice) -> Attachment:
    system = system_actor("tests")
    file = files.store(
        by=system,
        at=AT,
        division=DivisionCode(village),
        name="公示.jpg",
        content=making.jpeg(),
    )
    return files.attach(
        by=system,
        at=AT,
        file=file,
        subject=Subject.of(notice),
        purpose=Purpose.PHOTO,
        name="公示.jpg",
    )


def _objection(village: str, notice: Notice, entry: Entry, user: User) -> int:
    objection = Objection.objects.create(
        notice=notice,
        entry=entry,
        division_code=village,
        state="open",
        stops=True,
        handler_level=9,
    )
    Complaint.objects.create(
        objection=objection,
        division_code=village,
        handler_level=9,
        channel="phone",
        about="facts",
        is_named=False,
        received_on=AT.date(),
        text_sealed=seal(IDENTITY),
        received_by_id=user.pk,
        received_by_name=user.username,
    )
    return objection.pk


def _official(township: str) -> Official:
    unit = Unit.objects.create(
        division_code=township,
        unit_no="T1",
        name="镇政府",
        level="township",
        serves_code=township,
        recorded_by_id=0,
    )
    return Official.objects.create(
        unit=unit,
        division_code=township,
        official_no="A-17",
        name="王五",
        rank="staff",
        is_three_sends=True,
        tier="C",
        quota_min=1,
        quota_max=1,
        recorded_by_id=0,
    )


def _job(village: str, user: User, grant: Grant) -> Job:
    return Job.objects.create(
        kind="registry.import",
        state=State.QUEUED,
        division_code=village,
        user_id=user.pk,
        username=user.username,
        grant_id=grant.pk,
        created_at=AT,
        message=Text("核对中", "Checking").as_json(),
    )


def _account(username: str, home: str) -> User:
    return User.objects.create(
        username=username,
        name="测试",
        home_code=home,
        must_change_password=False,
        password=PASSWORD_HASH,
    )


def _user(
    username: str, role: Role, division: str, *, official_id: int | None = None
) -> tuple[User, Grant]:
    user = _account(username, division)
    grant = Grant.objects.create(
        user=user,
        role=role,
        division_code=DivisionCode(division),
        official_id=official_id,
        valid_from_date=SINCE,
        granted_by_id=0,
    )
    return user, grant
