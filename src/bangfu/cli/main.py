"""The entry point: which commands there are, what each needs, what an error becomes.

A command's module is imported only when it is called, so `bangfu calc` runs without
Django and a broken app does not break the others.

Exit codes: 0 done, 1 findings or infeasible, 2 refused, 3 internal error.
"""

from __future__ import annotations

import enum
import importlib
import json
import secrets
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import click

from bangfu.calc.values.findings import Finding, Refusal
from bangfu.calc.values.text import Text
from bangfu.cli.database import set_django_up, use_embedded_database
from bangfu.local import speech
from bangfu.local.faults import LocalFault

REFUSED, INTERNAL = 2, 3
FINDINGS_SHOWN = 50  # --json has them all
_MORE = Text(
    "……另有 {n} 处，加 --json 查看全部", "… and {n} more; --json lists them all"
)


class Needs(enum.IntEnum):
    """What must stand before a command's module may be imported."""

    NOTHING = 0
    DJANGO = 1
    DATABASE = 2


@dataclass(frozen=True)
class Entry:
    """One command: "module:attribute", what it needs, and its line in the help."""

    target: str
    needs: Needs
    help: Text


COMMANDS = {
    "run": Entry(
        "bangfu.cli.run:run",
        Needs.NOTHING,
        Text(
            "启动全部服务，首次自动装入示范市", "run everything; load the sample once"
        ),
    ),
    "setup": Entry(
        "bangfu.cli.run:setup",
        Needs.DATABASE,
        Text("建立数据表、密钥和首个管理员", "make tables, keys and the administrator"),
    ),
    "doctor": Entry(
        "bangfu.cli.doctor:doctor",
        Needs.NOTHING,
        Text(
            "检查安装，说明问题和处理办法", "say what is wrong here and how to mend it"
        ),
    ),
    "db": Entry(
        "bangfu.cli.run:db",
        Needs.NOTHING,
        Text(
            "内置数据库：启动、停止、升级",
            "the embedded database: start, stop, migrate",
        ),
    ),
    "worker": Entry(
        "bangfu.jobs.commands:worker",
        Needs.DATABASE,
        Text("执行后台任务", "run jobs until told to stop"),
    ),
    "accounts": Entry(
        "bangfu.accounts.commands:accounts",
        Needs.DATABASE,
        Text("用户与授权", "users and grants"),
    ),
    "audit": Entry(
        "bangfu.audit.commands:audit",
        Needs.DATABASE,
        Text("操作记录的防篡改校验", "verify that the audit is as it was written"),
    ),
    "policy": Entry(
        "bangfu.policy.commands:policy",
        Needs.DJANGO,
        Text("检查、查看、比较政策参数", "check, show and compare policy packs"),
    ),
    "divisions": Entry(
        "bangfu.divisions.commands:divisions",
        Needs.DATABASE,
        Text("行政区划", "the tree of divisions and its history"),
    ),
    "import": Entry(
        "bangfu.registry.commands:import_",
        Needs.DATABASE,
        Text("导入工作簿", "import workbooks of households, officials, units"),
    ),
    "case": Entry(
        "bangfu.registry.cases.commands:case",
        Needs.DATABASE,
        Text("识别退出：查看、办理事项", "look at cases and move them on"),
    ),
    "check": Entry(
        "bangfu.registry.crosschecks.commands:check",
        Needs.DATABASE,
        Text("数据比对：运行、线索、结论", "cross-checks: run, hits, verdicts"),
    ),
    "survey": Entry(
        "bangfu.registry.surveys.commands:survey",
        Needs.DATABASE,
        Text(
            "年度采集：登记、审核、锁定", "the households' years: record, check, lock"
        ),
    ),
    "notices": Entry(
        "bangfu.publicity.commands:notices",
        Needs.DATABASE,
        Text("公告公示：查看、期满办结", "notices: list them, settle what passed"),
    ),
    "files": Entry(
        "bangfu.files.commands:files",
        Needs.DATABASE,
        Text("证明材料：核对、清理", "evidence: check and tidy"),
    ),
    "pair": Entry(
        "bangfu.pairing.commands:pair",
        Needs.DATABASE,
        Text("结对帮扶：求解、生效、核验", "pair households with officials"),
    ),
    "duplicates": Entry(
        "bangfu.registry.duplicates.commands:duplicates",
        Needs.DATABASE,
        Text("疑似重复：查找、列表", "persons registered twice: find, list"),
    ),
    "targeting": Entry(
        "bangfu.registry.targeting.commands:targeting",
        Needs.DATABASE,
        Text("识别比对：测算代理得分", "targeting: fit the proxy score"),
    ),
    "funds": Entry(
        "bangfu.funds.commands:funds",
        Needs.DATABASE,
        Text("资金总账：余额、明细、证明", "the fund ledger: balances and their proof"),
    ),
    "lake": Entry(
        "bangfu.lake.commands:lake",
        Needs.DATABASE,
        Text(
            "数据快照：生成、查看、核验、清理", "snapshots: take, list, verify, prune"
        ),
    ),
    "calc": Entry(
        "bangfu.cli.calc:calc",
        Needs.NOTHING,
        Text("不用数据库，直接对文件计算", "compute on files, without a database"),
    ),
    "sample": Entry(
        "bangfu.sample.commands:sample",
        Needs.DJANGO,
        Text("生成虚构示范市的工作簿", "write the workbooks of a fictional city"),
    ),
    "demo": Entry(
        "bangfu.sample.commands:demo",
        Needs.DATABASE,
        Text("装入示范市和演示账户", "load the sample city and its log-ins"),
    ),
}


class LazyGroup(click.Group):
    """Loads a command when it is called, and says errors so that one can act."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command. Raises Refusal when its module cannot be imported."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if entry.needs >= Needs.DJANGO:
            set_django_up()
        module, attribute = entry.target.split(":")
        try:
            command = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            raise _not_installed(cmd_name, error) from error
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and start the database that it is going to ask."""
        entry = COMMANDS.get(args[0])
        wants_help = bool({"--help", "-h"} & set(args))
        if entry and entry.needs is Needs.DATABASE and not wants_help:
            use_embedded_database()
        return super().resolve_command(ctx, args)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List the commands without importing any of them."""
        language = speech.language()
        lines = [(n, entry.help.in_language(language)) for n, entry in COMMANDS.items()]
        with formatter.section("Commands"):
            formatter.write_dl(lines)

    def main(  # type: ignore[override] # click's overloads differ only in Never
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        *,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> int:
        """Run; every error ends here as a sentence and an exit code."""
        words = list(sys.argv[1:] if args is None else args)
        try:
            result = super().main(words, prog_name, standalone_mode=False, **extra)
            code = result if isinstance(result, int) else 0
        except Exception as error:  # noqa: BLE001 (the edge: nothing is above it)
            code = _report(error, words)
        if standalone_mode:
            sys.exit(code)
        return code


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--as", "acting_as", envvar="BANGFU_AS", help="act as this user")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="language of messages")
@click.version_option(package_name="bangfu")
@click.pass_context
def bangfu(ctx: click.Context, acting_as: str | None, lang: str | None) -> None:
    """Bangfu: targeted poverty alleviation of a city, end to end."""
    ctx.obj = {"as": acting_as, "lang": lang or speech.language()}


def main() -> NoReturn:
    """Run the command line and exit with its code."""
    bangfu(prog_name="bangfu")
    raise AssertionError  # the line above exits


def _not_installed(command: str, error: ModuleNotFoundError) -> Refusal:
    return Refusal(
        Text(
            "命令 {command} 不可用：缺少模块 {module}。",
            "The command {command} cannot be used: the module {module} is missing.",
            {"command": command, "module": error.name or "?"},
        ),
        remedy=Text("请运行 make setup。", "Run make setup."),
        code="not_installed",
    )


def _report(error: Exception, words: list[str]) -> int:
    """Say an error on stderr (with --json as a document on stdout); return the code."""
    language = _language_of(words)
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort):
        return REFUSED
    if isinstance(error, BrokenPipeError):
        return 0  # the reader has seen enough
    if isinstance(error, click.ClickException) and "--json" not in words:
        error.show()
        return REFUSED
    refusal = _as_refusal(error)
    if refusal is None:
        incident = secrets.token_hex(4).upper()
        traceback.print_exception(error, file=sys.stderr)
        refusal = _internal(incident)
    if "--json" in words:
        click.echo(json.dumps({"error": _document(refusal)}, ensure_ascii=False))
    _say(refusal, language)
    return INTERNAL if refusal.reason_code == "internal" else REFUSED


def _language_of(words: list[str]) -> str:
    if "--lang" in words[:-1]:
        return words[words.index("--lang") + 1]
    named = [word[7:] for word in words if word.startswith("--lang=")]
    return named[0] if named else speech.language()


def _as_refusal(error: Exception) -> Refusal | None:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, LocalFault):
        return Refusal(
            Text(error.zh, error.en),
            remedy=Text(error.remedy_zh, error.remedy_en),
            code=error.code,
        )
    if isinstance(error, click.ClickException):
        sentence = error.format_message()
        return Refusal(Text(sentence, sentence), code="usage")
    return _of_the_database(error)


def _of_the_database(error: Exception) -> Refusal | None:
    """What a person can mend; told by name and words, since Django may be absent."""
    kind, said = type(error).__name__, str(error)
    if "No space left on device" in said or kind == "DiskFull":
        return Refusal(
            Text(
                "磁盘已满，本次操作没有写入任何数据。",
                "The disk is full; nothing of this was written.",
            ),
            remedy=Text("请腾出磁盘空间后重试。", "Free disk space, then try again."),
            code="disk_full",
        )
    if kind == "ProgrammingError" and "does not exist" in said:
        return Refusal(
            Text(
                "数据表尚未建立或版本过旧。", "The tables are missing or out of date."
            ),
            remedy=Text("请运行 bangfu db migrate。", "Run bangfu db migrate."),
            code="not_migrated",
        )
    if kind == "OperationalError" and "connection" in said:
        return Refusal(
            Text("无法连接数据库：{why}", "No database: {why}", {"why": said.strip()}),
            remedy=Text("请运行 bangfu doctor。", "Run bangfu doctor."),
            code="no_database",
        )
    return None


def _internal(incident: str) -> Refusal:
    return Refusal(
        Text(
            "内部错误，编号 {incident}。",
            "Internal error {incident}.",
            {"incident": incident},
        ),
        remedy=Text(
            "请把编号和上面的记录交给维护人员；数据没有改变。",
            "Give the number and the lines above to the maintainers.",
        ),
        code="internal",
    )


def _document(refusal: Refusal) -> dict[str, object]:
    return {
        "code": refusal.reason_code,
        "message": refusal.message.as_json(),
        "remedy": refusal.remedy.as_json() if refusal.remedy else None,
        "findings": [_finding(finding) for finding in refusal.findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "subject": finding.subject,
        "severity": finding.severity.value,
        "message": finding.message.as_json(),
        "remedy": finding.remedy.as_json() if finding.remedy else None,
        "place": finding.place.as_json() if finding.place else None,
        "field": finding.field,
    }


def _say(refusal: Refusal, language: str) -> None:
    click.echo(refusal.message.in_language(language), err=True)
    for finding in refusal.findings[:FINDINGS_SHOWN]:
        place = f"{finding.place.in_language(language)}: " if finding.place else ""
        line = finding.message.in_language(language)
        click.echo(f"  {finding.code} {finding.subject} {place}{line}", err=True)
    left = len(refusal.findings) - FINDINGS_SHOWN
    if left > 0:
        more = _MORE.with_(n=f"{left:,}").in_language(language)
        click.echo(f"  {more}", err=True)
    if refusal.remedy:
        click.echo(refusal.remedy.in_language(language), err=True)


if __name__ == "__main__":
    main()
