"""Rules about income."""

from __future__ import annotations

import polars as pl

from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.registry.rules.frames import Breach, Frames, Limits, age_on, of_households

TRANSFER_PARTS = (
    "transfer_family_planning_fen",
    "transfer_dibao_fen",
    "transfer_five_guarantee_fen",
    "transfer_pension_fen",
    "transfer_ecological_fen",
    "transfer_other_fen",
)
AMOUNTS = (
    "wage_fen",
    "operating_fen",
    "property_fen",
    "property_asset_fen",
    "transfer_fen",
    *TRANSFER_PARTS,
    "operating_expense_fen",
)
_YUAN_FEN = 100


def v8_work_and_wage(frames: Frames, _limits: Limits) -> list[Breach]:
    """V8: who works away earns a wage, and a wage is earned by somebody."""
    months = pl.col("work_months")
    work = frames.live.group_by("household").agg(
        months=months.sum(), is_known=months.is_not_null().all()
    )
    rows = frames.incomes.filter("is_given").join(work, on="household")
    rows = rows.filter(pl.col("year") == pl.col("year").max().over("household"))
    wage = pl.col("wage_fen")
    nobody = rows.filter((wage > 0) & pl.col("is_known") & (pl.col("months") == 0))
    return [
        of_households(
            "V8",
            "wage",
            _NO_WAGE,
            rows.filter((pl.col("months") > 0) & (wage == 0)),
            "months",
        ),
        of_households("V8", "wage", _NOBODY_WORKS, nobody),
    ]


def v9_negative(frames: Frames, _limits: Limits) -> list[Breach]:
    """V9: no part of income is negative; the net may be."""
    return [
        of_households(
            "V9",
            name.removesuffix("_fen"),
            _NEGATIVE,
            frames.incomes.filter(pl.col(name) < 0),
            severity=Severity.IMPOSSIBLE,
        )
        for name in AMOUNTS
    ]


def v9_sums(frames: Frames, _limits: Limits) -> list[Breach]:
    """V9: the net income stated is the sum of its parts, give or take one yuan."""
    rows = frames.incomes.filter("is_given")
    net, stated = pl.col("net_fen"), pl.col("stated_net_fen")
    differs = rows.filter((net - stated).abs() > _YUAN_FEN).with_columns(
        stated=_yuan(stated), computed=_yuan(net)
    )
    parts = pl.sum_horizontal(pl.col(name).fill_null(0) for name in TRANSFER_PARTS)
    is_split = pl.any_horizontal(pl.col(name).is_not_null() for name in TRANSFER_PARTS)
    split = rows.filter(
        is_split & ((parts - pl.col("transfer_fen")).abs() > _YUAN_FEN)
    ).with_columns(parts=_yuan(parts), total=_yuan(pl.col("transfer_fen")))
    asset = rows.filter(pl.col("property_asset_fen") > pl.col("property_fen"))
    return [
        of_households("V9", "stated_net", _NET, differs, "stated", "computed"),
        of_households("V9", "transfer", _TRANSFER, split, "parts", "total"),
        of_households("V9", "property_asset", _ASSET, asset),
    ]


def v10_dibao(frames: Frames, _limits: Limits) -> list[Breach]:
    """V10: Dibao money is received when, and only when, a member is on Dibao."""
    on_dibao = pl.col("is_on_dibao")
    members = frames.live.group_by("household").agg(
        on_dibao=on_dibao.fill_null(value=False).any(),
        is_known=on_dibao.is_not_null().any(),
    )
    rows = _latest(frames).join(members, on="household").filter("is_known")
    amount = pl.col("transfer_dibao_fen")
    return [
        of_households(
            "V10",
            "transfer_dibao",
            _DIBAO_NOBODY,
            rows.filter((amount > 0) & ~pl.col("on_dibao")),
        ),
        of_households(
            "V10",
            "transfer_dibao",
            _DIBAO_NOTHING,
            rows.filter((amount == 0) & pl.col("on_dibao")),
        ),
    ]


def v10_pension(frames: Frames, limits: Limits) -> list[Breach]:
    """V10: a pension is received when somebody is of pension age.

    The other way round is only a note: not everybody has claimed it.
    """
    members = (
        frames.live.with_columns(age=age_on(limits.on))
        .group_by("household")
        .agg(
            is_known=pl.col("age").is_not_null().all(),
            old=(pl.col("age") >= limits.pension_age).fill_null(value=False).any(),
        )
    )
    rows = _latest(frames).join(members, on="household").filter("is_known")
    amount = pl.col("transfer_pension_fen")
    return [
        of_households(
            "V10",
            "transfer_pension",
            _PENSION_NOBODY,
            rows.filter((amount > 0) & ~pl.col("old")),
        ),
        of_households(
            "V10",
            "transfer_pension",
            _PENSION_NOTHING,
            rows.filter((amount == 0) & pl.col("old")),
            severity=Severity.NOTE,
        ),
    ]


def v13_change(frames: Frames, limits: Limits) -> list[Breach]:
    """V13: net income changes by no more than the policy's share in a year."""
    net, previous = pl.col("net_fen"), pl.col("previous_net_fen")
    rows = frames.incomes.filter("is_given").filter(previous > 0)
    # In integers: |net - previous| / previous > share / of.
    share, of = (limits.income_change_pct / 100).as_integer_ratio()
    far = rows.filter((net - previous).abs() * of > previous * share).with_columns(
        before=_yuan(previous), after=_yuan(net)
    )
    return [of_households("V13", "year", _CHANGE, far, "before", "after")]


def v13_line(frames: Frames, limits: Limits) -> list[Breach]:
    """V13: an income that lies just above the line of its year is suspicious."""
    if not limits.line_fen:
        return []
    lines = pl.DataFrame(
        {"year": list(limits.line_fen), "line_fen": list(limits.line_fen.values())},
        schema={"year": frames.incomes.schema["year"], "line_fen": pl.Int64},
    )
    rows = frames.incomes.filter("is_given").filter(pl.col("sharing") > 0)
    sharing = pl.col("sharing").cast(pl.Int64)
    above = pl.col("net_fen") - pl.col("line_fen") * sharing
    near = rows.join(lines, on="year").filter(
        above.is_between(0, limits.line_margin_fen * sharing)
    )
    near = near.with_columns(line=_yuan(pl.col("line_fen")))
    return [of_households("V13", "stated_net", _NEAR_LINE, near, "line")]


def v15_copies(frames: Frames, limits: Limits) -> list[Breach]:
    """V15: many households with the very same incomes were copied, not asked."""
    rows = frames.incomes.filter("is_given").filter(pl.col("net_fen") > 0)
    is_plain = pl.sum_horizontal(
        (pl.col(name) > 0).fill_null(value=False)
        for name in ("wage_fen", "operating_fen", "property_fen", "transfer_fen")
    )
    # One round figure alone is no copy: two parts of income at least must agree.
    rows = rows.filter(is_plain >= 2)
    same = rows.with_columns(copies=pl.len().over(["year", *AMOUNTS]))
    many = same.filter(pl.col("copies") >= limits.copies_households)
    return [of_households("V15", "wage", _COPIES, many, "copies")]


def year_of_income(frames: Frames, limits: Limits) -> list[Breach]:
    """An income belongs to a year, and to none after the roll's date."""
    rows = frames.incomes.filter("is_given")
    impossible = Severity.IMPOSSIBLE
    return [
        of_households(
            "year",
            "year",
            _NO_YEAR,
            rows.filter(pl.col("year").is_null()),
            severity=impossible,
        ),
        of_households(
            "year",
            "year",
            _LATER_YEAR.with_(limit=limits.on.year),
            rows.filter(pl.col("year") > limits.on.year),
            severity=impossible,
        ),
    ]


def _latest(frames: Frames) -> pl.DataFrame:
    rows = frames.incomes.filter("is_given")
    return rows.filter(pl.col("year") == pl.col("year").max().over("household"))


def _yuan(fen: pl.Expr) -> pl.Expr:
    """Write fen as yuan, in text and without a float."""
    whole = (fen.abs() // 100).cast(pl.String)
    cents = (fen.abs() % 100).cast(pl.String).str.zfill(2)
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, whole, pl.lit("."), cents).str.strip_suffix(".00")


_NO_WAGE = Text(
    "务工共 {months} 个月，工资性收入为 0", "{months} months of work, but no wage"
)
_NOBODY_WORKS = Text(
    "有工资性收入，成员务工时间均为 0", "a wage, but nobody worked a month"
)
_NEGATIVE = Text("不能为负数", "it must not be negative")
_NET = Text(
    "填报 {stated} 元，按各项计算为 {computed} 元",
    "{stated} yuan stated; the parts come to {computed} yuan",
)
_TRANSFER = Text(
    "各分项合计 {parts} 元，转移性收入为 {total} 元",
    "the parts come to {parts} yuan, the transfers are {total} yuan",
)
_ASSET = Text("资产收益大于财产性收入", "asset dividends exceed property income")
_DIBAO_NOBODY = Text("有低保金，成员均未享受低保", "Dibao money, but nobody is on it")
_DIBAO_NOTHING = Text(
    "有成员享受低保，低保金为 0", "a member is on Dibao, but no money"
)
_PENSION_NOBODY = Text(
    "有养老保险金，成员均未到领取年龄", "a pension, but nobody is of pension age"
)
_PENSION_NOTHING = Text(
    "有成员到领取年龄，养老保险金为 0", "a member is of pension age, but no pension"
)
_CHANGE = Text(
    "纯收入由上年 {before} 元变为 {after} 元，请核实",
    "net income went from {before} to {after} yuan in a year: please verify",
)
_NEAR_LINE = Text(
    "人均纯收入紧贴当年标准 {line} 元，请核实",
    "net income per person lies just above the line of {line} yuan: please verify",
)
_COPIES = Text(
    "收入各项与共 {copies} 户完全相同，请核实",
    "{copies} households have the very same incomes: please verify",
)
_NO_YEAR = Text("填了收入，缺收入年度", "incomes are given without their year")
_LATER_YEAR = Text(
    "收入年度晚于 {limit} 年", "the year of income is later than {limit}"
)
