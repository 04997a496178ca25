"""Writes: order a run, and what people found out about hits.

order_run     a job for the worker, which carries it out (`runs`)
judge         one verdict on one hit
judge_many    the same verdict on selected hits, each by itself

A verdict changes its hit and nothing else: whoever thinks that a household must leave the
roll, or stay off it, opens or decides its case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, OutOfLimit, Refusal, WrongState
from bangfu.calc.values.text import Text
from bangfu.files import operations as files
from bangfu.files.kinds import Purpose
from bangfu.files.queries import Subject
from bangfu.jobs import operations as jobs
from bangfu.jobs.models import Job, State
from bangfu.registry.crosschecks import permissions, queries, rules, thresholds
from bangfu.registry.crosschecks.models import (
    Hit,
    HitState,
    Verdict,
    VerdictKind,
)
from bangfu.scope import Actor

JOB = "registry.crosscheck"
BATCH_MAX = 200


class NoSuchHit(BadInput):
    """There is no such hit within the acting scope."""

    code = "crosscheck.none"
    http_status = 404


class AlreadyOrdered(WrongState):
    """A run over the same division waits or is running."""

    code = "crosscheck.already_ordered"


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says about a hit. basis: a key of rules.BASES."""

    kind: VerdictKind
    basis: str
    reason: str
    file_name: str = ""
    file: bytes = b""


@dataclass(frozen=True, slots=True)
class Refused:
    """A hit of a batch that was left as it was, and why."""

    hit_id: int
    refusal: Refusal


def order_run(*, by: Actor, at: datetime) -> Job:
    """Order a run over the actor's division. Raises NotAllowed, AlreadyOrdered."""
    permissions.check_run(by)
    assert by.division is not None  # noqa: S101 - an office has one
    with transaction.atomic():
        waiting = Job.objects.filter(
            kind=JOB,
            division_code=by.division,
            state__in=(State.QUEUED, State.RUNNING),
        )
        if waiting.exists():
            raise AlreadyOrdered(
                Text(
                    "本区划的数据比对正在进行。",
                    "A run over this division waits or is running.",
                ),
                remedy=Text("请等它结束。", "Wait until it is over."),
            )
        job = jobs.enqueue(by=by, at=at, kind=JOB, payload={}, division=by.division)
        audit.record(
            "registry.crosscheck.ordered",
            by=by,
            at=at,
            division=by.division,
            detail={"job": job.pk},
        )
    return job


def judge(
    *,
    by: Actor,
    at: datetime,
    hit_id: int,
    said: Said,
    seen: str | None = None,
) -> Verdict:
    """Record what a person found out about a hit.

    seen: digest of the facts that the person looked at. Raises NoSuchHit, NotAllowed,
    Partial for who must stand aside, NotOpen, HitChanged, BadVerdict, and what `files`
    refuses; the hit stays as it was then.
    """
    with transaction.atomic():
        hit = queries.hit_for_update(hit_id)
        if hit is None:
            raise _no_such_hit()
        permissions.check_judge(by, DivisionCode(hit.division_code))
        ties = queries.ties(by, hit, on=thresholds.today(at))
        permissions.check_impartial(
            is_kin=ties.is_kin, is_helper=ties.is_helper, is_cadre=ties.is_cadre
        )
        rules.check_open(is_gone=hit.state == HitState.GONE)
        rules.check_same_facts(seen=seen, now=hit.facts_digest)
        rules.check_verdict(
            kind=said.kind,
            basis=said.basis,
            reason=said.reason,
            has_evidence=bool(said.file),
        )
        verdict = Verdict.objects.create(
            hit=hit,
            division_code=hit.division_code,
            kind=said.kind,
            basis=said.basis,
            reason=said.reason.strip(),
            facts_digest=hit.facts_digest,
            attachment_id=_attached(by, at, hit, said),
            case=queries.open_case_of(hit.household_id),
            user_id=by.user_id,
            username=by.username,
            role=by.role,
        )
        hit.state, hit.verdict = HitState.JUDGED, said.kind
        hit.is_reopened, hit.changed_at = False, at
        hit.save(update_fields=["state", "verdict", "is_reopened", "changed_at"])
        audit.record(
            "registry.hit.judged",
            by=by,
            at=at,
            subject=hit,
            reason=said.reason.strip(),
            detail={
                "check": hit.check_code,
                "verdict": said.kind.value,
                "case": verdict.case_id,
            },
        )
    return verdict


def judge_many(
    *, by: Actor, at: datetime, hit_ids: Sequence[int], said: Said
) -> tuple[list[Verdict], list[Refused]]:
    """Give selected hits the same verdict, each in a transaction of its own.

    Returns what was judged, and what stayed as it was with the reason. Raises OutOfLimit
    above 200, and BadVerdict at once when the verdict fits none.
    """
    if len(hit_ids) > BATCH_MAX:
        raise OutOfLimit(
            Text(
                "一次最多核实 {limit} 条。",
                "At most {limit} hits at a time.",
                {"limit": BATCH_MAX},
            )
        )
    rules.check_verdict(
        kind=said.kind,
        basis=said.basis,
        reason=said.reason,
        has_evidence=bool(said.file),
    )
    judged, refused = [], []
    for hit_id in sorted(set(hit_ids)):
        try:
            judged.append(judge(by=by, at=at, hit_id=hit_id, said=said))
        except Refusal as refusal:
            refused.append(Refused(hit_id, refusal))
    return judged, refused


def _no_such_hit() -> NoSuchHit:
    """Return the refusal of a hit that does not exist or is not to be seen."""
    return NoSuchHit(Text("没有这条线索。", "There is no such hit."))


def _attached(by: Actor, at: datetime, hit: Hit, said: Said) -> int | None:
    if not said.file:
        return None
    file = files.store(
        by=by,
        at=at,
        division=DivisionCode(hit.division_code),
        name=said.file_name,
        content=said.file,
    )
    attachment = files.attach(
        by=by,
        at=at,
        file=file,
        subject=Subject.of(hit),
        purpose=Purpose.OTHER,
        name=said.file_name,
        seen_from=Level.TOWNSHIP,
    )
    return int(attachment.pk)
