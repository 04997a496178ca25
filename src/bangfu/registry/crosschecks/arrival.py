"""The arrival of a list: its rows are reduced to digests and declared facts at once.

A number is taken as it is valid (18 characters, or the old 15, which are lengthened);
what is no number is said, and the row is matched by name and birth date instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from django.conf import settings

from bangfu.calc.values.findings import Severity, WrongState
from bangfu.calc.values.identity import (
    check_character,
    check_identity_number,
    normalise_identity_number,
)
from bangfu.calc.values.text import Text
from bangfu.exchange import staging
from bangfu.exchange.declaration import Workbook
from bangfu.exchange.reading import ROW, bad_rows
from bangfu.lake.private import pseudonyms_of
from bangfu.registry.crosschecks import permissions
from bangfu.registry.crosschecks.datasets import NAME_PURPOSE
from bangfu.registry.crosschecks.kinds import ListKind
from bangfu.registry.crosschecks.models import ExternalList, ExternalRow
from bangfu.registry.crosschecks.sheets import ROWS, WORKBOOKS
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
from bangfu.vault import blind_index_many

IDENTITY_PURPOSE = "identity"
_FACTS = ("what", "status", "value_fen", "area_m2", "grade", "since", "place")
_COLUMNS = {
    "identity_index": "bytea",
    "name_key": "text",
    "name": "text",
    "birth_date": "date",
    "sex": "text",
    "address_code": "text",
    "what": "text",
    "status": "text",
    "value_fen": "bigint",
    "area_m2": "numeric",
    "grade": "text",
    "since": "date",
    "place": "text",
    "digest": "bytea",
}
_TEXTS = ("name", "sex", "address_code", "grade", "place")


class OlderList(WrongState):
    """A newer list of the same kind is on file."""

    code = "crosscheck.older_list"


class AnotherArrival(WrongState):
    """Somebody else's rows of the same list came in meanwhile."""

    code = "crosscheck.another_arrival"
    retryable = True


@dataclass(frozen=True, slots=True)
class Work:
    """What `apply` writes: the new rows, reduced, and how many have no number."""

    as_of: date
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ListIntake:
    """Arrival of one kind of list; see registry.imports.intake.Intake."""

    kind: ListKind

    @property
    def key(self) -> str:
        """The kind of import."""
        return self.kind.import_kind

    @property
    def title(self) -> Text:
        """The list's name."""
        return self.kind.text

    @property
    def counted(self) -> Text:
        """What is counted."""
        return Text("条", "rows")

    @property
    def workbook(self) -> Workbook:
        """The declared workbook."""
        return WORKBOOKS[self.kind]

    def check_may(self, *, by: Actor) -> None:
        """Raise NotAllowed unless `by` may bring lists."""
        permissions.check_bring(by)

    def check(
        self,
        files: Sequence[FileReading],
        *,
        by: Actor,
        at: datetime,
        options: Options,
        progress: Progress,
    ) -> Plan:
        """Reduce the rows and compare with the list on file; write nothing."""
        assert options.as_of is not None  # noqa: S101 - the import sets it
        current = _current(self.kind, by)
        if current is not None and current.as_of > options.as_of:
            raise _older(current.as_of)
        findings = [
            FileFinding(file.number, found)
            for file in files
            for found in file.reading.findings
        ]
        frames, wrong = [], 0
        for file in files:
            bad = set(bad_rows(file.reading.findings).get(ROWS, ()))
            frame, found = _reduced(file, bad)
            findings += found
            wrong += len(bad)
            frames.append(frame)
        rows = pl.concat(frames)
        distinct = rows.unique("digest", maintain_order=True)
        new = distinct
        if current is not None and current.as_of == options.as_of:
            new = distinct.filter(~pl.col("digest").is_in(_digests(current)))
        return Plan(
            counts=Counts(
                new=len(new), changed=0, same=len(rows) - len(new), wrong=wrong
            ),
            findings=tuple(findings),
            differences=(),
            digest=digest_of([str(options.as_of), *sorted(new["digest"].to_list())]),
            work=Work(options.as_of, new),
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
        """Store the rows. A list of an earlier day loses its own."""
        work: Work = plan.work
        target = self._target(work.as_of, by=by, at=at, import_id=import_id)
        staging.stage("list_rows", _COLUMNS, work.rows)
        names = ", ".join(_COLUMNS)
        stored = staging.run(
            f"""INSERT INTO registry_externalrow (list_id, division_code, kind, {names})
            SELECT %s, %s, %s, {names} FROM list_rows
            ON CONFLICT (list_id, digest) DO NOTHING""",  # noqa: S608 - constants
            [target.pk, str(target.division_code), self.kind.value],
        )
        if stored != len(work.rows):
            raise AnotherArrival(
                Text(
                    "同一名单正由他人导入，本次没有写入。",
                    "Somebody else is bringing in the same list; nothing was written.",
                ),
                remedy=Text("请重新核查后再确认。", "Check again, then confirm."),
            )
        target.rows_total += stored
        target.without_number += work.rows["identity_index"].null_count()
        target.import_id, target.user_id = import_id, by.user_id
        target.username, target.arrived_at = by.username, at
        target.save()
        return plan.counts

    def _target(
        self, as_of: date, *, by: Actor, at: datetime, import_id: int
    ) -> ExternalList:
        """Return the list to add to, locked; a list of an earlier day is replaced."""
        assert by.division is not None  # noqa: S101 - an office brings lists
        known = _current(self.kind, by, is_locked=True)
        if known is not None and known.as_of == as_of:
            return known
        if known is not None:
            if known.as_of > as_of:
                raise _older(known.as_of)
            ExternalRow.objects.filter(list=known).delete()
            known.replaced_at = at
            known.save(update_fields=["replaced_at"])
        return ExternalList.objects.create(
            kind=self.kind,
            division_code=by.division,
            as_of=as_of,
            import_id=import_id,
            user_id=by.user_id,
            username=by.username,
            arrived_at=at,
        )


VEHICLES = ListIntake(ListKind.VEHICLES)
REAL_ESTATE = ListIntake(ListKind.REAL_ESTATE)
BUSINESS = ListIntake(ListKind.BUSINESS)
PAYROLL = ListIntake(ListKind.PAYROLL)
DEATHS = ListIntake(ListKind.DEATHS)
DISABILITY = ListIntake(ListKind.DISABILITY)
SCHOOLING = ListIntake(ListKind.SCHOOLING)
INSURANCE = ListIntake(ListKind.INSURANCE)
RELIEF = ListIntake(ListKind.RELIEF)


def usable_number(text: str | None, *, demo: bool) -> str | None:
    """Return a valid number of 18 characters, from 15 digits too, or None.

    The old number lacks the century, which was the 20th, and the check character
    (GB 11643-1999, 4.2).
    """
    if not text:
        return None
    number = normalise_identity_number(text)
    if len(number) == 15 and number.isdecimal():
        first = f"{number[:6]}19{number[6:]}"
        number = first + check_character(first)
    problems = check_identity_number(number, demo=demo)
    is_wrong = any(found.severity is Severity.IMPOSSIBLE for found in problems)
    return None if is_wrong else number


def _reduced(
    file: FileReading, bad: set[int]
) -> tuple[pl.DataFrame, list[FileFinding]]:
    """Reduce the rows of a file; rows that name nobody are added to `bad`."""
    sheet = file.reading.sheets[ROWS]
    findings: list[FileFinding] = []
    kept: list[dict[str, Any]] = []
    numbers: list[str | None] = []
    demo = settings.BANGFU_DEMO
    for row in sheet.frame.iter_rows(named=True):
        if row[ROW] in bad:
            continue
        number = usable_number(row["identity_number"], demo=demo)
        if number is None and row["birth_date"] is None:
            findings.append(_finding(file, row[ROW], _NOBODY, Severity.IMPOSSIBLE))
            bad.add(row[ROW])
            continue
        if number is None and row["identity_number"]:
            findings.append(_finding(file, row[ROW], _BY_NAME, Severity.DOUBTFUL))
        numbers.append(number)
        kept.append(row)
    return _frame(kept, numbers), findings


def _frame(rows: list[dict[str, Any]], numbers: list[str | None]) -> pl.DataFrame:
    """Return the rows as they are stored; nothing of a number but its digest."""
    known = [number for number in numbers if number is not None]
    digests = iter(blind_index_many(known, IDENTITY_PURPOSE))
    indexes = [None if number is None else next(digests) for number in numbers]
    names = ["".join(str(row["name"]).replace("·", "").split()) for row in rows]
    frame = pl.DataFrame(
        {
            "identity_index": pl.Series(indexes, dtype=pl.Binary),
            "name_key": pl.Series(pseudonyms_of(names, NAME_PURPOSE), dtype=pl.String),
            "name": _without(numbers, [str(row["name"]) for row in rows], pl.String),
            **{
                key: _without(numbers, [row[key] for row in rows], kind)
                for key, kind in (
                    ("birth_date", pl.Date),
                    ("sex", pl.String),
                    ("address_code", pl.String),
                )
            },
            **{
                key: pl.Series([row.get(key) for row in rows], dtype=_FACT_TYPES[key])
                for key in _FACTS
            },
        }
    ).with_columns(pl.col(name).fill_null("") for name in _TEXTS)
    content = [
        hashlib.sha256("\x1f".join(map(str, values)).encode()).digest()
        for values in frame.iter_rows()
    ]
    return frame.with_columns(pl.Series("digest", content, dtype=pl.Binary))


_FACT_TYPES: dict[str, Any] = {
    "what": pl.String,
    "status": pl.String,
    "value_fen": pl.Int64,
    "area_m2": pl.Decimal(18, 2),
    "grade": pl.String,
    "since": pl.Date,
    "place": pl.String,
}


def _without(numbers: list[str | None], values: list[Any], kind: Any) -> pl.Series:
    """Keep a value only where there is no number to match by."""
    kept = [
        value if number is None else None
        for number, value in zip(numbers, values, strict=True)
    ]
    return pl.Series(kept, dtype=kind)


def _finding(
    file: FileReading, row: int, message: Text, severity: Severity
) -> FileFinding:
    code = "nobody" if severity is Severity.IMPOSSIBLE else "number"
    return FileFinding(
        file.number,
        file.reading.finding(
            ROWS,
            row=row,
            column="identity_number",
            code=code,
            message=message,
            severity=severity,
        ),
    )


def _current(
    kind: ListKind, by: Actor, *, is_locked: bool = False
) -> ExternalList | None:
    found = ExternalList.objects.filter(
        kind=kind, division_code=by.division, replaced_at=None
    )
    return (found.select_for_update() if is_locked else found).first()


def _digests(current: ExternalList) -> pl.Series:
    stored = ExternalRow.objects.filter(list=current).values_list("digest", flat=True)
    return pl.Series([bytes(one) for one in stored], dtype=pl.Binary)


def _older(as_of: date) -> OlderList:
    return OlderList(
        Text(
            "已有截至 {day} 的同类名单，不能再导入更早的。",
            "A list of this kind as of {day} is on file; an older one is not taken.",
            {"day": as_of},
        ),
        remedy=Text(
            "请核对名单的截止日期。", "Look at the day of which the list tells."
        ),
    )


_NOBODY = Text(
    "没有有效的身份证号码，也没有出生日期，无法比对",
    "neither a valid identity number nor a birth date: nobody to compare with",
)
_BY_NAME = Text(
    "身份证号码无效，将按姓名和出生日期比对",
    "not a valid identity number; compared by name and birth date",
)
