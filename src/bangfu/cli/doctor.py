"""`bangfu doctor`: what is wrong with this installation and how to mend it.

Nothing is changed. A check that cannot be made is a finding too: "no answer" must not
look like health.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import socket
import stat
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from bangfu.calc.values.findings import Finding, Severity
from bangfu.calc.values.text import Text
from bangfu.cli.database import has_own_server, set_django_up, use_embedded_database
from bangfu.local.faults import LocalFault
from bangfu.local.launcher import HOST, PORT, running
from bangfu.local.postgres import EmbeddedPostgres, checkout, data_folder, var_folder

FREE_BYTES_MIN = 1_000_000_000
CLOCK_SECONDS_MAX = 5
FRONT_END = ("bootstrap", "bootstrap-icons", "echarts")
MAKE_SETUP = Text("请运行 make setup。", "Run make setup.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def doctor(ctx: click.Context, *, as_json: bool) -> None:
    """Say what is wrong with this installation and how to mend it; 1 if anything is."""
    language = ctx.obj["lang"]
    report = [(title, *_examined(check)) for title, check in _checks()]
    wrong = [f for _, _, found in report for f in found if _is_wrong(f)]
    if as_json:
        click.echo(json.dumps(_document(report), ensure_ascii=False, indent=2))
    else:
        for title, fact, found in report:
            _print(title, fact, found, language)
    ctx.exit(1 if wrong else 0)


Examined = tuple[Text, list[Finding]]
"""What holds, in a few words, and what was found."""


def _checks() -> list[tuple[Text, Callable[[], Examined]]]:
    checks = [
        (Text("Python", "Python"), _python),
        (Text("Python 软件包", "Python packages"), _packages),
        (Text("前端软件包", "Front-end packages"), _front_end),
        (Text("数据库", "Database"), _database),
        (Text("密钥文件", "Keys file"), _keys),
        (Text("磁盘空间", "Disk space"), _disk),
        (Text("网页服务", "Web server"), _web),
        (Text("时区", "Time zone"), _time_zone),
    ]
    if not has_own_server() and not (data_or_none() or Path()).exists():
        return checks  # nothing is in the database yet, and looking must not make it
    return [
        *checks,
        (Text("数据库角色", "Database roles"), _roles),
        (Text("行级权限", "Row security"), _row_security),
        (Text("数据表", "Tables"), _migrations),
        (Text("后台任务", "Worker"), _worker),
        (Text("时钟", "Clock"), _clock),
    ]


def _examined(check: Callable[[], Examined]) -> Examined:
    try:
        return check()
    except LocalFault as fault:
        remedy = Text(fault.remedy_zh, fault.remedy_en)
        found = Finding(fault.code, "", Text(fault.zh, fault.en), remedy=remedy)
        return Text("无法检查", "cannot be checked"), [found]
    except Exception as error:  # noqa: BLE001 (a broken part must not hide the others)
        reason = {"why": f"{type(error).__name__}: {str(error).strip()[:300]}"}
        found = Finding("D00", "", Text("检查失败：{why}", "Failed: {why}", reason))
        return Text("无法检查", "cannot be checked"), [found]


def data_or_none() -> Path | None:
    """Where the embedded data are, or None when there is no PostgreSQL at all."""
    try:
        return EmbeddedPostgres(data_folder()).data
    except LocalFault:
        return None


def _python() -> Examined:
    return _fact(".".join(map(str, sys.version_info[:3]))), []


def _packages() -> Examined:
    lock = checkout() / "requirements.lock"
    wrong = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if "==" in line and "win32" not in line:
            name, version = line.split(";")[0].rstrip(" \\").split("==")
            if _installed(name) != version:
                wrong.append(f"{name} {version}")
    if not wrong:
        return Text("与 requirements.lock 一致", "as in requirements.lock"), []
    message = Text(
        "{count} 个软件包与 requirements.lock 不一致：{names}",
        "{count} packages differ from requirements.lock: {names}",
        {"count": len(wrong), "names": ", ".join(wrong[:5])},
    )
    return _fact(sys.prefix), [Finding("D11", "venv", message, remedy=MAKE_SETUP)]


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _front_end() -> Examined:
    lock = json.loads((checkout() / "package-lock.json").read_text(encoding="utf-8"))
    found = []
    for name in FRONT_END:
        wanted = lock["packages"][f"node_modules/{name}"]["version"]
        manifest = checkout() / "node_modules" / name / "package.json"
        have = json.loads(manifest.read_text())["version"] if manifest.exists() else "-"
        if have != wanted:
            message = Text(
                "{name} 应为 {wanted}，实为 {have}",
                "{name} should be {wanted}, is {have}",
                {"name": name, "wanted": wanted, "have": have},
            )
            found.append(Finding("D12", name, message, remedy=MAKE_SETUP))
    return Text("node_modules", "node_modules"), found


def _database() -> Examined:
    if has_own_server():
        fact = Text("DATABASE_URL 指定的服务器", "the server of DATABASE_URL")
        return fact, _facts().server_findings()
    server = EmbeddedPostgres(data_folder())
    where = server.where()
    state = Text("运行中", "running") if server.ready() == 0 else _not_running(server)
    fact = Text(
        "PostgreSQL {version}，{state}：{data}",
        "PostgreSQL {version}, {state}: {data}",
        {**where, "state": state},
    )
    return fact, []


def _not_running(server: EmbeddedPostgres) -> Text:
    if server.data.exists():
        return Text("未运行", "not running")
    return Text("尚未建立（请运行 make run）", "not made yet (run make run)")


def _keys() -> Examined:
    path = Path(os.environ.get("BANGFU_KEYS_FILE") or var_folder() / "keys.json")
    if not path.exists():
        has_data = has_own_server() or (data_or_none() or Path()).exists()
        message = Text("没有密钥文件 {path}。", "No keys file {path}.", {"path": path})
        remedy = Text(
            "首次安装请运行 bangfu setup；已有数据时请从备份恢复。",
            "On a first installation run bangfu setup; with data, restore the backup.",
        )
        severity = Severity.IMPOSSIBLE if has_data else Severity.NOTE
        return _fact(path), [Finding("D21", "keys", message, severity, remedy)]
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        message = Text("其他账户可读取密钥。", "Other accounts can read the keys.")
        remedy = Text(
            "请运行 chmod 600 {path}。", "Run chmod 600 {path}.", {"path": path}
        )
        return _fact(path), [Finding("D22", "keys", message, remedy=remedy)]
    return _fact(path), []


def _disk() -> Examined:
    folder = var_folder()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    size = {"free": f"{free / 1e9:.1f}", "folder": folder}
    fact = Text("{folder} 剩余 {free} GB", "{free} GB free at {folder}", size)
    if free >= FREE_BYTES_MIN:
        return fact, []
    message = Text("磁盘空间不足 1 GB。", "Less than 1 GB is free.")
    remedy = Text("请腾出磁盘空间。", "Free disk space.")
    return fact, [Finding("D31", "disk", message, remedy=remedy)]


def _web() -> Examined:
    address = running(var_folder())
    if address:
        return Text("运行中：{url}", "running: {url}", {"url": address}), []
    port = int(os.environ.get("PORT") or PORT)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            message = Text(
                "端口 {port} 被其他程序占用。",
                "Port {port} is taken by another program.",
                {"port": port},
            )
            remedy = Text(
                "请停止该程序，或运行 make run PORT={other}。",
                "Stop it, or run make run PORT={other}.",
                {"other": port + 1},
            )
            found = Finding("D61", "port", message, Severity.DOUBTFUL, remedy)
            return Text("未运行", "not running"), [found]
    return Text("未运行，端口可用", "not running; the port is free"), []


def _time_zone() -> Examined:
    name = os.environ.get("TZ_CITY", "Asia/Shanghai")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        message = Text(
            "没有时区 {name}。", "There is no time zone {name}.", {"name": name}
        )
        remedy = Text("请改正 TZ_CITY。", "Correct TZ_CITY.")
        return _fact(name), [Finding("D81", "time zone", message, remedy=remedy)]
    return _fact(name), []


def _facts() -> ModuleType:
    """Return `facts`, which can be imported only with Django and a database."""
    use_embedded_database()
    set_django_up()
    return importlib.import_module("bangfu.cli.facts")


def _roles() -> Examined:
    return Text("受行级权限约束", "bound by row security"), _facts().role_findings()


def _row_security() -> Examined:
    return Text("各表均已启用", "enforced on every table"), (
        _facts().row_security_findings()
    )


def _migrations() -> Examined:
    return Text("最新", "up to date"), _facts().migration_findings()


def _worker() -> Examined:
    if not has_own_server() and not running(var_folder()):
        return Text(
            "未运行（随 make run 启动）", "not running (make run starts it)"
        ), []
    return Text("运行中", "alive"), _facts().worker_findings()


def _clock() -> Examined:
    off = _facts().clock_seconds_off(time.time())
    fact = Text("与数据库一致", "agrees with the database")
    if abs(off) <= CLOCK_SECONDS_MAX:
        return fact, []
    message = Text(
        "本机与数据库的时钟相差 {off} 秒。",
        "This machine's clock and the database's differ by {off} s.",
        {"off": round(off)},
    )
    remedy = Text("请启用时间同步（NTP）。", "Turn on time synchronisation (NTP).")
    return fact, [Finding("D82", "clock", message, remedy=remedy)]


def _fact(value: object) -> Text:
    return Text("{value}", "{value}", {"value": value})


def _is_wrong(finding: Finding) -> bool:
    return finding.severity is not Severity.NOTE


def _print(title: Text, fact: Text, found: list[Finding], language: str) -> None:
    mark = "✗" if any(map(_is_wrong, found)) else "✓"
    said = fact.in_language(language) if not found else ""
    click.echo(f"{mark} {title.in_language(language)}  {said}".rstrip())
    for finding in found:
        click.echo(f"    {finding.message.in_language(language)}")
        if finding.remedy:
            click.echo(f"    → {finding.remedy.in_language(language)}")


def _document(report: list[tuple[Text, Text, list[Finding]]]) -> dict[str, object]:
    return {
        "ok": not any(_is_wrong(f) for _, _, found in report for f in found),
        "checks": [
            {
                "check": title.as_json(),
                "fact": fact.as_json(),
                "findings": [
                    {
                        "code": finding.code,
                        "subject": finding.subject,
                        "severity": finding.severity.value,
                        "message": finding.message.as_json(),
                        "remedy": finding.remedy.as_json() if finding.remedy else None,
                    }
                    for finding in found
                ],
            }
            for title, fact, found in report
        ],
    }
