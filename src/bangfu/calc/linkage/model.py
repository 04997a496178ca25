"""What is compared and how: the levels of agreement of each field.

A level has a condition on two records (columns end in _l and _r), a starting value of
m (its share among pairs of the same person) and of u (among pairs of two persons). The
first condition that holds counts. Values are starting points and the prior; training
moves them to the data at hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SEEN_FEW = 2  # records in which a mistyped name stands at most


@dataclass(frozen=True, slots=True)
class Level:
    """One level of agreement. frequency: column whose rare values count for more."""

    name: str
    condition: str
    m: float
    u: float
    frequency: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field: its levels from the closest down to "else", and its columns.

    unknown: when nothing can be said. m_else_max: the largest share of pairs of one
    person that training may believe to disagree.
    """

    name: str
    unknown: str
    levels: tuple[Level, ...]
    columns: tuple[str, ...]
    m_else_max: float = 0.25

    def as_splink(self) -> dict[str, object]:
        """Return the comparison as Splink takes it."""
        levels: list[dict[str, object]] = [
            {
                "sql_condition": self.unknown,
                "label_for_charts": "unknown",
                "is_null_level": True,
            }
        ]
        for level in self.levels:
            entry: dict[str, object] = {
                "sql_condition": level.condition,
                "label_for_charts": level.name,
                "m_probability": level.m,
                "u_probability": level.u,
            }
            if level.frequency:
                entry["tf_adjustment_column"] = level.frequency
            levels.append(entry)
        return {"output_column_name": self.name, "comparison_levels": levels}

    def case(self) -> str:
        """Return the number of the level as SQL: 0 is the closest, -1 unknown."""
        branches = [f"WHEN {self.unknown} THEN -1"]
        branches += [
            f"WHEN {level.condition} THEN {at}"
            for at, level in enumerate(self.levels[:-1])
        ]
        return f"CASE {' '.join(branches)} ELSE {len(self.levels) - 1} END"

    def with_shares(self, m: list[float], u: list[float]) -> Comparison:
        """Return the comparison with other values of m and u, level by level."""
        levels = zip(self.levels, m, u, strict=True)
        return replace(
            self, levels=tuple(replace(one, m=m_, u=u_) for one, m_, u_ in levels)
        )


def comparisons(
    available: frozenset[str], *, has_han: bool, has_latin: bool
) -> tuple[Comparison, ...]:
    """Return the comparisons that the columns at hand allow.

    available: names of prepared columns that hold at least two values. has_han,
    has_latin: the scripts of the names; levels for the other script are left out.
    """
    both = {"given", "surname"} <= available
    built = []
    if "given" in available:
        built.append(_given(both=both, has_han=has_han, has_latin=has_latin))
    if "surname" in available:
        built.append(_surname(both=both, has_han=has_han, has_latin=has_latin))
    if "birth" in available:
        built.append(_birth(has_han=has_han))
    plain = {
        "sex": _sex,
        "id_number": _id_number,
        "phone": _phone,
        "address": _address,
        "division": _division,
    }
    built += [build() for name, build in plain.items() if name in available]
    return tuple(built)


def _unknown(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def _near(column: str, similarity: float) -> str:
    """Two Latin-script texts that are alike to Jaro-Winkler."""
    return (
        f"(is_han_l = 0 AND is_han_r = 0 AND jaro_winkler_similarity({column}_l, "
        f"{column}_r) >= {similarity})"
    )


def _typo(column: str) -> str:
    """One letter wrong, missing, added, or two swapped, in four or more."""
    return (
        f"(is_han_l = 0 AND is_han_r = 0 AND length({column}_l) >= 4 AND "
        f"length({column}_r) >= 4 AND "
        f"damerau_levenshtein({column}_l, {column}_r) <= 1)"
    )


def _new(close: str, column: str) -> str:
    """Close, and one of the two stands in hardly any record, as a typing error does.

    Two names that differ by a letter and are both common are two names.
    """
    return f"({close} AND least({column}_seen_l, {column}_seen_r) <= {SEEN_FEW})"


def _same_sound(column: str) -> str:
    return f"{column}_sound_l = {column}_sound_r"


_CHARACTERS = """(is_han_l = 1 AND is_han_r = 1 AND (
(length(given_l) > 1 AND length(given_l) = length(given_r) AND
 (substr(given_l, 1, 1) = substr(given_r, 1, 1)
  OR substr(given_l, 2, 1) = substr(given_r, 2, 1)
  OR reverse(given_l) = given_r))
OR contains(given_l, given_r) OR contains(given_r, given_l)))"""

_SWAPPED = """(given_l <> surname_l AND ((given_l = surname_r AND surname_l = given_r)
OR (is_han_l = 0 AND is_han_r = 0
 AND jaro_winkler_similarity(given_l, surname_r) >= 0.85
 AND jaro_winkler_similarity(surname_l, given_r) >= 0.85
 AND jaro_winkler_similarity(given_l, given_r) < 0.85)))"""

_BEGINS = (
    "(is_han_l = 0 AND is_han_r = 0 AND "
    "(starts_with(given_l, given_r) OR starts_with(given_r, given_l)))"
)


def _given(*, both: bool, has_han: bool, has_latin: bool) -> Comparison:
    levels = [Level("same", "given_l = given_r", 0.85, 0.004, "given")]
    if both:
        levels.append(Level("swapped", _SWAPPED, 0.01, 0.000_01))
    levels.append(Level("same sound", _same_sound("given"), 0.03, 0.001))
    if has_latin:
        close = f"({_near('given', 0.92)} OR {_typo('given')})"
        levels.append(Level("close, new writing", _new(close, "given"), 0.04, 0.001))
        levels.append(Level("close", close, 0.01, 0.002))
        alike = f"({_near('given', 0.8)} OR {_BEGINS})"
        levels.append(Level("alike", alike, 0.02, 0.01))
    if has_han:
        levels.append(Level("one character", _CHARACTERS, 0.03, 0.03))
    levels.append(Level("else", "ELSE", 0.02, 0.95))
    columns = (
        "given",
        "given_sound",
        "given_seen",
        *(("surname",) if both else ()),
        "is_han",
    )
    return Comparison("given", _unknown("given"), tuple(levels), columns)


def _surname(*, both: bool, has_han: bool, has_latin: bool) -> Comparison:
    # Swapped names have had their weight in the comparison of the given name.
    unknown = _unknown("surname") + (f" OR {_SWAPPED}" if both else "")
    levels = [
        Level("same", "surname_l = surname_r", 0.9, 0.01, "surname"),
        Level("same sound", _same_sound("surname"), 0.02, 0.002),
    ]
    if has_latin:
        close = f"({_near('surname', 0.92)} OR {_typo('surname')})"
        levels.append(Level("close, new writing", _new(close, "surname"), 0.03, 0.0005))
        levels.append(Level("close", close, 0.01, 0.001))
        levels.append(Level("alike", _near("surname", 0.8), 0.02, 0.008))
    levels.append(Level("else", "ELSE", 0.03, 0.97))
    columns = (
        "surname",
        "surname_sound",
        "surname_seen",
        *(("given",) if both else ()),
        "is_han",
    )
    return Comparison("surname", unknown, tuple(levels), columns)


def _birth(*, has_han: bool) -> Comparison:
    year = "substr(birth_l, 1, 4) = substr(birth_r, 1, 4)"
    swapped = (
        f"({year} AND substr(birth_l, 5, 2) = substr(birth_r, 7, 2) "
        "AND substr(birth_l, 7, 2) = substr(birth_r, 5, 2))"
    )
    partial = (
        f"({year} AND (month_day_l IS NULL OR month_day_r IS NULL) "
        "AND NOT (month_day_l IS NULL AND month_day_r IS NULL AND birth_l <> birth_r))"
    )
    parts = (
        "(substr(birth_l, 1, 6) = substr(birth_r, 1, 6) "
        f"OR ({year} AND substr(birth_l, 7, 2) = substr(birth_r, 7, 2)))"
    )
    levels = [
        Level("same", "birth_whole_l = birth_whole_r", 0.86, 0.000_05, "birth_whole"),
        Level("day and month swapped", swapped, 0.01, 0.000_02),
        Level("one digit", "damerau_levenshtein(birth_l, birth_r) <= 1", 0.05, 0.0008),
    ]
    if has_han:
        # The lunar date is 18 to 51 days behind the solar one.
        lunar = "abs(birth_day_l - birth_day_r) BETWEEN 18 AND 51"
        levels.append(Level("lunar or solar", lunar, 0.02, 0.003))
    else:
        month = "abs(birth_day_l - birth_day_r) <= 31"
        levels.append(Level("within a month", month, 0.005, 0.002))
    levels += [
        Level("part unknown", partial, 0.02, 0.002),
        Level("month and day", "month_day_l = month_day_r", 0.015, 0.002),
        Level("year and one part", parts, 0.015, 0.002),
        Level("two digits", "damerau_levenshtein(birth_l, birth_r) <= 2", 0.01, 0.015),
        Level(
            "about a year",
            f"({year} OR abs(birth_day_l - birth_day_r) <= 366)",
            0.005,
            0.02,
        ),
        Level("else", "ELSE", 0.015, 0.965),
    ]
    columns = ("birth", "birth_whole", "month_day", "birth_day")
    return Comparison("birth", _unknown("birth"), tuple(levels), columns)


def _sex() -> Comparison:
    levels = (
        Level("same", "sex_l = sex_r", 0.98, 0.5),
        Level("else", "ELSE", 0.02, 0.5),
    )
    return Comparison("sex", _unknown("sex"), levels, ("sex",), m_else_max=0.1)


def _id_number() -> Comparison:
    distance = "damerau_levenshtein(id_number_l, id_number_r)"
    levels = (
        Level("same", "id_number_l = id_number_r", 0.9, 1e-6, "id_number"),
        Level("one digit", f"{distance} <= 1", 0.06, 1e-6),
        Level("two digits", f"{distance} <= 2", 0.02, 1e-5),
        Level("else", "ELSE", 0.02, 1.0),
    )
    return Comparison("id_number", _unknown("id_number"), levels, ("id_number",))


def _phone() -> Comparison:
    levels = (
        Level("same", "phone_l = phone_r", 0.7, 1e-5, "phone"),
        Level("one digit", "damerau_levenshtein(phone_l, phone_r) <= 1", 0.05, 1e-6),
        Level("else", "ELSE", 0.25, 1.0),
    )
    return Comparison("phone", _unknown("phone"), levels, ("phone",), m_else_max=0.6)


def _address() -> Comparison:
    alike = "jaro_winkler_similarity(address_sound_l, address_sound_r)"
    numbers = "address_numbers_l IS NOT DISTINCT FROM address_numbers_r"
    levels = (
        Level("same", "address_l = address_r", 0.6, 0.001, "address"),
        Level("alike, same numbers", f"({numbers} AND {alike} >= 0.88)", 0.1, 0.001),
        Level("same words", "address_sound_l = address_sound_r", 0.1, 0.01),
        Level("alike", f"{alike} >= 0.88", 0.05, 0.02),
        Level("else", "ELSE", 0.15, 0.97),
    )
    columns = ("address", "address_sound", "address_numbers")
    return Comparison("address", _unknown("address"), levels, columns, m_else_max=0.6)


def _division() -> Comparison:
    def same(digits: int) -> str:
        return (
            f"(length(division_l) >= {digits} AND length(division_r) >= {digits} AND "
            f"substr(division_l, 1, {digits}) = substr(division_r, 1, {digits}))"
        )

    levels = (
        Level("same", "division_l = division_r", 0.85, 0.002, "division"),
        Level("township", same(9), 0.05, 0.01),
        Level("county", same(6), 0.03, 0.1),
        Level("else", "ELSE", 0.07, 0.9),
    )
    return Comparison(
        "division", _unknown("division"), levels, ("division",), m_else_max=0.6
    )
