"""One run: extract, match, carry out the steps and functions, keep the hits.

The extract is private and deleted when the run ends. Nothing of the run is written
unless all of it is: hits, counts and the run itself are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import polars as pl
from django.conf import settings
from django.utils.module_loading import import_string

from bangfu.calc.engines import duck
from bangfu.calc.engines.steps import Pipeline
from bangfu.calc.linkage.matching import matched
from bangfu.calc.tables.schema import Type
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text
from bangfu.lake.private import Extract, private_extract
from bangfu.registry.crosschecks import datasets, declared, thresholds
from bangfu.registry.crosschecks.declaration import Check
from bangfu.registry.crosschecks.inputs import Inputs
from bangfu.registry.crosschecks.kinds import ListKind
from bangfu.registry.crosschecks.models import ExternalList
from bangfu.scope import Actor

EXTRACTS = ("member", "listed", "household", "objection", "income", "descent")
_REASON = "数据比对 / cross-checks"
_NOWHERE = ("-",)
_POLARS = {
    Type.TEXT: pl.String,
    Type.BOOLEAN: pl.Boolean,
    Type.INTEGER: pl.Int64,
    Type.NUMBER: pl.Float64,
    Type.DATE: pl.Date,
}
Progress = Callable[[int, int, Text], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found: one frame a check, and what could not be asked and why."""

    frames: dict[str, pl.DataFrame]
    skipped: dict[str, Text]
    members: int
    rows: int
    lists: list[ExternalList] = field(default_factory=list)


def find(
    *,
    by: Actor,
    at: datetime,
    division: DivisionCode,
    limits: thresholds.Thresholds,
    progress: Progress,
) -> Found:
    """Carry out every check that has what it needs, over a division.

    Raises NotAllowed, and StepFailed with the name of the check.
    """
    lists = list(ExternalList.objects.filter(replaced_at=None).order_by("pk"))
    on_file = {ListKind(one.kind) for one in lists}
    asked = [check for check in declared.CHECKS if can_ask(check, on_file)]
    skipped = {
        check.code: _missing(check) for check in declared.CHECKS if check not in asked
    }
    progress(0, 4, _EXTRACTING)
    with private_extract(
        names=[f"{datasets.PREFIX}{name}" for name in EXTRACTS],
        division=division,
        by=by,
        at=at,
        reason=_REASON,
    ) as extract:
        progress(1, 4, _MATCHING)
        probable = _probable(extract, limits.chance_min)
        progress(2, 4, _CHECKING)
        frames = _steps(extract, probable, asked, lists, limits)
        progress(3, 4, _CHECKING)
        inputs = _inputs(extract)
        for check in asked:
            if check.function is not None:
                frames[check.code] = check.function(inputs, limits.of_check(check.code))
        rows = extract.rows
    return Found(
        frames,
        skipped,
        members=rows[f"{datasets.PREFIX}member"],
        rows=rows[f"{datasets.PREFIX}listed"],
        lists=lists,
    )


def can_ask(check: Check, on_file: set[ListKind]) -> bool:
    """Whether a check has what it needs: one of its lists, or the register alone."""
    return not check.needs or bool(on_file & set(check.needs))


@lru_cache(maxsize=1)
def pipeline() -> Pipeline:
    """Return the checked steps."""
    return duck.load(
        declared.sql(),
        name="crosschecks",
        inputs=datasets.TABLES,
        parameters=declared.parameters(),
    )


def _probable(extract: Extract, chance_min: float) -> Path:
    """Match the rows without a number by name, birth date, sex and place."""
    rows = (
        pl.scan_parquet(extract.files[f"{datasets.PREFIX}listed"])
        .filter(pl.col("person").is_null() & pl.col("name").is_not_null())
        .select(
            pl.col("row_id").alias("row"),
            "name",
            "birth_date",
            "sex",
            pl.col("address_code").alias("division_code"),
        )
        .collect()
    )
    persons = pl.DataFrame()
    if not rows.is_empty():
        persons = (
            pl.scan_parquet(extract.files[f"{datasets.PREFIX}member"])
            .select(
                pl.col("member").alias("person"),
                "name",
                "birth_date",
                "sex",
                "division_code",
            )
            .collect()
        )
    path = extract.folder / "probable.parquet"
    pairs = pl.DataFrame(
        schema={"row_id": pl.Int64, "member": pl.Int64, "chance": pl.Float64}
    )
    if not rows.is_empty() and not persons.is_empty():
        pairs = matched(persons, rows, chance_min=chance_min).select(
            row_id="row", member="person", chance="chance"
        )
    pairs.write_parquet(path)
    path.chmod(0o600)
    return path


def _steps(
    extract: Extract,
    probable: Path,
    asked: list[Check],
    lists: list[ExternalList],
    limits: thresholds.Thresholds,
) -> dict[str, pl.DataFrame]:
    files = {
        name.removeprefix(datasets.PREFIX): path for name, path in extract.files.items()
    }
    files["probable"] = probable
    sources = [duck.Source(table, (files[table.name],)) for table in pipeline().inputs]
    values = limits.of_steps() | _covered(lists, files["member"])
    with duck.run(pipeline(), sources, values) as results:
        return {check.code: results.frame(check.step) for check in asked if check.sql}


def _covered(lists: list[ExternalList], members: Path) -> dict[str, tuple[str, ...]]:
    """Return the counties in which a complete list is in force, by parameter."""
    counties = (
        pl.scan_parquet(members)
        .select(pl.col("division_code").str.head(Level.COUNTY.value).unique())
        .collect()
        .to_series()
        .sort()
        .to_list()
    )
    found = {}
    for kind, name in declared.COVERED.items():
        places = [str(one.division_code) for one in lists if one.kind == kind]
        held = tuple(
            county
            for county in counties
            if any(county.startswith(place) for place in places)
        )
        found[name] = held or _NOWHERE
    return found


def _inputs(extract: Extract) -> Inputs:
    frames = {
        name: pl.read_parquet(extract.files[f"{datasets.PREFIX}{name}"])
        for name in ("income", "descent", "household")
    }
    kin: list[tuple[int, int]] = import_string(settings.BANGFU_KINSHIP)()
    income = frames["income"]
    return Inputs(
        income=income,
        descent=frames["descent"],
        household=frames["household"],
        kin=pl.DataFrame(
            {"household": pl.Series([house for _, house in kin], dtype=pl.Int64)}
        ),
        lines_fen=thresholds.lines_fen(
            income["division_code"].str.head(Level.COUNTY.value).unique().to_list(),
            income["year"].unique().to_list(),
        ),
    )


def _missing(check: Check) -> Text:
    names = [kind.text for kind in check.needs]
    return Text(
        "缺少名单：{lists}",
        "no list on file: {lists}",
        {
            "lists": Text(
                "、".join(one.zh for one in names), ", ".join(one.en for one in names)
            )
        },
    )


_EXTRACTING = Text("正在提取比对数据", "Taking the private extract")
_MATCHING = Text("正在匹配人员", "Matching persons")
_CHECKING = Text("正在比对", "Carrying out the checks")
