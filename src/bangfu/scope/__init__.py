"""Who acts, and which rows they may see.

An `Actor` is a person under one grant (role x division). `acting(actor)` opens a
transaction in which PostgreSQL itself shows only the rows of that grant's division:
every table with a division column has row-level security (`row_security`). A query
outside `acting` raises; it never returns an empty list that looks like an answer.
"""

from bangfu.scope.actor import Actor
from bangfu.scope.session import acting

__all__ = ["Actor", "acting"]
