"""A township with its offices, where years are collected."""

from __future__ import annotations

import pytest
from tests.registry.cases.conftest import make_villages
from tests.registry.surveys.year import Year


@pytest.fixture
def year(db, make_actor) -> Year:
    """The collection of 2020 is open in the township; nobody has recorded a sheet."""
    make_villages()
    return Year(make_actor)
