"""An independent check of named pairs and their proof, from the raw tables.

Nothing of the solver is used: no network, no canonical order but that of the ids, no
arrays of its making. Codes are compared as text, tables are joined by polars, and the
price of every allowed pair is bounded per place and expertise.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from bangfu.calc.pairing.checks import Params, Tables, check
from bangfu.calc.pairing.proof import Proof, digest_of
from bangfu.calc.pairing.tables import EXISTING, FORBIDDEN, PAIRS
from bangfu.calc.pairing.verify_bounds import (
    check_bound,
    check_coverage_bound,
    check_prices,
    check_shortfall_bound,
)
from bangfu.calc.pairing.verify_case import EXAMPLES_MAX, Case, wrong
from bangfu.calc.tables.frames import empty, read_columns
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text


def verify(
    *,
    households: pl.DataFrame,
    officials: pl.DataFrame,
    existing: pl.DataFrame | None,
    forbidden: pl.DataFrame | None,
    costs: pl.DataFrame | None,
    params: Params,
    pairs: pl.DataFrame,
    proof: Proof,
) -> list[Finding]:
    """Return what is wrong with the pairs or the proof; nothing when both hold.

    The pairs are checked against ids, quotas, jurisdiction and kinship and priced from
    the tables. The proof is checked to show that no pairing covers more, falls short
    less, or costs less. Needs some seconds and about 400 MB at 300,000 households.
    """
    given = Tables(
        households,
        officials,
        empty(EXISTING) if existing is None else existing,
        empty(FORBIDDEN) if forbidden is None else forbidden,
        costs,
    )
    checked, findings = check(given, params)
    if checked is None:
        return findings
    named, found = read_columns(pairs, PAIRS)
    if named is None:
        return found
    found = _check_names(checked, named)
    if found:
        return found
    case = Case.read(checked, params, named, proof)
    found = _check_pairs(case)
    found += _check_claims(case)
    sizes = (len(proof.household_price), len(proof.official_price))
    if sizes != (case.homes.height, case.people.height):
        return [
            *found,
            wrong("size", "证明与名册的行数不符。", "The proof is of other rolls."),
        ]
    found += check_coverage_bound(case)
    found += check_shortfall_bound(case)
    found += check_prices(case)
    return found + check_bound(case)


def _check_names(tables: Tables, named: pl.DataFrame) -> list[Finding]:
    found = []
    for name, known in (
        ("household_id", tables.households["id"]),
        ("official_id", tables.officials["id"]),
    ):
        strangers = named[name].filter(~named[name].is_in(known.implode())).unique()
        found += [
            wrong(
                "unknown_id",
                "结对表中的“{id}”不在名册内。",
                "“{id}” in the pairs is in no roll.",
                stranger,
                id=stranger,
            )
            for stranger in strangers.sort().head(EXAMPLES_MAX)
        ]
    twice = named["household_id"].filter(named["household_id"].is_duplicated())
    found += [
        wrong(
            "paired_twice",
            "贫困户“{id}”有不止一名帮扶责任人。",
            "Household “{id}” is paired more than once.",
            household,
            id=household,
        )
        for household in twice.unique().sort().head(EXAMPLES_MAX)
    ]
    return found


def _check_pairs(case: Case) -> list[Finding]:
    outside = case.made.filter(~pl.col("is_inside"))
    found = [
        wrong(
            "outside",
            "“{household}”在 {division}，不属于“{official}”帮扶的 {serves}。",
            "“{household}” lies in {division}, outside {serves}, which “{official}” serves.",
            row["household_id"],
            household=row["household_id"],
            division=row["division_code"],
            official=row["official_id"],
            serves=row["serves_code"],
        )
        for row in outside.head(EXAMPLES_MAX).to_dicts()
    ]
    barred = case.made.join(case.kin, on=["home", "person"], how="semi")
    found += [
        wrong(
            "kin",
            "“{household}”与“{official}”有亲属关系，应当回避。",
            "“{household}” and “{official}” are kin and must not be paired.",
            row["household_id"],
            household=row["household_id"],
            official=row["official_id"],
        )
        for row in barred.head(EXAMPLES_MAX).to_dicts()
    ]
    over = case.people.with_columns(load=pl.Series(case.load)).filter(
        pl.col("load") > pl.col("max")
    )
    return found + [
        wrong(
            "above_max",
            "“{official}”结对 {load} 户，超过上限 {max} 户。",
            "“{official}” has {load} households, above the upper quota {max}.",
            row["id"],
            official=row["id"],
            load=row["load"],
            max=row["max"],
        )
        for row in over.head(EXAMPLES_MAX).to_dicts()
    ]


def _check_claims(case: Case) -> list[Finding]:
    """Compare the figures of the proof with those of the tables and pairs."""
    found = []
    if case.proof.digest != digest_of(case.tables, case.params):
        found.append(
            wrong(
                "digest",
                "输入数据与证明所依据的不同。",
                "The tables or prices are not those that the proof is about.",
            )
        )
    short = np.maximum(case.people["min"].to_numpy() - case.load, 0).sum()
    kept = int(case.made["is_kept"].sum() or 0)
    cost = int(case.made["price"].sum()) - case.params.keep_price * kept
    for code, zh, en, claimed, counted in (
        (
            "uncovered",
            "未覆盖户数",
            "uncovered households",
            case.proof.uncovered,
            case.homes.height - case.made.height,
        ),
        (
            "shortfall",
            "下限缺口",
            "shortfall of lower quotas",
            case.proof.shortfall,
            int(short),
        ),
        ("cost", "成本", "cost", case.proof.objective, cost),
        ("gap", "成本与下界", "cost and bound", case.proof.bound, case.proof.objective),
    ):
        if claimed != counted:
            found.append(
                wrong(
                    code,
                    "{what}不符：证明为 {claimed}，实际为 {counted}。",
                    "{what}: the proof says {claimed}, counted are {counted}.",
                    what=Text(zh, en),
                    claimed=claimed,
                    counted=counted,
                )
            )
    return found
