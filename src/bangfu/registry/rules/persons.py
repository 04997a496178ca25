"""Rules about one person."""

from __future__ import annotations

import polars as pl

from bangfu.calc.values.disability import CATEGORIES, GRADES
from bangfu.calc.values.findings import Severity
from bangfu.calc.values.identity import PROVINCES, YEAR_MIN
from bangfu.calc.values.text import Text
from bangfu.registry.code_lists import ABLE_LABOUR, FEMALE_RELATIONS, MALE_RELATIONS
from bangfu.registry.rules.frames import (
    Breach,
    Frames,
    Limits,
    age_on,
    has_any,
    of_members,
)

_AGE_MAX = 120
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = list("10X98765432")
_SHAPE = r"^[1-9][0-9]{16}[0-9X]$"


def v1_identity_number(frames: Frames, limits: Limits) -> list[Breach]:
    """V1: 18 characters with the right check character (GB 11643-1999)."""
    given = frames.members.filter(pl.col("identity_number").is_not_null()).with_columns(
        length=pl.col("identity_number").str.len_chars(),
        is_shaped=pl.col("identity_number").str.contains(_SHAPE),
        province=pl.col("identity_number").str.slice(0, 2),
    )
    shaped = given.filter("is_shaped").with_columns(
        is_right=_check_character(pl.col("identity_number"))
        == pl.col("identity_number").str.slice(17, 1),
        birth=identity_birth(pl.col("identity_number")),
    )
    provinces = [*sorted(PROVINCES), *(["99"] if limits.demo else [])]
    is_odd_length = pl.col("length") != 18
    is_old = pl.col("identity_number").str.contains(r"^[0-9]{15}$")
    cases = [
        (given.filter(is_odd_length & is_old), _OLD_NUMBER, ()),
        (given.filter(is_odd_length & ~is_old), _LENGTH, ("length",)),
        (given.filter(~is_odd_length & ~pl.col("is_shaped")), _CHARACTERS, ()),
        (shaped.filter(~pl.col("is_right")), _CHECK, ()),
        (shaped.filter(~pl.col("province").is_in(provinces)), _PROVINCE, ("province",)),
        (shaped.filter(pl.col("birth").is_null()), _NO_DATE, ()),
        (shaped.filter(pl.col("birth").dt.year() < YEAR_MIN), _TOO_EARLY, ()),
        (shaped.filter(pl.col("birth") > limits.last_day), _FUTURE, ()),
    ]
    return [
        of_members(
            "V1",
            "identity_number",
            message,
            rows,
            *params,
            severity=Severity.IMPOSSIBLE,
        )
        for rows, message, params in cases
    ]


def v1_agrees_with_sex_and_birth(frames: Frames, _limits: Limits) -> list[Breach]:
    """V1: sex and birth date are those of the identity number.

    Sex 9, not stated, contradicts nothing.
    """
    is_other_sex = pl.col("sex").is_in(["1", "2"]) & (
        pl.col("sex") != pl.col("identity_sex")
    )
    other_sex = frames.members.filter(is_other_sex)
    other_birth = frames.members.filter(
        pl.col("birth_date") != pl.col("identity_birth")
    ).with_columns(entered=pl.col("birth_date").dt.to_string("%Y-%m-%d"))
    impossible = Severity.IMPOSSIBLE
    return [
        of_members("V1", "sex", _OTHER_SEX, other_sex, severity=impossible),
        of_members(
            "V1",
            "birth_date",
            _OTHER_BIRTH,
            other_birth,
            "entered",
            severity=impossible,
        ),
    ]


def v1_birth_date(frames: Frames, limits: Limits) -> list[Breach]:
    """V1: nobody is born after today; after the roll's date or 120 years ago is odd."""
    birth = pl.col("birth_date")
    without = frames.members.filter(pl.col("identity_birth").is_null())
    future = without.filter(birth > limits.last_day)
    after = frames.live.filter(
        pl.col("is_given") & (birth > limits.on) & (birth <= limits.last_day)
    )
    old = frames.live.with_columns(age=age_on(limits.on)).filter(
        pl.col("age") > _AGE_MAX
    )
    return [
        of_members(
            "V1", "birth_date", _BORN_LATER, future, severity=Severity.IMPOSSIBLE
        ),
        of_members("V1", "birth_date", _BORN_AFTER.with_(on=limits.on), after),
        of_members("V1", "birth_date", _VERY_OLD, old, "age"),
    ]


def v1_missing(frames: Frames, _limits: Limits) -> list[Breach]:
    """V1: a person without an identity number cannot be told from others."""
    missing = frames.live.filter(pl.col("identity_key").is_null())
    return [of_members("V1", "identity_number", _NO_NUMBER, missing)]


def v2_certificate(frames: Frames, _limits: Limits) -> list[Breach]:
    """V2: a certificate is the identity number, then category 1–7 and grade 1–4."""
    number = pl.col("disability_certificate")
    given = frames.members.filter(number.is_not_null()).with_columns(
        length=number.str.len_chars()
    )
    fits = pl.col("length").is_in([18, 20, 22])
    long = given.filter(fits & (pl.col("length") >= 20))
    is_other = number.str.slice(0, 18) != pl.col("identity_number")
    is_known = number.str.slice(18, 1).is_in(list(CATEGORIES)) & number.str.slice(
        19, 1
    ).is_in(list(GRADES))
    field = "disability_certificate"
    return [
        of_members("V2", field, _CERTIFICATE_LENGTH, given.filter(~fits), "length"),
        of_members("V2", field, _CERTIFICATE_OTHER, given.filter(fits & is_other)),
        of_members("V2", field, _CERTIFICATE_PARTS, long.filter(~is_known)),
    ]


def v2_health(frames: Frames, _limits: Limits) -> list[Breach]:
    """V2: who holds a certificate is disabled; a disabled person may lack one."""
    is_disabled = pl.col("health").list.contains("4")
    has_grade = pl.col("disability_grade").is_not_null()
    known = frames.live.filter(pl.col("health").list.len() > 0)
    return [
        of_members(
            "V2", "health", _NOT_DISABLED, known.filter(has_grade & ~is_disabled)
        ),
        of_members(
            "V2",
            "disability_certificate",
            _NO_CERTIFICATE,
            known.filter(~has_grade & is_disabled),
            severity=Severity.NOTE,
        ),
    ]


def v4_relation_and_sex(frames: Frames, _limits: Limits) -> list[Breach]:
    """V4: a son is male, a daughter female; the head's spouse is of the other sex."""
    live = frames.live
    is_woman = has_any("sex", ("2",)) & has_any("relation", MALE_RELATIONS)
    is_man = has_any("sex", ("1",)) & has_any("relation", FEMALE_RELATIONS)
    head = live.filter(has_any("relation", ("01",)) & has_any("sex", ("1", "2")))
    spouses = live.filter(has_any("relation", ("02",))).join(
        head.select("household", head_sex="sex").unique("household"), on="household"
    )
    same_sex = spouses.filter(pl.col("sex") == pl.col("head_sex"))
    return [
        of_members("V4", "relation", _RELATION_SEX, live.filter(is_woman | is_man)),
        of_members("V4", "relation", _SPOUSE_SEX, same_sex),
    ]


def v6_school(frames: Frames, limits: Limits) -> list[Breach]:
    """V6: who is of school age is at school, or a reason says why not."""
    low, high = limits.school_age_min, limits.school_age_max
    aged = frames.live.with_columns(age=age_on(limits.school_date))
    out = aged.filter(
        pl.col("age").is_between(low, high)
        & has_any("school_status", ("01",))
        & pl.col("dropout_reason").is_null()
    )
    at_school = aged.filter(has_any("school_status", _SCHOOL_CODES))
    low_age = pl.col("school_status").replace_strict(
        _SCHOOL_AGE_MIN, default=None, return_dtype=pl.Int32
    )
    high_age = pl.col("school_status").replace_strict(
        _SCHOOL_AGE_MAX, default=None, return_dtype=pl.Int32
    )
    odd = at_school.filter((pl.col("age") < low_age) | (pl.col("age") > high_age))
    return [
        of_members("V6", "school_status", _NOT_AT_SCHOOL, out, "age"),
        of_members("V6", "school_status", _SCHOOL_AGE, odd, "age"),
    ]


def v6_education(frames: Frames, limits: Limits) -> list[Breach]:
    """V6: education fits the age."""
    aged = frames.live.with_columns(age=age_on(limits.on))
    is_young = has_any("education", ("5",)) & (pl.col("age") <= limits.school_age_max)
    is_grown = has_any("education", ("6",)) & (
        pl.col("age") > limits.school_age_min + 1
    )
    return [
        of_members(
            "V6", "education", _EDUCATION, aged.filter(is_young | is_grown), "age"
        )
    ]


def v7_labour(frames: Frames, limits: Limits) -> list[Breach]:
    """V7: full labour is doubted in the old, in children and in the disabled."""
    aged = frames.live.with_columns(age=age_on(limits.on))
    is_full = has_any("labour", ("1", "2"))
    old = aged.filter(is_full & (pl.col("age") >= limits.old_age))
    young = aged.filter(
        has_any("labour", ABLE_LABOUR) & (pl.col("age") <= limits.school_age_max)
    )
    disabled = aged.filter(
        has_any("labour", ("2",)) & pl.col("health").list.contains("4")
    )
    return [
        of_members("V7", "labour", _OLD_LABOUR, old, "age"),
        of_members("V7", "labour", _YOUNG_LABOUR, young, "age"),
        of_members("V7", "labour", _DISABLED_LABOUR, disabled),
    ]


def member_left(frames: Frames, limits: Limits) -> list[Breach]:
    """Who left has a reason and a date, not in the future and not before the birth."""
    has_date = pl.col("left_date").is_not_null()
    has_reason = pl.col("left_reason").is_not_null()
    half = frames.members.filter(has_date != has_reason)
    future = frames.members.filter(pl.col("left_date") > limits.last_day)
    unborn = frames.members.filter(pl.col("left_date") < pl.col("birth_date"))
    impossible = Severity.IMPOSSIBLE
    return [
        of_members("left", "left_date", _LEFT_HALF, half, severity=impossible),
        of_members("left", "left_date", _LEFT_LATER, future, severity=impossible),
        of_members("left", "left_date", _LEFT_UNBORN, unborn, severity=impossible),
    ]


def identity_birth(number: pl.Expr) -> pl.Expr:
    """The birth date that a well-shaped number states; null when there is no such day."""
    return number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)


def identity_sex(number: pl.Expr) -> pl.Expr:
    """The sex that a well-shaped number states: "1" male, "2" female."""
    is_odd = number.str.slice(16, 1).cast(pl.Int32, strict=False) % 2 == 1
    return pl.when(is_odd).then(pl.lit("1")).otherwise(pl.lit("2"))


def is_shaped(number: pl.Expr) -> pl.Expr:
    """Whether it has 17 digits and then a digit or X."""
    return number.str.contains(_SHAPE)


def _check_character(number: pl.Expr) -> pl.Expr:
    total = pl.sum_horizontal(
        number.str.slice(place, 1).cast(pl.Int32) * weight
        for place, weight in enumerate(_WEIGHTS)
    )
    return (total % 11).replace_strict(list(range(11)), _CHECKS, return_dtype=pl.String)


_SCHOOL_CODES = tuple(f"{number:02d}" for number in range(2, 17))
# Wide bounds: only ages that a clerk would ask about.
_SCHOOL_AGE_MIN = {"03": 5, "04": 10, "05": 11, "06": 12, "16": 14} | {
    f"{number:02d}": 13 for number in range(7, 16)
}
_SCHOOL_AGE_MAX = {"02": 7, "03": 15, "04": 17, "05": 18, "06": 19}

_OLD_NUMBER = Text(
    "是 15 位旧号码，应为 18 位",
    "an old number of 15 digits; 18 characters are needed",
)
_LENGTH = Text(
    "应为 18 位，现为 {length} 位", "18 characters are needed; it has {length}"
)
_CHARACTERS = Text(
    "含有不允许的字符：前 17 位应为数字，末位为数字或 X",
    "it holds a character that cannot be: 17 digits are needed, then a digit or X",
)
_CHECK = Text(
    "校验码错误，请核对是否抄错或被表格软件改动",
    "the check character is wrong: it was miscopied, or changed by a spreadsheet",
)
_PROVINCE = Text(
    "前两位 {province} 不是省级代码", "it begins with {province}, which is no province"
)
_NO_DATE = Text("其中的出生日期不存在", "the birth date in it does not exist")
_TOO_EARLY = Text("其中的出生年份早于 1900 年", "the birth year in it is before 1900")
_FUTURE = Text("其中的出生日期晚于今天", "the birth date in it lies in the future")
_OTHER_SEX = Text(
    "与身份证号码不一致", "it is not the sex that the identity number states"
)
_OTHER_BIRTH = Text(
    "{entered} 与身份证号码不一致",
    "{entered} is not the date that the identity number states",
)
_BORN_LATER = Text("晚于今天", "it lies in the future")
_BORN_AFTER = Text(
    "晚于名册截止日期 {on}，请核实",
    "it lies after the date of the roll, {on}: please verify",
)
_VERY_OLD = Text("年龄 {age} 岁，请核实", "the age is {age}: please verify")
_NO_NUMBER = Text(
    "没有身份证号码，无法查重", "no identity number: double entries cannot be found"
)
_CERTIFICATE_LENGTH = Text(
    "应为 18、20 或 22 位，现为 {length} 位",
    "18, 20 or 22 characters are needed; it has {length}",
)
_CERTIFICATE_OTHER = Text(
    "前 18 位与本人身份证号码不一致",
    "its first 18 characters are not the person's identity number",
)
_CERTIFICATE_PARTS = Text(
    "第 19 位（类别 1–7）或第 20 位（等级 1–4）有误",
    "character 19 (category 1–7) or 20 (grade 1–4) is wrong",
)
_NOT_DISABLED = Text(
    "持有残疾人证，健康状况未填“残疾”",
    "has a disability certificate, but health does not say disabled",
)
_NO_CERTIFICATE = Text(
    "健康状况为残疾，未填残疾人证号", "disabled, but without a certificate number"
)
_RELATION_SEX = Text("与性别不符", "it does not fit the sex")
_SPOUSE_SEX = Text(
    "户主与配偶性别相同，请核实", "head and spouse have the same sex: please verify"
)
_NOT_AT_SCHOOL = Text(
    "{age} 岁，属义务教育阶段，不在校且未填原因",
    "aged {age}, of compulsory school age, not at school and no reason given",
)
_SCHOOL_AGE = Text("与年龄 {age} 岁不符", "it does not fit the age {age}")
_EDUCATION = Text("与年龄 {age} 岁不符", "it does not fit the age {age}")
_OLD_LABOUR = Text(
    "{age} 岁仍填普通或技能劳动力，请核实",
    "ordinary or skilled labour at {age}: please verify",
)
_YOUNG_LABOUR = Text(
    "{age} 岁填有劳动力，请核实", "able to work at {age}: please verify"
)
_DISABLED_LABOUR = Text(
    "残疾人填技能劳动力，请核实", "skilled labour and disabled: please verify"
)
_LEFT_HALF = Text(
    "减少日期和减少原因须同时填写", "date and reason of leaving go together"
)
_LEFT_LATER = Text("减少日期晚于今天", "the date of leaving lies in the future")
_LEFT_UNBORN = Text(
    "减少日期早于出生日期", "the date of leaving lies before the birth date"
)
