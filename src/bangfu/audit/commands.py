"""`bangfu audit verify`: is the audit as it was written?"""

from __future__ import annotations

import json

import click
from django.utils import timezone

from bangfu.audit import operations, presenting
from bangfu.audit.chain import Head
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.scope import acting
from bangfu.scope.command import actor_for_command

FINDINGS = 1


@click.group()
def audit() -> None:
    """Verify the audit."""


@audit.command()
@click.option(
    "--head", metavar="N:DIGEST", help="an end of the chain that was noted earlier"
)
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
@click.pass_context
def verify(ctx: click.Context, head: str | None, *, as_json: bool) -> None:
    """Compute the chain of all events anew.

    Exit code 1 when an event was edited, deleted or moved. Note the head it prints
    outside this system; a later run with --head proves that nothing was cut off.
    """
    noted = None if head is None else _head(head)
    by = actor_for_command(ctx, roles=presenting.reader_roles())
    with acting(by):
        check, findings = operations.verify_chain(by=by, at=timezone.now(), noted=noted)
    end = str(Head(check.position, bytes(check.digest)))
    if as_json:
        document = {
            "valid": not findings,
            "events": check.position,
            "until": check.until.isoformat() if check.until else None,
            "head": end,
            "findings": [
                {
                    "code": one.code,
                    "subject": one.subject,
                    "message": one.message.as_json(),
                }
                for one in findings
            ],
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        language = str((ctx.find_root().obj or {}).get("lang") or "en")
        for one in findings:
            click.echo(one.message.in_language(language))
        click.echo(presenting.check_words(check).in_language(language))
        click.echo(_NOTE.with_(head=end).in_language(language))
    ctx.exit(FINDINGS if findings else 0)


def _head(text: str) -> Head:
    position, _, digest = text.partition(":")
    try:
        return Head(int(position), bytes.fromhex(digest))
    except ValueError as error:
        raise BadInput(
            Text(
                "“{text}”不是链尾，应为“序号:校验值”。",
                "“{text}” is no head; it looks like NUMBER:DIGEST.",
                {"text": text[:90]},
            ),
            remedy=Text(
                "请照抄上次校验输出的链尾。",
                "Copy it from what an earlier run printed.",
            ),
            code="bad_head",
        ) from error


_NOTE = Text(
    "链尾 {head}：请另行留存，下次用 --head 核对。",
    "Head {head}: note it elsewhere and give it with --head next time.",
)
