"""The trigger refuses for every role, the owner of the table too."""

import pytest
from django.db import connections
from django.db.utils import IntegrityError


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET reason = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event CASCADE",
    ],
)
def test_not_even_the_owner_can(committed_db, statement):
    with pytest.raises(IntegrityError, match="rows are only added"):
        connections["owner"].cursor().execute(statement)
