"""Which persons of a register the rows of an outside list are about, without a number.

Each pair that shares a birth date or a name is weighed after Fellegi and Sunter (1969):
every field adds log2(m / u), where m is the chance that it agrees for one person and u
that it agrees for two. u of a name and of a birth date are taken from the register
itself, so a rare name counts for more than a common one; m are fixed shares of usual
writing errors. The prior is that of a list's row being about one of the register's
persons by chance: 1 / persons. Pairs of one row share what is left: a row is about one
person at most, or about none.

    chance = odds / (1 + sum of the odds of the row's pairs)

Assumptions: fields err independently; the list's people are like the register's.
"""

from __future__ import annotations

import polars as pl

from bangfu.calc.linkage.names import name_part, split_name

ROW_PAIRS_MAX = 50  # candidates of one row; a name that more people share tells nothing
# Chance that a field agrees when both records are of one person.
_NAME = {"same": 0.90, "sound": 0.05, "part": 0.03, "else": 0.02}
_BIRTH = {"same": 0.93, "near": 0.05, "else": 0.02}
_SEX = {"same": 0.99, "else": 0.01}
_PLACE = {"same": 0.70, "township": 0.15, "county": 0.10, "else": 0.05}
_U_SOUND, _U_PART, _U_NEAR = 0.002, 0.02, 0.01


def matched(
    persons: pl.DataFrame, rows: pl.DataFrame, *, chance_min: float
) -> pl.DataFrame:
    """Return the pairs whose chance of being one person is at least `chance_min`.

    persons: person (id), name, birth_date, sex, division_code; rows: row (id), name,
    birth_date, sex, division_code; of the rows all but name may be null. Returns row,
    person, chance (0 to 1), name_agrees, birth_agrees ("same", "sound", ...), in the
    order of row and person. Cost: the pairs that share a birth date or a sound of name.
    """
    if persons.is_empty() or rows.is_empty():
        return _nothing(persons, rows)
    left, right = _prepared(rows, "row"), _prepared(persons, "person")
    pairs = pl.concat(
        [_blocked(left, right, "birth_date"), _blocked(left, right, "sound")]
    ).unique(["row", "person"])
    weighed = _weighed(pairs, right)
    odds = pl.lit(2.0).pow(pl.col("bits"))
    scored = weighed.with_columns(_odds=odds / len(persons)).with_columns(
        chance=pl.col("_odds") / (1 + pl.col("_odds").sum().over("row"))
    )
    kept = scored.filter(pl.col("chance") >= chance_min)
    return kept.select("row", "person", "chance", "name_agrees", "birth_agrees").sort(
        "row", "person"
    )


def _prepared(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Add the parts of the names and their sounds; each distinct name is read once."""
    distinct = frame["name"].drop_nulls().unique().sort().to_list()
    read = []
    for text in distinct:
        given, surname = split_name(text)
        first = name_part(surname, is_surname=True, is_folded=True)
        last = name_part(given, is_surname=False, is_folded=True)
        sound = f"{first.sound or ''} {last.sound or ''}"
        read.append((text, surname + " " + given, given, surname, sound))
    table = pl.DataFrame(
        read,
        schema=dict.fromkeys(("name", "clean", "given", "surname", "sound"), pl.String),
        orient="row",
    )
    return frame.select(key, "name", "birth_date", "sex", "division_code").join(
        table, on="name", how="inner"
    )


def _blocked(left: pl.DataFrame, right: pl.DataFrame, column: str) -> pl.DataFrame:
    """Pair what shares a column; a row with too many candidates there has none."""
    others = right.rename(
        {name: f"{name}_r" for name in right.columns if name not in ("person", column)}
    ).with_columns(pl.col(column).alias(f"{column}_r"))
    pairs = left.drop_nulls(column).join(others, on=column, how="inner")
    is_useful = (pl.col("sex").is_null()) | (
        pl.col("sex") == pl.col("sex_r")
    ).fill_null(value=True)
    if column == "birth_date":
        # The same day alone is no candidate: something of the name must agree.
        is_useful &= (
            (pl.col("surname") == pl.col("surname_r"))
            | (pl.col("given") == pl.col("given_r"))
            | (pl.col("sound") == pl.col("sound_r"))
        )
    pairs = pairs.filter(is_useful)
    few = pl.len().over("row") <= ROW_PAIRS_MAX
    return pairs.filter(few).select(sorted(pairs.columns))


def _weighed(pairs: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    count = len(persons)
    names = persons.group_by("clean").agg(_name_u=pl.len() / count)
    births = persons.group_by("birth_date").agg(_birth_u=pl.len() / count)
    pairs = pairs.join(names, on="clean", how="left").join(
        births, on="birth_date", how="left"
    )
    pairs = pairs.with_columns(
        name_agrees=_name_level(), birth_agrees=_birth_level(), _place=_place_level()
    )
    floor = 0.5 / count
    bits = (
        _bits("name_agrees", _NAME, {"sound": _U_SOUND, "part": _U_PART, "else": 0.97})
        + pl.when(pl.col("name_agrees") == "same")
        .then((_NAME["same"] / pl.max_horizontal(pl.col("_name_u"), floor)).log(2))
        .otherwise(0.0)
        + _bits("birth_agrees", _BIRTH, {"near": _U_NEAR, "else": 0.99})
        + pl.when(pl.col("birth_agrees") == "same")
        .then((_BIRTH["same"] / pl.max_horizontal(pl.col("_birth_u"), floor)).log(2))
        .otherwise(0.0)
        + _sex_bits()
        + _bits(
            "_place",
            _PLACE,
            {"same": 0.01, "township": 0.05, "county": 0.3, "else": 0.64},
        )
    )
    return pairs.with_columns(bits=bits)


def _bits(column: str, m: dict[str, float], u: dict[str, float]) -> pl.Expr:
    """Return log2(m / u) of the levels that have a fixed u; 0 for what is unknown."""
    expression = pl.lit(0.0)
    for level, other in u.items():
        ratio = m[level] / other
        expression = (
            pl.when(pl.col(column) == level)
            .then(pl.lit(ratio).log(2))
            .otherwise(expression)
        )
    return expression


def _name_level() -> pl.Expr:
    same_part = (pl.col("surname") == pl.col("surname_r")) | (
        pl.col("given") == pl.col("given_r")
    )
    return (
        pl.when(pl.col("clean") == pl.col("clean_r"))
        .then(pl.lit("same"))
        .when(pl.col("sound") == pl.col("sound_r"))
        .then(pl.lit("sound"))
        .when(same_part)
        .then(pl.lit("part"))
        .otherwise(pl.lit("else"))
    )


def _birth_level() -> pl.Expr:
    """Near: the same year and month, year and day, or month and day."""
    one, other = pl.col("birth_date"), pl.col("birth_date_r")
    year = one.dt.year() == other.dt.year()
    month = one.dt.month() == other.dt.month()
    day = one.dt.day() == other.dt.day()
    return (
        pl.when(one.is_null() | other.is_null())
        .then(pl.lit("unknown"))
        .when(one == other)
        .then(pl.lit("same"))
        .when((year & month) | (year & day) | (month & day))
        .then(pl.lit("near"))
        .otherwise(pl.lit("else"))
    )


def _sex_bits() -> pl.Expr:
    one, other = pl.col("sex"), pl.col("sex_r")
    return (
        pl.when(one.is_null() | other.is_null())
        .then(0.0)
        .when(one == other)
        .then(pl.lit(_SEX["same"] / 0.5).log(2))
        .otherwise(pl.lit(_SEX["else"] / 0.5).log(2))
    )


def _place_level() -> pl.Expr:
    """Compare as far as the row's own code goes."""
    one, other = pl.col("division_code"), pl.col("division_code_r")

    def same(digits: int) -> pl.Expr:
        both = one.str.len_chars() >= digits
        return both & (one.str.head(digits) == other.str.head(digits))

    return (
        pl.when(one.is_null())
        .then(pl.lit("unknown"))
        .when(same(12))
        .then(pl.lit("same"))
        .when(same(9))
        .then(pl.lit("township"))
        .when(same(6))
        .then(pl.lit("county"))
        .otherwise(pl.lit("else"))
    )


def _nothing(persons: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "row": rows.schema["row"],
            "person": persons.schema["person"],
            "chance": pl.Float64,
            "name_agrees": pl.String,
            "birth_agrees": pl.String,
        }
    )
