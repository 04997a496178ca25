"""One real PostgreSQL for all tests, asked as the request role, never as its owner.

`db`: a transaction that is rolled back, on the migrated database.
`committed_db`: a database of the test's own, cloned from the migrated one, for what only
committed data can show: jobs, races, killed processes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

# Child processes of tests read this; the settings of this process are set by fixtures.
_VAR = Path(
    os.environ.get("BANGFU_TEST_VAR") or tempfile.mkdtemp(prefix="bangfu-test-")
)
_VAR.chmod(0o755)  # the account that runs the server as root's servant must enter
os.environ["BANGFU_VAR"] = str(_VAR)
os.environ.setdefault("BANGFU_DEMO", "1")
os.environ.pop("DATABASE_URL", None)

NOW = datetime(2016, 3, 1, 2, 0, tzinfo=UTC)
TEMPLATE_DATABASE = "test_bangfu"


class Shares(LoadScopeScheduling):
    """Gives a process whole files, and all journeys to one: they share a site."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/e2e" if file.startswith("tests/e2e/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Shares:
    return Shares(config, log)


def pytest_unconfigure() -> None:
    """Leave no folder behind, whether a server was wanted or not."""
    if "BANGFU_TEST_VAR" not in os.environ:
        shutil.rmtree(_VAR, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks the database, so that it can run on another one too."""
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker("database")


@pytest.fixture(scope="session")
def postgres() -> Iterator[object]:
    """The embedded server, started for the session and stopped after it."""
    from bangfu.local.postgres import EmbeddedPostgres, data_folder

    server = EmbeddedPostgres(data_folder(_VAR))
    process = server.spawn()  # dies with the tests, even when they are killed
    server.ensure_roles_and_database()
    # What a test makes need not outlive a power cut; a killed process loses nothing.
    for sql in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
        server.ask(sql)
    yield server
    from django.db import connections

    connections.close_all()
    server.release()
    if process is not None:
        process.wait(30)


@pytest.fixture(scope="session")
def django_db_setup(postgres: object, django_db_blocker) -> Iterator[None]:
    """Create and migrate the test database as the owner; use it as the request role."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from bangfu.scope.grants import grant_to_request_role
    from bangfu.vault import create_keys_file

    settings.BANGFU_KEYS_FILE = str(_VAR / "keys.json")
    create_keys_file(_VAR / "keys.json")
    settings.STATIC_ROOT = str(_VAR / "static")
    (_VAR / "static").mkdir(exist_ok=True)
    with django_db_blocker.unblock():
        _use_database(TEMPLATE_DATABASE, host=str(postgres.socket_dir))
        _owner_statement(f'DROP DATABASE IF EXISTS "{TEMPLATE_DATABASE}"')
        _owner_statement(f'CREATE DATABASE "{TEMPLATE_DATABASE}" TEMPLATE template0')
        call_command("migrate", database="owner", verbosity=0)
        grant_to_request_role()
        connections["owner"].close()
        yield
        connections.close_all()


@pytest.fixture(autouse=True)
def _default_language() -> Iterator[None]:
    """Let no test inherit the language in which another one was left."""
    from django.utils import translation

    translation.deactivate()
    yield
    translation.deactivate()


@contextmanager
def cloned_database(blocker, name: str) -> Iterator[str]:
    """Point every connection at a clone of the migrated database, then drop it."""
    from django.db import connections

    with blocker.unblock():
        connections.close_all()
        _owner_statement(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE_DATABASE}"')
        _use_database(name)
        try:
            yield name
        finally:
            connections.close_all()
            _use_database(TEMPLATE_DATABASE)
            _owner_statement(f'DROP DATABASE "{name}"')


@pytest.fixture
def committed_db(
    django_db_setup: None, django_db_blocker, request: pytest.FixtureRequest
) -> Iterator[str]:
    """Give the test a database of its own, and drop it afterwards."""
    name = f"test_{abs(hash(request.node.nodeid)) % 10**12}_{os.getpid()}"
    with cloned_database(django_db_blocker, name):
        yield name


def _use_database(name: str, *, host: str | None = None) -> None:
    """Point every connection at a database; the settings were read before this file."""
    from django.conf import settings
    from django.db import connections

    for alias in connections:
        connections[alias].close()
        for values in (connections[alias].settings_dict, settings.DATABASES[alias]):
            values["NAME"] = name
            values["HOST"] = host or values["HOST"]
    os.environ["BANGFU_DATABASE"] = name


def _owner_statement(sql: str) -> None:
    """Run a statement that must stand outside a transaction, in another database."""
    import psycopg
    from django.db import connections

    settings = connections["owner"].settings_dict
    with psycopg.connect(
        host=settings["HOST"], user=settings["USER"], dbname="bangfu", autocommit=True
    ) as connection:
        for attempts_left in (4, 3, 2, 1, 0):
            try:
                connection.execute(sql)
                return
            except psycopg.errors.ObjectInUse:  # a vacuum looks at the database
                if not attempts_left:
                    raise
                connection.execute("SELECT pg_sleep(1)")


@pytest.fixture
def now() -> datetime:
    """The time at which tests act."""
    return NOW


@pytest.fixture
def make_actor() -> Callable[..., object]:
    """Return a function that makes an actor with a real user and grant.

    make_actor("county", "990101") -> Actor. Needs `db` or `committed_db`.
    """
    from bangfu.accounts.models import Grant, User
    from bangfu.accounts.queries import actor_under
    from bangfu.calc.values.division_code import DivisionCode
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    def make(
        role: str, division: str, *, username: str = "", official_id: int | None = None
    ):
        count = User.objects.count()
        with acting(system_actor("tests")):
            user = User.objects.create(
                username=username or f"{role}-{division}-{count}",
                name="测试",
                must_change_password=False,
            )
            grant = Grant.objects.create(
                user=user,
                role=role,
                division_code=DivisionCode(division),
                official_id=official_id,
                valid_from_date="2014-01-01",
                granted_by_id=0,
            )
        return actor_under(grant)

    return make


@pytest.fixture
def act_as(make_actor) -> Iterator[Callable[..., object]]:
    """Return a function that makes an actor and acts as it until the test ends."""
    from contextlib import ExitStack

    from bangfu.scope import acting

    with ExitStack() as stack:

        def act(role: str, division: str, **kwargs: object):
            actor = make_actor(role, division, **kwargs)
            stack.enter_context(acting(actor))
            return actor

        yield act


@pytest.fixture
def login(client) -> Callable[..., object]:
    """Return a function that logs the test client in as an actor's user."""
    from bangfu.accounts.models import User

    def log_in(actor):
        client.force_login(
            User.objects.get(pk=actor.user_id),
            backend="bangfu.accounts.backends.OneTimeAwareBackend",
        )
        return client

    return log_in
