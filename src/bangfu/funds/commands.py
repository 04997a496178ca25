"""`bangfu funds balance | statement | trial-balance | prove`.

With --json one document goes to standard output. Amounts in JSON are integer fen; in
text they are yuan. `prove` ends with 1 when a kept balance is not what its entries say.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import click

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.money import format_yuan
from bangfu.calc.values.text import Text
from bangfu.funds import budget_commands
from bangfu.funds.ledger import permissions, queries
from bangfu.funds.ledger.models import Account
from bangfu.scope import acting
from bangfu.scope.command import actor_for_command

FINDINGS = 1
_json_option = click.option(
    "--json", "as_json", is_flag=True, help="one JSON document on stdout"
)
_at_option = click.option(
    "--at",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="at the end of this day [default: now]",
)
_account = click.argument("account_id", metavar="ACCOUNT", type=int)


@click.group()
def funds() -> None:
    """The fund ledger: balances, statements, trial balances, and their proof."""


funds.add_command(budget_commands.projects)
funds.add_command(budget_commands.lines)
funds.add_command(budget_commands.progress)


@funds.command()
@_account
@_at_option
@_json_option
@click.pass_context
def balance(
    ctx: click.Context, *, account_id: int, on: datetime | None, as_json: bool
) -> None:
    """Say what ACCOUNT holds, and what of it is committed."""
    by = actor_for_command(ctx, roles=permissions.READ_ROLES)
    with acting(by):
        found = queries.account(account_id)
        day = _day(on)
        document = {
            **_described(found),
            "at": day and day.isoformat(),
            "balance_fen": queries.balance(found, day),
            "committed_fen": found.standing.committed_fen if day is None else None,
        }
    if as_json:
        _emit(document)
        return
    click.echo(f"{_title(ctx, found)}  {format_yuan(int(document['balance_fen']))}")


@funds.command()
@_account
@click.option(
    "--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="the first day"
)
@_at_option
@_json_option
@click.pass_context
def statement(
    ctx: click.Context,
    *,
    account_id: int,
    start: datetime | None,
    on: datetime | None,
    as_json: bool,
) -> None:
    """List the entries of ACCOUNT with the total after each."""
    by = actor_for_command(ctx, roles=permissions.READ_ROLES)
    with acting(by):
        found = queries.statement(queries.account(account_id), _day(start), _day(on))
        document = {
            **_described(found.account),
            "opening_fen": found.opening_fen,
            "entries": [_line(one) for one in found.lines],
            "closing_fen": found.closing_fen,
        }
    if as_json:
        _emit(document)
        return
    click.echo(_title(ctx, found.account))
    click.echo(f"{'':10}  {'':>10}  {format_yuan(found.opening_fen):>20}")
    for one in found.lines:
        click.echo(
            f"{one.entry.posted_on}  {one.entry.voucher.year}-{one.entry.voucher.number:<6}"
            f"  {format_yuan(one.entry.amount_fen):>20}  {format_yuan(one.balance_fen):>20}"
            f"  {one.entry.voucher.text}"
        )


@funds.command(name="trial-balance")
@click.option("--division", help="code; by default that of the grant")
@_at_option
@_json_option
@click.pass_context
def trial_balance(
    ctx: click.Context, *, division: str | None, on: datetime | None, as_json: bool
) -> None:
    """List what every account of a division and below holds, and the sums."""
    by = actor_for_command(ctx, roles=permissions.READ_ROLES)
    with acting(by):
        place = DivisionCode(division) if division else by.division
        assert place is not None  # noqa: S101 - readers hold a grant at a division
        found = queries.trial_balance(place, _day(on) or queries.today())
    document = {
        "division": str(found.division_code),
        "at": found.on.isoformat(),
        "accounts": [
            {
                **_described(one.account),
                "debit_fen": one.debit_fen,
                "credit_fen": one.credit_fen,
                "balance_fen": one.balance_fen,
            }
            for one in found.lines
        ],
        "debit_fen": found.debit_fen,
        "credit_fen": found.credit_fen,
        "from_above_fen": found.from_above_fen,
    }
    if as_json:
        _emit(document)
        return
    for one in found.lines:
        click.echo(
            f"{one.account.pk:>8}  {one.account.division_code:<12}"
            f"  {format_yuan(one.balance_fen):>20}  {_title(ctx, one.account)}"
        )
    _say(
        ctx,
        Text(
            "借方 {debit}，贷方 {credit}，上级拨入 {above}",
            "debit {debit}, credit {credit}, from above {above}",
            {
                "debit": format_yuan(found.debit_fen),
                "credit": format_yuan(found.credit_fen),
                "above": format_yuan(found.from_above_fen),
            },
        ),
    )


@funds.command()
@click.argument("account_id", metavar="[ACCOUNT]", type=int, required=False)
@_at_option
@_json_option
@click.pass_context
def prove(
    ctx: click.Context, *, account_id: int | None, on: datetime | None, as_json: bool
) -> None:
    """Add the entries of ACCOUNT (of every account without one) up again.

    Exit code 1 when a balance that is kept is not what the entries say.
    """
    by = actor_for_command(ctx, roles=permissions.READ_ROLES)
    with acting(by):
        accounts = (
            [queries.account(account_id)]
            if account_id is not None
            else list(Account.objects.order_by("pk"))
        )
        proofs = [queries.prove(one, _day(on)) for one in accounts]
    wrong = [one for one in proofs if not one.holds]
    if as_json:
        _emit(
            {
                "holds": not wrong,
                "accounts": [_proof(one) for one in proofs],
            }
        )
    else:
        for one in wrong:
            click.echo(
                f"{_title(ctx, one.account)}  {format_yuan(one.balance_fen)}"
                f" != {format_yuan(one.kept_balance_fen)}"
            )
        _say(
            ctx,
            Text(
                "核对 {count} 个账户，{wrong} 个不符。",
                "Accounts proved: {count}; not as kept: {wrong}.",
                {"count": len(proofs), "wrong": len(wrong)},
            ),
        )
    ctx.exit(FINDINGS if wrong else 0)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _described(account: Account) -> dict[str, Any]:
    return {
        "account": account.pk,
        "division": str(account.division_code),
        "kind": account.kind,
        "class": account.fund_class,
        "source": account.source,
        "year": account.year,
        "purpose": account.purpose,
        "name": account.name,
    }


def _line(line: queries.Line) -> dict[str, Any]:
    return {
        "posted_on": line.entry.posted_on.isoformat(),
        "voucher": line.entry.voucher_id,
        "number": line.entry.voucher.number,
        "edge": line.entry.edge,
        "text": line.entry.voucher.text,
        "amount_fen": line.entry.amount_fen,
        "balance_fen": line.balance_fen,
        "is_reversal": line.is_reversal,
        "is_reversed": line.is_reversed,
    }


def _proof(proof: queries.Proof) -> dict[str, Any]:
    return {
        "account": proof.account.pk,
        "holds": proof.holds,
        "entries": proof.entry_count,
        "debit_fen": proof.debit_fen,
        "credit_fen": proof.credit_fen,
        "balance_fen": proof.balance_fen,
        "kept_balance_fen": proof.kept_balance_fen,
    }


def _title(ctx: click.Context, account: Account) -> str:
    language = _language(ctx)
    return (
        f"{account.title_text.in_language(language)}"
        f" · {account.line_text.in_language(language)}"
    )


def _emit(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _say(ctx: click.Context, text: Text) -> None:
    click.echo(text.in_language(_language(ctx)))


def _language(ctx: click.Context) -> str:
    return str((ctx.find_root().obj or {}).get("lang") or "en")
