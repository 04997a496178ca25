"""Which database a command works on, and how the embedded one is kept up for it."""

from __future__ import annotations

import importlib
import os

import click

from bangfu.local.launcher import MARK
from bangfu.local.postgres import EmbeddedPostgres, data_folder

SETTINGS = "bangfu.site.settings"
_USED = "bangfu.cli.database"  # in the meta of a command that uses the server


def set_django_up() -> None:
    """Load the settings and the apps; the second time does nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    importlib.import_module("django").setup()  # `bangfu calc` never gets here


def has_own_server() -> bool:
    """Whether DATABASE_URL (or a file that holds it) names a database server."""
    return any(os.environ.get(name) for name in ("DATABASE_URL", "DATABASE_URL_FILE"))


def use_embedded_database() -> None:
    """Start or adopt the embedded server until the running command ends.

    Does nothing with DATABASE_URL, nor in a child of `bangfu run`, whose server it
    uses: a child that started a second one would outlive the launcher.
    """
    command = click.get_current_context().find_root()
    if has_own_server() or MARK in os.environ or _USED in command.meta:
        return
    server = EmbeddedPostgres(data_folder())
    server.start()
    command.meta[_USED] = True
    command.call_on_close(server.release)
    server.ensure_roles_and_database()
