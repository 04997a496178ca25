"""All checks, in the order of their groups, and the pipeline made of their SQL.

The page docs/reference/crosschecks.md is written from here:

    python -m bangfu.registry.crosschecks.reference > docs/reference/crosschecks.md
"""

from __future__ import annotations

import re

from bangfu.calc.tables.schema import Type
from bangfu.registry.crosschecks import listed, own
from bangfu.registry.crosschecks.declaration import Check
from bangfu.registry.crosschecks.kinds import LAYOUTS

_NUMBER = re.compile(r"([A-Z]+)(\d+)")


def _in_order(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    def place(check: Check) -> int:
        found = _NUMBER.fullmatch(check.code)
        assert found is not None  # noqa: S101 - a letter and a number
        return int(found[2])

    return tuple(sorted(checks, key=place))


CHECKS: tuple[Check, ...] = (
    *_in_order(listed.EXCLUSIONS + own.EXCLUSIONS),
    *listed.ANOMALIES,
    *own.RECORDS,
    *own.EX_ANTE,
)
BY_CODE = {check.code: check for check in CHECKS}
# A list that names everybody: the counties in which one is in force, by parameter.
COVERED = {kind: f"{kind.value}_in" for kind, one in LAYOUTS.items() if one.is_complete}

_FACTS = (
    "p.is_on_dibao, p.is_disabled, p.disability_kind, p.disability_grade, "
    "p.school_age, p.school_status, p.has_basic_medical"
)
_ROW = "l.row_id, l.kind, l.what, l.status, l.value_fen, l.grade"
_FIRST = f"""-- step: matched | key: row_id, member
-- A row of a list and the person whom it is about, by number or by a probable match.
SELECT p.household, p.member, p.division_code, {_ROW}, {_FACTS},
    coalesce(p.name_key <> l.name_key, FALSE) AS name_differs,
    CAST(NULL AS DOUBLE) AS chance
FROM member AS p
JOIN listed AS l ON l.person = p.person
UNION ALL
SELECT p.household, p.member, p.division_code, {_ROW}, {_FACTS},
    FALSE AS name_differs, q.chance
FROM probable AS q
JOIN member AS p ON p.member = q.member
JOIN listed AS l ON l.row_id = q.row_id

-- step: told | key: row_id, member
-- The rows that may speak against a household: all but plain rows of complete lists.
SELECT household, member, division_code, row_id, kind, what, status, value_fen,
    name_differs, chance
FROM matched
WHERE name_differs OR kind IN ('vehicles', 'real_estate', 'business', 'payroll', 'deaths')
    OR what IN ('abroad', 'commercial_pension')

-- step: twice | key: person
-- Numbers that are recorded in more than one household, once in each.
SELECT person, count(*) AS households
FROM member
WHERE person IS NOT NULL
GROUP BY person
HAVING min(household) <> max(household)
"""  # noqa: S608 - constants


def sql() -> str:
    """Return the text of the pipeline: the common steps, then one for each check."""
    parts = [_FIRST]
    parts += [
        f"-- step: {check.step} | key: household, member, row_id\n"
        f"-- {check.code} {check.name.en}\n{check.sql}\n"
        for check in CHECKS
        if check.sql
    ]
    return "\n".join(parts)


def parameters() -> dict[str, Type]:
    """Return the parameters of the steps: thresholds, and where lists are complete."""
    found = {
        threshold.name: Type.INTEGER
        for check in CHECKS
        if check.sql
        for threshold in check.thresholds
    }
    return found | dict.fromkeys(COVERED.values(), Type.TEXT)
