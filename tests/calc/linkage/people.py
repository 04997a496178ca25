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
