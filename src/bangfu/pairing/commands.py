"""`bangfu pair solve | approve | reject | apply | verify | coverage`.

Everything runs in this process, under a named person (see scope.command). With --json
one document goes to standard output; what is under way goes to standard error.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import click
from django.db import transaction
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text
from bangfu.pairing import coverage, operations, permissions, queries
from bangfu.pairing.models import Run
from bangfu.pairing.rules import RunParameters
from bangfu.pairing.states import RunState
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor
from bangfu.scope.command import actor_for_command

FINDINGS = 1
REFUSED_LINES_SHOWN = 500
_json_option = click.option(
    "--json", "as_json", is_flag=True, help="one JSON document on stdout"
)


def _code(_ctx: click.Context, _parameter: click.Parameter, value: str) -> DivisionCode:
    """Read the code; a wrong one is refused with its sentence."""
    return DivisionCode.parse(value)


@click.group()
def pair() -> None:
    """Pair every household with a responsible official."""


@pair.command()
@click.option(
    "--division", callback=_code, required=True, help="city, county, township"
)
@click.option("--year", type=int, required=True, help="the programme year")
@click.option("--keep-price", type=int, help="points that keeping a pair is worth")
@click.option("--km-price", type=int, help="points to a kilometre")
@click.option("--dry-run", is_flag=True, help="store nothing")
@_json_option
@click.pass_context
def solve(
    ctx: click.Context,
    division: DivisionCode,
    year: int,
    keep_price: int | None,
    km_price: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Solve a run over DIVISION and keep its preview; exit code 1 when it is not full."""
    by = actor_for_command(ctx, roles=permissions.ORDER_ROLES, division=division)
    with acting(by):
        run = operations.solve_now(
            by=by,
            at=_now(),
            division=division,
            year=year,
            parameters=RunParameters(km_price=km_price, keep_price=keep_price),
            progress=_progress(ctx),
        )
        document = queries.as_json(run)
        if dry_run:
            document["run"] = None
            transaction.set_rollback(True)
    _emit(document) if as_json else _say_run(ctx, document)
    is_full = not document["uncovered"] and not document["below_min"]
    ctx.exit(0 if is_full else FINDINGS)


@pair.command()
@click.argument("run_id", metavar="RUN", type=int)
@click.option("--reason", default="", help="remark on the approval")
@_json_option
@click.pass_context
def approve(ctx: click.Context, run_id: int, reason: str, as_json: bool) -> None:
    """Approve RUN as the second person."""
    by = _second_person(ctx, run_id)
    with acting(by):
        run = operations.approve(by=by, at=_now(), run_id=run_id, reason=reason)
    _say_state(ctx, run, as_json=as_json)


@pair.command()
@click.argument("run_id", metavar="RUN", type=int)
@click.option("--reason", required=True, help="why it is returned")
@_json_option
@click.pass_context
def reject(ctx: click.Context, run_id: int, reason: str, as_json: bool) -> None:
    """Return RUN as the second person."""
    by = _second_person(ctx, run_id)
    with acting(by):
        run = operations.reject(by=by, at=_now(), run_id=run_id, reason=reason)
    _say_state(ctx, run, as_json=as_json)


@pair.command()
@click.argument("run_id", metavar="RUN", type=int)
@click.option(
    "--from-date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="first day of the new pairings; today without it",
)
@_json_option
@click.pass_context
def apply(
    ctx: click.Context, run_id: int, from_date: datetime | None, as_json: bool
) -> None:
    """Carry out RUN; a preview is approved in the same act by the second person.

    Exit code 1 when lines were refused because their input changed.
    """
    at = _now()
    day = from_date.date() if from_date else timezone.localdate(at)
    by = _second_person(ctx, run_id)
    with acting(by):
        is_previewed = queries.run(run_id).state == RunState.PREVIEWED
        act = operations.approve_and_apply if is_previewed else operations.apply
        run = act(by=by, at=at, run_id=run_id, from_date=day)
        document = _applied(run, day)
    if as_json:
        _emit(document)
    else:
        _say(ctx, _APPLIED.with_(**{"run": run.pk, **document}))
        for line in document["refused_lines"]:
            _say(ctx, Text("  {household}：{why}", "  {household}: {why}", line))
    ctx.exit(FINDINGS if document["refused"] else 0)


def _applied(run: Run, day: date) -> dict[str, Any]:
    refused = queries.run_lines(run).exclude(refusal="").order_by("pk")
    return {
        "run": run.pk,
        "state": str(run.state),
        "from_date": day.isoformat(),
        **(run.summary or {})["applied"],
        "refused_lines": [
            {
                "household": str(line.household),
                "refusal": line.refusal,
                "why": line.refusal_text,
            }
            for line in refused[:REFUSED_LINES_SHOWN]
        ],
    }


@pair.command()
@click.argument("run_id", metavar="RUN", type=int)
@_json_option
@click.pass_context
def verify(ctx: click.Context, run_id: int, as_json: bool) -> None:
    """Check the pairs and the proof of RUN independently; exit code 1 for findings."""
    by = _reader(ctx, _division_of(run_id))
    with acting(by):
        findings = operations.verify(by=by, at=_now(), run_id=run_id)
        run = queries.run(run_id)
    if as_json:
        _emit(
            {
                **queries.as_json(run),
                "valid": not findings,
                "findings": [_finding(one) for one in findings],
            }
        )
    elif findings:
        for one in findings:
            _say(ctx, one.message)
    else:
        _say(ctx, _VALID.with_(run=run.pk))
    ctx.exit(FINDINGS if findings else 0)


@pair.command(name="coverage")
@click.option("--division", callback=_code, required=True, help="whose coverage")
@_json_option
@click.pass_context
def coverage_(ctx: click.Context, division: DivisionCode, as_json: bool) -> None:
    """Count two-way coverage now; exit code 1 when it is not full."""
    by = _reader(ctx, division)
    today = timezone.localdate()
    with acting(by):
        board = coverage.coverage(division, at=today)
        latest = queries.latest_run(division)
    if as_json:
        known = {
            "run": None if latest is None else latest.pk,
            "shortages": [] if latest is None else latest.shortages,
        }
        _emit({"at": today.isoformat(), **board.as_json(), **known})
    else:
        _say(ctx, _head(board.figures).with_(name=board.name))
        for part in board.parts:
            name = Text("（本级）", "(own level)") if part.own else part.name
            _say(ctx, _head(part.figures).with_(name=name))
    ctx.exit(0 if board.figures.is_full else FINDINGS)


def _head(figures: coverage.Figures) -> Text:
    return Text(
        "{name}：贫困户 {households}，已有帮扶 {covered}，无人帮扶 {uncovered}；"
        "应帮扶干部 {obliged}，不足 {below}，超额 {above}。",
        "{name}: households {households}, with a helper {covered}, without "
        "{uncovered}; officials who must help {obliged}, below {below}, above {above}.",
        {
            "households": f"{figures.households:,}",
            "covered": f"{figures.covered:,}",
            "uncovered": f"{figures.uncovered:,}",
            "obliged": f"{figures.obliged:,}",
            "below": f"{figures.below:,}",
            "above": f"{figures.above:,}",
        },
    )


# Who acts


def _second_person(ctx: click.Context, run_id: int) -> Actor:
    """Return who decides: in the demo, somebody else than who ordered the run.

    A person who is named acts as he or she is, and is refused by the rule itself.
    """
    with acting(system_actor("command")):
        run = queries.run(run_id)
    is_named = bool((ctx.find_root().obj or {}).get("as"))
    return actor_for_command(
        ctx,
        roles=permissions.DECIDE_ROLES,
        division=run.division_code,
        other_than=None if is_named else run.created_by_id,
    )


def _division_of(run_id: int) -> DivisionCode:
    with acting(system_actor("command")):
        return DivisionCode(queries.run(run_id).division_code)


def _reader(ctx: click.Context, division: DivisionCode) -> Actor:
    return actor_for_command(ctx, roles=permissions.READ_ROLES, division=division)


# Out


def _now() -> datetime:
    return timezone.now()


def _emit(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, Text):
        return value.as_json()
    raise TypeError(type(value).__name__)


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "subject": finding.subject,
        "severity": finding.severity.value,
        "message": finding.message.as_json(),
    }


def _say(ctx: click.Context, text: Text) -> None:
    click.echo(text.in_language(_language(ctx)))


def _language(ctx: click.Context) -> str:
    return str((ctx.find_root().obj or {}).get("lang") or "en")


def _progress(ctx: click.Context) -> operations.Progress:
    language = _language(ctx)

    def show(done: int, total: int, message: Text) -> None:
        click.echo(f"[{done}/{total}] {message.in_language(language)}", err=True)

    return show


def _say_run(ctx: click.Context, document: dict[str, Any]) -> None:
    changes = document["changes"]
    _say(ctx, _SOLVED.with_(**document, **{f"n_{k}": v for k, v in changes.items()}))
    for shortage in document["shortages"]:
        _say(ctx, Text.from_json(shortage["message"]))
        for remedy in shortage["remedies"]:
            _say(ctx, Text("  办法：{m}", "  Remedy: {m}").with_(m=_text(remedy)))
    if document["run"] is None:
        _say(ctx, Text("仅试算，未保存。", "A dry run: nothing was stored."))
    else:
        _say(ctx, _NEXT.with_(run=document["run"]))


def _text(stored: dict[str, Any]) -> Text:
    return Text.from_json(stored["message"])


def _say_state(ctx: click.Context, run: Run, *, as_json: bool) -> None:
    if as_json:
        _emit({"run": run.pk, "state": str(run.state)})
    else:
        state = RunState(run.state).text
        _say(
            ctx,
            Text("方案 {n}：{state}", "Run {n}: {state}").with_(n=run.pk, state=state),
        )


_SOLVED = Text(
    "贫困户 {households}，干部 {officials}；覆盖 {covered}（此前 {covered_before}），"
    "未覆盖 {uncovered}，不足下限 {below_min}，超过上限 {above_max}。"
    "新结对 {n_new}，更换 {n_replace}，不变 {n_keep}，终止 {n_end}。"
    "成本 {cost}，下界 {bound}，差距 {gap}。用时 {seconds} 秒，内存 {peak_mb} MB。",
    "Households {households}, officials {officials}; covered {covered} (before: "
    "{covered_before}), uncovered {uncovered}, below minimum {below_min}, above maximum "
    "{above_max}. New {n_new}, replaced {n_replace}, kept {n_keep}, ended {n_end}. "
    "Cost {cost}, bound {bound}, gap {gap}. {seconds} s, {peak_mb} MB.",
)
_NEXT = Text(
    "方案 {run} 待审批：bangfu pair apply {run}（由另一人办理）。",
    "Run {run} awaits a second person: bangfu pair apply {run}.",
)
_APPLIED = Text(
    "方案 {run} 自 {from_date} 起执行：新结对 {new}，更换 {replaced}，终止 {ended}，"
    "不变 {kept}，未执行 {refused}。",
    "Run {run} holds from {from_date}: new {new}, replaced {replaced}, ended {ended}, "
    "kept {kept}, refused {refused}.",
)
_VALID = Text(
    "方案 {run} 核验通过：结对合法，覆盖最多、缺口最小、成本最低均已证明。",
    "Run {run} holds: the pairs are legal, and proven to cover most, to fall short least "
    "and to cost least.",
)
