"""`bangfu case list|show|take`: the same queries and operations as on screen.

Exit codes: 0 done, 1 a batch with cases that stayed as they were, 2 refused.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from django.utils import timezone

from bangfu.accounts.roles import READERS
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.registry.cases import operations, permissions, presenting, queries
from bangfu.registry.cases.evidence import Upload
from bangfu.registry.cases.models import Case
from bangfu.registry.cases.rules import EVIDENCE_TEXTS
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.registry.cases.stepping import Said
from bangfu.scope import acting
from bangfu.scope.command import actor_for_command

FINDINGS = 1
LIST_MAX = 1_000


@click.group()
def case() -> None:
    """Look at cases and move them on."""


@case.command(name="list")
@click.option("--mine", is_flag=True, help="only what waits for the acting role")
@click.option("--kind", type=click.Choice([kind.value for kind in CaseKind]))
@click.option("--all", "with_closed", is_flag=True, help="closed ones too")
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def list_(
    ctx: click.Context, mine: bool, kind: str | None, with_closed: bool, as_json: bool
) -> None:
    """List cases, the oldest first; at most 1,000."""
    by = actor_for_command(ctx, roles=READERS)
    with acting(by):
        permissions.check_see(by)
        rows = queries.waiting_for(by) if mine else queries.cases()
        if not with_closed:
            rows = rows.filter(closed_at=None)
        if kind:
            rows = rows.filter(kind=kind)
        found = [_line(one) for one in rows.order_by("entered_at", "pk")[:LIST_MAX]]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        click.echo(
            f"{one['id']}\t{one['household']}\t{one['kind']}\t{one['state']}\t"
            f"{one['next'] or '-'}\t{one['due'] or '-'}"
        )


@case.command()
@click.argument("case_id", type=int)
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def show(ctx: click.Context, case_id: int, as_json: bool) -> None:
    """Show one case with its steps."""
    by = actor_for_command(ctx, roles=READERS)
    language = (ctx.find_root().obj or {}).get("lang") or "en"
    with acting(by):
        permissions.check_see(by)
        found = queries.case(case_id)
        if found is None:
            raise operations.no_such_case()
        line = _line(found)
        steps = [
            {
                "act": step.act,
                "from": step.from_state,
                "to": step.to_state,
                "happened_on": step.happened_on.isoformat(),
                "recorded_at": step.recorded_at.isoformat(),
                "by": step.username,
                "role": step.role,
                "reason": step.reason,
                "facts": step.facts,
            }
            for step in queries.steps_of(found)
        ]
    if as_json:
        click.echo(json.dumps(line | {"steps": steps}, ensure_ascii=False))
        return
    title = CaseKind(found.kind).text.in_language(language)
    state = CaseState(found.state).text.in_language(language)
    click.echo(f"{title} {line['household']}: {state}")
    for step in steps:
        click.echo(f"  {step['happened_on']} {step['act']} → {step['to']} {step['by']}")


@case.command()
@click.argument("act")
@click.argument("case_ids", type=int, nargs=-1, required=True)
@click.option("--on", "happened_on", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option("--fact", "facts", multiple=True, help="KEY=VALUE, as often as needed")
@click.option("--file", "files", multiple=True, help="KIND=PATH, as often as needed")
@click.option("--reason", default="")
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def take(
    ctx: click.Context,
    act: str,
    case_ids: tuple[int, ...],
    happened_on: datetime,
    facts: tuple[str, ...],
    files: tuple[str, ...],
    reason: str,
    as_json: bool,
) -> None:
    """Take one act with cases; several only for acts that are for batches."""
    row = operations.act_named(act)
    by = actor_for_command(ctx, roles=row.roles)
    said = Said(
        happened_on=happened_on.date(),
        facts=dict(_pair(one) for one in facts),
        reason=reason,
        files=[_upload(*_pair(one)) for one in files],
    )
    common: dict[str, Any] = {"by": by, "at": timezone.now(), "act": act, "said": said}
    with acting(by):
        if len(case_ids) == 1:
            moved = [operations.take(case_id=case_ids[0], **common)]
            refused: list[operations.Refused] = []
        else:
            moved, refused = operations.take_many(case_ids=case_ids, **common)
        lines = [_line(one) for one in moved]
    stayed = [
        {"id": one.case_id, "why": one.refusal.message.as_json()} for one in refused
    ]
    if as_json:
        click.echo(json.dumps({"moved": lines, "refused": stayed}, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(f"{line['id']}\t{line['household']}\t{line['state']}")
        for one in refused:
            click.echo(f"{one.case_id}: {one.refusal}", err=True)
    if refused:
        ctx.exit(FINDINGS)


def _line(found: Case) -> dict[str, object]:
    due = queries.due_on(found)
    step = presenting.next_act(found)
    return {
        "id": found.pk,
        "household": f"{found.division_code}/{found.household.household_no}",
        "kind": str(found.kind),
        "state": str(found.state),
        "next": None if step is None else step.code,
        "due": None if due is None else due.isoformat(),
        "is_open": found.is_open,
        "is_legacy": found.is_legacy,
        "sent_back": found.sent_back,
    }


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise BadInput(
            Text(
                "“{text}”应写成 名称=内容。",
                "“{text}” should read NAME=VALUE.",
                {"text": text[:60]},
            )
        )
    return key, value


def _upload(kind: str, name: str) -> Upload:
    if kind not in EVIDENCE_TEXTS:
        raise BadInput(
            Text(
                "没有“{kind}”这类材料。",
                "There is no evidence “{kind}”.",
                {"kind": kind[:40]},
            ),
            remedy=Text(
                "可选：{kinds}。",
                "Choose one of {kinds}.",
                {"kinds": ", ".join(EVIDENCE_TEXTS)},
            ),
        )
    path = Path(name)
    try:
        return Upload(kind, path.name, path.read_bytes())
    except OSError as error:
        raise BadInput(
            Text(
                "无法读取文件 {path}。",
                "The file {path} cannot be read.",
                {"path": path},
            )
        ) from error
