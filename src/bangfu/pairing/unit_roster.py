"""The roll of units: compared with what is stored, and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.divisions import geometry
from bangfu.divisions.models import Place
from bangfu.exchange import staging
from bangfu.exchange.declaration import Workbook
from bangfu.pairing import permissions, rosters, tiers
from bangfu.pairing.sheets import UNITS, UNITS_SHEET
from bangfu.policy import queries as policy
from bangfu.registry.imports.intake import (
    Counts,
    FileFinding,
    FileReading,
    Options,
    Plan,
    Progress,
    digest_of,
)
from bangfu.scope import Actor

KEY = ("division_code", "unit_no")
COUNTED = Text("个单位", "units")
_COLUMNS: dict[str, object] = {
    "name": "",
    "level": "",
    "affiliation": "",
    "serves_code": None,
    "workplace_code": "",
    "x_km": None,
    "y_km": None,
}
_LEVEL_DIGITS = {"city": 4, "county": 6, "township": 9}
_STORED = {
    "division_code": pl.String,
    "unit_no": pl.String,
    "pk": pl.Int64,
    "name": pl.String,
    "level": pl.String,
    "affiliation": pl.String,
    "serves_code": pl.String,
    "workplace_code": pl.String,
    "x_km": pl.Float64,
    "y_km": pl.Float64,
}
_STORED_SQL = """
SELECT u.division_code, u.unit_no, u.id, u.name, u.level, u.affiliation, u.serves_code,
       u.workplace_code, u.x_km, u.y_km
FROM pairing_unit u WHERE u.division_code = ANY (%s)
"""


@dataclass(frozen=True, slots=True)
class UnitIntake:
    """Import of units; see registry.imports.intake.Intake."""

    key: str = "units"
    title: Text = UNITS.title
    counted: Text = COUNTED
    workbook: Workbook = UNITS

    def check_may(self, *, by: Actor) -> None:
        """Raise NotAllowed unless `by` keeps rosters."""
        permissions.check_import(by)

    def check(
        self,
        files: Sequence[FileReading],
        *,
        by: Actor,
        at: datetime,
        options: Options,
        progress: Progress,
    ) -> Plan:
        """Compare the files with the stored units; write nothing."""
        marker = rosters.Marker(UNITS_SHEET, files)
        rows = rosters.stacked(files, UNITS_SHEET)
        today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
        findings = rosters.read_findings(files)
        findings += rosters.key_findings(rows, marker, by=by, on=today)
        findings += _code_findings(rows, marker, by=by, at=at)
        rows, found = _located(rows, marker)
        findings += found
        progress(1, 2, Text("与已有单位比较", "Comparing with what is stored"))
        wrong = rosters.bad(findings, UNITS_SHEET)
        good = rows.join(wrong, on=[rosters.FILE, "_row"], how="anti")
        codes = good["division_code"].unique().to_list()
        stored = staging.fetch(_STORED_SQL, [codes], _STORED)
        after = rosters.merged(
            good,
            _filled(stored),
            columns=_COLUMNS,
            given=_given(rosters.present(files, UNITS_SHEET)),
            options=options,
            key=KEY,
        ).with_columns(pl.col("serves_code").fill_null(pl.col("division_code")))
        columns = list(_COLUMNS)
        compared = rosters.compare(_filled(stored), after, key=KEY, columns=columns)
        touched = pl.concat([compared.new, compared.changed])
        work = after.join(touched, on=list(KEY), how="semi").select(
            *KEY, *columns, "is_new"
        )
        return Plan(
            counts=Counts(
                new=compared.new.height,
                changed=compared.changed.height,
                same=compared.same.height,
                wrong=wrong.height,
            ),
            findings=tuple(findings),
            differences=rosters.shown(compared.cells, UNITS_SHEET, key=KEY, titles={}),
            differences_total=compared.cells.height,
            digest=digest_of([work.sort(KEY).write_csv()]),
            work=work,
        )

    def apply(
        self,
        plan: Plan,
        *,
        by: Actor,
        at: datetime,
        import_id: int,
        progress: Progress,
    ) -> Counts:
        """Write the units of `plan`; officials' tiers follow a unit's new level."""
        kinds = dict.fromkeys((*KEY, *_COLUMNS), 'text COLLATE "C"')
        kinds |= {"x_km": "float8", "y_km": "float8", "is_new": "boolean"}
        staging.stage("incoming_units", kinds, plan.work)
        given = {"by": by.user_id, "at": at, "import": import_id}
        staging.run(_UPDATE, given)
        staging.run(_INSERT, given)
        progress(1, 2, Text("认定档次", "Deciding the tiers"))
        today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
        for city in plan.work["division_code"].str.head(4).unique().sort():
            area = by.division or DivisionCode(city)
            tiers.derive(area, pack=policy.active(), at=today)
        return plan.counts


def _filled(stored: pl.DataFrame) -> pl.DataFrame:
    """Return the stored rows with the empty texts that COPY gave back as null."""
    texts = ("affiliation", "workplace_code")
    return stored.with_columns(pl.col(name).fill_null("") for name in texts)


def _given(columns: set[str]) -> set[str]:
    """Return the stored columns that the files speak of: degrees speak of km."""
    if columns & {"x_km", "y_km", "longitude", "latitude"}:
        return columns | {"x_km", "y_km"}
    return columns


def _code_findings(
    rows: pl.DataFrame, marker: rosters.Marker, *, by: Actor, at: datetime
) -> list[FileFinding]:
    today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
    found = []
    for name in ("serves_code", "workplace_code"):
        given = rows.filter(pl.col(name).is_not_null())
        known = rosters.known_codes(given[name], on=today)
        strangers = given.filter(~pl.col(name).is_in(known))
        found += marker.mark(strangers, name, "unknown_division", _UNKNOWN)
    is_mine = pl.col("serves_code").str.starts_with(by.division or "")
    found += marker.mark(
        rows.filter(~is_mine),
        "serves_code",
        "serves_beyond",
        _BEYOND.with_(of=by.division),
    )
    digits = pl.col("division_code").str.len_chars().cast(pl.Int64)
    usual = pl.col("level").replace_strict(
        _LEVEL_DIGITS, default=None, return_dtype=pl.Int64
    )
    return found + marker.mark(
        rows.filter((usual != digits) & digits.is_in(list(_LEVEL_DIGITS.values()))),
        "level",
        "level_differs",
        _LEVEL_DIFFERS,
        severity=Severity.DOUBTFUL,
    )


def _located(
    rows: pl.DataFrame, marker: rosters.Marker
) -> tuple[pl.DataFrame, list[FileFinding]]:
    """Return rows with x_km and y_km as Float64, from degrees where km are missing."""
    halves = (
        rows.filter(pl.col("x_km").is_null() != pl.col("y_km").is_null()),
        rows.filter(pl.col("longitude").is_null() != pl.col("latitude").is_null()),
    )
    found = marker.mark(halves[0], "x_km", "half_a_place", _HALF)
    found += marker.mark(halves[1], "longitude", "half_a_place", _HALF)
    planes = _planes(rows)
    in_degrees = pl.col("x_km").is_null() & pl.col("longitude").is_not_null()
    lost = rows.filter(
        in_degrees & ~pl.col("division_code").str.head(4).is_in(list(planes))
    )
    found += marker.mark(
        lost, "longitude", "no_plane", _NO_PLANE, severity=Severity.DOUBTFUL
    )
    places = [_kilometres(row, planes) for row in rows.iter_rows(named=True)]
    schema = {"x_km": pl.Float64, "y_km": pl.Float64}
    return (
        rows.drop("x_km", "y_km").hstack(
            pl.DataFrame(places, schema=schema, orient="row")
        ),
        found,
    )


def _planes(rows: pl.DataFrame) -> dict[str, geometry.Plane]:
    cities = rows["division_code"].drop_nulls().str.head(4).unique()
    found = {}
    for city in cities:
        lo, hi = DivisionCode(city).range()
        place = Place.objects.filter(code__gte=lo, code__lt=hi).first()
        if place is not None:
            found[city] = geometry.Plane(place.origin_longitude, place.origin_latitude)
    return found


def _kilometres(
    row: dict[str, object], planes: dict[str, geometry.Plane]
) -> tuple[float | None, float | None]:
    x, y, east, north = (
        None if row[name] is None else float(str(row[name]))
        for name in ("x_km", "y_km", "longitude", "latitude")
    )
    plane = planes.get(str(row["division_code"])[:4])
    if x is None and y is None and plane and east is not None and north is not None:
        return geometry.to_plane(plane, geometry.Point(east, north))
    return x, y


_UNKNOWN = Text("区划库中没有这个代码", "no such division on file")
_BEYOND = Text(
    "帮扶范围超出您的管辖范围 {of}，需由上级办理",
    "it serves more than {of}, for which you are responsible: ask the office above",
)
_LEVEL_DIFFERS = Text(
    "单位层级与所属区划不一致，档次按单位层级认定",
    "the unit's level does not fit its division; tiers follow the level",
)
_HALF = Text("坐标须成对填写", "both coordinates are needed")
_NO_PLANE = Text(
    "本市没有区划坐标，经纬度未采用，按办公地点计算",
    "the city has no points on file: the degrees are left out",
)
_UPDATE = """
UPDATE pairing_unit u
SET name = i.name, level = i.level, affiliation = i.affiliation,
    serves_code = i.serves_code, workplace_code = i.workplace_code,
    x_km = i.x_km, y_km = i.y_km,
    recorded_by_id = %(by)s, recorded_at = %(at)s, import_id = %(import)s
FROM incoming_units i
WHERE NOT i.is_new AND (u.division_code, u.unit_no) = (i.division_code, i.unit_no)
"""
_INSERT = """
INSERT INTO pairing_unit (division_code, unit_no, name, level, affiliation,
    serves_code, workplace_code, x_km, y_km, recorded_by_id, recorded_at, import_id)
SELECT i.division_code, i.unit_no, i.name, i.level, i.affiliation, i.serves_code,
       i.workplace_code, i.x_km, i.y_km, %(by)s, %(at)s, %(import)s
FROM incoming_units i WHERE i.is_new
ORDER BY i.division_code, i.unit_no
"""
