"""Bringing a database up to date, for `setup` and `db migrate`.

Import it only after Django has been set up.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connections

from bangfu.accounts.models import User
from bangfu.accounts.operations import create_first_administrator
from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text
from bangfu.cli import facts
from bangfu.scope.grants import grant_to_request_role
from bangfu.vault import create_keys_file


class NotReady(Refusal):
    """The database server is not fit for the system, or not reachable."""

    code = "not_ready"


def check_roles() -> None:
    """Refuse a server on which row-level security would bind nobody.

    Raises NotReady when it cannot be reached, is too old, or the request role is a
    superuser or bypasses row security.
    """
    try:
        wrong = [*facts.server_findings(), *facts.role_findings()]
    except OperationalError as error:
        reason = str(error).strip()
        raise NotReady(
            Text("无法连接数据库：{why}", "No database: {why}", {"why": reason}),
            remedy=Text(
                "请检查 DATABASE_URL 和 DATABASE_OWNER_URL。",
                "Check DATABASE_URL and DATABASE_OWNER_URL.",
            ),
        ) from error
    if wrong:
        message = Text("数据库不符合要求。", "The database does not meet the needs.")
        raise NotReady(message, findings=tuple(wrong))


def migrate() -> None:
    """Bring the tables up to date as the owner, and let the request role use them.

    Makes the keys file on a first installation only: new keys beside old data would
    hide that the old ones are lost.
    """
    if not _has_tables():
        create_keys_file(Path(settings.BANGFU_KEYS_FILE))
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    grant_to_request_role()


def has_users() -> bool:
    """Whether anybody can log in."""
    return User.objects.exists()


def first_administrator(username: str, *, at: datetime) -> dict[str, str]:
    """Create the administrator; returns the user name and the one-time password.

    Raises NotReady while the installation has no division of its own.
    """
    division = settings.BANGFU_DIVISION
    if division.startswith("99") and not settings.BANGFU_EMBEDDED:
        raise NotReady(
            Text("尚未设置本单位的行政区划。", "The division served is not set."),
            remedy=Text(
                "请设置 BANGFU_DIVISION（例如市的四位代码），然后重试。",
                "Set BANGFU_DIVISION, e.g. a city's four digits, then try again.",
            ),
        )
    user, password = create_first_administrator(
        at=at, username=username, division=division
    )
    return {"username": user.username, "password": password}


def _has_tables() -> bool:
    return "accounts_user" in connections["owner"].introspection.table_names()
