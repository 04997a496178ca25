"""Gives a division and all below it new codes, by sets.

The rows under the old codes end, rows with the same last digits begin under the new
ones, each with its succession; flags and outlines go along. Points do not: their plane
is that of the city (`placing.copy_points`).
"""

from __future__ import annotations

from datetime import date

from django.db import connection

from bangfu.calc.values.division_code import DivisionCode


def recode(old: DivisionCode, new: DivisionCode, *, name: str, on: date) -> int:
    """Move the living subtree of `old` to `new` and return how many rows that were.

    name: of the division itself from then on; those below keep theirs. Both codes are of
    one level, so the last digits fit.
    """
    lo, hi = old.range()
    parameters: dict[str, str | int | date] = {
        "old": old,
        "new": new,
        "keep": len(old) + 1,
        "parent": new.parent or "",
        "name": name,
        "lo": lo,
        "hi": hi,
        "day": on,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, parameters)
        count = int(cursor.rowcount)
        for statement in (_STEPS, _END, _FLAGS, _END_FLAGS, _OUTLINES):
            cursor.execute(statement, parameters)
    return count


_ALIVE = """
 code >= %(lo)s AND code < %(hi)s AND valid_to_date IS NULL AND valid_from_date < %(day)s
"""
_ADD = f"""
INSERT INTO divisions_division (code, name, level, parent_code, kind,
                                urban_rural_class, valid_from_date)
SELECT %(new)s || substr(code, %(keep)s),
       CASE WHEN code = %(old)s THEN %(name)s ELSE name END, level,
       CASE WHEN code = %(old)s THEN %(parent)s
            ELSE %(new)s || substr(parent_code, %(keep)s) END,
       kind, urban_rural_class, %(day)s
  FROM divisions_division WHERE {_ALIVE} ORDER BY code
"""  # noqa: S608 - _ALIVE is a constant
_STEPS = f"""
INSERT INTO divisions_succession (from_code, to_code, effective_date, kind)
SELECT code, %(new)s || substr(code, %(keep)s), %(day)s, 'rename'
  FROM divisions_division WHERE {_ALIVE}
"""  # noqa: S608
_END = f"UPDATE divisions_division SET valid_to_date = %(day)s WHERE {_ALIVE}"  # noqa: S608
_FLAGS = f"""
INSERT INTO divisions_villageflag (code, flag, valid_from_date, document)
SELECT %(new)s || substr(code, %(keep)s), flag, %(day)s, document
  FROM divisions_villageflag WHERE {_ALIVE}
"""  # noqa: S608
_END_FLAGS = f"UPDATE divisions_villageflag SET valid_to_date = %(day)s WHERE {_ALIVE}"  # noqa: S608
_OUTLINES = """
INSERT INTO divisions_boundary (code, geometry, source)
SELECT %(new)s || substr(code, %(keep)s), geometry, source FROM divisions_boundary
 WHERE code >= %(lo)s AND code < %(hi)s ON CONFLICT DO NOTHING
"""
