"""Declared kin of the officials' roster: checked, hidden behind digests, compared.

An identity number leaves this module only as its blind index. A declaration that names
both a number and a household is kept with both.
"""

from __future__ import annotations

import polars as pl

from bangfu.calc.values.findings import Severity
from bangfu.calc.values.identity import (
    check_identity_number,
    normalise_identity_number,
)
from bangfu.calc.values.text import Text
from bangfu.exchange import staging
from bangfu.pairing import rosters
from bangfu.pairing.sheets import KIN_MAX
from bangfu.registry.imports.intake import FileFinding
from bangfu.vault import blind_index

IDENTITY_PURPOSE = "identity"
KEY = ("division_code", "unit_no", "official_no")
_PARTS = ("relation", "identity_number", "village_code", "household_no")
COLUMNS = tuple(f"kin{n}_{part}" for n in range(1, KIN_MAX + 1) for part in _PARTS)


def findings(
    rows: pl.DataFrame, marker: rosters.Marker, *, is_demo: bool
) -> list[FileFinding]:
    """Return what is wrong with the declarations; never a number in a message."""
    found: list[FileFinding] = []
    for n in range(1, KIN_MAX + 1):
        relation, number, village, household = (f"kin{n}_{part}" for part in _PARTS)
        has_key = pl.col(village).is_not_null() & pl.col(household).is_not_null()
        is_half = pl.col(village).is_null() != pl.col(household).is_null()
        is_nobody = pl.col(relation).is_not_null() & pl.col(number).is_null() & ~has_key
        is_village = pl.col(village).str.len_chars() == 12
        found += marker.mark(rows.filter(is_half), village, "half_a_key", _HALF)
        found += marker.mark(
            rows.filter(is_nobody & ~is_half), relation, "nobody_named", _NOBODY
        )
        found += marker.mark(
            rows.filter(~is_village), village, "not_a_village", _NOT_A_VILLAGE
        )
        found += _number_findings(rows, marker, number, is_demo=is_demo)
    return found


def _number_findings(
    rows: pl.DataFrame, marker: rosters.Marker, column: str, *, is_demo: bool
) -> list[FileFinding]:
    found = []
    for row in rows.filter(pl.col(column).is_not_null()).iter_rows(named=True):
        problems = [
            one
            for one in check_identity_number(row[column], demo=is_demo)
            if one.severity is Severity.IMPOSSIBLE
        ]
        if problems:
            one_row = rows.filter(
                (pl.col(rosters.FILE) == row[rosters.FILE])
                & (pl.col("_row") == row["_row"])
            )
            found += marker.mark(
                one_row, column, "identity_number", problems[0].message
            )
    return found


def household_findings(rows: pl.DataFrame, marker: rosters.Marker) -> list[FileFinding]:
    """Doubt declared households that are not registered within the scope."""
    parts = [
        rows.select(
            rosters.FILE,
            "_row",
            village_code=f"kin{n}_village_code",
            household_no=f"kin{n}_household_no",
            column=pl.lit(f"kin{n}_household_no"),
        )
        for n in range(1, KIN_MAX + 1)
    ]
    named = pl.concat(parts).drop_nulls()
    if named.is_empty():
        return []
    kinds = dict.fromkeys(("village_code", "household_no"), 'text COLLATE "C"')
    staging.stage("kin_keys", kinds, named.select(*kinds).unique())
    known = staging.fetch(_KNOWN, [], dict.fromkeys(kinds, pl.String))
    lost = named.join(known, on=list(kinds), how="anti")
    return [
        finding
        for column, part in lost.partition_by("column", as_dict=True).items()
        for finding in marker.mark(
            part,
            str(column[0]),
            "household_not_registered",
            _NOT_REGISTERED,
            severity=Severity.DOUBTFUL,
        )
    ]


def declared(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per declaration: key, relation, identity_hex, village, number.

    Null where the cell was empty; identity_hex is the blind index in hexadecimal.
    """
    parts = [
        rows.select(
            *KEY,
            relation=f"kin{n}_relation",
            identity_number=f"kin{n}_identity_number",
            village_code=f"kin{n}_village_code",
            household_no=f"kin{n}_household_no",
        )
        for n in range(1, KIN_MAX + 1)
    ]
    named = pl.concat(parts).filter(
        pl.col("identity_number").is_not_null() | pl.col("household_no").is_not_null()
    )
    hexes = [
        None
        if number is None
        else blind_index(normalise_identity_number(number), IDENTITY_PURPOSE).hex()
        for number in named["identity_number"]
    ]
    return named.drop("identity_number").with_columns(
        identity_hex=pl.Series(hexes, dtype=pl.String)
    )


def stored(codes: list[str]) -> pl.DataFrame:
    """Return the stored declarations of units in these divisions, as `declared` does."""
    schema = dict.fromkeys(
        (*KEY, "relation", "village_code", "household_no", "identity_hex"), pl.String
    )
    return staging.fetch(_STORED, [codes], schema)


def fingerprints(kin: pl.DataFrame) -> pl.DataFrame:
    """Return key, `kin` (a text equal for equal sets) and `kin_count`, by official."""
    one = pl.concat_str(
        [
            pl.col(name).fill_null("")
            for name in ("relation", "identity_hex", "village_code", "household_no")
        ],
        separator="|",
    )
    return kin.group_by(KEY).agg(
        one.unique().sort().str.join(";").alias("kin"),
        one.n_unique().cast(pl.Int64).alias("kin_count"),
    )


def replace(kin: pl.DataFrame, officials: pl.DataFrame) -> None:
    """Write the declarations of some officials in place of those they had.

    kin: as `declared` returns it. officials: keys of those whose set changes.
    """
    kinds = dict.fromkeys(KEY, 'text COLLATE "C"')
    staging.stage("kin_owners", kinds, officials.select(*KEY))
    more = ("relation", "village_code", "household_no", "identity_hex")
    staging.stage(
        "incoming_kin",
        kinds | dict.fromkeys(more, "text"),
        kin.join(officials, on=list(KEY), how="semi").unique(),
    )
    staging.run(_DELETE)
    staging.run(_INSERT)


_HALF = Text("村代码和户编号须同时填写", "give both village code and household number")
_NOBODY = Text(
    "填了关系，但没有身份号码或户",
    "a relation without an identity number or a household",
)
_NOT_A_VILLAGE = Text("应为 12 位村代码", "the 12-digit code of a village is needed")
_NOT_REGISTERED = Text(
    "没有登记这一户；登记后自动回避",
    "this household is not registered; once it is, it will be avoided",
)
_KNOWN = """
SELECT k.village_code, k.household_no
FROM kin_keys k JOIN registry_household h
    ON h.division_code = k.village_code AND h.household_no = k.household_no
"""
_STORED = """
SELECT u.division_code, u.unit_no, o.official_no, k.relation, k.village_code,
       k.household_no, encode(k.identity_index, 'hex')
FROM pairing_kin k
JOIN pairing_official o ON o.id = k.official_id
JOIN pairing_unit u ON u.id = o.unit_id
WHERE k.division_code = ANY (%s)
"""
_DELETE = """
DELETE FROM pairing_kin k USING pairing_official o, pairing_unit u, kin_owners w
WHERE o.id = k.official_id AND u.id = o.unit_id
  AND (u.division_code, u.unit_no, o.official_no)
    = (w.division_code, w.unit_no, w.official_no)
"""
_INSERT = """
INSERT INTO pairing_kin (official_id, division_code, relation, identity_index,
    village_code, household_no)
SELECT o.id, o.division_code, coalesce(i.relation, ''), decode(i.identity_hex, 'hex'),
       coalesce(i.village_code, ''), coalesce(i.household_no, '')
FROM incoming_kin i
JOIN pairing_unit u ON (u.division_code, u.unit_no) = (i.division_code, i.unit_no)
JOIN pairing_official o ON o.unit_id = u.id AND o.official_no = i.official_no
ORDER BY o.id
"""
