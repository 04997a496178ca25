"""A register of fictional persons with duplicates and the truth about them.

Made column by column, so that a million takes seconds; the same seed gives the same
register. One record in ten is a duplicate with one error or two: a character of the
same sound, a lost or wrong character, a wrong digit or swapped parts of the birth date,
a move to another village, an unknown sex.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import polars as pl
from pypinyin import lazy_pinyin

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅春燕建国志文海波斌辉鹏飞浩宇轩欣怡佳琪雪琳婷慧倩"
    "颖洁晶莹莉萍凤珍珠翠云莲菊香美荣福贵财宝金银根生水木林森山川河江湖星晨光阳月亮天地人和顺康健安宁瑞祥庆丰盛"
    "昌茂达发旺兴隆泰永长远新立成功德仁义礼智信孝忠诚善良才俊贤能学习思想博雅清廉正直刚毅果敢振威武胜利来喜乐悦"
)
DUPLICATES = 0.1
FIRST_DAY, DAYS = np.datetime64("1930-01-01"), 30_000
VILLAGES_A_RECORD = 1 / 350
ERRORS = 7


def register(records: int, *, seed: int) -> pl.DataFrame:
    """Return id, name, birth_date, sex, village, person; `records` rows, shuffled."""
    draw = np.random.default_rng(seed)
    extra = int(records * DUPLICATES)
    persons = records - extra
    table = {
        "surname": _weighted(draw, SURNAMES, persons, 0.8),
        "first": _weighted(draw, GIVEN, persons, 0.3),
        "second": np.where(
            draw.random(persons) < 0.8, _weighted(draw, GIVEN, persons, 0.3), ""
        ),
        "birth": (FIRST_DAY + draw.integers(0, DAYS, persons)).astype("U10"),
        "sex": draw.choice(np.array(["男", "女"]), persons),
        "village": _villages(draw, persons, records),
        "person": np.arange(persons),
    }
    again = draw.choice(persons, extra, replace=False)
    copies = {name: column[again].copy() for name, column in table.items()}
    _spoil(draw, copies, _villages(draw, extra, records))
    columns = {name: np.concatenate([table[name], copies[name]]) for name in table}
    order = draw.permutation(records)
    frame = pl.DataFrame({name: column[order] for name, column in columns.items()})
    return frame.select(
        pl.int_range(pl.len()).cast(pl.String).alias("id"),
        pl.concat_str("surname", "first", "second").alias("name"),
        pl.col("birth").alias("birth_date"),
        "sex",
        "village",
        "person",
    )


def _weighted(
    draw: np.random.Generator, characters: str, size: int, slope: float
) -> np.ndarray:
    ordered = np.array(list(dict.fromkeys(characters)))
    weights = 1 / np.arange(1, len(ordered) + 1) ** slope
    return draw.choice(ordered, size, p=weights / weights.sum())


def _villages(draw: np.random.Generator, size: int, records: int) -> np.ndarray:
    """Codes of villages: about 350 persons each, 15 to a township, 12 to a county."""
    village = draw.integers(0, max(int(records * VILLAGES_A_RECORD), 1), size)
    town, county = village // 15, village // 180
    return np.array(
        [
            f"99{1 + c // 90:02d}{1 + c % 90:02d}{101 + t % 12}{200 + v % 15}"
            for v, t, c in zip(village, town, county, strict=True)
        ]
    )


def _spoil(
    draw: np.random.Generator, copies: dict[str, np.ndarray], moved: np.ndarray
) -> None:
    """Put one error into each copy, a second one into every fourth."""
    size = len(moved)
    for share in (1.0, 0.25):
        error = np.where(draw.random(size) < share, draw.integers(0, ERRORS, size), -1)
        sounds = _same_sound()
        for at in np.flatnonzero(error == 0):
            copies["first"][at] = draw.choice(sounds[copies["first"][at]])
        copies["second"][error == 1] = ""
        wrong = error == 2
        copies["first"][wrong] = draw.choice(np.array(list(GIVEN)), wrong.sum())
        for at in np.flatnonzero(error == 3):
            place = draw.choice([2, 3, 6, 9])
            birth = copies["birth"][at]
            copies["birth"][at] = (
                f"{birth[:place]}{draw.integers(0, 10)}{birth[place + 1 :]}"
            )
        for at in np.flatnonzero(error == 4):
            year, month, day = copies["birth"][at].split("-")
            copies["birth"][at] = (
                f"{year}-{day}-{month}" if int(day) <= 12 else f"{year}-01-01"
            )
        copies["village"][error == 5] = moved[error == 5]
        copies["sex"][error == 6] = ""


def _same_sound() -> dict[str, list[str]]:
    """Return for each character those that sound like it, itself among them."""
    by_sound = defaultdict(list)
    for character in dict.fromkeys(GIVEN):
        by_sound[lazy_pinyin(character)[0]].append(character)
    return {one: alike for alike in by_sound.values() for one in alike}
