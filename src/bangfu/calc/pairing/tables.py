"""The tables that go into and come out of pairing: column, type, unit, meaning.

Every frame is a polars frame; how one is read and checked: calc/tables/frames.py.
"""

from __future__ import annotations

import polars as pl

from bangfu.calc.tables.frames import Column, Schema
from bangfu.calc.values.text import Text

HOUSEHOLDS = Schema(
    "pairing",
    "households",
    Text("贫困户表", "households"),
    (
        Column("id", pl.String, "-", "stable key of the household"),
        Column(
            "division_code",
            pl.String,
            "2, 4, 6, 9 or 12 digits",
            "division that the household lives in, a village as a rule",
        ),
        Column(
            "x_km", pl.Float64, "km", "place, east; empty for all or none", nulls=True
        ),
        Column(
            "y_km", pl.Float64, "km", "place, north; empty for all or none", nulls=True
        ),
        Column("need", pl.String, "-", "need profile, a label of the table of costs"),
    ),
    ("id",),
)
"""One row per household that needs a responsible official."""

OFFICIALS = Schema(
    "pairing",
    "officials",
    Text("帮扶干部表", "officials"),
    (
        Column("id", pl.String, "-", "stable key of the official"),
        Column("unit_id", pl.String, "-", "unit that the official belongs to"),
        Column(
            "serves_code",
            pl.String,
            "2, 4, 6, 9 or 12 digits",
            "division whose households the official may serve",
        ),
        Column("x_km", pl.Float64, "km", "place of work, east", nulls=True),
        Column("y_km", pl.Float64, "km", "place of work, north", nulls=True),
        Column("expertise", pl.String, "-", "expertise, a label of the table of costs"),
        Column("min", pl.Int64, "households", "lower quota, 0 or more"),
        Column("max", pl.Int64, "households", "upper quota, at least min"),
        Column(
            "max_legal",
            pl.Int64,
            "households",
            "highest upper quota that the regulation allows; for remedies only",
            optional=True,
            nulls=True,
        ),
    ),
    ("id",),
)
"""One row per official who is in post."""

EXISTING = Schema(
    "pairing",
    "existing",
    Text("现有结对表", "existing pairs"),
    (
        Column("household_id", pl.String, "-", "id of the household"),
        Column("official_id", pl.String, "-", "id of its present official"),
    ),
    ("household_id", "official_id"),
)
"""One row per pair in force today; a household has one present official at most."""

FORBIDDEN = Schema(
    "pairing",
    "forbidden",
    Text("回避关系表", "forbidden pairs"),
    (
        Column("household_id", pl.String, "-", "id of the household"),
        Column("official_id", pl.String, "-", "id of an official who is kin to it"),
    ),
    ("household_id", "official_id"),
)
"""One row per pair that must not be made."""

COSTS = Schema(
    "pairing",
    "costs",
    Text("专长匹配成本表", "costs"),
    (
        Column("need", pl.String, "-", "need profile"),
        Column("expertise", pl.String, "-", "expertise"),
        Column(
            "cost", pl.Int64, "cost units", "mismatch, 0 or more; 100 units weigh 1 km"
        ),
    ),
    ("need", "expertise"),
)
"""One row per combination of need and expertise. Without it no mismatch counts."""

PAIRS = Schema(
    "pairing",
    "pairs",
    Text("结对表", "pairs"),
    (
        Column("household_id", pl.String, "-", "id of the household"),
        Column("official_id", pl.String, "-", "id of its responsible official"),
    ),
    ("household_id",),
)
"""The result: one row per covered household, in the order of household ids."""


INPUTS = (HOUSEHOLDS, OFFICIALS, EXISTING, FORBIDDEN, COSTS)
