"""The roll of officials: tiers decided by the pack, compared, and written.

An official is found by unit and number; the unit must be stored. The declared kin of a
row replace those stored when the row names any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.conf import settings
from django.utils import timezone

from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.exchange import staging
from bangfu.exchange.declaration import Workbook, fold
from bangfu.pairing import declared_kin, permissions, rosters, tiers
from bangfu.pairing.sheets import OFFICIALS, OFFICIALS_SHEET
from bangfu.policy import queries as policy
from bangfu.policy.packs import Pack
from bangfu.registry.imports.intake import (
    Counts,
    FileFinding,
    FileReading,
    Options,
    Plan,
    Progress,
    digest_of,
)
from bangfu.registry.pinyin import initials
from bangfu.scope import Actor

KEY = ("division_code", "unit_no", "official_no")
COUNTED = Text("名干部", "officials")
_TEXTS = (
    "name",
    "sex",
    "rank",
    "post",
    "expertise",
    "office_phone",
    "stated_tier",
)
_FLAGS = ("is_top_leader", "is_party_member", "is_in_post", "is_three_sends")
_COLUMNS: dict[str, object] = {
    **dict.fromkeys(_TEXTS, ""),
    **dict.fromkeys(_FLAGS, False),
    "is_in_post": True,
}
_DERIVED = ("tier", "quota_min", "quota_max")
_STORED = {
    **dict.fromkeys(KEY, pl.String),
    "pk": pl.Int64,
    **dict.fromkeys(_TEXTS, pl.String),
    **dict.fromkeys(_FLAGS, pl.Boolean),
    "tier": pl.String,
    "quota_min": pl.Int64,
    "quota_max": pl.Int64,
}
_STORED_SQL = f"""
SELECT u.division_code, u.unit_no, o.official_no, o.id,
       {", ".join(f"o.{name}" for name in (*_TEXTS, *_FLAGS, *_DERIVED))}
FROM pairing_official o JOIN pairing_unit u ON u.id = o.unit_id
WHERE o.division_code = ANY (%s)
"""  # noqa: S608 - names are constants
_UNITS = {
    "division_code": pl.String,
    "unit_no": pl.String,
    "unit_pk": pl.Int64,
    "level": pl.String,
}
_UNITS_SQL = """
SELECT division_code, unit_no, id, level FROM pairing_unit WHERE division_code = ANY (%s)
"""
_TITLES = {
    "tier": Text("档次（按政策）", "tier (by policy)"),
    "quota_min": Text("结对下限", "lower quota"),
    "quota_max": Text("结对上限", "upper quota"),
    "kin_count": Text("申报亲属人数", "declared kin"),
}


@dataclass(frozen=True, slots=True)
class _Work:
    """What applying needs. officials: rows to write; kin: their declarations."""

    officials: pl.DataFrame
    kin: pl.DataFrame
    kin_owners: pl.DataFrame
    pack: Pack


@dataclass(frozen=True, slots=True)
class OfficialIntake:
    """Import of officials; see registry.imports.intake.Intake."""

    key: str = "officials"
    title: Text = OFFICIALS.title
    counted: Text = COUNTED
    workbook: Workbook = OFFICIALS

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
        """Compare the files with the stored officials; write nothing."""
        marker = rosters.Marker(OFFICIALS_SHEET, files)
        rows = rosters.stacked(files, OFFICIALS_SHEET)
        codes = rows["division_code"].drop_nulls().unique().to_list()
        units = staging.fetch(_UNITS_SQL, [codes], _UNITS)
        findings = _findings(rows, files, units, marker, by=by, at=at)
        wrong = rosters.bad(findings, OFFICIALS_SHEET)
        progress(1, 3, Text("认定档次", "Deciding the tiers"))
        pack = policy.active()
        good = rows.join(wrong, on=[rosters.FILE, "_row"], how="anti").join(
            units, on=["division_code", "unit_no"]
        )
        stored = _stored(codes)
        given = rosters.present(files, OFFICIALS_SHEET)
        after = rosters.merged(
            good, stored, columns=_COLUMNS, given=given, options=options, key=KEY
        )
        today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
        after = tiers.decide(after.drop(_DERIVED), pack=pack, at=today)
        findings += _stated_tiers(after, marker)
        progress(2, 3, Text("与已有名册比较", "Comparing with what is stored"))
        return _plan(
            after,
            stored,
            findings,
            wrong.height,
            pack,
            empties=_empties(options, given),
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
        """Write the officials of `plan` with their tiers and kin."""
        work: _Work = plan.work
        known = {name: initials(name) for name in work.officials["name"].unique()}
        officials = work.officials.with_columns(
            initials=pl.col("name").replace_strict(known, return_dtype=pl.String)
            if known
            else pl.lit("")
        )
        staging.stage("incoming_officials", _KINDS, officials)
        given = {
            "by": by.user_id,
            "at": at,
            "import": import_id,
            "hash": work.pack.hash,
        }
        staging.run(_UPDATE, given)
        staging.run(_INSERT, given)
        progress(1, 2, Text("写入申报的亲属", "Writing the declared kin"))
        if work.kin_owners.height:
            declared_kin.replace(work.kin, work.kin_owners)
        return plan.counts


def _stored(codes: list[str]) -> pl.DataFrame:
    """Return the stored officials with empty texts in place of null."""
    found = staging.fetch(_STORED_SQL, [codes], _STORED)
    return found.with_columns(pl.col(name).fill_null("") for name in (*_TEXTS, "tier"))


def _findings(
    rows: pl.DataFrame,
    files: Sequence[FileReading],
    units: pl.DataFrame,
    marker: rosters.Marker,
    *,
    by: Actor,
    at: datetime,
) -> list[FileFinding]:
    today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
    found = rosters.read_findings(files)
    found += rosters.key_findings(rows, marker, by=by, on=today)
    named = rows.drop_nulls(["division_code", "unit_no"])
    lost = named.join(units, on=["division_code", "unit_no"], how="anti")
    lost = lost.filter(pl.col("division_code").str.starts_with(by.division or ""))
    found += marker.mark(lost, "unit_no", "no_unit", _NO_UNIT)
    found += declared_kin.findings(rows, marker, is_demo=bool(settings.BANGFU_DEMO))
    return found + declared_kin.household_findings(rows, marker)


def _stated_tiers(after: pl.DataFrame, marker: rosters.Marker) -> list[FileFinding]:
    """Doubt the rows whose stated tier is not the one that the policy gives."""
    stated = after.filter(pl.col("stated_tier") != "")
    differs = [
        _tier_word(said) != fold(tier)
        for said, tier in stated.select("stated_tier", "tier").iter_rows()
    ]
    return marker.mark(
        stated.filter(pl.Series(differs, dtype=pl.Boolean)),
        "stated_tier",
        "tier_differs",
        _tier_differs,
        severity=Severity.DOUBTFUL,
    )


def _tier_word(said: str) -> str:
    word = fold(said)
    for extra in ("tier", "第", "档", "类"):
        word = word.replace(extra, "")
    return word


def _tier_differs(row: Mapping[str, object]) -> Text:
    tier = row["tier"] or Text("档外", "outside every tier")
    return Text(
        "名册填“{stated}”，按政策为 {tier}，以政策为准",
        "the roster says “{stated}”; by the policy it is {tier}, which holds",
        {"stated": row["stated_tier"], "tier": tier},
    )


def _empties(options: Options, given: set[str]) -> bool:
    """Whether a row without kin takes the stored ones away."""
    return options.overwrite_empty and bool(given & set(declared_kin.COLUMNS))


def _plan(
    after: pl.DataFrame,
    stored: pl.DataFrame,
    findings: list[FileFinding],
    wrong: int,
    pack: Pack,
    *,
    empties: bool,
) -> Plan:
    codes = after["division_code"].unique().to_list()
    kin = declared_kin.declared(after)
    before = _with_kin(stored, declared_kin.fingerprints(declared_kin.stored(codes)))
    after = _with_kin(after, declared_kin.fingerprints(kin))
    if not empties:
        after = _keeping_kin(after, before)
    columns = [*_COLUMNS, *_DERIVED, "kin_count", "kin"]
    compared = rosters.compare(before, after, key=KEY, columns=columns)
    touched = pl.concat([compared.new, compared.changed])
    owners = compared.cells.filter(pl.col("column") == "kin").select(KEY)
    new_owners = compared.new.join(kin, on=list(KEY), how="semi")
    work = after.join(touched, on=list(KEY), how="semi").select(
        *KEY, "unit_pk", *_COLUMNS, *_DERIVED, "tier_reason", "is_new"
    )
    shown = compared.cells.filter(pl.col("column") != "kin")
    return Plan(
        counts=Counts(
            new=compared.new.height,
            changed=compared.changed.height,
            same=compared.same.height,
            wrong=wrong,
        ),
        findings=tuple(findings),
        differences=rosters.shown(shown, OFFICIALS_SHEET, key=KEY, titles=_TITLES),
        differences_total=shown.height,
        digest=digest_of([work.sort(KEY).write_csv(), _kin_digest(after), pack.hash]),
        work=_Work(work, kin, pl.concat([owners, new_owners]), pack),
        policy_hash=pack.hash,
    )


def _kin_digest(after: pl.DataFrame) -> str:
    return after.select(*KEY, "kin").sort(KEY).write_csv()


def _with_kin(rows: pl.DataFrame, kin: pl.DataFrame) -> pl.DataFrame:
    joined = rows.join(kin, on=list(KEY), how="left", maintain_order="left")
    return joined.with_columns(
        pl.col("kin").fill_null(""), pl.col("kin_count").fill_null(0)
    )


def _keeping_kin(after: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return `after` with the stored declarations where a row names nobody."""
    kept = before.select(*KEY, kin_before="kin", count_before="kin_count")
    says_nothing = pl.col("kin") == ""
    return (
        after.join(kept, on=list(KEY), how="left", maintain_order="left")
        .with_columns(
            kin_count=pl.when(says_nothing)
            .then(pl.col("count_before").fill_null(0))
            .otherwise("kin_count"),
            kin=pl.when(says_nothing)
            .then(pl.col("kin_before").fill_null(""))
            .otherwise("kin"),
        )
        .drop("kin_before", "count_before")
    )


_NO_UNIT = Text(
    "单位名册中没有这个单位，请先导入单位名册",
    "no such unit: import the roll of units first",
)
_KINDS = {
    **dict.fromkeys(KEY, 'text COLLATE "C"'),
    "unit_pk": "bigint",
    **dict.fromkeys((*_TEXTS, "tier", "initials"), "text"),
    **dict.fromkeys((*_FLAGS, "is_new"), "boolean"),
    "quota_min": "integer",
    "quota_max": "integer",
    "tier_reason": "jsonb",
}
_WRITTEN = (*_TEXTS, *_FLAGS, *_DERIVED, "tier_reason", "initials")
_UPDATE = f"""
UPDATE pairing_official o
SET {", ".join(f"{name} = i.{name}" for name in _WRITTEN)}, policy_hash = %(hash)s,
    recorded_by_id = %(by)s, recorded_at = %(at)s, import_id = %(import)s
FROM incoming_officials i
WHERE NOT i.is_new AND o.unit_id = i.unit_pk AND o.official_no = i.official_no
"""  # noqa: S608 - names are constants
_INSERT = f"""
INSERT INTO pairing_official (unit_id, division_code, official_no,
    {", ".join(_WRITTEN)}, policy_hash, recorded_by_id, recorded_at, import_id)
SELECT i.unit_pk, i.division_code, i.official_no,
       {", ".join(f"i.{name}" for name in _WRITTEN)},
       %(hash)s, %(by)s, %(at)s, %(import)s
FROM incoming_officials i WHERE i.is_new
ORDER BY i.division_code, i.unit_no, i.official_no
"""  # noqa: S608 - names are constants
