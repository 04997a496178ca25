"""Rules about a household as a whole."""

from __future__ import annotations

import polars as pl

from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.registry.code_lists import ABLE_LABOUR, NOT_IN_ROLL
from bangfu.registry.rules.frames import (
    Breach,
    Frames,
    Limits,
    has_any,
    of_households,
    of_members,
)


def v3_head(frames: Frames, _limits: Limits) -> list[Breach]:
    """V3: a household has one head.

    Two are impossible; so is a new household without one. A stored household may be
    without a head for a while, after a death.
    """
    heads = frames.live.filter(has_any("relation", ("01",)))
    further = heads.filter(
        pl.col("household").is_duplicated()
        & (pl.col("member") > pl.col("member").min().over("household"))
    )
    without = frames.households.join(heads, on="household", how="anti")
    impossible = Severity.IMPOSSIBLE
    return [
        of_members("V3", "relation", _TWO_HEADS, further, severity=impossible),
        of_households(
            "V3", None, _NO_HEAD, without.filter("is_new"), severity=impossible
        ),
        of_households("V3", None, _HEAD_LEFT, without.filter(~pl.col("is_new"))),
    ]


def v3_spouse(frames: Frames, _limits: Limits) -> list[Breach]:
    """V3: the head has one spouse at most."""
    spouses = frames.live.filter(has_any("relation", ("02",)))
    further = spouses.filter(
        pl.col("member") > pl.col("member").min().over("household")
    )
    return [of_members("V3", "relation", _TWO_SPOUSES, further)]


def v5_twice_in_household(frames: Frames, _limits: Limits) -> list[Breach]:
    """V5: nobody is a member of a household twice."""
    known = frames.live.filter(pl.col("identity_key").is_not_null())
    key = ["household", "identity_key"]
    again = known.filter(pl.col("member") > pl.col("member").min().over(key))
    unnumbered = frames.live.filter(pl.col("identity_key").is_null())
    person = ["household", "name", "birth_date"]
    same = unnumbered.filter(pl.col("member") > pl.col("member").min().over(person))
    impossible = Severity.IMPOSSIBLE
    return [
        of_members("V5", "identity_number", _TWICE, again, severity=impossible),
        of_members("V5", "name", _TWICE_BY_NAME, same, severity=impossible),
    ]


def v5_elsewhere_in_files(frames: Frames, _limits: Limits) -> list[Breach]:
    """V5: nobody is registered in two of the households at hand."""
    places = frames.households.select(
        "household",
        place=pl.concat_str("division_code", "household_no", separator="/"),
    )
    known = (
        frames.live.filter(pl.col("identity_key").is_not_null())
        .filter(pl.col("identity_key").is_duplicated())
        .join(places, on="household")
    )
    others = known.select("identity_key", other="household", elsewhere="place")
    pairs = known.join(others, on="identity_key").filter(
        pl.col("household") != pl.col("other")
    )
    once = pairs.sort("elsewhere").unique("member", keep="first", maintain_order=True)
    return [of_members("V5", "identity_number", _IN_FILES, once, "elsewhere")]


def v5_elsewhere_in_register(frames: Frames, _limits: Limits) -> list[Breach]:
    """V5: nobody is registered in another live household of the city.

    Outside the actor's scope only the county is told.
    """
    places = frames.elsewhere.sort("place").unique("identity_key", keep="first")
    known = frames.live.filter(pl.col("identity_key").is_not_null())
    found = known.join(places, on="identity_key")
    return [of_members("V5", "identity_number", _IN_REGISTER, found, "place")]


def v11_house(frames: Frames, _limits: Limits) -> list[Breach]:
    """V11: a house is dangerous when, and only when, its grade is C or D."""
    is_bad = has_any("house_grade", ("C", "D"))
    is_good = has_any("house_grade", ("A", "B"))
    dangerous = pl.col("is_house_dangerous")
    rows = frames.households
    return [
        of_households(
            "V11",
            "is_house_dangerous",
            _BAD_GRADE,
            rows.filter(is_bad & ~dangerous),
            "house_grade",
        ),
        of_households(
            "V11",
            "house_grade",
            _GOOD_GRADE,
            rows.filter(is_good & dangerous),
            "house_grade",
        ),
        of_households(
            "V11",
            "house_grade",
            _NO_GRADE,
            rows.filter(dangerous & pl.col("house_grade").is_null()),
        ),
    ]


def v12_causes(frames: Frames, _limits: Limits) -> list[Breach]:
    """V12: a cause of poverty shows in some member."""
    facts = frames.live.group_by("household").agg(
        ill=_known(pl.col("health").list.len() > 0, _is_ill),
        disabled=_known(
            pl.col("health").list.len() > 0, pl.col("health").list.contains("4")
        ),
        studying=_known(
            pl.col("school_status").is_not_null(), pl.col("school_status") != "01"
        ),
    )
    rows = frames.households.join(facts, on="household")
    causes = pl.concat_list(
        pl.concat_list("cause_main").list.drop_nulls(),
        pl.col("cause_other").fill_null([]),
    )
    cases = (
        ("1", "ill", _NOBODY_ILL),
        ("2", "disabled", _NOBODY_DISABLED),
        ("3", "studying", _NOBODY_STUDYING),
    )
    return [
        of_households(
            "V12",
            "cause_main",
            message,
            rows.filter(causes.list.contains(cause) & (pl.col(fact) == 0)),
        )
        for cause, fact, message in cases
    ]


def v14_five_guarantees(frames: Frames, _limits: Limits) -> list[Breach]:
    """V14: a five-guarantee household has nobody able to work."""
    able = frames.live.filter(has_any("labour", ABLE_LABOUR))
    rows = frames.households.filter(has_any("attribute", ("3",))).join(
        able.group_by("household").agg(able=pl.len()), on="household"
    )
    return [of_households("V14", "attribute", _ABLE, rows, "able")]


def causes_count(frames: Frames, _limits: Limits) -> list[Breach]:
    """There are two other causes at most, and none is the main one."""
    rows = frames.households
    many = rows.filter(pl.col("cause_other").list.len() > 2)
    main = pl.col("cause_main")
    again = rows.filter(
        pl.col("cause_other").list.contains(main).fill_null(value=False)
    )
    alone = rows.filter((pl.col("cause_other").list.len() > 0) & main.is_null())
    return [
        of_households(
            "causes",
            "cause_other",
            _MANY_CAUSES,
            many,
            severity=Severity.IMPOSSIBLE,
        ),
        of_households("V12", "cause_other", _CAUSE_AGAIN, again),
        of_households("V12", "cause_main", _NO_MAIN_CAUSE, alone),
    ]


def status_of_cases(frames: Frames, limits: Limits) -> list[Breach]:
    """Only a case moves a household through the roll; a file cannot.

    A roll from before the system enters with its statuses; once a household has a case,
    or stands outside the roll, its status follows from cases alone.
    """
    rows = frames.households
    outside = pl.col("status").is_in(NOT_IN_ROLL)
    was = pl.col("old.status")
    applicants = rows.filter(
        pl.col("is_new") & outside & (pl.col("status") != limits.first_status)
    )
    bound = pl.col("old.has_case") | was.is_in(NOT_IN_ROLL) | outside
    moved = rows.filter(~pl.col("is_new") & (pl.col("status") != was) & bound)
    return [
        of_households("status", "status", text, found, severity=Severity.IMPOSSIBLE)
        for text, found in ((_APPLICANT, applicants), (_BY_CASE, moved))
    ]


_APPLICANT = Text(
    "未建档、申请中的户不能由名册导入，请由村受理申请",
    "who is not on the roll does not come with it; the village takes the application",
)
_BY_CASE = Text(
    "脱贫状态只能经识别、退出等程序改变",
    "the status changes by the procedures of entry and exit only",
)
_is_ill = pl.col("health").list.set_intersection(pl.lit(["2", "3", "4"])).list.len() > 0


def _known(is_known: pl.Expr, is_true: pl.Expr) -> pl.Expr:
    """Count of members for whom a fact holds; null while nobody's is known."""
    count = (is_known & is_true).fill_null(value=False).sum()
    return pl.when(is_known.any()).then(count).otherwise(None)


_TWO_HEADS = Text("本户有两名以上户主", "the household has more than one head")
_NO_HEAD = Text(
    "本户没有户主，请在“成员”表中填写",
    "the household has no head on the members' sheet",
)
_HEAD_LEFT = Text("本户现无户主，请确定新户主", "the household has no head at present")
_TWO_SPOUSES = Text("本户有两名以上配偶", "the head has more than one spouse")
_TWICE = Text(
    "同一身份证号码在本户重复", "the same identity number stands twice in the household"
)
_TWICE_BY_NAME = Text(
    "姓名和出生日期相同的成员在本户重复，且无身份证号码",
    "name and birth date stand twice in the household, without an identity number",
)
_IN_FILES = Text(
    "同一人也在 {elsewhere} 户", "the same person is also in household {elsewhere}"
)
_IN_REGISTER = Text(
    "同一人已在 {place} 登记", "the same person is already registered in {place}"
)
_BAD_GRADE = Text(
    "鉴定等级为 {house_grade} 级，却填非危房",
    "the grade is {house_grade}, but the house is said not to be dangerous",
)
_GOOD_GRADE = Text(
    "填危房，鉴定等级却为 {house_grade} 级",
    "the house is said to be dangerous, but the grade is {house_grade}",
)
_NO_GRADE = Text("填危房，缺鉴定等级", "the house is dangerous, but no grade is given")
_NOBODY_ILL = Text("致贫原因含因病，成员均健康", "illness is a cause; all are healthy")
_NOBODY_DISABLED = Text(
    "致贫原因含因残，成员中无残疾人", "disability is a cause; nobody is disabled"
)
_NOBODY_STUDYING = Text(
    "致贫原因含因学，成员中无在校生", "schooling is a cause; nobody is at school"
)
_ABLE = Text(
    "五保户中有 {able} 名有劳动力的成员，请核实",
    "five-guarantee household with {able} able members: please verify",
)
_MANY_CAUSES = Text("其他致贫原因最多两项", "two other causes at most")
_CAUSE_AGAIN = Text("其他致贫原因重复了主要原因", "the main cause stands there again")
_NO_MAIN_CAUSE = Text("缺主要致贫原因", "the main cause is missing")
