"""What a change by hand is refused for before anything is written.

EditedMeanwhile    the household is no longer what the editor saw; shows both values
NoSuchMember       the household has no such member
LeftAlready        the member left before
YearOnFile         the income of this year is on file
NoSuchYear         the income of this year is not
YearLocked         the survey of this year is locked
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Model

from bangfu.calc.values.findings import BadInput, Finding, Severity, WrongState
from bangfu.calc.values.text import Text, join
from bangfu.registry import queries
from bangfu.registry.code_lists import LEAVING, MEMBER_CHANGE
from bangfu.registry.models import Household, Income, Member

HIDDEN = ("phone", "bank_account", "identity_number", "disability_certificate")
BOTH_VALUES = Text(
    "现为“{stored}”，您填的是“{entered}”", "now “{stored}”, you entered “{entered}”"
)


class EditedMeanwhile(WrongState):
    """Somebody else changed the household; the findings hold both values."""

    code = "edited_meanwhile"


class NoSuchMember(BadInput):
    """The household has no such member."""

    code = "no_such_member"
    http_status = 404


class LeftAlready(WrongState):
    """The member left before."""

    code = "left_already"


class YearOnFile(WrongState):
    """The income of this year is on file."""

    code = "year_on_file"


class YearLocked(WrongState):
    """The survey of this year is locked."""

    code = "survey.year_locked"


class NoSuchYear(BadInput):
    """The household has no income of this year."""

    code = "no_such_year"
    http_status = 404


def check_version(
    household: Household,
    version: str,
    record: Model | None,
    entered: Mapping[str, object],
) -> None:
    """Raise EditedMeanwhile unless the household is as the editor saw it.

    record: what is edited, None for something new. entered: by key of the sheet.
    """
    if queries.version_of(household) == version:
        return
    raise EditedMeanwhile(
        Text(
            "您编辑期间，这一户已被他人修改，您的改动没有保存。",
            "Somebody else changed this household meanwhile; your change was not saved.",
        ),
        remedy=Text("请核对下列内容后再次保存。", "Compare the values and save again."),
        findings=tuple(
            _difference(key, record, value) for key, value in entered.items()
        ),
    )


def _difference(key: str, record: Model | None, entered: object) -> Finding:
    """Show what stands there now and what was entered, as codes and fen."""
    stored = getattr(record, key, getattr(record, f"{key}_fen", None))
    values = {"stored": stored, "entered": entered}
    shown = {name: "***" if key in HIDDEN else v for name, v in values.items()}
    return Finding(
        "edited_meanwhile",
        key,
        BOTH_VALUES.with_(**shown),
        Severity.IMPOSSIBLE,
        field=key,
    )


def member_of(household: Household, member_id: int) -> Member:
    """Return a member of a household. Raises NoSuchMember."""
    member = household.members.filter(pk=member_id).first()
    if member is None:
        raise NoSuchMember(
            Text("本户没有这名成员。", "The household has no such member.")
        )
    return member


def check_is_there(member: Member) -> None:
    """Raise LeftAlready for a member who left."""
    if member.left_date is not None:
        raise LeftAlready(
            Text(
                "该成员已于 {day} 减少。",
                "This member left on {day}.",
                {"day": member.left_date},
            ),
            remedy=Text("如登记有误，请修改该成员。", "Correct the member instead."),
        )


def check_leaving(left_reason: str) -> None:
    """Raise BadInput for a reason that nobody leaves for, such as a birth."""
    if left_reason not in LEAVING:
        allowed = [MEMBER_CHANGE.labels[code] for code in LEAVING]
        raise BadInput(
            Text(
                "减少原因应为：{allowed}。",
                "Why a member left is one of: {allowed}.",
                {"allowed": join(allowed, zh="、", en=", ")},
            )
        )


def check_new_member(facts: Mapping[str, object]) -> None:
    """Raise BadInput unless name and relation are there."""
    missing = [text for key, text in _NEEDED.items() if facts.get(key) in (None, "")]
    if missing:
        titles = join(missing, zh="、", en=", ")
        raise BadInput(
            Text("请填写{titles}。", "Fill in: {titles}.", {"titles": titles})
        )


_NEEDED = {
    "name": Text("姓名", "name"),
    "relation": Text("与户主关系", "relation to head"),
}


def income_of(household: Household, year: int) -> Income:
    """Return the income of a year, to be changed. Raises NoSuchYear, YearLocked."""
    income = Income.objects.current().filter(household=household, year=year).first()
    if income is None:
        raise NoSuchYear(
            Text(
                "没有登记 {year} 年的收入。",
                "There is no income of {year} on file.",
                {"year": year},
            )
        )
    if income.locked_at is not None:
        raise _year_locked(year)
    return income


def _year_locked(year: int) -> YearLocked:
    return YearLocked(
        Text(
            "{year} 年度采集已锁定，收入不能直接修改。",
            "The survey of {year} is locked; its income cannot be changed.",
            {"year": year},
        ),
        remedy=Text(
            "请由乡镇或县级办公室办理锁定后更正，并写明理由。",
            "The township or county corrects it, with a reason.",
        ),
    )


def check_new_year(
    household: Household, year: int, amounts: Mapping[str, int | None]
) -> None:
    """Raise YearOnFile, YearLocked, or BadInput when no amount is given."""
    if household.incomes.filter(year=year).exists():
        raise YearOnFile(
            Text(
                "{year} 年的收入已有登记。",
                "The income of {year} is on file.",
                {"year": year},
            ),
            remedy=Text("请修改该年收入。", "Correct that year instead."),
        )
    if queries.is_year_locked(household.division_code, year):
        raise _year_locked(year)
    if all(amount is None for amount in amounts.values()):
        raise BadInput(
            Text("请至少填写一项收入。", "Fill in at least one part of income.")
        )


def with_totals(amounts: Mapping[str, int | None]) -> dict[str, int | None]:
    """Return the amounts with each total that is None as the sum of its parts, fen."""
    filled = dict(amounts)
    for total, parts in _PARTS.items():
        if filled.get(total) is None:
            filled[total] = sum(filled.get(part) or 0 for part in parts)
    return filled


# A part that the register always holds counts as 0 when it is left empty.
_PARTS: dict[str, tuple[str, ...]] = {
    "wage": (),
    "operating": (),
    "operating_expense": (),
    "property": ("property_asset",),
    "transfer": (
        "transfer_family_planning",
        "transfer_dibao",
        "transfer_five_guarantee",
        "transfer_pension",
        "transfer_ecological",
        "transfer_other",
    ),
}
