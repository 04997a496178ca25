"""`bangfu import KIND FILE...` and `bangfu import template KIND FILE`.

Everything runs in this process, under a named person (see scope.command): the same
steps as on screen, each committed by itself, without a worker. Exit codes: 0 done,
1 done or shown, with records that are wrong, 2 refused.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.utils import timezone

from bangfu import exchange
from bangfu.accounts.roles import OFFICES
from bangfu.calc.values.findings import BadInput, Refusal, WrongState
from bangfu.calc.values.text import Text
from bangfu.registry.imports import operations, preview
from bangfu.registry.imports.intake import Options, Plan, Progress
from bangfu.registry.imports.kinds import intake_of, kinds
from bangfu.registry.models import Import
from bangfu.registry.rules import names as rules
from bangfu.scope import Actor, acting
from bangfu.scope.command import actor_for_command

FINDINGS = 1
_FINDINGS_SHOWN = 20
_DIFFERENCES_SHOWN = 20
_File = click.Path(path_type=Path, dir_okay=False)
_Say = Callable[[Text], str]


@click.group(name="import")
def import_() -> None:
    """Import workbooks: households, units, officials."""


@import_.command()
@click.argument("kind", type=click.Choice(kinds()))
@click.argument("file", type=_File)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="language of the file")
@click.pass_context
def template(ctx: click.Context, kind: str, file: Path, lang: str | None) -> None:
    """Write the workbook to be filled in."""
    intake = intake_of(kind)
    exchange.write_template(
        intake.workbook, language=lang or _language(ctx), target=file
    )
    click.echo(str(file))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the command line asks for."""

    kind: str
    files: tuple[Path, ...]
    dry_run: bool
    yes: bool
    as_json: bool
    overwrite_empty: bool
    error_workbook: Path | None
    as_of: datetime | None = None


def _command_of(kind: str) -> click.Command:
    def run(ctx: click.Context, **asked: Any) -> None:
        code = _import(ctx, _Wanted(kind=kind, **asked))
        if code:
            ctx.exit(code)

    options = [
        click.Argument(["files"], type=_File, nargs=-1, required=True),
        click.Option(["--dry-run"], is_flag=True, help="check and show, write nothing"),
        click.Option(["--yes"], is_flag=True, help="write without asking"),
        click.Option(["--json", "as_json"], is_flag=True, help="one JSON document"),
        click.Option(
            ["--overwrite-empty"], is_flag=True, help="an empty cell empties the value"
        ),
        click.Option(
            ["--error-workbook"], type=_File, help="where to put what is wrong"
        ),
        *_options_of(kind),
        click.Option(["--as", "acting_as"], expose_value=False, callback=_named),
    ]
    return click.Command(
        kind,
        params=list(options),
        callback=click.pass_context(run),
        help=f"Import workbooks of {kind}.",
    )


def _options_of(kind: str) -> list[click.Option]:
    """Return what only one kind takes: the rosters have no ages to be checked."""
    if kind != "households" and not kind.startswith("list_"):
        return []
    day = click.DateTime(["%Y-%m-%d"])
    help_ = "the day of which the file tells; ages are taken on it (default: today)"
    return [click.Option(["--as-of"], type=day, metavar="DATE", help=help_)]


def _named(ctx: click.Context, _option: click.Parameter, value: str | None) -> None:
    """Take --as behind the command too; in front of it means the same."""
    if value:
        ctx.find_root().ensure_object(dict)["as"] = value


for _kind in kinds():
    import_.add_command(_command_of(_kind))


def _import(ctx: click.Context, wanted: _Wanted) -> int:
    """Check, show, ask, write; return the exit code."""
    language = _language(ctx)
    by = _actor(ctx)
    files = [(path.name, _content(path)) for path in wanted.files]
    progress = _progress(language, quiet=wanted.as_json)
    options = Options(
        overwrite_empty=wanted.overwrite_empty,
        language=language,
        as_of=None if wanted.as_of is None else wanted.as_of.date(),
    )
    with acting(by):
        record = operations.receive(
            by=by, at=timezone.now(), kind=wanted.kind, files=files, options=options
        )
    try:
        with acting(by):
            plan = operations.check(
                by=by,
                at=timezone.now(),
                import_id=record.pk,
                progress=progress,
            )
        _refresh(record, by)
        saved = _save_errors(record, wanted)
        shown = _Shown(wanted, record, plan, saved, language)
        is_written = _decide(shown, by, progress)
    except BaseException:
        _drop(record, by)
        raise
    if not is_written:
        _drop(record, by)
    shown.tell(is_written=is_written)
    return FINDINGS if plan.counts.wrong else 0


def _refresh(record: Import, by: Actor) -> None:
    with acting(by):
        record.refresh_from_db()


def _drop(record: Import, by: Actor) -> None:
    """End an import that nobody will confirm; its sealed files go with it."""
    with acting(by):
        try:
            operations.cancel(by=by, at=timezone.now(), import_id=record.pk)
        except WrongState:
            return  # it was written, or it ended by itself


def _decide(shown: _Shown, by: Actor, progress: Progress) -> bool:
    """Write if there is something to write and somebody wants it; tell whether."""
    wanted, plan, record = shown.wanted, shown.plan, shown.record
    if not plan.counts.right:
        raise _nothing_right(plan, shown.saved)
    if wanted.dry_run or not plan.counts.written:
        return False
    if not wanted.yes and not _asked(shown):
        return False
    with acting(by):
        operations.apply(
            by=by, at=timezone.now(), import_id=record.pk, progress=progress
        )
    return True


def _asked(shown: _Shown) -> bool:
    """Ask on a terminal; anywhere else --yes is needed."""
    if not sys.stdin.isatty():
        raise BadInput(
            Text("没有写入：需要确认。", "Nothing was written: it needs confirmation."),
            remedy=Text(
                "核对后加上 --yes 重新运行，或只用 --dry-run 查看。",
                "Run it again with --yes, or with --dry-run to look only.",
            ),
            code="not_confirmed",
        )
    shown.tell_preview()
    return click.confirm(
        shown.say(Text("确认导入？", "Import it?")), default=False, err=True
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """Says what would be, or was, done."""

    wanted: _Wanted
    record: Import
    plan: Plan
    saved: list[str]
    language: str

    def say(self, text: Text) -> str:
        return text.in_language(self.language)

    def tell(self, *, is_written: bool) -> None:
        if self.wanted.as_json:
            document = self._document(is_written)
            click.echo(json.dumps(document, ensure_ascii=False, indent=2))
            return
        if not self.wanted.yes and sys.stdin.isatty() and is_written:
            click.echo(self.say(_WRITTEN))
            return
        self.tell_preview(err=False)
        if is_written:
            click.echo(self.say(_WRITTEN))
        elif not self.plan.counts.written:
            click.echo(self.say(_SAME_OR_WRONG if self.plan.counts.wrong else _SAME))
        else:
            click.echo(self.say(_NOT_WRITTEN))

    def tell_preview(self, *, err: bool = True) -> None:
        counted = intake_of(self.wanted.kind).counted
        counts = self.plan.counts.as_json()
        click.echo(self.say(_COUNTS.with_(counted=counted, **counts)), err=err)
        for found in preview.findings(self.plan)[:_FINDINGS_SHOWN]:
            click.echo(f"  {self._line(found)}", err=err)
        self._tell_more("findings_total", _FINDINGS_SHOWN, _MORE_FINDINGS, err=err)
        for changed in self.plan.differences[:_DIFFERENCES_SHOWN]:
            before, after = (self._value(v) for v in (changed.before, changed.after))
            column = self.say(changed.column)
            click.echo(f"  {changed.record} {column}: {before} → {after}", err=err)
        self._tell_more(
            "differences_total", _DIFFERENCES_SHOWN, _MORE_DIFFERENCES, err=err
        )
        for path in self.saved:
            click.echo(self.say(_ERRORS.with_(path=path)), err=err)

    def _tell_more(self, total: str, shown: int, words: Text, *, err: bool) -> None:
        """Say how many were left out, so that a cut list does not look complete."""
        left = int((self.record.counts or {}).get(total, 0)) - shown
        if left > 0:
            click.echo(f"  {self.say(words.with_(n=f'{left:,}'))}", err=err)

    def _line(self, found: dict[str, Any]) -> str:
        name = self.record.files[found["file"]]["name"]
        place = found["place"]
        where = Text.from_json(place).in_language(self.language) if place else ""
        message = Text.from_json(found["message"]).in_language(self.language)
        rule = self.say(rules.titled(found["code"]))
        return f"{found['severity']} [{rule}] {name} {where}: {message}"

    def _value(self, value: str | Text | None) -> str:
        if value is None:
            return "–"
        return self.say(value) if isinstance(value, Text) else value

    def _document(self, is_written: bool) -> dict[str, object]:
        counts = dict(self.record.counts or {})
        return {
            "import_id": self.record.pk,
            "kind": self.wanted.kind,
            "as_of": self.record.options.get("as_of"),
            "state": self.record.state,
            "written": is_written,
            **self.plan.counts.as_json(),
            "rows": counts.get("rows"),
            "findings_by_code": counts.get("findings"),
            "findings_total": counts.get("findings_total"),
            "findings": self.record.findings,
            "differences_total": counts.get("differences_total"),
            "differences": self.record.differences,
            "files": self.record.files,
            "error_workbooks": self.saved,
            "policy_hash": self.plan.policy_hash,
        }


def _nothing_right(plan: Plan, saved: Sequence[str]) -> Refusal:
    placed = [
        found.finding
        for found in plan.findings
        if found.finding.code != preview.COMPANION
    ]
    return operations.NothingToImport(
        operations.nothing_right(plan).message,
        remedy=Text(
            "请改正后重新导入。{path}",
            "Mend it and import again. {path}",
            {"path": " ".join(saved)},
        ),
        findings=tuple(placed),
    )


def _save_errors(record: Import, wanted: _Wanted) -> list[str]:
    """Put the error workbooks where they were asked for; several get a number."""
    if wanted.error_workbook is None:
        return []
    saved = []
    wrong = [at for at, file in enumerate(record.files) if file["wrong_rows"]]
    for order, number in enumerate(wrong):
        path = wanted.error_workbook
        if order:
            path = path.with_stem(f"{path.stem}-{order + 1}")
        path.write_bytes(operations.error_workbook(record, number))
        saved.append(str(path))
    return saved


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            Text(
                "无法读取文件 {path}。",
                "The file {path} cannot be read.",
                {"path": path},
            ),
            remedy=Text("请检查路径和权限。", "Check the path and who may read it."),
            code="no_file",
        ) from error


def _actor(ctx: click.Context) -> Actor:
    """Return who imports; in the demo without a name, the office of the whole city."""
    named = (ctx.find_root().obj or {}).get("as") or os.environ.get("BANGFU_AS")
    division = None if named else settings.BANGFU_DIVISION
    return actor_for_command(ctx, roles=OFFICES, division=division)


def _language(ctx: click.Context) -> str:
    return (ctx.find_root().obj or {}).get("lang") or "en"


def _progress(language: str, *, quiet: bool) -> Progress:
    """Say on standard error what is under way, each thing once."""
    said: set[str] = set()

    def show(_done: int, _total: int, message: Text) -> None:
        line = message.in_language(language)
        if not quiet and line not in said:
            said.add(line)
            click.echo(f"{line} …", err=True)

    return show


_COUNTS = Text(
    "{counted}：新增 {new}，变更 {changed}，相同 {same}，错误 {wrong}",
    "{counted}: {new} new, {changed} changed, {same} same, {wrong} wrong",
)
_MORE_FINDINGS = Text(
    "……另有 {n} 处问题未列出：加 --json 查看更多，全部写在错误表中（--error-workbook）",
    "… and {n} more findings: --json shows more, the error workbook"
    " (--error-workbook) has all that are wrong",
)
_MORE_DIFFERENCES = Text(
    "……另有 {n} 处变更未列出：加 --json 查看更多",
    "… and {n} more changes: --json shows more",
)
_ERRORS = Text("错误表：{path}", "Error workbook: {path}")
_WRITTEN = Text("已导入。", "Imported.")
_NOT_WRITTEN = Text("没有写入。", "Nothing was written.")
_SAME = Text("与登记数据相同，无需写入。", "The same as registered; nothing to write.")
_SAME_OR_WRONG = Text(
    "没有写入：正确的记录与登记数据相同，其余有错误。",
    "Nothing was written: what is right is as registered, the rest is wrong.",
)
