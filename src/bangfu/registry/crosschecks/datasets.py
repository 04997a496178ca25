"""What a run takes out of the database: private tables for one run, deleted after it.

`person` of a member and of a list's row are the same pseudonym for the same number, and
`name_key` for the same name, so that the comparison sees neither.
"""

from __future__ import annotations

from bangfu.calc.tables.schema import Column, Table, Type
from bangfu.calc.values.text import Text
from bangfu.lake.declaration import PrivateDataset

NAME_PURPOSE = "crosscheck.name"
PREFIX = "crosscheck_"  # of the extracts' names
# Whom the checks look at: on the roll, or applying.
CHECKED_STATUS = ("0", "2", "3", "8")
_CHECKED = ", ".join(f"'{code}'" for code in CHECKED_STATUS)
_AGE_ON = "extract(year FROM age({day}::timestamp, m.birth_date::timestamp))::bigint"
_LIVE = "(m.left_date IS NULL OR m.left_date > %(cut_off)s)"

MEMBER = PrivateDataset(
    name="crosscheck_member",
    columns={
        "member": Type.INTEGER,
        "household": Type.INTEGER,
        "person": Type.TEXT,
        "name_key": Type.TEXT,
        "name": Type.TEXT,
        "division_code": Type.TEXT,
        "sex": Type.TEXT,
        "birth_date": Type.DATE,
        "relation": Type.TEXT,
        "age": Type.INTEGER,
        "school_age": Type.INTEGER,
        "school_status": Type.TEXT,
        "is_disabled": Type.BOOLEAN,
        "disability_kind": Type.TEXT,
        "disability_grade": Type.TEXT,
        "work_months": Type.INTEGER,
        "has_basic_medical": Type.BOOLEAN,
        "is_on_dibao": Type.BOOLEAN,
        "shares_income": Type.BOOLEAN,
    },
    sql=f"""SELECT m.id AS member, m.household_id AS household,
        encode(m.identity_index, 'hex') AS person,
        regexp_replace(m.name, '[[:space:]·•]', '', 'g') AS name_key,
        m.name, m.division_code, nullif(m.sex, '') AS sex, m.birth_date,
        nullif(m.relation, '') AS relation,
        {_AGE_ON.format(day="%(cut_off)s")} AS age,
        {_AGE_ON.format(day="%(school_date)s")} AS school_age,
        nullif(m.school_status, '') AS school_status,
        CASE WHEN cardinality(m.health) > 0 THEN '4' = ANY (m.health) END AS is_disabled,
        nullif(m.disability_kind, '') AS disability_kind,
        nullif(m.disability_grade, '') AS disability_grade,
        m.work_months, m.has_basic_medical, m.is_on_dibao, m.shares_income
    FROM registry_member m JOIN registry_household h ON h.id = m.household_id
    WHERE h.status IN ({_CHECKED}) AND {_LIVE}""",  # noqa: S608 - constants
    pseudonyms={"person": "person", "name_key": NAME_PURPOSE},
)
"""Everybody who belongs to a checked household, with what the checks compare."""

LISTED = PrivateDataset(
    name="crosscheck_listed",
    columns={
        "row_id": Type.INTEGER,
        "division_code": Type.TEXT,
        "kind": Type.TEXT,
        "person": Type.TEXT,
        "name_key": Type.TEXT,
        "name": Type.TEXT,
        "birth_date": Type.DATE,
        "sex": Type.TEXT,
        "address_code": Type.TEXT,
        "what": Type.TEXT,
        "status": Type.TEXT,
        "value_fen": Type.INTEGER,
        "grade": Type.TEXT,
    },
    sql="""SELECT r.id AS row_id, r.division_code, r.kind,
        encode(r.identity_index, 'hex') AS person, r.name_key,
        nullif(r.name, '') AS name, r.birth_date, nullif(r.sex, '') AS sex,
        nullif(r.address_code, '') AS address_code, r.what, r.status, r.value_fen,
        nullif(r.grade, '') AS grade
    FROM registry_externalrow r JOIN registry_externallist l ON l.id = r.list_id
    WHERE l.replaced_at IS NULL""",
    pseudonyms={"person": "person"},
)
"""The rows of the lists in force."""

HOUSEHOLD = PrivateDataset(
    name="crosscheck_household",
    columns={"household": Type.INTEGER, "division_code": Type.TEXT},
    sql=f"""SELECT id AS household, division_code FROM registry_household
    WHERE status IN ({_CHECKED})""",  # noqa: S608 - constants
)

OBJECTION = PrivateDataset(
    name="crosscheck_objection",
    columns={
        "household": Type.INTEGER,
        "division_code": Type.TEXT,
        "upheld": Type.INTEGER,
        "late": Type.INTEGER,
    },
    sql=f"""SELECT h.id AS household, h.division_code,
        count(*) FILTER (WHERE o.state = 'upheld') AS upheld,
        count(*) FILTER (WHERE o.state = 'open' AND o.due_date < %(cut_off)s) AS late
    FROM publicity_objection o JOIN publicity_entry e ON e.id = o.entry_id
    JOIN registry_case c ON e.subject_type = 'registry.case'
        AND c.id::text = e.subject_id
    JOIN registry_household h ON h.id = c.household_id
    WHERE h.status IN ({_CHECKED})
    GROUP BY h.id, h.division_code""",  # noqa: S608 - constants
)
"""Objections to a household's postings: upheld, or unanswered after their time."""

INCOME = PrivateDataset(
    name="crosscheck_income",
    columns={
        "household": Type.INTEGER,
        "division_code": Type.TEXT,
        "status": Type.TEXT,
        "year": Type.INTEGER,
        "net_fen": Type.INTEGER,
        "persons": Type.INTEGER,
        "exit_year": Type.INTEGER,
    },
    sql=f"""SELECT h.id AS household, h.division_code, h.status, i.year, i.net_fen,
        (SELECT count(*) FROM registry_member m
         WHERE m.household_id = h.id AND {_LIVE}) AS persons,
        (SELECT extract(year FROM max(s.happened_on))::bigint FROM registry_step s
         JOIN registry_case c ON c.id = s.case_id
         WHERE c.household_id = h.id AND s.to_state = 'exited') AS exit_year
    FROM registry_household h JOIN registry_income i ON i.household_id = h.id
    WHERE h.status IN ('0', '1', '2', '3')
      AND NOT EXISTS (SELECT FROM registry_income n WHERE n.corrects_id = i.id)""",  # noqa: S608 - constants
)
"""Incomes by year of households on the roll and exited, with the year of the exit."""

DESCENT = PrivateDataset(
    name="crosscheck_descent",
    columns={
        "household": Type.INTEGER,
        "division_code": Type.TEXT,
        "kind": Type.TEXT,
        "happened_on": Type.DATE,
        "registered_on": Type.DATE,
    },
    sql=f"""SELECT h.id AS household, h.division_code, e.kind, e.happened_on,
        max(s.happened_on) AS registered_on
    FROM registry_household h
    JOIN registry_lineageevent e ON h.id IN (e.household_id, e.other_id)
        AND e.kind IN ('split', 'merge')
    JOIN registry_case c ON c.household_id = h.id AND c.kind IN ('entry', 'relapse')
    JOIN registry_step s ON s.case_id = c.id AND s.to_state = 'registered'
    WHERE h.status IN ({_CHECKED})
    GROUP BY h.id, h.division_code, e.id, e.kind, e.happened_on""",  # noqa: S608
)
"""Splits and merges of registered households, with the day of registration."""


def _table(dataset: PrivateDataset, *key: str) -> Table:
    """Describe a private table for the engine; a text of it is taken as it is."""
    columns = tuple(
        Column(
            name,
            kind,
            "-",
            Text(name, name),
            nulls=name not in key,
            pattern=".*" if kind is Type.TEXT else "",
        )
        for name, kind in dataset.columns.items()
    )
    name = dataset.name.removeprefix(PREFIX)
    return Table(name, Text(name, name), columns, key)


TABLES = (
    _table(MEMBER, "member"),
    _table(LISTED, "row_id"),
    _table(HOUSEHOLD, "household"),
    _table(OBJECTION, "household"),
    Table(
        "probable",
        Text("概率匹配", "probable matches"),
        (
            Column("row_id", Type.INTEGER, "-", Text("名单行", "row"), nulls=False),
            Column("member", Type.INTEGER, "-", Text("成员", "member"), nulls=False),
            Column("chance", Type.NUMBER, "share", Text("概率", "chance"), nulls=False),
        ),
        ("row_id", "member"),
    ),
)
"""What the steps of the checks read."""
