"""Solve a run: read, pair, prove, write the preview; and check a stored run.

Nothing here decides who may order or approve; `operations` does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from bangfu.calc import pairing
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.exchange import staging
from bangfu.pairing import frames, lines, tiers
from bangfu.pairing.models import Run
from bangfu.pairing.rules import RunParameters
from bangfu.pairing.states import Change
from bangfu.policy import queries as policy

Progress = Callable[[int, int, Text], None]
STEPS = 4
_READING = Text("读取名册", "Reading the rolls")
_SOLVING = Text("计算最优配对并证明", "Pairing and proving")
_WRITING = Text("写入预览", "Writing the preview")
_DONE = Text("已生成预览", "The preview is ready")


def solve(run: Run, *, on: date, today: date, progress: Progress) -> None:
    """Fill `run` with the optimal pairing over its division, and write its lines.

    on: the day whose policy holds. today: the day on which divisions are called what the
    sentences call them. Brings the officials' tiers up to the pack first. Raises NoRoll,
    BadInput with the findings of calc.pairing, and what the pack raises.
    """
    pack = policy.active()
    progress(0, STEPS, _READING)
    parameters = RunParameters(**run.parameters)
    with staging.in_bulk():
        tiers.derive(run.division_code, pack=pack, at=on)
        read = frames.load(run.division_code, pack=pack, on=on, parameters=parameters)
    progress(1, STEPS, _SOLVING)
    given = read.tables
    result = pairing.solve(
        households=given.households,
        officials=given.officials,
        existing=given.existing,
        forbidden=given.forbidden,
        costs=given.costs,
        params=read.params,
        names=_names(given, on=on, today=today),
    )
    progress(2, STEPS, _WRITING)
    run.policy_hash = pack.hash
    run.input_digest = result.proof.digest
    run.proof = result.proof.to_bytes()
    run.shortages = [shortage.as_json() for shortage in result.shortages]
    run.uncovered = _uncovered_by_township(result.uncovered_households)
    frames.keep(run, read)
    with staging.in_bulk():
        townships = lines.write(run, read, result.pairs)
    run.summary = _summary(result, read, townships)
    progress(STEPS, STEPS, _DONE)


def _names(given: pairing.Tables, *, on: date, today: date) -> dict[str, str]:
    """Return the names of the divisions that a shortage may speak of, by code.

    The rolls speak of today's divisions, whatever the year of the run; a code that has
    ceased since has the name that it had in that year.
    """
    codes = {
        DivisionCode(code)
        for code in (
            *given.households["division_code"].unique(),
            *given.officials["serves_code"].unique(),
        )
    }
    above = {upper for code in codes for upper in code.ancestors()}
    then, now = (divisions.names(codes | above, at=day) for day in (on, today))
    return {str(code): name for code, name in (then | now).items()}


def _uncovered_by_township(left_out: pl.DataFrame) -> list[dict[str, object]]:
    counted = (
        left_out.group_by(
            pl.col("division_code").str.head(Level.TOWNSHIP), maintain_order=True
        )
        .len("households")
        .sort("division_code")
    )
    return counted.to_dicts()


def _summary(
    result: pairing.Result,
    read: frames.RunFrames,
    townships: dict[str, dict[str, int]],
) -> dict[str, object]:
    """Return the figures of the command line's JSON; fixed households are covered."""
    found = result.as_json()
    before = (
        read.fixed
        + read.homes.filter(
            pl.col("previous_pk").is_not_null() & ~pl.col("is_leaving")
        ).height
    )
    return {
        **{name: found[name] for name in _FIGURES},
        "households": result.households + read.fixed,
        "covered": result.covered + read.fixed,
        "covered_before": before,
        "fixed": read.fixed,
        "changes": {
            change.value: sum(one.get(change.value, 0) for one in townships.values())
            for change in Change
        },
        "townships": townships,
        "places_missing": read.places_missing,
        "km_price": read.params.km_price,
        "keep_price": read.params.keep_price,
        "cost_scale": read.scale,
    }


_FIGURES = (
    "households",
    "officials",
    "covered",
    "uncovered",
    "below_min",
    "above_max",
    "shortfall",
    "forbidden",
    "cost",
    "bound",
    "gap",
    "status",
    "meaning",
    "seconds",
    "peak_mb",
    "findings",
)


def check(run: Run) -> list[Finding]:
    """Check a run's lines and proof against the tables it was solved from.

    Uses the independent verifier of calc.pairing; nothing when both hold. Raises
    BadInput when tables or proof cannot be read.
    """
    kept = frames.kept(run)
    given = kept.tables
    summary = run.summary or {}
    keys = {"household_pk": pl.Int64, "official_pk": pl.Int64}
    named = (
        staging.fetch(_NAMED, [run.pk], keys)
        .join(kept.homes, left_on="household_pk", right_on="pk", how="left")
        .join(kept.people, left_on="official_pk", right_on="pk", how="left")
        .select(
            household_id=_known("id", "household_pk"),
            official_id=_known("id_right", "official_pk"),
        )
    )
    return pairing.verify(
        households=given.households,
        officials=given.officials,
        existing=given.existing,
        forbidden=given.forbidden,
        costs=given.costs,
        params=pairing.Params(
            km_price=int(summary["km_price"]), keep_price=int(summary["keep_price"])
        ),
        pairs=named,
        proof=pairing.Proof.from_bytes(bytes(run.proof or b"")),
    )


def _known(name: str, pk: str) -> pl.Expr:
    """Return the natural key; a row that was in no roll keeps its number and is found."""
    return pl.coalesce(pl.col(name), pl.format("pk {}", pl.col(pk)))


_NAMED = """
SELECT household_id, official_id FROM pairing_runpair
WHERE run_id = %s AND official_id IS NOT NULL
"""
