"""A small city, a folder for sealed files, and a short way to import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.registry import workbooks


@pytest.fixture
def files_folder(settings, tmp_path):
    """The folder of sealed files, the test's own."""
    settings.BANGFU_FILES = str(tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
def city(db, files_folder) -> None:
    """Two counties with three villages on file."""
    workbooks.make_tree()


@dataclass
class Importer:
    """Imports workbooks as one actor, step by step."""

    by: object
    at: object

    def receive(self, *contents: bytes, kind: str = "households", **options: bool):
        """Keep the files."""
        from bangfu.registry.imports import operations
        from bangfu.registry.imports.intake import Options

        files = [(f"roll-{at}.xlsx", body) for at, body in enumerate(contents)]
        return operations.receive(
            by=self.by, at=self.at, kind=kind, files=files, options=Options(**options)
        )

    def check(self, *contents: bytes, **options: bool):
        """Keep and check; return the import and its plan."""
        from bangfu.registry.imports import operations

        record = self.receive(*contents, **options)
        plan = operations.check(by=self.by, at=self.at, import_id=record.pk)
        record.refresh_from_db()
        return record, plan

    def apply(self, record):
        """Write a checked import."""
        from bangfu.registry.imports import operations

        return operations.apply(by=self.by, at=self.at, import_id=record.pk)

    def run(self, *contents: bytes, **options: bool):
        """Import in one go; return the plan."""
        record, plan = self.check(*contents, **options)
        self.apply(record)
        return plan


@pytest.fixture
def importer(city, act_as, now) -> Importer:
    """A county office that imports."""
    return Importer(act_as("county", "990101"), now)


@pytest.fixture
def importer_for(now) -> Callable[[object], Importer]:
    """Return a function that makes an importer for an actor."""
    return lambda actor: Importer(actor, now)
