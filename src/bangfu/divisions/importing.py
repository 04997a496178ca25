"""Compares a published list with the tree on file and writes the difference, by sets.

The list goes into a temporary table by COPY; then one statement per kind of difference.
A list speaks for one day. Codes on file and in the list stay; a name that differs is a
rename from that day (or a correction, where the row begins on or after it); a code that
is not on file is new. Since when a new code is valid:

- from the day that the caller names, if one was named;
- else, where nothing was ever on file beside it, from before all records, because a
  first list says nothing about age;
- else, beside divisions on file already, from the day of the list;
- a file of changes knows better for the codes in it, as long as nobody dated them
  otherwise; and nothing is valid before the division above it is.

Everything runs in the caller's transaction, with the table locked against other writers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper

from bangfu.calc.values.division_code import (
    SAMPLE_PROVINCE,
    CodeRange,
    DivisionCode,
    Level,
)
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text
from bangfu.divisions.changes_file import Changes
from bangfu.divisions.kinds import kind_of
from bangfu.divisions.models import BEFORE_RECORDS
from bangfu.divisions.published import Published, faulty, finding_at

MISSING_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did. Counts of divisions, but for successions.

    listed: by file. same: in the list and on file alike. missing: on file beside listed
    ones, but not in the list; the first are named. ended: of these, those ended now,
    with all below them. dated: of which the file of changes told the beginning.
    """

    day: date
    listed: dict[str, int]
    new: int = 0
    renamed: int = 0
    corrected: int = 0
    changed: int = 0
    same: int = 0
    missing: int = 0
    missing_first: list[str] = field(default_factory=list)
    ended: int = 0
    dated: int = 0
    past_new: int = 0
    past_kept: int = 0
    successions_new: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether the tree stayed as it was."""
        changes = (self.new, self.renamed, self.corrected, self.changed, self.ended)
        return not any((*changes, self.dated, self.past_new, self.successions_new))

    def as_json(self) -> dict[str, object]:
        """Return the report as the command line and the audit write it."""
        return {**asdict(self), "day": self.day.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How to read the list: see the module. under: only that part of the tree."""

    day: date
    is_day_named: bool
    under: DivisionCode | None = None
    is_ending_missing: bool = False

    def range(self) -> CodeRange:
        """Return the codes that the list may change; those above are only added."""
        return self.under.range() if self.under else CodeRange("", ":")


def write(published: Published, changes: Changes, asked: Asked) -> Report:
    """Bring the tree on file to the list and return what that took.

    Raises FaultyList when a listed division has nothing above it.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE divisions_division IN SHARE ROW EXCLUSIVE MODE")
        _stage(cursor, published, changes)
        _refuse_orphans(cursor, published)
        dated = _date_undated(cursor)
        past_new, past_kept = _add_past(cursor, len(changes.past))
        _compare(cursor, asked)
        missing = _missing(cursor, asked)
        counts = _write_differences(cursor, asked)
        ended = _end(cursor, asked) if asked.is_ending_missing else 0
        successions = counts["renamed"] + _run(cursor, _ADD_STEPS)
        return Report(
            day=asked.day,
            listed=published.counts(),
            **counts,
            same=len(published.units) - sum(counts.values()),
            missing=len(missing),
            missing_first=missing[:MISSING_SHOWN],
            ended=ended,
            dated=dated,
            past_new=past_new,
            past_kept=past_kept,
            successions_new=successions,
        )


def _run(
    cursor: CursorWrapper,
    sql: str,
    parameters: Mapping[str, str | int | date] | None = None,
) -> int:
    cursor.execute(sql, parameters)
    return int(cursor.rowcount)


# ---------------------------------------------------------------- staging


def _stage(cursor: CursorWrapper, published: Published, changes: Changes) -> None:
    cursor.execute(_STAGING)
    _copy(
        cursor,
        "incoming_division (code, name, parent_code, kind, urban_rural_class)",
        (unit[:5] for unit in published.units),
    )
    # Only codes in the list are dated: a file of changes also knows what nobody listed.
    _copy(cursor, "incoming_start (code, starts)", _starts(changes))
    _copy(
        cursor,
        "incoming_past (code, name, parent_code, kind, starts, ends)",
        (
            (
                stretch.code,
                stretch.name,
                DivisionCode(stretch.code).parent or "",
                kind_of(stretch.code, stretch.name).value,
                stretch.starts,
                stretch.ends,
            )
            for stretch in changes.past
        ),
    )
    _copy(
        cursor,
        "incoming_step (from_code, to_code, effective, kind)",
        changes.steps,
    )
    cursor.execute("ANALYZE incoming_division")


def _starts(changes: Changes) -> Iterable[tuple[str, date]]:
    return ((stretch.code, stretch.starts) for stretch in changes.current)


def _copy(cursor: CursorWrapper, target: str, rows: Iterable[Sequence[object]]) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _refuse_orphans(cursor: CursorWrapper, published: Published) -> None:
    cursor.execute(_ORPHANS)
    orphans = {code for (code,) in cursor.fetchall()}
    if orphans:
        findings: list[Finding] = [
            finding_at(
                unit.file,
                unit.line,
                unit.code,
                _ORPHAN.with_(code=unit.code, parent=unit.parent_code),
            )
            for unit in published.units
            if unit.code in orphans
        ]
        raise faulty(findings)


_ORPHAN = Text(
    "{code} 的上级 {parent} 不在表中，也不在区划库中。",
    "{parent}, above {code}, is neither in the list nor on file.",
)
# Dropped first as well: two imports may share a transaction.
_STAGING = """
DROP TABLE IF EXISTS pg_temp.incoming_division, pg_temp.incoming_start,
  pg_temp.incoming_past, pg_temp.incoming_step, pg_temp.pending_division,
  pg_temp.missing_division;
CREATE TEMP TABLE incoming_division (
  code varchar(12) COLLATE "C" PRIMARY KEY, name varchar(120) NOT NULL,
  parent_code varchar(12) COLLATE "C" NOT NULL, kind varchar(20) NOT NULL,
  urban_rural_class varchar(3) NOT NULL) ON COMMIT DROP;
CREATE TEMP TABLE incoming_start (
  code varchar(12) COLLATE "C" PRIMARY KEY, starts date NOT NULL) ON COMMIT DROP;
CREATE TEMP TABLE incoming_past (
  code varchar(12) COLLATE "C", name varchar(120) NOT NULL,
  parent_code varchar(12) COLLATE "C" NOT NULL, kind varchar(20) NOT NULL,
  starts date NOT NULL, ends date NOT NULL) ON COMMIT DROP;
CREATE TEMP TABLE incoming_step (
  from_code varchar(12) COLLATE "C", to_code varchar(12) COLLATE "C",
  effective date NOT NULL, kind varchar(10) NOT NULL) ON COMMIT DROP;
"""
_ORPHANS = """
SELECT i.code FROM incoming_division i
 WHERE i.parent_code <> ''
   AND NOT EXISTS (SELECT FROM incoming_division p WHERE p.code = i.parent_code)
   AND NOT EXISTS (SELECT FROM divisions_division d
                    WHERE d.code = i.parent_code AND d.valid_to_date IS NULL)
"""


# ---------------------------------------------------------------- what is on file


def _date_undated(cursor: CursorWrapper) -> int:
    """Give rows on file that nobody dated the beginning that the changes tell."""
    parameters = {"undated": BEFORE_RECORDS}
    dated = _run(cursor, _DATE_UNDATED, parameters)
    if dated:
        for level in (Level.CITY, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE):
            dated += _run(cursor, _DATE_BELOW, {**parameters, "level": level.value})
    return dated


def _add_past(cursor: CursorWrapper, count: int) -> tuple[int, int]:
    """Add stretches that are over; return how many, and how many differ from the file.

    What is on file under other days stays: an office knew the exact day.
    """
    cursor.execute(_PAST_ON_FILE)
    (on_file,) = cursor.fetchone()
    added = _run(cursor, _ADD_PAST)
    return added, count - on_file - added


_DATE_UNDATED = """
UPDATE divisions_division d SET valid_from_date = s.starts FROM incoming_start s
 WHERE d.code = s.code AND d.valid_to_date IS NULL
   AND d.valid_from_date = %(undated)s AND s.starts > d.valid_from_date
"""
_DATE_BELOW = """
UPDATE divisions_division d SET valid_from_date = p.valid_from_date
  FROM divisions_division p
 WHERE p.code = d.parent_code AND d.level = %(level)s
   AND p.valid_to_date IS NULL AND d.valid_to_date IS NULL
   AND d.valid_from_date = %(undated)s AND p.valid_from_date > d.valid_from_date
"""
_PAST_ON_FILE = """
SELECT count(*) FROM incoming_past i JOIN divisions_division d
    ON d.code = i.code AND d.valid_from_date = i.starts
   AND d.valid_to_date = i.ends AND d.name = i.name
"""
_ADD_PAST = """
INSERT INTO divisions_division (code, name, level, parent_code, kind,
                                urban_rural_class, valid_from_date, valid_to_date)
SELECT i.code, i.name, length(i.code), i.parent_code, i.kind, '', i.starts, i.ends
  FROM incoming_past i
 WHERE NOT EXISTS (
   SELECT FROM divisions_division d
    WHERE d.code = i.code AND d.valid_from_date < i.ends
      AND (d.valid_to_date IS NULL OR d.valid_to_date > i.starts))
"""


# ---------------------------------------------------------------- differences


def _compare(cursor: CursorWrapper, asked: Asked) -> None:
    lo, hi = asked.range()
    cursor.execute(
        _COMPARE,
        {
            "day": asked.day,
            "is_day_named": asked.is_day_named,
            "undated": BEFORE_RECORDS,
            "lo": lo,
            "hi": hi,
        },
    )
    cursor.execute("CREATE INDEX ON pending_division (code)")
    cursor.execute("ANALYZE pending_division")
    cursor.execute(_START_AS_CHANGES_TELL)
    cursor.execute(_START_AFTER_PAST)
    for above in (Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWNSHIP):
        cursor.execute(_START_WITH_PARENT, {"above": above.value})


def _write_differences(cursor: CursorWrapper, asked: Asked) -> dict[str, int]:
    day = {"day": asked.day}
    renamed = _run(cursor, _END_RENAMED, day)
    if renamed:
        cursor.execute(_ADD_RENAMED, day)
        cursor.execute(_ADD_RENAME_STEPS, day)
    return {
        "renamed": renamed,
        "corrected": _run(cursor, _CORRECT),
        "changed": _run(cursor, _CHANGE),
        "new": _run(cursor, _ADD_NEW),
    }


def _missing(cursor: CursorWrapper, asked: Asked) -> list[str]:
    """Return the codes on file beside listed ones, but not listed; keep them staged."""
    lo, hi = asked.range()
    cursor.execute(_MISSING, {"lo": lo, "hi": hi, "sample": f"{SAMPLE_PROVINCE}%"})
    cursor.execute("SELECT code FROM missing_division ORDER BY code")
    return [code for (code,) in cursor.fetchall()]


def _end(cursor: CursorWrapper, asked: Asked) -> int:
    return _run(cursor, _END_MISSING, {"day": asked.day})


_COMPARE = """
CREATE TEMP TABLE pending_division ON COMMIT DROP AS
SELECT i.*, d.id AS on_file,
  CASE WHEN d.id IS NULL THEN 'new'
       WHEN d.name <> i.name AND d.valid_from_date < %(day)s THEN 'renamed'
       WHEN d.name <> i.name THEN 'corrected'
       ELSE 'changed' END AS act,
  CASE WHEN %(is_day_named)s OR i.parent_code IN
            (SELECT parent_code FROM divisions_division WHERE valid_to_date IS NULL)
       THEN %(day)s ELSE %(undated)s END::date AS starts
  FROM incoming_division i
  LEFT JOIN divisions_division d ON d.code = i.code AND d.valid_to_date IS NULL
 WHERE d.id IS NULL
    OR (i.code >= %(lo)s AND i.code < %(hi)s
        AND (d.name <> i.name OR d.kind <> i.kind
             OR (i.urban_rural_class <> ''
                 AND d.urban_rural_class <> i.urban_rural_class)))
"""
_START_AS_CHANGES_TELL = """
UPDATE pending_division p SET starts = s.starts FROM incoming_start s
 WHERE s.code = p.code AND p.act = 'new'
"""
_START_AFTER_PAST = """
UPDATE pending_division p SET starts = d.ends
  FROM (SELECT code, max(valid_to_date) AS ends FROM divisions_division
         WHERE valid_to_date IS NOT NULL GROUP BY code) d
 WHERE d.code = p.code AND p.act = 'new' AND d.ends > p.starts
"""
_START_WITH_PARENT = """
UPDATE pending_division c SET starts = u.starts
  FROM (SELECT code, starts FROM pending_division
         WHERE act = 'new' AND length(code) = %(above)s
        UNION ALL
        SELECT code, valid_from_date FROM divisions_division
         WHERE valid_to_date IS NULL AND level = %(above)s) u
 WHERE u.code = c.parent_code AND length(c.code) > %(above)s
   AND c.act = 'new' AND u.starts > c.starts
"""
_END_RENAMED = """
UPDATE divisions_division d SET valid_to_date = %(day)s FROM pending_division p
 WHERE d.id = p.on_file AND p.act = 'renamed'
"""
_ADD_RENAMED = """
INSERT INTO divisions_division (code, name, level, parent_code, kind,
                                urban_rural_class, valid_from_date)
SELECT p.code, p.name, d.level, p.parent_code, p.kind,
       coalesce(nullif(p.urban_rural_class, ''), d.urban_rural_class), %(day)s
  FROM pending_division p JOIN divisions_division d ON d.id = p.on_file
 WHERE p.act = 'renamed' ORDER BY p.code
"""
_ADD_RENAME_STEPS = """
INSERT INTO divisions_succession (from_code, to_code, effective_date, kind)
SELECT code, code, %(day)s, 'rename' FROM pending_division WHERE act = 'renamed'
ON CONFLICT DO NOTHING
"""
_CORRECT = """
UPDATE divisions_division d SET name = p.name, kind = p.kind FROM pending_division p
 WHERE d.id = p.on_file AND p.act = 'corrected'
"""
_CHANGE = """
UPDATE divisions_division d SET kind = p.kind,
       urban_rural_class = coalesce(nullif(p.urban_rural_class, ''),
                                    d.urban_rural_class)
  FROM pending_division p WHERE d.id = p.on_file AND p.act = 'changed'
"""
_ADD_NEW = """
INSERT INTO divisions_division (code, name, level, parent_code, kind,
                                urban_rural_class, valid_from_date)
SELECT code, name, length(code), parent_code, kind, urban_rural_class, starts
  FROM pending_division WHERE act = 'new' ORDER BY code
"""
_MISSING = """
CREATE TEMP TABLE missing_division ON COMMIT DROP AS
SELECT d.code FROM divisions_division d
 WHERE d.valid_to_date IS NULL AND d.code >= %(lo)s AND d.code < %(hi)s
   AND d.parent_code IN (SELECT parent_code FROM incoming_division)
   AND NOT EXISTS (SELECT FROM incoming_division i WHERE i.code = d.code)
   AND (d.code NOT LIKE %(sample)s
        OR EXISTS (SELECT FROM incoming_division WHERE code LIKE %(sample)s))
"""
_END_MISSING = """
UPDATE divisions_division d SET valid_to_date = %(day)s FROM missing_division m
 WHERE d.code >= m.code AND d.code < m.code || ':'
   AND d.valid_to_date IS NULL AND d.valid_from_date < %(day)s
"""
_ADD_STEPS = """
INSERT INTO divisions_succession (from_code, to_code, effective_date, kind)
SELECT from_code, to_code, effective, kind FROM incoming_step
ON CONFLICT DO NOTHING
"""
