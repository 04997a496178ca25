"""The chain of events: a keyed digest of each event and of the digest before it.

Writers do not wait for one another: an event is written without a link, and a job links
what is there once a minute (`extend`). From then on an edit, a removal or a change of
order is found (`walk`), also when the owner of the database makes it and computes every
digest anew: the key is in the keys file, not in the database. Cutting the end off is found
by the checks on record, and by a head noted elsewhere. Until an event has its link, only
the trigger that makes events append-only protects it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from bangfu import vault
from bangfu.audit.models import Check, Event, Link
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text

PURPOSE = "audit.chain"
BATCH = 5_000
# An event may be committed after later ones; so far back a minute's run looks for it.
LOOK_BACK = 100_000
FINDINGS_MAX = 1_000
_LOCK = 0x62616E67667531  # one number for the whole database: who extends is alone
_FIELDS = tuple(field.attname for field in Event._meta.concrete_fields)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many links, and the last digest."""

    position: int = 0
    digest: bytes = b""

    def __str__(self) -> str:
        return f"{self.position}:{self.digest.hex()}"


def head() -> Head:
    """Return the end of the chain."""
    last = Link.objects.order_by("-position").first()
    return Head() if last is None else Head(last.position, bytes(last.digest))


def digest_of(event: dict[str, Any], before: bytes) -> bytes:
    """Return the digest of an event behind another digest (empty for the first)."""
    told = [_plain(event[name]) for name in _FIELDS]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return vault.blind_index(f"{before.hex()}{text}", PURPOSE)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, int | dict) or value is None else str(value)


def extend(*, look_back: int | None = LOOK_BACK) -> int:
    """Link the events that have no link, in the open transaction; return how many.

    look_back: how many numbers before the last linked event are looked at; None: all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    end, linked = head(), 0
    rows = Event.objects.filter(~Exists(Link.objects.filter(event_id=OuterRef("pk"))))
    newest = Link.objects.order_by("-event_id").values_list("event_id", flat=True)
    last = newest.first()
    if look_back is not None and last is not None:
        rows = rows.filter(pk__gt=last - look_back)
    while batch := list(rows.order_by("pk").values(*_FIELDS)[:BATCH]):
        links = []
        for event in batch:
            end = Head(end.position + 1, digest_of(event, end.digest))
            links.append(
                Link(position=end.position, event_id=event["id"], digest=end.digest)
            )
        Link.objects.bulk_create(links)
        linked += len(links)
    return linked


def walk(*, noted: Head | None = None) -> tuple[Head, datetime | None, list[Finding]]:
    """Compute every link anew; return the end, the last event's time, and all findings.

    noted: an end that somebody wrote down earlier; the ends of all checks on record are
    compared too. At most FINDINGS_MAX findings.
    """
    expected = {check.position: bytes(check.digest) for check in Check.objects.all()}
    if noted is not None:
        expected[noted.position] = noted.digest
    expected.pop(0, None)
    findings: list[Finding] = []
    end, until = Head(), None
    for link, event in _links():
        if link.position != end.position + 1:
            findings.append(_missing(end.position + 1, link.position - 1))
        stored = bytes(link.digest)
        if event is None:
            findings.append(_removed(link))
        elif digest_of(event, end.digest) != stored:
            findings.append(_changed(link))
        if expected.pop(link.position, stored) != stored:
            findings.append(_rewritten(link.position))
        if event is not None:
            until = event["recorded_at"]
        end = Head(link.position, stored)
    findings += [_cut(position) for position in sorted(expected)]
    return end, until, findings[:FINDINGS_MAX]


def _links() -> Iterator[tuple[Link, dict[str, Any] | None]]:
    """Yield every link with its event, None where there is none, in order."""
    position = 0
    while batch := list(
        Link.objects.filter(position__gt=position).order_by("position")[:BATCH]
    ):
        keys = [link.event_id for link in batch]
        rows = Event.objects.filter(pk__in=keys).values(*_FIELDS)
        events = {event["id"]: event for event in rows}
        for link in batch:
            yield link, events.get(link.event_id)
        position = batch[-1].position


def _missing(first: int, last: int) -> Finding:
    return Finding(
        code="audit_link_missing",
        subject=str(first),
        message=Text(
            "链中第 {first} 至 {last} 环缺失：记录被删除。",
            "Links {first} to {last} are missing: events were deleted.",
            {"first": first, "last": last},
        ),
    )


def _removed(link: Link) -> Finding:
    return Finding(
        code="audit_event_missing",
        subject=str(link.event_id),
        message=Text(
            "第 {position} 环的记录 {event} 不存在：记录被删除。",
            "Event {event} of link {position} is gone: it was deleted.",
            {"position": link.position, "event": link.event_id},
        ),
    )


def _changed(link: Link) -> Finding:
    return Finding(
        code="audit_event_changed",
        subject=str(link.event_id),
        message=Text(
            "第 {position} 环的记录 {event} 与校验值不符：内容或次序被改动。",
            "Event {event} of link {position} does not fit its digest: it or the order"
            " was changed.",
            {"position": link.position, "event": link.event_id},
        ),
    )


def _rewritten(position: int) -> Finding:
    return Finding(
        code="audit_chain_rewritten",
        subject=str(position),
        message=Text(
            "第 {position} 环与以前校验时留存的值不符：链被重写。",
            "Link {position} is not what an earlier check saw: the chain was rewritten.",
            {"position": position},
        ),
    )


def _cut(position: int) -> Finding:
    return Finding(
        code="audit_chain_cut",
        subject=str(position),
        message=Text(
            "以前校验到第 {position} 环，现已不存在：链尾被截去。",
            "An earlier check saw link {position}, which is gone: the end was cut off.",
            {"position": position},
        ),
    )
