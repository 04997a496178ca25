"""Every address x every role: the answer stands in routes.txt, and nothing is missing.

Each line there: method, route, where the record lies, and one status per asker. A "here"
record lies in the asker's own division, a "there" record in another city. An act is
posted without any content: allowed askers get as far as its form (422, 302 or 409).
Pages without a POST line change nothing, so they refuse a POST or answer as to a GET.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.site.headers import missing_headers
from tests.site.world import IDENTITY, INCOME_YEAR, NOBODY, USERNAMES, World, build

from bangfu.accounts.roles import Role
from bangfu.audit.models import Event
from bangfu.registry.operations import SEALED
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

TABLE = Path(__file__).with_name("routes.txt")
ANONYMOUS = "anonymous"
ASKERS = (ANONYMOUS, NOBODY, *(USERNAMES[role] for role in Role))
# Places in an address that name a record of one division.
SCOPED = {
    "household_id",
    "official_id",
    "run_id",
    "job_id",
    "import_id",
    "case_id",
    "meeting_id",
    "group_id",
    "collection_id",
    "user_id",
    "grant_id",
    "notice_id",
    "entry_id",
    "objection_id",
    "attachment_id",
    "hit_id",
    "account_id",
    "voucher_id",
    "draft_id",
    "project_id",
    "plan_id",
    "allocation_id",
    "claim_id",
    "deposit_id",
    "order_id",
    "line_id",
    "appropriation_id",
}
# The tree of divisions is public; what is counted in one is not.
SCOPED_CODES = {
    "pairing:coverage_of",
    "registry:targeting_village",
    "registry:village",
    "registry:village_change",
}
# Tables that a GET may write, and why it is no change of state.
WRITTEN_BY_GET = {
    "accounts_session": "the time of the last request",
    "audit_event": "looked at apart: only refusals may be new",
    **dict.fromkeys(
        (
            "pairing_stale",
            "pairing_villagetally",
            "pairing_officialtally",
            "pairing_unittally",
        ),
        "counts kept so that the board is quick; they follow from the rest",
    ),
}
# The world's household is on the roll and runs a plan to exit.
ACTS_ASKED_FOR = {
    "registry:case_open": "record_lead",
    "registry:case_take": "withdraw",
    "registry:case_batch": "approve_exit",
    "funds:project_take": "complete",
    "funds:project_batch": "check_township",
}
KINDS_ASKED_FOR = {
    "registry:case_open": "monitoring",
    "registry:case_post": "exit",
    "registry:lineage": "split",
    "funds:project_post": "project_county",
}
# What a GET records besides refusals: that evidence was opened is itself a fact.
READS = {"files.file.opened", "files.copy.opened"}
AS_JSON = {"Accept": "application/json, text/html"}
LONG_NUMBER = re.compile(r"\d{17}[\dXx]")
LINK = re.compile(r'(?:href|action|src|hx-get|hx-post)="([^"]*)"')


@dataclass(frozen=True)
class Route:
    """A name of the URLconf and the places in its address."""

    name: str
    places: tuple[str, ...]

    @property
    def is_scoped(self) -> bool:
        return bool(SCOPED & set(self.places)) or self.name in SCOPED_CODES

    def url(self, world: World, target: str) -> str:
        records = world.there if target == "there" else world.here
        values = {
            "household_id": records.household,
            "member_id": records.member,
            "year": INCOME_YEAR,
            "official_id": records.official,
            "run_id": records.run,
            "job_id": records.job,
            "import_id": records.import_,
            "case_id": records.case,
            "meeting_id": records.meeting,
            "group_id": records.group,
            "collection_id": records.collection,
            "act": ACTS_ASKED_FOR.get(self.name, ""),
            "user_id": records.user,
            "grant_id": records.grant,
            "notice_id": records.notice,
            "entry_id": records.entry,
            "objection_id": records.objection,
            "attachment_id": records.attachment,
            "hit_id": records.hit,
            "verdict": "false",
            "account_id": records.account,
            "voucher_id": records.voucher,
            "draft_id": records.draft,
            "how": "release",
            **{f"{name}_id": key for name, key in records.funds.items()},
            "code": records.village,
            "what": next(iter(SEALED)),
            "kind": KINDS_ASKED_FOR.get(self.name, "households"),
            "number": 1,
            "key": "line.nbs",
            "handle": "0" * 16,
        }
        url = reverse(self.name, kwargs={place: values[place] for place in self.places})
        return f"{url}?member={records.member}" if "what" in self.places else url


@dataclass(frozen=True)
class Line:
    """A line of the table."""

    method: str
    name: str
    target: str
    statuses: dict[str, int]


def routes() -> dict[str, Route]:
    return {route.name: route for route in _walk(get_resolver(), "")}


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            assert entry.name, f"an address without a name: {entry.pattern}"
            yield Route(prefix + entry.name, tuple(entry.pattern.converters))
        else:
            deeper = f"{entry.namespace}:" if entry.namespace else ""
            yield from _walk(entry, prefix + deeper)


def table() -> list[Line]:
    lines = []
    for text in TABLE.read_text().splitlines():
        words = text.split("#")[0].replace("|", " ").split()
        if words:
            method, name, target, *statuses = words
            assert len(statuses) == len(ASKERS), text
            by_asker = dict(zip(ASKERS, map(int, statuses), strict=True))
            lines.append(Line(method, name, target, by_asker))
    return lines


def gets() -> list[Line]:
    return [line for line in table() if line.method == "GET"]


def posts() -> list[Line]:
    return [line for line in table() if line.method == "POST"]


@pytest.fixture
def world(db, settings, tmp_path):
    settings.BANGFU_FILES = str(tmp_path)
    return build()


def client_of(world: World, asker: str, **options: bool) -> Client:
    # Refusals as JSON: the same views and statuses, without drawing a thousand pages.
    client = Client(raise_request_exception=False, headers=AS_JSON, **options)
    if asker != ANONYMOUS:
        client.force_login(
            world.users[asker], backend="bangfu.accounts.backends.OneTimeAwareBackend"
        )
    return client


def faults_of(line: Line, asker: str, response: HttpResponse) -> Iterator[str]:
    """Say what is wrong with an answer: status, headers, what it gives away."""
    where = f"{line.method} {line.name} {line.target}"
    if response.status_code != line.statuses[asker]:
        yield f"{where}: {response.status_code}, not {line.statuses[asker]}"
    for name in missing_headers(response):
        yield f"{where}: no {name}"
    if response.streaming or "text" not in response["Content-Type"]:
        return
    content = response.content.decode()
    if IDENTITY in content:
        yield f"{where}: gives an identity number away"
    for link in LINK.findall(content):
        if LONG_NUMBER.search(link):
            yield f"{where}: a long number in {link}"


def fingerprint() -> dict[str, tuple[int, str]]:
    """Return count and digest of the rows of every table that a GET may not change."""
    with acting(system_actor("tests")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
        )
        tables = {name for (name,) in cursor.fetchall()} - WRITTEN_BY_GET.keys()
        rows = "string_agg(t::text, chr(10) ORDER BY t::text)"
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', count(*), md5({rows}) FROM \"{name}\" t"
                for name in tables
            )
        )
        return {name: (count, digest) for name, count, digest in cursor.fetchall()}


def new_events(after: int) -> set[str]:
    with acting(system_actor("tests")):
        return set(Event.objects.filter(pk__gt=after).values_list("action", flat=True))


def last_event() -> int:
    with acting(system_actor("tests")):
        return max(Event.objects.values_list("pk", flat=True), default=0)


@pytest.mark.parametrize("asker", ASKERS)
def test_every_route_answers_as_the_table_says(world, asker):
    known, client = routes(), client_of(world, asker)
    before, event = fingerprint(), last_event()
    wrong = []

    for line in gets():
        response = client.get(known[line.name].url(world, line.target))
        wrong += faults_of(line, asker, response)
    # What is asked for by GET changes nothing, whoever asks.
    assert {
        name for name, rows in fingerprint().items() if rows != before[name]
    } == set()
    assert new_events(event) <= {"accounts.access.denied", *READS}

    for line in posts():
        with transaction.atomic():  # what an act did is taken back
            ends_session = line.name == "account_logout"
            one = client_of(world, asker) if ends_session else client
            response = one.post(known[line.name].url(world, line.target))
            wrong += faults_of(line, asker, response)
            transaction.set_rollback(True)
    assert wrong == []


def test_no_act_without_the_token_of_the_form(world):
    """The token is asked for before anything else, so one asker stands for all."""
    known = routes()
    client = client_of(world, USERNAMES[Role.COUNTY], enforce_csrf_checks=True)
    taken = [
        line.name
        for line in posts()
        if client.post(known[line.name].url(world, line.target)).status_code != 403
    ]

    assert taken == []


def test_pages_that_only_show_take_no_post(world):
    """Or answer as to a GET, which the table says changes nothing."""
    acts = {line.name for line in posts()}
    known, asker = routes(), USERNAMES[Role.COUNTY]
    client = client_of(world, asker)
    taken = []
    for line in gets():
        if line.name in acts:
            continue
        status = client.post(known[line.name].url(world, line.target)).status_code
        if status not in {405, line.statuses[asker]}:
            taken.append(f"{line.name}: {status}")

    assert taken == []


def test_every_route_is_in_the_table():
    known = routes()
    written = {line.name for line in gets()}

    assert {line.name for line in table()} - known.keys() == set()
    assert known.keys() - written == set()


def test_every_record_is_asked_for_from_elsewhere_too():
    written = {(line.method, line.name, line.target) for line in table()}

    assert [
        f"{line.method} {line.name}"
        for line in table()
        if routes()[line.name].is_scoped
        and (line.method, line.name, "there") not in written
    ] == []


def test_no_record_from_elsewhere_is_ever_shown_or_changed():
    shown = [
        f"{line.method} {line.name} {asker}"
        for line in table()
        if line.target == "there"
        for asker, status in line.statuses.items()
        if status not in {403, 404, 405} and (status, asker) != (302, ANONYMOUS)
    ]

    assert shown == []


def test_only_log_in_is_open_to_anybody():
    is_open = {
        line.name for line in table() if line.statuses[ANONYMOUS] not in {302, 404, 405}
    }

    assert is_open == {"account_login", "account_inactive"}


def test_an_administrator_is_shown_no_programme_record():
    asker = USERNAMES[Role.ADMINISTRATOR]
    shown = {
        line.name
        for line in table()
        if routes()[line.name].is_scoped and line.statuses[asker] in {200, 302, 422}
    }

    assert {name.partition(":")[0] for name in shown} == {"accounts"}
