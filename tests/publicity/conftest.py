"""A village, its township and county, and a clock that tests may set.

Only the owner of the database can put another clock in place of its own, which is what
`clock_that_can_be_set` does once; without a setting it goes on telling the time.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from tests.files import making

VILLAGE = "990101101001"
OTHER_VILLAGE = "990101101002"
TOWNSHIP = VILLAGE[:9]
COUNTY = VILLAGE[:6]
CITY = VILLAGE[:4]
# Tuesday 1 March 2016, 10:00 in the city.
NOW = datetime(2016, 3, 1, 2, 0, tzinfo=UTC)
CLOCK = """
CREATE OR REPLACE FUNCTION publicity_now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('bangfu.clock', true), '')::timestamptz, now()) $$
"""
PHOTO = ("公示照片.jpg", making.jpeg(exif=True))
PEOPLE = {
    "clerk": ("village", VILLAGE),
    "second": ("village", VILLAGE),
    "team": ("team", VILLAGE),
    "neighbour": ("village", OTHER_VILLAGE),
    "township": ("township", TOWNSHIP),
    "colleague": ("township", TOWNSHIP),
    "elsewhere": ("township", "990101102"),
    "county": ("county", COUNTY),
    "deputy": ("county", COUNTY),
    "city": ("city", CITY),
    "auditor": ("auditor", COUNTY),
}


@pytest.fixture(scope="session", autouse=True)
def clock_that_can_be_set(django_db_setup, django_db_blocker):
    """Let the tests of this folder say what time it is."""
    from django.db import connections

    with django_db_blocker.unblock():
        with connections["owner"].cursor() as cursor:
            cursor.execute(CLOCK)
        connections["owner"].close()
    return


def set_clock(at: datetime) -> None:
    """Set the database's clock, for this connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bangfu.clock', %s, false)", [at.isoformat()])


def noon(day: str) -> datetime:
    """Return noon of a day in the city."""
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


def line(number: int = 1, **more):
    """Return a line about household `number` of some register."""
    from bangfu.publicity.rules import Line

    values = {
        "label": f"户主{number}",
        "values": (f"{number} 人",),
        "subject_type": "tests.case",
        "subject_id": str(number),
        **more,
    }
    return Line(**values)


def draft_of(*lines, kind="entry_first", division=VILLAGE, level=12, **more):
    """Return a complete draft."""
    from bangfu.calc.values.division_code import DivisionCode, Level
    from bangfu.calc.values.text import Text
    from bangfu.publicity.kinds import kind as kind_of
    from bangfu.publicity.rules import Draft

    found = kind_of(kind)
    values = {
        "title": "拟纳入建档立卡户名单公示",
        "place": "村务公开栏",
        "audience": "villagers",
        "content": {
            "unit": "柳树村民委员会",
            "basis": "村民代表会议评议",
            "hotline": "12317、0797-8888888",
            "address": "镇扶贫办",
            "meeting": "应到 30 人，实到 26 人",
            "document_no": "示扶字〔2016〕1号",
            "amount": "12 万元",
            "fund_source": "中央专项",
            "standard": "每户 500 元",
        },
        "columns": (Text("家庭人口", "persons"),),
        **more,
    }
    return Draft(
        kind=found,
        division=DivisionCode(division),
        level=Level(level),
        lines=list(lines) or [line(1), line(2), line(3)],
        **values,
    )


@dataclass
class Story:
    """People of the county; each acts under the own grant, at the time that is set."""

    make: object
    people: dict[str, object] = field(default_factory=dict)
    at: datetime = NOW

    def person(self, name: str):
        if name not in self.people:
            role, division = PEOPLE[name]
            self.people[name] = self.make(role, division, username=f"the-{name}")
        return self.people[name]

    @property
    def today(self) -> date:
        """The day in the city."""
        return self.at.astimezone(timezone(timedelta(hours=8))).date()

    def clock(self, at: datetime | str) -> None:
        self.at = noon(at) if isinstance(at, str) else at

    @contextmanager
    def acting(self, name: str):
        from bangfu.scope import acting

        by = self.person(name)
        with acting(by):
            set_clock(self.at)
            yield by

    def do(self, name: str, act: str, **values):
        """Let a person do an act of publicity."""
        from bangfu.publicity import operations

        with self.acting(name) as by:
            return getattr(operations, act)(by=by, at=self.at, **values)

    def draft(self, *lines, by: str = "clerk", **more):
        return self.do(by, "draft", draft=draft_of(*lines, **more))

    def submitted(self, *lines, by: str = "clerk", **more):
        notice = self.draft(*lines, by=by, **more)
        return self.do(by, "submit", notice_id=notice.pk)

    def checked(self, *lines, by: str = "clerk", second: str = "second", **more):
        notice = self.submitted(*lines, by=by, **more)
        return self.do(second, "check", notice_id=notice.pk)

    def post(
        self, notice, *, by: str = "clerk", evidence=(PHOTO,), day: date | None = None
    ):
        return self.do(
            by,
            "post",
            notice_id=notice.pk,
            happened_on=day or self.today,
            evidence=evidence,
        )

    def posted(self, *lines, by: str = "clerk", second: str = "second", **more):
        """Return a notice that was posted at the time that is set."""
        return self.post(self.checked(*lines, by=by, second=second, **more), by=by)

    def entries(self, notice, by: str = "county"):
        with self.acting(by):
            return list(notice.entries.order_by("position"))

    def object(self, notice, entry=None, *, by: str = "township", evidence=(), **more):
        from bangfu.publicity.rules import Received

        values = {
            "channel": "phone",
            "about": "facts",
            "received_on": self.today,
            "text": "该户在县城有商品房，不符合条件。",
            "name": "李四",
            "contact": "13800000000",
            **more,
        }
        return self.do(
            by,
            "receive",
            notice_id=notice.pk,
            entry_id=None if entry is None else entry.pk,
            received=Received(**values),
            evidence=evidence,
        )

    def decide(self, objection, *, by: str = "township", upheld: bool = True, **more):
        values = {"finding": "经入户和部门核实，情况已查明。", **more}
        return self.do(
            by, "decide", objection_id=objection.pk, is_upheld=upheld, **values
        )

    def verdict(self, entry, by: str = "county") -> str:
        from bangfu.publicity import queries

        with self.acting(by):
            return str(queries.verdict_of(entry.pk))

    def verdicts(self, notice, by: str = "county") -> list[str]:
        return [self.verdict(one, by) for one in self.entries(notice)]

    def fresh(self, record, by: str = "county"):
        with self.acting(by):
            return type(record).objects.get(pk=record.pk)

    def actions(self) -> list[str]:
        """Return every event of this app so far, oldest first."""
        from bangfu.audit.models import Event
        from bangfu.scope import acting
        from bangfu.scope.actor import system_actor

        with acting(system_actor("tests")):
            events = Event.objects.filter(action__startswith="publicity.")
            return list(events.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def folder(settings, tmp_path):
    settings.BANGFU_FILES = str(tmp_path / "files")
    return tmp_path / "files" / "evidence"


@pytest.fixture
def story(db, folder, make_actor) -> Story:
    """The story, in a transaction that is rolled back."""
    return Story(make_actor)


TOLD: list[tuple[str, str]] = []


def take_note(*, by, at, entry, verdict):
    """Stand in for the app that owns the subjects."""
    TOLD.append((entry.subject_id, str(verdict)))


@pytest.fixture
def told(settings):
    """What the owner of the subjects was told: subject and verdict."""
    settings.BANGFU_NOTICE_OUTCOMES = [f"{__name__}.take_note"]
    TOLD.clear()
    return TOLD
