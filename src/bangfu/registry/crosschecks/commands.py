"""`bangfu check`: the checks, a run, hits, verdicts, precision; as on screen.

Exit codes: 0 done, 1 a run or a batch that left something to look at, 2 refused.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from django.utils import timezone

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.registry.crosschecks import (
    operations,
    permissions,
    presenting,
    queries,
    rules,
    runs,
)
from bangfu.registry.crosschecks.declared import CHECKS
from bangfu.registry.crosschecks.models import HitState, VerdictKind
from bangfu.scope import acting
from bangfu.scope.command import actor_for_command

FINDINGS = 1
HITS_MAX = 10_000


@click.group()
def check() -> None:
    """Cross-check the register, look at hits, record verdicts."""


@check.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the checks with open hits, verdicts and precision."""
    by = actor_for_command(ctx, roles=permissions.SEE_ROLES)
    with acting(by):
        permissions.check_see(by)
        tallies = queries.tallies([one.code for one in CHECKS])
    found = [
        {
            "code": one.code,
            "name": one.name.as_json(),
            "group": one.group.value,
            "open": tallies[one.code].open,
            "true": tallies[one.code].precision.true,
            "false": tallies[one.code].precision.false,
            "unclear": tallies[one.code].precision.unclear,
            "precision": tallies[one.code].precision.share,
            "ci_low": tallies[one.code].precision.low,
            "ci_high": tallies[one.code].precision.high,
        }
        for one in CHECKS
    ]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in found:
        share = line["precision"]
        shown = "-" if share is None else f"{share:.2f}"
        click.echo(f"{line['code']}\t{line['open']}\t{shown}")


@check.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def run(ctx: click.Context, as_json: bool) -> None:
    """Carry out all checks over the actor's division, in this process."""
    by = actor_for_command(ctx, roles=permissions.RUN_ROLES)
    language = (ctx.find_root().obj or {}).get("lang") or "en"

    def tell(_done: int, _total: int, message: Text) -> None:
        click.echo(message.in_language(language), file=sys.stderr)

    with acting(by):
        record = runs.run(by=by, at=timezone.now(), progress=tell)
    result = {
        "run": record.pk,
        "division": str(record.division_code),
        "members": record.members,
        "rows": record.rows,
        "lists": record.lists,
        "counts": record.counts,
        "skipped": record.skipped,
        "thresholds": record.thresholds,
    }
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        for code, counts in record.counts.items():
            click.echo(f"{code}\t" + "\t".join(f"{n} {v}" for n, v in counts.items()))
    if any(counts["new"] + counts["changed"] for counts in record.counts.values()):
        ctx.exit(FINDINGS)


@check.command()
@click.option("--check", "code", type=click.Choice([one.code for one in CHECKS]))
@click.option("--all", "with_judged", is_flag=True, help="judged and gone ones too")
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def hits(
    ctx: click.Context, code: str | None, with_judged: bool, as_json: bool
) -> None:
    """List hits with why; at most 10,000."""
    by = actor_for_command(ctx, roles=permissions.SEE_ROLES)
    language = (ctx.find_root().obj or {}).get("lang") or "en"
    with acting(by):
        permissions.check_see(by)
        rows = queries.hits()
        if not with_judged:
            rows = rows.filter(state=HitState.OPEN)
        if code:
            rows = rows.filter(check_code=code)
        found = [
            {
                "id": one.pk,
                "check": one.check_code,
                "household": f"{one.division_code}/{one.household.household_no}"
                if one.household
                else str(one.division_code),
                "state": one.state,
                "verdict": one.verdict or None,
                "chance": one.chance,
                "why": presenting.why(one).in_language(language),
                "facts": one.facts,
            }
            for one in rows.order_by("pk")[:HITS_MAX]
        ]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in found:
        click.echo(f"{line['id']}\t{line['check']}\t{line['household']}\t{line['why']}")


@check.command()
@click.argument("verdict", type=click.Choice(VerdictKind.values))
@click.argument("hit_ids", type=int, nargs=-1, required=True)
@click.option("--basis", type=click.Choice(list(rules.BASES)), required=True)
@click.option("--reason", required=True)
@click.option("--file", "path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def judge(
    ctx: click.Context,
    verdict: str,
    hit_ids: tuple[int, ...],
    basis: str,
    reason: str,
    path: Path | None,
    as_json: bool,
) -> None:
    """Record a verdict on hits: true, false or unclear."""
    by = actor_for_command(ctx, roles=permissions.JUDGE_ROLES)
    said = operations.Said(
        kind=VerdictKind(verdict),
        basis=basis,
        reason=reason,
        file_name=path.name if path else "",
        file=_content(path),
    )
    with acting(by):
        judged, refused = operations.judge_many(
            by=by, at=timezone.now(), hit_ids=hit_ids, said=said
        )
    result = {
        "judged": [one.hit_id for one in judged],
        "refused": [
            {"id": one.hit_id, "why": one.refusal.message.as_json()} for one in refused
        ],
    }
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        click.echo(f"{len(judged)}")
        for one in refused:
            click.echo(f"{one.hit_id}: {one.refusal}", err=True)
    if refused:
        ctx.exit(FINDINGS)


def _content(path: Path | None) -> bytes:
    if path is None:
        return b""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            Text(
                "无法读取文件 {path}。",
                "The file {path} cannot be read.",
                {"path": path},
            )
        ) from error
