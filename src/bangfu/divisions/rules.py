"""What the tree allows, in terms of states only; refusals of this app.

NoSuchDivision        nothing of this code on that day               (404)
TreeConflict          the tree is not in a state for this change     (409)
FlagConflict          the village has, or has not, this flag then    (409)
WrongUnit             the act is for another level of division       (422)
BadGeometry           the outline cannot be used                     (422)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, WrongState
from bangfu.calc.values.text import Text
from bangfu.divisions.geometry import Point
from bangfu.divisions.kinds import FlagKind
from bangfu.divisions.models import NAME_LENGTH, Division, VillageFlag

REASON_REMEDY = Text("请核对代码和日期。", "Check the code and the day.")


class NoSuchDivision(BadInput):
    """No division has this code on that day."""

    code = "no_such_division"
    http_status = 404

    @classmethod
    def of(cls, code: str, day: date) -> NoSuchDivision:
        """Say it of one code."""
        return cls(
            Text(
                "{day} 没有代码为 {code} 的区划。",
                "There is no division {code} on {day}.",
                {"code": code, "day": day},
            ),
            remedy=REASON_REMEDY,
        )


class TreeConflict(WrongState):
    """The tree is not in a state for this change."""

    code = "tree_conflict"


class FlagConflict(WrongState):
    """The village already has, or does not have, this flag then."""

    code = "flag_conflict"


class WrongUnit(BadInput):
    """The act is for divisions of another level or parent."""

    code = "wrong_unit"


class BadGeometry(BadInput):
    """The outline cannot be used."""

    code = "bad_geometry"


def check_name(name: str) -> str:
    """Return a name without blanks around it. Raises BadInput for none or too long."""
    name = name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise BadInput(
            Text(
                "区划名称应为 1 至 {limit} 个字。",
                "The name of a division has 1 to {limit} characters.",
                {"limit": NAME_LENGTH},
            ),
            code="division_name",
        )
    return name


def check_not_future(day: date, *, today: date) -> None:
    """Raise BadInput for a day that is yet to come.

    The row without an end is the one in force today; a change is recorded when it is.
    """
    if day > today:
        raise BadInput(
            Text(
                "{day} 尚未到来，区划变更在生效后登记。",
                "{day} is yet to come; record a change once it is in force.",
                {"day": day},
            ),
            code="day_to_come",
        )


def check_change_day(division: Division, day: date) -> None:
    """Raise TreeConflict unless the row may end on `day`: later than it began."""
    if day <= division.valid_from_date:
        raise TreeConflict(
            Text(
                "{division} 自 {start} 起有效，变更日期应晚于该日。",
                "{division} is valid from {start}; the change must be later.",
                {"division": division, "start": division.valid_from_date},
            ),
            remedy=Text(
                "名称登记有误的，请重新导入区划表更正。",
                "To correct a misprint, import the list again.",
            ),
        )


def check_childless(division: Division, children: int) -> None:
    """Raise TreeConflict while divisions still lie below one that is to end."""
    if children:
        raise TreeConflict(
            Text(
                "{division} 还有 {count} 个下级区划，应先划转。",
                "{division} still has {count} divisions below it; move them first.",
                {"division": division, "count": children},
            ),
        )


def check_unused(code: DivisionCode, taken: Division | None) -> None:
    """Raise TreeConflict when a new code is valid already or will be."""
    if taken is not None:
        raise TreeConflict(
            Text(
                "代码 {code} 已被 {taken} 使用。",
                "The code {code} is taken by {taken}.",
                {"code": code, "taken": taken},
            ),
        )


def check_same_level(codes: list[DivisionCode]) -> None:
    """Raise WrongUnit unless all codes are of one level."""
    if len({code.level for code in codes}) != 1:
        raise WrongUnit(
            Text(
                "合并、分设、改码的区划应为同一级：{codes}。",
                "Divisions that merge, split or change code are of one level: {codes}.",
                {"codes": ", ".join(codes)},
            ),
        )


def check_village(code: DivisionCode) -> None:
    """Raise WrongUnit unless the code is a village's."""
    if code.level is not Level.VILLAGE:
        raise WrongUnit(
            Text(
                "只有村级区划可以标记，{code} 是{level}。",
                "Only villages carry flags; {code} is a {level}.",
                {"code": code, "level": code.level.text},
            ),
        )


def check_parts(code: DivisionCode, parts: list[DivisionCode]) -> None:
    """Raise WrongUnit unless a split has two parts or more."""
    if len(parts) < 2:
        raise WrongUnit(
            Text(
                "{code} 分设后应有两个以上的区划。",
                "{code} is split into at least two divisions.",
                {"code": code},
            ),
            remedy=Text(
                "只改名称或代码的，请用更名或改码。",
                "To change only the name or code, rename or recode it.",
            ),
        )


def check_flag_free(
    code: DivisionCode, flag: FlagKind, since: date, others: Sequence[VillageFlag]
) -> None:
    """Raise FlagConflict when the village has the flag on or after `since` already."""
    for row in others:
        if row.valid_to_date is None or row.valid_to_date > since:
            raise FlagConflict(
                Text(
                    "{code} 自 {start} 起已有“{flag}”标记。",
                    "{code} is a {flag} already, from {start}.",
                    {"code": code, "flag": flag.text, "start": row.valid_from_date},
                ),
                remedy=Text("请先终止原标记。", "End that flag first."),
            )


def check_has_flag(
    code: DivisionCode, flag: FlagKind, row: VillageFlag | None, ends: date
) -> VillageFlag:
    """Return the row. Raises FlagConflict when there is none, or it began too late."""
    if row is None or ends <= row.valid_from_date:
        raise FlagConflict(
            Text(
                "{code} 在 {day} 前没有有效的“{flag}”标记。",
                "{code} was no {flag} before {day}.",
                {"code": code, "flag": flag.text, "day": ends},
            ),
        )
    return row


def check_on_earth(code: DivisionCode, point: Point) -> None:
    """Raise BadInput for a point that is not in degrees."""
    if not (-180 <= point.longitude <= 180 and -90 <= point.latitude <= 90):
        raise BadInput(
            Text(
                "{code} 的经纬度有误：{point}。",
                "The degrees of {code} are wrong: {point}.",
                {"code": code, "point": f"{point.longitude}, {point.latitude}"},
            ),
            code="point_not_on_earth",
        )
