"""The tables that go into and come out of planning: column, type, unit, meaning.

Every frame is a polars frame; how one is read and checked: calc/tables/frames.py.
"""

from __future__ import annotations

import polars as pl

from bangfu.calc.tables.frames import Column, Schema
from bangfu.calc.values.text import Text

HOUSEHOLDS = Schema(
    "planning",
    "households",
    Text("户表", "households"),
    (
        Column("id", pl.String, "-", "stable key of the household"),
        Column("weight", pl.Float64, "-", "how much its gain counts, 0 or more"),
        Column(
            "band",
            pl.String,
            "-",
            "the band that a reserve may be for, such as remote villages",
            optional=True,
            nulls=True,
        ),
    ),
    ("id",),
)
"""One row per household that may be helped."""

MEASURES = Schema(
    "planning",
    "measures",
    Text("措施表", "measures"),
    (
        Column("id", pl.String, "-", "stable key of the measure"),
        Column(
            "group",
            pl.String,
            "-",
            "a household gets at most one measure of a group; empty: a group of its own",
            optional=True,
            nulls=True,
        ),
    ),
    ("id",),
)
"""One row per measure."""

OPTIONS = Schema(
    "planning",
    "options",
    Text("备选表", "options"),
    (
        Column("household_id", pl.String, "-", "id of the household"),
        Column("measure_id", pl.String, "-", "id of a measure that it may get"),
        Column("gain", pl.Float64, "any, the same in all rows", "what it gains by it"),
    ),
    ("household_id", "measure_id"),
)
"""One row per household and measure that it is entitled to."""

RESOURCES = Schema(
    "planning",
    "resources",
    Text("资源表", "resources"),
    (
        Column("id", pl.String, "-", "stable key of a fund or of a set of places"),
        Column("capacity", pl.Float64, "its own", "how much of it there is, 0 or more"),
    ),
    ("id",),
)
"""One row per fund or set of places."""

USE = Schema(
    "planning",
    "use",
    Text("占用表", "use"),
    (
        Column("household_id", pl.String, "-", "id of the household"),
        Column("measure_id", pl.String, "-", "id of the measure"),
        Column("resource_id", pl.String, "-", "id of the resource"),
        Column("amount", pl.Float64, "of the resource", "what it takes, 0 or more"),
    ),
    ("household_id", "measure_id", "resource_id"),
)
"""What an option takes of a resource; without a row it takes nothing."""

RESERVES = Schema(
    "planning",
    "reserves",
    Text("预留表", "reserves"),
    (
        Column("resource_id", pl.String, "-", "id of the resource"),
        Column("band", pl.String, "-", "the households that it is reserved for"),
        Column("share", pl.Float64, "share", "of the capacity, from 0 to 1"),
    ),
    ("resource_id", "band"),
)
"""What must be left to a band of households: all others may use the rest at most."""

PLAN = Schema(
    "planning",
    "plan",
    Text("安排表", "plan"),
    (
        Column("household_id", pl.String, "-", "id of the household"),
        Column("measure_id", pl.String, "-", "id of a measure that it gets"),
    ),
    ("household_id", "measure_id"),
)
"""The result, in the order of household and measure ids."""
