"""A connection that never had a scope raises too."""

import pytest
from django.db.utils import ProgrammingError

from bangfu.audit.models import Event


def test_a_query_before_any_scope_was_set_raises(committed_db):
    with pytest.raises(ProgrammingError, match="unrecognized configuration parameter"):
        Event.objects.count()
