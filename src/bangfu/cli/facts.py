"""Facts about the database that `setup` insists on and `doctor` reports, as findings.

Import it only after Django has been set up. Everything is asked as the owner: what a
role may do stands in the catalogue, which every role may read.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text

VERSION_MIN = 150000  # as the server counts: 15.0
HEARTBEAT_SECONDS_MAX = 60


def server_findings() -> list[Finding]:
    """The server's version and encoding."""
    found = []
    version = int(_one("SHOW server_version_num"))
    if version < VERSION_MIN:
        found.append(
            Finding(
                "D41",
                "server",
                Text(
                    "PostgreSQL {version} 版本过低。",
                    "PostgreSQL {version} is too old.",
                    {"version": version // 10000},
                ),
                remedy=Text("请升级到 15 或更高版本。", "Upgrade to 15 or newer."),
            )
        )
    encoding = _one("SHOW server_encoding")
    if encoding != "UTF8":
        found.append(
            Finding(
                "D42",
                "database",
                Text(
                    "数据库编码为 {encoding}，应为 UTF8。",
                    "The database's encoding is {encoding}; it must be UTF8.",
                    {"encoding": encoding},
                ),
                remedy=Text(
                    "请以 ENCODING 'UTF8' 重新建库。",
                    "Create the database again with ENCODING 'UTF8'.",
                ),
            )
        )
    return found


def role_findings() -> list[Finding]:
    """Whether the request role is bound by row-level security."""
    role = connections["default"].settings_dict["USER"] or _one("SELECT current_user")
    rows = _all("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", role)
    if not rows:
        return [
            Finding(
                "D51",
                role,
                Text(
                    "没有数据库角色 {role}。",
                    "There is no role {role}.",
                    {"role": role},
                ),
                remedy=Text(
                    "请由数据库管理员建立该角色。",
                    "Have the database's administrator create it.",
                ),
            )
        ]
    if not any(rows[0]):
        return []
    return [
        Finding(
            "D52",
            role,
            Text(
                "角色 {role} 不受行级权限约束，会看到所有数据。",
                "The role {role} is not bound by row security and sees every row.",
                {"role": role},
            ),
            remedy=Text(
                "请执行：ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS;",
                "Run: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS;",
                {"role": role},
            ),
        )
    ]


def row_security_findings() -> list[Finding]:
    """Tables with a division column on which row security is not forced."""
    rows = _all(
        "SELECT c.relname FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'division_code'"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1"
    )
    return [
        Finding(
            "D53",
            name,
            Text(
                "数据表 {table} 未启用行级权限。",
                "Row security is not enforced on the table {table}.",
                {"table": name},
            ),
            remedy=Text("请运行 bangfu db migrate。", "Run bangfu db migrate."),
        )
        for (name,) in rows
    ]


def migration_findings() -> list[Finding]:
    """Migrations that have not been applied."""
    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return []
    names = ", ".join(f"{step.app_label}.{step.name}" for step, _ in plan[:5])
    return [
        Finding(
            "D54",
            "migrations",
            Text(
                "有 {count} 项数据表升级未执行：{names}",
                "{count} migrations are pending: {names}",
                {"count": len(plan), "names": names},
            ),
            remedy=Text("请运行 bangfu db migrate。", "Run bangfu db migrate."),
        )
    ]


def worker_findings() -> list[Finding]:
    """Whether a worker has given a sign of life within the last minute."""
    seconds = _one(
        "SELECT extract(epoch FROM now() - max(last_heartbeat))::int"
        " FROM procrastinate_workers"
    )
    if seconds is not None and int(seconds) <= HEARTBEAT_SECONDS_MAX:
        return []
    return [
        Finding(
            "D71",
            "worker",
            Text(
                "没有后台任务进程在运行，任务会一直排队。",
                "No worker is alive, so jobs stay queued.",
            ),
            remedy=Text("请运行 bangfu worker。", "Run bangfu worker."),
        )
    ]


def clock_seconds_off(epoch_seconds: float) -> float:
    """How far the server's clock is ahead of the given time."""
    return float(_one("SELECT extract(epoch FROM clock_timestamp())")) - epoch_seconds


def _one(question: str) -> Any:
    return _all(question)[0][0]


def _all(question: str, *values: str) -> list[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(question, values or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
