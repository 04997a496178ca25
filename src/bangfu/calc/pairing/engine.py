"""The front door: check, solve, prove, name what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from bangfu.calc.pairing import tables
from bangfu.calc.pairing.canonical import (
    Ints,
    Roll,
    code_keys,
    code_of,
    dense_ranks,
    distance_cost,
    read_roll,
)
from bangfu.calc.pairing.checks import Params, Tables, check
from bangfu.calc.pairing.dealing import NOBODY
from bangfu.calc.pairing.duals import NotProven
from bangfu.calc.pairing.jurisdictions import (
    Tree,
    count_by_division,
    starved_divisions,
)
from bangfu.calc.pairing.kinship import forbidden_households
from bangfu.calc.pairing.proof import Proof, digest_of, prove
from bangfu.calc.pairing.result import Result, Status
from bangfu.calc.pairing.shortages import (
    Shortage,
    name_kin_shortages,
    name_shortages,
)
from bangfu.calc.pairing.solving import Solution, solve_roll
from bangfu.calc.tables.frames import empty, read_columns
from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.stopwatch import Stopwatch, peak_mb
from bangfu.calc.values.text import Text

DEFAULT_PARAMS = Params()


def solve(
    *,
    households: pl.DataFrame,
    officials: pl.DataFrame,
    existing: pl.DataFrame | None = None,
    forbidden: pl.DataFrame | None = None,
    costs: pl.DataFrame | None = None,
    params: Params = DEFAULT_PARAMS,
    names: Mapping[str, str] | None = None,
) -> Result:
    """Pair households with officials: most covered, then least shortfall, then least cost.

    Frames as the schemas in `tables` declare them, rows in any order: the named pairs
    are the same in every order. names: names of divisions by code, for the sentences.
    Costs about arcs ** 1.3: 300,000 households and 170,000 officials take some seconds.

    Raises BadInput with all findings, and OutOfLimit when there are too many distinct
    places; see `snap_to_divisions`.
    """
    watch = Stopwatch()
    given = Tables(
        households,
        officials,
        empty(tables.EXISTING) if existing is None else existing,
        empty(tables.FORBIDDEN) if forbidden is None else forbidden,
        costs,
    )
    with watch.stage("check"):
        checked, findings = check(given, params)
    if checked is None:
        raise _refused(findings)
    with watch.stage("read"):
        roll = read_roll(checked, params)
        tree = count_by_division(roll)
    solution = solve_roll(roll, tree, params, watch)
    with watch.stage("proof"):
        proof = prove(roll, solution, digest_of(checked, params))
    with watch.stage("naming"):
        _check_price(roll, solution, params)
        result = _result(roll, tree, solution, proof, names or {})
    return replace(
        result,
        findings=findings,
        seconds=watch.seconds,
        stages=watch.stages,
        peak_mb=peak_mb(),
    )


def _result(
    roll: Roll, tree: Tree, solution: Solution, proof: Proof, names: Mapping[str, str]
) -> Result:
    """Name pairs and shortages and count; time and findings are filled in later."""
    official_of = solution.deal.official_of
    load = np.bincount(official_of[official_of != NOBODY], minlength=roll.officials)
    left_out = _left_out(roll, tree, official_of)
    below = load < roll.low
    full = left_out.height == 0 and not below.any()
    return Result(
        status=Status.OPTIMAL_FULL if full else Status.OPTIMAL_PARTIAL,
        households=roll.households,
        officials=roll.officials,
        covered=roll.households - left_out.height,
        uncovered=left_out.height,
        below_min=int(below.sum()),
        shortfall=int((roll.low - load)[below].sum()),
        above_max=int((load > roll.high).sum()),
        forbidden=len(forbidden_households(roll, solution.deal)),
        kept=int(solution.deal.is_kept.sum()),
        cost=proof.objective,
        bound=proof.bound,
        shortages=name_shortages(roll, tree, load, names)
        + _kin_shortages(roll, tree, solution, load),
        pairs=_pairs(roll, official_of),
        uncovered_households=left_out,
        loads=_loads(roll, solution, load),
        proof=proof,
        findings=[],
        rounds=solution.rounds,
        seconds=0.0,
        stages={},
        peak_mb=0.0,
    )


def snap_to_divisions(households: pl.DataFrame) -> pl.DataFrame:
    """Put every household at the mean place of its division, to the metre.

    For rolls that give each house its own coordinates: the network then grows with the
    divisions and not with the households. The result does not depend on row order;
    snapping twice changes nothing. Raises BadInput when the table is not as declared.
    """
    checked, findings = read_columns(households, tables.HOUSEHOLDS)
    if checked is None:
        raise _refused(findings)
    ordered = checked.sort("id")
    division, _ = dense_ranks(code_keys(ordered["division_code"]))
    count = np.bincount(division)
    means = {
        name: pl.Series(
            name, (np.bincount(division, ordered[name]) / count)[division]
        ).round(3)
        for name in ("x_km", "y_km")
        if ordered[name].null_count() == 0
    }
    return ordered.with_columns(**means)


def _refused(findings: list[Finding]) -> BadInput:
    return BadInput(
        Text(
            "输入数据有 {count} 处问题，未计算。",
            "The input has {count} findings; nothing was solved.",
            {"count": len(findings)},
        ),
        remedy=Text("请按列出的问题改正后再试。", "Correct them and try again."),
        findings=tuple(findings),
        code="pairing.bad_input",
    )


def _pairs(roll: Roll, official_of: Ints) -> pl.DataFrame:
    covered = np.flatnonzero(official_of != NOBODY)
    return pl.DataFrame(
        {
            "household_id": roll.household_ids.gather(covered),
            "official_id": roll.official_ids.gather(official_of[covered]),
        }
    )


def _loads(roll: Roll, solution: Solution, load: Ints) -> pl.DataFrame:
    kept = solution.deal.official_of[solution.deal.is_kept]
    return pl.DataFrame(
        {
            "official_id": roll.official_ids,
            "unit_id": roll.unit_ids,
            "serves_code": roll.serves_codes,
            "load": load,
            "kept": np.bincount(kept, minlength=roll.officials),
            "min": roll.low,
            "max": roll.high,
        }
    )


def _left_out(roll: Roll, tree: Tree, official_of: Ints) -> pl.DataFrame:
    """Say for every uncovered household which division's shortage leaves it out."""
    rows = np.flatnonzero(official_of == NOBODY)
    starved = [code_of(tree.key[at]) for at in starved_divisions(tree)]
    codes = [code_of(key) for key in roll.household_code[rows]]
    reasons = [
        next((division for division in starved if code.startswith(division)), "")
        for code in codes
    ]
    return pl.DataFrame(
        {
            "household_id": roll.household_ids.gather(rows),
            "division_code": codes,
            "shortage_division": reasons,
        },
        schema_overrides={"division_code": pl.String, "shortage_division": pl.String},
    )


def _kin_shortages(
    roll: Roll, tree: Tree, solution: Solution, load: Ints
) -> list[Shortage]:
    reach = solution.reach
    if (reach.uncovered, reach.shortfall) == (tree.uncovered, tree.shortfall):
        return []
    household, official = np.divmod(roll.barred, roll.officials)
    has_kin = np.zeros(roll.households, dtype=bool)
    has_kin[household] = True
    is_kin = np.zeros(roll.officials, dtype=bool)
    is_kin[official] = True
    nobody = solution.deal.official_of == NOBODY
    return name_kin_shortages(
        roll,
        tree,
        (reach.uncovered, reach.shortfall),
        np.flatnonzero(nobody & has_kin),
        np.flatnonzero((load < roll.low) & is_kin),
    )


def _check_price(roll: Roll, solution: Solution, params: Params) -> None:
    """Price the named pairs afresh. Raises NotProven when the flow cost otherwise."""
    official_of = solution.deal.official_of
    home = np.flatnonzero(official_of != NOBODY)
    person = official_of[home]
    cost = distance_cost(
        roll.official_x[person],
        roll.official_y[person],
        roll.household_x[home],
        roll.household_y[home],
        params.km_price,
    )
    cost += roll.mismatch[roll.need[home], roll.expertise[person]]
    kept = official_of[roll.kept_household] == roll.kept_official
    total = int(cost.sum()) - params.keep_price * int(kept.sum())
    if total != solution.certificate.cost:
        msg = f"the pairs cost {total}, the flow {solution.certificate.cost}"
        raise NotProven(msg)
