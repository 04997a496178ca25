"""Who may do what with notices and objections, and where. Row security bounds the rest.

read notices        every role but the administrator
POSTER              the office of the level that posts, in that very division
SECOND              that office, its resident team or leadership, or the office above;
                    never who wrote on the notice
ABOVE               that office, or the office of a level above
receive objections  township, county, city office, down to the handler's level
handle, open        the office of the handler's level, in that very division; never who
                    wrote, checked or posted the notice, where its staff is complained of
take over           an office above the handler's
read objections     the same, and auditor, inspector, leadership; never the complainant
"""

from __future__ import annotations

from bangfu.accounts.roles import OFFICES, READERS, Role
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.publicity.models import Complaint, Notice, Objection
from bangfu.publicity.states import About, Act, Who, transition
from bangfu.scope import Actor
from bangfu.scope.actor import SYSTEM_ROLE

READ_ROLES = READERS
POST_ROLES = OFFICES
SECOND_ROLES = OFFICES | {Role.TEAM, Role.LEADERSHIP}
OBJECTION_ROLES = frozenset({Role.CITY, Role.COUNTY, Role.TOWNSHIP})
OBJECTION_READ_ROLES = OBJECTION_ROLES | {
    Role.AUDITOR,
    Role.INSPECTOR,
    Role.LEADERSHIP,
}
OFFICE_OF = {
    Level.VILLAGE: Role.VILLAGE,
    Level.TOWNSHIP: Role.TOWNSHIP,
    Level.COUNTY: Role.COUNTY,
    Level.CITY: Role.CITY,
}


class OwnNotice(NotAllowed):
    """Somebody would check a notice that he or she wrote on."""

    code = "publicity.own_notice"


class OwnCase(NotAllowed):
    """Somebody would handle an objection against what he or she did."""

    code = "publicity.own_case"


# Notices


def can_read(by: Actor) -> bool:
    """Whether `by` sees notices at all."""
    return by.role in READ_ROLES


def check_read(by: Actor) -> None:
    """Raise NotAllowed for who sees no notices."""
    if not can_read(by):
        raise NotAllowed(
            Text(
                "您当前的身份不能查看这一页。",
                "The grant you act under does not show this page.",
            )
        )


def can_draft(by: Actor, division: DivisionCode, level: Level) -> bool:
    """Whether `by` may draft a notice at a place for a level's office."""
    if by.role == SYSTEM_ROLE:
        return True
    return division.level >= level and _is_office(by, division.at(level), level)


def check_draft(by: Actor, division: DivisionCode, level: Level) -> None:
    """Raise NotAllowed unless `by` may draft a notice there."""
    if not can_draft(by, division, level):
        raise _refusal(Who.POSTER)


def can_act(by: Actor, act: Act, notice: Notice) -> bool:
    """Whether `by` may do `act` with `notice`, whatever its state."""
    who = transition(act).who
    if by.role == SYSTEM_ROLE:
        return act is not Act.CHECK
    if act is Act.CHECK and by.user_id in notice.author_ids:
        return False
    level, place = Level(notice.level), notice.poster_code
    may = {
        Who.POSTER: _is_office(by, place, level),
        Who.SECOND: _is_second(by, place, level),
        Who.ABOVE: _is_office(by, place, level) or _is_above(by, place, level),
        Who.SYSTEM: False,
    }
    return may[who]


def check_act(by: Actor, act: Act, notice: Notice) -> None:
    """Raise NotAllowed, or OwnNotice for who wrote on the notice and would check it."""
    if act is Act.CHECK and by.user_id in notice.author_ids:
        raise OwnNotice(
            Text(
                "不能核对自己拟写的公示。",
                "Nobody checks a notice that he or she wrote on.",
            ),
            remedy=Text("请由另一人核对。", "Ask a second person."),
        )
    if not can_act(by, act, notice):
        raise _refusal(transition(act).who)


def _is_office(by: Actor, place: DivisionCode, level: Level) -> bool:
    return by.role == OFFICE_OF[level] and by.division == place


def _is_above(by: Actor, place: DivisionCode, level: Level) -> bool:
    return (
        by.role in OFFICES
        and by.division is not None
        and by.division.level < level
        and by.division.contains(place)
    )


def _is_second(by: Actor, place: DivisionCode, level: Level) -> bool:
    is_beside = by.role in {Role.TEAM, Role.LEADERSHIP} and by.division == place
    return is_beside or _is_office(by, place, level) or _is_above(by, place, level)


def _refusal(who: Who) -> NotAllowed:
    return NotAllowed(
        Text(
            "您当前的身份不能办理这件事。",
            "The grant you act under does not allow this.",
        ),
        remedy=Text("需由{who}办理。", "It takes {who}.", {"who": who.text}),
    )


# Objections


def can_read_objections(by: Actor) -> bool:
    """Whether `by` sees which objections there are."""
    return by.role in OBJECTION_READ_ROLES


def check_read_objections(by: Actor) -> None:
    """Raise NotAllowed for who does not see objections."""
    if not can_read_objections(by):
        raise NotAllowed(
            Text(
                "异议由乡镇及以上单位办理，您当前的身份不能查看。",
                "Objections are handled from the township up; your grant does not show "
                "them.",
            )
        )


def can_receive(by: Actor) -> bool:
    """Whether `by` takes objections at all."""
    return by.role in OBJECTION_ROLES or by.role == SYSTEM_ROLE


def check_receive(by: Actor, division: DivisionCode, handler: Level) -> None:
    """Raise NotAllowed unless `by` may take an objection that `handler` handles."""
    if not can_receive(by):
        check_read_objections(by)
        raise _handler_refusal(handler)
    if by.role == SYSTEM_ROLE:
        return
    if by.division is None or not by.division.contains(division):
        raise _handler_refusal(handler)
    if by.division.level > handler:
        raise NotAllowed(
            Text(
                "异议针对本级经办单位或人员，本级不得受理。",
                "The objection is against your own level's office, which must not take it.",
            ),
            remedy=Text(
                "请原样转交{level}办理，不得拆阅、留存。",
                "Pass it on to the {level} office unopened and keep no copy.",
                {"level": handler.text},
            ),
        )


def can_handle(by: Actor, objection: Objection) -> bool:
    """Whether `by` handles `objection`: decides it and is told who complained."""
    return _is_office(by, objection.handler_code, Level(objection.handler_level))


def check_handler(by: Actor, objection: Objection) -> None:
    """Raise NotAllowed unless `by` handles `objection`."""
    if not can_handle(by, objection):
        raise _handler_refusal(Level(objection.handler_level))


def check_handle(by: Actor, objection: Objection, complaint: Complaint) -> None:
    """Raise NotAllowed unless `by` handles it, OwnCase for whom it is against."""
    check_handler(by, objection)
    notice = objection.notice
    posting = getattr(notice, "posting", None)
    concerned = {*notice.author_ids, notice.checked_by_id}
    concerned |= {posting.posted_by_id} if posting else set()
    if complaint.about == About.STAFF and by.user_id in concerned:
        raise OwnCase(
            Text(
                "异议针对的公示由您经办，您应当回避。",
                "You had a hand in the notice that is complained of; another must act.",
            ),
            remedy=Text("请由未经办的人员办理。", "Ask somebody who had none."),
        )


def can_take_over(by: Actor, objection: Objection) -> bool:
    """Whether `by` may take `objection` over from the level below."""
    level = Level(objection.handler_level)
    return by.role in OBJECTION_ROLES and _is_above(by, objection.handler_code, level)


def check_take_over(by: Actor, objection: Objection) -> None:
    """Raise NotAllowed unless `by` is an office above the handler's."""
    if not can_take_over(by, objection):
        raise NotAllowed(
            Text(
                "只有上级单位可以提级办理。",
                "Only an office above the handler's may take it over.",
            )
        )


def _handler_refusal(level: Level) -> NotAllowed:
    return NotAllowed(
        Text(
            "您当前的身份不能办理这件异议。",
            "The grant you act under does not handle this objection.",
        ),
        remedy=Text(
            "由当地{level}单位办理。",
            "The {level} office handles it.",
            {"level": level.text},
        ),
    )
