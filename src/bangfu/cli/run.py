"""The commands of the installation itself: run, setup, db."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text
from bangfu.cli.database import has_own_server, set_django_up, use_embedded_database
from bangfu.local.launcher import PORT, Launcher
from bangfu.local.postgres import EmbeddedPostgres, data_folder, var_folder


class OwnServer(Refusal):
    """The act is only for the embedded database."""

    code = "own_server"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=PORT)
@click.option("--empty", is_flag=True, help="do not load the sample city")
@click.pass_context
def run(ctx: click.Context, *, port: int, empty: bool) -> None:
    """Run the database, the web server and a worker until Ctrl-C."""
    if has_own_server():
        raise OwnServer(
            Text(
                "已设置 DATABASE_URL：bangfu run 只用于内置数据库。",
                "DATABASE_URL is set: bangfu run is only for the embedded database.",
            ),
            remedy=Text(
                "正式环境请用 systemd 运行 gunicorn bangfu.site.wsgi 和 bangfu worker；"
                "试用请取消 DATABASE_URL。",
                "In production let systemd run gunicorn bangfu.site.wsgi and "
                "bangfu worker; to try it out, unset DATABASE_URL.",
            ),
        )
    ctx.exit(Launcher(var_folder(), port=port, sample=not empty).run())


@click.command()
@click.option("--administrator", help="user name of the first administrator")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def setup(ctx: click.Context, *, administrator: str | None, as_json: bool) -> None:
    """Make the tables, the keys and, on a server of your own, one administrator.

    May be run again after every upgrade. The password is shown once and is valid for
    72 hours; the administrator chooses another at the first log-in.
    """
    from bangfu.cli import preparing

    preparing.check_roles()
    preparing.migrate()
    if administrator is None and has_own_server():
        administrator = "admin"
    created = None
    if administrator and not preparing.has_users():
        created = preparing.first_administrator(administrator, at=datetime.now(tz=UTC))
    if as_json:
        click.echo(json.dumps({"administrator": created}, ensure_ascii=False))
        return
    language = ctx.obj["lang"]
    click.echo(Text("数据表已就绪。", "The tables are ready.").in_language(language))
    if created:
        password = Text(
            "管理员 {username} 的一次性密码：{password}",
            "One-time password of the administrator {username}: {password}",
            created,
        )
        click.echo(password.in_language(language))


@click.group()
def db() -> None:
    """The embedded database, and the tables of any database."""


@db.command()
def start() -> None:
    """Start the embedded server; it runs until `bangfu db stop`."""
    server = _embedded()
    click.echo(server.start())
    server.ensure_roles_and_database()
    server.keep()


@db.command()
def stop() -> None:
    """Stop the embedded server, whoever uses it."""
    click.echo(_embedded().stop())


@db.command()
@click.argument("name", required=False)
@click.pass_context
def where(ctx: click.Context, *, name: str | None) -> None:
    """Show where data, socket, log and programs are, or only NAME of them."""
    places = _embedded().where()
    if name is None:
        click.echo(json.dumps(places, ensure_ascii=False, indent=2))
    elif name in places:
        click.echo(places[name])
    else:
        raise click.UsageError(", ".join(places), ctx)


@db.command()
def migrate() -> None:
    """Make the keys if there are none, and bring the tables up to date."""
    use_embedded_database()
    set_django_up()
    from bangfu.cli import preparing

    preparing.migrate()


@db.command()
@click.pass_context
def shell(ctx: click.Context) -> None:
    """Open psql on the embedded database as its owner."""
    server = _embedded()
    server.start()
    try:
        ctx.exit(server.psql())
    finally:
        server.release()


@db.command()
@click.option("--yes", is_flag=True, help="do not ask")
@click.pass_context
def reset(ctx: click.Context, *, yes: bool) -> None:
    """Delete everything in the embedded database for good."""
    server = _embedded()
    question = Text(
        "永久删除 {data}？", "Delete {data} for good?", {"data": server.data}
    )
    if not yes:
        click.confirm(question.in_language(ctx.obj["lang"]), abort=True)
    server.reset()
    for name in ("demo-logins.txt", "sample-loading"):
        (var_folder() / name).unlink(missing_ok=True)


def _embedded() -> EmbeddedPostgres:
    if has_own_server():
        raise OwnServer(
            Text(
                "已设置 DATABASE_URL，没有内置数据库。",
                "DATABASE_URL is set; there is no embedded database.",
            ),
            remedy=Text("请用该服务器自己的工具。", "Use the tools of that server."),
        )
    return EmbeddedPostgres(Path(data_folder()))
