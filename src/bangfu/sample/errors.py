"""Errors planted in the fictional workbooks, and the truth about where they are.

Each kind touches households of its own, so that a finding can be laid to one cause. The
rates follow what audits of the real campaign found (1 to 3 % of records wrong).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bangfu.sample.people import People

Ints = npt.NDArray[np.int64]


_ANY = pl.lit(value=True)


@dataclass(slots=True)
class Draft:
    """The two frames while errors are put in."""

    rng: np.random.Generator
    households: pl.DataFrame
    members: pl.DataFrame

    def set_household(self, rows: Ints, column: str, values: object) -> None:
        """Write one value, or one per row, into households."""
        self.households = _written(self.households, rows, column, values)

    def set_member(self, rows: Ints, column: str, values: object) -> None:
        """Write one value, or one per row, into members."""
        self.members = _written(self.members, rows, column, values)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of error.

    rule: the check that should find it. rate: share of households. of_member: the member
    that is changed, the first that meets this. of_household: what its household must be.
    plant: writes the error into the chosen household rows and member rows.
    """

    rule: str
    severity: str
    rate: float
    what: str
    plant: Callable[[Draft, Ints, Ints], None]
    of_member: pl.Expr = _ANY
    of_household: pl.Expr = _ANY
    is_about_member: bool = True


def plant_errors(
    rng: np.random.Generator, people: People, *, scale: float = 1.0
) -> tuple[People, pl.DataFrame]:
    """Return the people with errors in them, and the truth.

    truth: one row an error: division_code, household_no, member (1-based position in the
    household, null for the household itself), rule, severity, what. scale multiplies
    every rate; 0 plants nothing.
    """
    draft = Draft(rng, people.households, people.members)
    count = len(people.households)
    is_free = np.ones(count, dtype=bool)
    truths = []
    for kind in KINDS:
        wanted = max(1, round(kind.rate * scale * count)) if scale else 0
        households, members = _choose(draft, kind, is_free, wanted)
        is_free[households] = False
        kind.plant(draft, households, members)
        truths.append(_truth(draft, kind, households, members))
    return People(draft.households, draft.members), pl.concat(truths)


def _choose(
    draft: Draft, kind: Kind, is_free: npt.NDArray[np.bool_], wanted: int
) -> tuple[Ints, Ints]:
    """Return up to `wanted` household rows that suit the kind, each with its member row."""
    fit = draft.households.select(
        (kind.of_household & (pl.col("status") != "1")).alias("fit")
    )
    suits = is_free & fit.to_series().to_numpy()
    found = (
        draft.members.with_row_index("_row")
        .filter(kind.of_member)
        .group_by("_household", maintain_order=True)
        .agg(pl.col("_row").first())
        .filter(pl.lit(pl.Series(suits)).gather(pl.col("_household")))
    )
    picked = draft.rng.permutation(len(found))[:wanted]
    picked.sort()
    found = found[picked.tolist()]
    return (
        found["_household"].to_numpy().astype(np.int64),
        found["_row"].to_numpy().astype(np.int64),
    )


def _truth(draft: Draft, kind: Kind, households: Ints, members: Ints) -> pl.DataFrame:
    first = np.searchsorted(draft.members["_household"].to_numpy(), households)
    position = members - first + 1
    chosen = draft.households[households.tolist()].select(
        "division_code", "household_no"
    )
    truth: pl.DataFrame = chosen.with_columns(
        pl.Series(
            "member", position if kind.is_about_member else [None] * len(position)
        ).cast(pl.Int64),
        rule=pl.lit(kind.rule),
        severity=pl.lit(kind.severity),
        what=pl.lit(kind.what),
    )
    return truth


def _written(
    frame: pl.DataFrame, rows: Ints, column: str, values: object
) -> pl.DataFrame:
    series = frame[column].to_list()
    many = values if isinstance(values, list) else [values] * len(rows)
    for row, value in zip(rows.tolist(), many, strict=True):
        series[row] = value
    return frame.with_columns(pl.Series(column, series, dtype=frame[column].dtype))


# --- the kinds ---------------------------------------------------------------------


def _break_check(draft: Draft, _households: Ints, members: Ints) -> None:
    numbers = draft.members["identity_number"]
    wrong = []
    for row in members.tolist():
        last = numbers[row][17]
        wrong.append(numbers[row][:17] + ("1" if last != "1" else "2"))
    draft.set_member(members, "identity_number", wrong)


def _turn_sex(draft: Draft, _households: Ints, members: Ints) -> None:
    sexes = draft.members["sex"]
    draft.set_member(
        members, "sex", ["1" if sexes[r] == "2" else "2" for r in members.tolist()]
    )


def _second_head(draft: Draft, _households: Ints, members: Ints) -> None:
    draft.set_member(members, "relation", "01")


def _repeat_person(draft: Draft, _households: Ints, members: Ints) -> None:
    """Give the member the number of a person of another household, with birth and sex."""
    count = len(draft.members)
    for column in ("identity_number", "birth_date", "sex", "name"):
        values = draft.members[column]
        draft.set_member(
            members,
            column,
            [values[(r + count // 2) % count] for r in members.tolist()],
        )


def _wrong_village(draft: Draft, households: Ints, members: Ints) -> None:
    """Write a village code that no division has, in both sheets."""
    codes = draft.households["division_code"]
    wrong = [codes[row][:9] + "999" for row in households.tolist()]
    draft.set_household(households, "division_code", wrong)
    rows = draft.members.with_row_index("_row").filter(
        pl.col("_household").is_in(households.tolist())
    )
    where = dict(zip(households.tolist(), wrong, strict=True))
    draft.set_member(
        rows["_row"].to_numpy().astype(np.int64),
        "division_code",
        [where[h] for h in rows["_household"].to_list()],
    )


def _set_member(column: str, value: object) -> Callable[[Draft, Ints, Ints], None]:
    def plant(draft: Draft, _households: Ints, members: Ints) -> None:
        draft.set_member(members, column, [value] * len(members))

    return plant


def _set_household(column: str, value: object) -> Callable[[Draft, Ints, Ints], None]:
    def plant(draft: Draft, households: Ints, _members: Ints) -> None:
        draft.set_household(households, column, [value] * len(households))

    return plant


def _overstate(draft: Draft, households: Ints, _members: Ints) -> None:
    stated = draft.households["stated_net"]
    draft.set_household(
        households, "stated_net", [stated[r] + 360_000 for r in households.tolist()]
    )


def _copy_values(draft: Draft, households: Ints, _members: Ints) -> None:
    """Copy one household's facts over the others: filled in without a visit."""
    if not len(households):
        return
    columns = (
        "land_arable_mu", "land_irrigated_mu", "land_forest_mu", "house_area_m2",
        "road_distance_km", "wage", "operating", "property", "property_asset", "transfer",
        "transfer_dibao", "transfer_five_guarantee", "transfer_pension",
        "transfer_ecological", "operating_expense", "stated_net",
    )  # fmt: skip
    for column in columns:
        draft.set_household(
            households, column, draft.households[column][int(households[0])]
        )


_AGE_10 = pl.col("birth_date").is_between(pl.date(2002, 1, 1), pl.date(2007, 1, 1))
_HAS_WAGE = pl.col("wage") > 0

KINDS: tuple[Kind, ...] = (
    Kind("V1", "impossible", 0.0030, "check character of the number", _break_check),
    Kind(
        "V1",
        "impossible",
        0.0020,
        "sex against the number",
        _turn_sex,
        of_member=pl.col("relation") == "01",
    ),
    Kind(
        "V3",
        "impossible",
        0.0010,
        "two heads",
        _second_head,
        of_member=pl.col("relation") == "02",
    ),
    Kind(
        "V0",
        "impossible",
        0.0005,
        "village code that does not exist",
        _wrong_village,
        is_about_member=False,
    ),
    Kind(
        "V4",
        "doubtful",
        0.0020,
        "son who is a woman",
        _set_member("relation", "03"),
        of_member=(pl.col("relation") == "04"),
    ),
    Kind(
        "V5",
        "doubtful",
        0.0015,
        "the same person in two households",
        _repeat_person,
        of_member=pl.col("relation") == "99",
    ),
    Kind(
        "V6",
        "doubtful",
        0.0025,
        "child of school age out of school without a reason",
        _set_member("school_status", "01"),
        of_member=_AGE_10,
    ),
    Kind(
        "V7",
        "doubtful",
        0.0020,
        "over 60 and skilled labour",
        _set_member("labour", "2"),
        of_member=pl.col("birth_date") < pl.date(1950, 1, 1),
    ),
    Kind(
        "V8",
        "doubtful",
        0.0025,
        "months of work without wages",
        _set_member("work_months", 6),
        of_member=pl.col("labour") == "1",
        of_household=pl.col("wage") == 0,
    ),
    Kind(
        "V9",
        "doubtful",
        0.0025,
        "stated net income is not the sum",
        _overstate,
        is_about_member=False,
    ),
    Kind(
        "V10",
        "doubtful",
        0.0020,
        "Dibao money without anybody on Dibao",
        _set_household("transfer_dibao", 54_000),
        is_about_member=False,
        of_member=(pl.col("relation") == "01") & ~pl.col("is_on_dibao"),
        of_household=pl.col("transfer_dibao") == 0,
    ),
    Kind(
        "V11",
        "doubtful",
        0.0030,
        "dangerous house graded A",
        _set_household("house_grade", "A"),
        of_household=pl.col("is_house_dangerous"),
        is_about_member=False,
    ),
    Kind(
        "V12",
        "doubtful",
        0.0025,
        "cause schooling without a student",
        _set_household("cause_main", "3"),
        is_about_member=False,
        of_member=(pl.col("relation") == "01")
        & (pl.col("birth_date") < pl.date(1946, 1, 1)),
        of_household=pl.col("attribute") == "3",
    ),
    Kind(
        "V14",
        "doubtful",
        0.0015,
        "five-guarantee household with labour",
        _set_household("attribute", "3"),
        is_about_member=False,
        of_member=pl.col("labour") == "1",
        of_household=_HAS_WAGE,
    ),
    Kind(
        "V15",
        "doubtful",
        0.0025,
        "the same values as other households",
        _copy_values,
        of_household=pl.col("wage") == 0,
        is_about_member=False,
    ),
)
