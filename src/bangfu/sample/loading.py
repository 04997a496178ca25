"""Loads the sample city through the same operations as everybody's data.

Each step looks first whether it was done, so that a load that was killed is finished by
the next one.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings

from bangfu.accounts.models import User
from bangfu.accounts.queries import DEMO_PREFIX, actor_named
from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import WrongState
from bangfu.calc.values.text import Text
from bangfu.divisions import operations as divisions
from bangfu.divisions import queries as division_queries
from bangfu.lake import listing as snapshots
from bangfu.lake import operations as lake
from bangfu.pairing.models import Official, Unit
from bangfu.registry.imports import operations as imports
from bangfu.registry.imports.intake import Counts, Options
from bangfu.registry.models import Household
from bangfu.sample.cases import load_cases, order_search, plant_duplicates
from bangfu.sample.crosschecks import load_lists
from bangfu.sample.funds import load_funds
from bangfu.sample.households import YEAR
from bangfu.sample.logins import make_logins, write_logins
from bangfu.sample.making import SampleFiles, make_sample
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

CITY = DivisionCode("9901")
VALID_FROM = date(2014, 1, 1)
FILES_PER_IMPORT = 20
# The rolls speak of the year before, and are checked as of this day: ages fit them.
ROLLS_CAME_AT = datetime(YEAR + 1, 3, 1, 2, 0, tzinfo=UTC)
_SYSTEM = system_actor("sample")
Tell = Callable[[Text], None]


class NotADemo(WrongState):
    """The sample and its log-ins exist only on the embedded database and loopback."""

    code = "not_a_demo"


def load_demo(
    *, at: datetime, households: int, seed: int, folder: Path, tell: Tell
) -> dict[str, object]:
    """Make the sample in `folder`, load it, and write the log-ins to var/demo-logins.txt.

    Returns what the sample holds and what was loaded. Raises NotADemo on a server.
    """
    _check_is_demo()
    files = make_sample(folder, households=households, seed=seed, tell=tell)
    _load_divisions(files, at=at, tell=tell)
    _make_city_login()
    city = actor_named(DEMO_PREFIX + "city", on=at.date(), role=Role.CITY)
    loaded = _load_workbooks(files, by=city, at=ROLLS_CAME_AT, tell=tell)
    with acting(_SYSTEM):
        village = Household.objects.active().earliest("division_code").division_code
        made = make_logins(village=village)
    write_logins(settings.VAR / "demo-logins.txt", made)
    tell(Text("正在装入办理事项……", "Loading the cases …"))
    cases = load_cases(village=DivisionCode(village), at=ROLLS_CAME_AT)
    tell(Text("正在装入资金和项目……", "Loading money and projects …"))
    projects = load_funds(village=DivisionCode(village), at=at)
    found = load_lists(
        files.lists, files.folder / "hits.csv", by=city, at=ROLLS_CAME_AT, tell=tell
    )
    planted = plant_duplicates(village=DivisionCode(village), at=ROLLS_CAME_AT)
    _take_snapshot(by=city, at=at, tell=tell)
    if planted:
        order_search(village=DivisionCode(village), at=at)
    return {
        **files.facts,
        "loaded": loaded,
        "cases": cases,
        "hits": found,
        "twice": planted,
        "projects": projects,
    }


def _check_is_demo() -> None:
    if not settings.BANGFU_DEMO:
        raise NotADemo(
            Text(
                "示例数据只能装入内置数据库。",
                "The sample is loaded into the embedded database only.",
            ),
            remedy=Text(
                "请取消 DATABASE_URL 后再试。", "Unset DATABASE_URL and try again."
            ),
        )


def _load_divisions(files: SampleFiles, *, at: datetime, tell: Tell) -> None:
    with acting(_SYSTEM):
        if division_queries.exists(CITY, at=at.date()):
            return
        tell(Text("正在装入行政区划……", "Loading the divisions …"))
        divisions.import_divisions(
            by=_SYSTEM, at=at, source=files.folder / "divisions", valid_from=VALID_FROM
        )
        text = (files.folder / "boundaries.geojson").read_text(encoding="utf-8")
        divisions.set_boundaries(by=_SYSTEM, at=at, collection=json.loads(text))
        with (files.folder / "flags.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        flags = [
            (DivisionCode(row["code"]), row["flag"], date.fromisoformat(row["from"]))
            for row in rows
        ]
        divisions.set_flags(by=_SYSTEM, at=at, flags=flags)


def _make_city_login() -> None:
    """Make the user who imports; all others wait for the households and officials."""
    with acting(_SYSTEM):
        if not User.objects.filter(username=DEMO_PREFIX + "city").exists():
            make_logins(village=CITY, only=("city",))


def _load_workbooks(
    files: SampleFiles, *, by: Actor, at: datetime, tell: Tell
) -> dict[str, dict[str, int]]:
    with acting(_SYSTEM):
        done = {
            "units": Unit.objects.exists(),
            "households": Household.objects.exists(),
            "officials": Official.objects.exists(),
        }
    rolls = [
        files.rolls[start : start + FILES_PER_IMPORT]
        for start in range(0, len(files.rolls), FILES_PER_IMPORT)
    ]
    loaded: dict[str, dict[str, int]] = {}
    for kind, parts in (
        ("units", [[files.units]]),
        ("households", rolls),
        ("officials", [[files.officials]]),
    ):
        if done[kind]:
            continue
        for part in parts:
            tell(
                Text(
                    "正在导入 {kind}：{files}……",
                    "Importing {kind}: {files} …",
                    {"kind": kind, "files": ", ".join(path.name for path in part)},
                )
            )
            counts = _import(kind, part, by=by, at=at).as_json()
            known = loaded.setdefault(kind, dict.fromkeys(counts, 0))
            for name, count in counts.items():
                known[name] += count
    return loaded


def _take_snapshot(*, by: Actor, at: datetime, tell: Tell) -> None:
    """Take the first snapshot, so that nobody waits for the night to see one."""
    with acting(by):
        if snapshots.snapshots().exists():
            return
        tell(Text("正在生成数据快照……", "Taking a snapshot …"))
        lake.take(by=by, at=at)


def _import(kind: str, paths: Sequence[Path], *, by: Actor, at: datetime) -> Counts:
    """Check and confirm an import like an office does, in this process."""
    contents = [(path.name, path.read_bytes()) for path in paths]
    with acting(by):
        record = imports.receive(
            by=by, at=at, kind=kind, files=contents, options=Options()
        )
    with acting(by):
        plan = imports.check(by=by, at=at, import_id=record.pk)
    with acting(by):
        imports.apply(by=by, at=at, import_id=record.pk)
    return plan.counts
