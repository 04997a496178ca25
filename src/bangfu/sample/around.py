"""What departments' lists say of somebody whom a check looks for, and what is harmless."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from bangfu.registry.crosschecks.kinds import ListKind

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Around:
    """Rows beside a truth. bad: what the check looks for; harmless: what it must pass."""

    kind: ListKind
    bad: Callable[[np.random.Generator], Row]
    harmless: tuple[Row, ...]


def _since(rng: np.random.Generator) -> date:
    return date(2008 + int(rng.integers(0, 8)), 1 + int(rng.integers(0, 12)), 15)


def _yuan(rng: np.random.Generator, low: int, high: int) -> int:
    return int(rng.integers(low, high)) * 100_000


AROUND = {
    "X1": Around(
        ListKind.REAL_ESTATE,
        lambda rng: {
            "what": str(rng.choice(["flat", "shop", "town_house"])),
            "status": "held",
            "area_m2": int(rng.integers(60, 140)),
            "since": _since(rng),
            "place": "城关镇新城路",
        },
        (
            {"what": "relocation", "status": "held", "area_m2": 75},
            {"what": "public_rent", "status": "held", "area_m2": 50},
            {"what": "rural", "status": "held", "area_m2": 110},
            {"what": "flat", "status": "sold", "area_m2": 90},
        ),
    ),
    "X2": Around(
        ListKind.VEHICLES,
        lambda rng: {
            "what": str(rng.choice(["car", "car", "minibus", "machinery"])),
            "status": "in_use",
            "value_fen": _yuan(rng, 35, 180),
            "since": _since(rng),
        },
        (
            {"what": "motorcycle", "status": "in_use", "value_fen": 450_000},
            {"what": "disabled_tricycle", "status": "in_use", "value_fen": 600_000},
            {"what": "minibus", "status": "in_use", "value_fen": 1_200_000},
            {"what": "car", "status": "scrapped", "value_fen": 8_000_000},
        ),
    ),
    "X3": Around(
        ListKind.PAYROLL,
        lambda rng: {
            "what": str(rng.choice(["staff", "contract", "enterprise"])),
            "status": "in_post",
            "value_fen": _yuan(rng, 3, 6),
            "since": _since(rng),
            "place": "县直单位",
        },
        (
            {"what": "welfare_post", "status": "in_post", "value_fen": 80_000},
            {"what": "staff", "status": "left", "value_fen": 300_000},
        ),
    ),
    "X4": Around(
        ListKind.PAYROLL,
        lambda rng: {
            "what": "village_cadre",
            "status": "in_post",
            "value_fen": _yuan(rng, 1, 3),
            "since": _since(rng),
            "place": "村民委员会",
        },
        ({"what": "village_cadre", "status": "left", "value_fen": 120_000},),
    ),
    "X5": Around(
        ListKind.BUSINESS,
        lambda rng: {
            "what": str(rng.choice(["legal_representative", "shareholder", "owner"])),
            "status": "operating",
            "value_fen": _yuan(rng, 50, 500),
            "since": _since(rng),
            "place": "示例商贸有限公司",
        },
        (
            {"what": "coop_member", "status": "operating", "value_fen": 500_000},
            {"what": "owner", "status": "operating", "value_fen": 500_000},
            {
                "what": "legal_representative",
                "status": "cancelled",
                "value_fen": 10_000_000,
            },
        ),
    ),
    "X7": Around(
        ListKind.INSURANCE,
        lambda rng: {
            "what": "commercial_pension",
            "status": "active",
            "value_fen": _yuan(rng, 3, 12),
            "since": _since(rng),
            "place": "示例人寿",
        },
        (
            {"what": "resident_pension", "status": "active", "value_fen": 10_000},
            {"what": "commercial_pension", "status": "ended", "value_fen": 500_000},
        ),
    ),
    "X9": Around(
        ListKind.DEATHS,
        lambda rng: {
            "what": str(rng.choice(["died", "died", "died", "custody"])),
            "status": "active",
            "since": date(2015, 1 + int(rng.integers(0, 12)), 20),
        },
        ({"what": "custody", "status": "ended", "since": date(2012, 6, 1)},),
    ),
}
