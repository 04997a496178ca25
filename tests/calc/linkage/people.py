"""Fictional persons with duplicates, each with one error of a known kind."""

from __future__ import annotations

import datetime
import random

import polars as pl

VOWELS, CONSONANTS = "aeiou", "bdfghklmnprstvz"
ENDINGS = ("", "n", "r", "s", "ll", "ck")


def latin(records: int, duplicates: int, *, seed: int) -> pl.DataFrame:
    """Return id, given, surname, birth, person, shuffled; one error a duplicate."""
    draw = random.Random(seed)  # noqa: S311 (of fictional persons)
    givens = [word(draw, 2, 3) for _ in range(300)]
    surnames = [word(draw, 2, 4) for _ in range(3_000)]
    persons = [
        [
            draw.choices(givens, [1 / (at + 5) for at in range(len(givens))])[0],
            draw.choices(surnames, [1 / (at + 20) for at in range(len(surnames))])[0],
            str(datetime.date(1930, 1, 1) + datetime.timedelta(draw.randrange(29_000))),
            person,
        ]
        for person in range(records - duplicates)
    ]
    copies = [spoiled(draw, one) for one in draw.sample(persons, duplicates)]
    rows = persons + copies
    draw.shuffle(rows)
    return pl.DataFrame(
        rows, schema=["given", "surname", "birth", "person"], orient="row"
    ).with_row_index("id")


def chinese(records: int, *, seed: int) -> list[tuple[str, str, str]]:
    """Return (id, name, birth) of persons who are all different."""
    draw = random.Random(seed)  # noqa: S311 (of fictional persons)
    surnames, characters = (
        "赵钱孙周吴郑冯陈褚卫蒋沈韩杨朱秦",
        "春夏秋冬梅山水石林田龙凤东南西云雨雪风月光明新安平和顺福贵财宝",
    )
    names = {
        draw.choice(surnames) + draw.choice(characters) + draw.choice(characters)
        for _ in range(2 * records)
    }
    return [
        (f"f{at}", name, str(datetime.date(1940, 1, 1) + datetime.timedelta(days)))
        for at, (name, days) in enumerate(
            zip(sorted(names), draw.sample(range(25_000), len(names)), strict=True)
        )
    ][:records]


def spoiled(draw: random.Random, row: list) -> list:
    """Return a copy with one error: a typing error in a name, or in the date."""
    given, surname, birth, person = row
    kind = draw.randrange(6)
    if kind < 2:
        given = typo(draw, given)
    elif kind < 4:
        surname = typo(draw, surname)
    elif kind == 4:
        place = draw.choice((2, 3, 6, 9))
        birth = f"{birth[:place]}{draw.randrange(10)}{birth[place + 1 :]}"
    else:
        given, surname = surname, given
    return [given, surname, birth, person]


def typo(draw: random.Random, text: str) -> str:
    """Return a text with a letter wrong, lost or added, or two changed about."""
    at = draw.randrange(len(text) - 1)
    letter = draw.choice(VOWELS + CONSONANTS)
    return draw.choice(
        (
            text[:at] + letter + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[:at] + letter + text[at:],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        )
    )


def word(draw: random.Random, least: int, most: int) -> str:
    """Return a pronounceable word of so many syllables."""
    syllables = [
        draw.choice(CONSONANTS) + draw.choice(VOWELS)
        for _ in range(draw.randint(least, most))
    ]
    return "".join(syllables) + draw.choice(ENDINGS)
