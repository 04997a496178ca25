"""Names for people and places that do not exist.

Surnames are common ones by rough frequency; given names and place names are put together
from characters. No list of real persons or places stands behind them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Names = npt.NDArray[np.str_]

_SURNAMES = "刘陈李黄钟张谢王曾赖罗廖温朱邱何杨胡郭林肖叶周吴邓曹古蓝赵徐卢许饶魏汤范欧严江袁宋唐"
_GIVEN_MALE = "华明建国生林发辉平根福贵春水金财东海龙云飞志强文武光亮祥斌荣良树石山火"
_GIVEN_FEMALE = "秀英兰香莲玉梅凤桂珍芳娥燕红霞丽萍连招娣春花菊银妹月琴云霞慧敏静"
_GIVEN_YOUNG = "子轩宇浩梓涵欣怡思雨佳琪俊杰雅婷嘉诚文博一诺晨曦家豪诗琪"
_PLACE_FIRST = "青白上下大小东西南北新石龙凤松竹梅桃杨柳金银铜清黄高长云古罗黎茶樟"
_PLACE_SECOND = "溪源坪坑岭塘洲湾埠背头岗陂垅峰石田屋寨桥潭亭泉岩坡堡村段"
_COUNTY_NAMES = (
    "云栖",
    "青岚",
    "溪山",
    "望川",
    "松陂",
    "白石滩",
    "竹源",
    "龙背",
    "樟桥",
    "金坪",
    "茶岗",
    "凤埠",
    "柳潭",
    "桃岭",
    "长垅",
    "石亭",
    "梅洲",
    "清坳",
)
CITY_NAME = "梧岭市"
PROVINCE_NAME = "虚构省"


def county_name(number: int) -> str:
    """Return the name of the county with a number from 0 on."""
    return _COUNTY_NAMES[number % len(_COUNTY_NAMES)] + ("县" if number else "区")


def place_names(rng: np.random.Generator, count: int, suffix: str) -> list[str]:
    """Return place names with repetitions, as real lists have them."""
    first = rng.choice(list(_PLACE_FIRST), count)
    second = rng.choice(list(_PLACE_SECOND), count)
    return [f"{a}{b}{suffix}" for a, b in zip(first, second, strict=True)]


def surnames(rng: np.random.Generator, count: int) -> Names:
    """Return surnames; earlier ones of the list are more frequent."""
    letters = np.array(list(_SURNAMES))
    weight = 1 / np.arange(4, 4 + len(letters))
    return rng.choice(letters, count, p=weight / weight.sum())


def given_names(
    rng: np.random.Generator,
    is_female: npt.NDArray[np.bool_],
    is_young: npt.NDArray[np.bool_],
) -> Names:
    """Return given names of one or two characters, after sex and generation."""
    count = len(is_female)
    pools = [
        np.array(list(pool)) for pool in (_GIVEN_MALE, _GIVEN_FEMALE, _GIVEN_YOUNG)
    ]
    which = np.where(is_young, 2, is_female.astype(int))
    picks = [
        np.choose(which, [pool[rng.integers(0, len(pool), count)] for pool in pools])
        for _ in range(2)
    ]
    second = np.where(rng.random(count) < 0.85, picks[1], "")
    joined: Names = np.char.add(picks[0], second)
    return joined
