"""States, acts and verdicts, and the one table of who may act from where."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from django.db import models

from bangfu.calc.values.text import Text


class NoticeState(models.TextChoices):
    """Where a notice is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    POSTED = "posted"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _STATE_TEXTS[self]


_STATE_TEXTS = {
    NoticeState.DRAFT: Text("拟稿", "draft"),
    NoticeState.SUBMITTED: Text("待核对", "to be checked"),
    NoticeState.CHECKED: Text("待张贴", "to be posted"),
    NoticeState.POSTED: Text("公示中", "posted"),
    NoticeState.CLOSED: Text("已办结", "closed"),
    NoticeState.WITHDRAWN: Text("已撤回", "withdrawn"),
    NoticeState.CANCELLED: Text("已作废", "cancelled"),
}


class Act(enum.StrEnum):
    """What is done with a notice."""

    REVISE = "revise"
    SUBMIT = "submit"
    RETURN = "return"
    CHECK = "check"
    CANCEL = "cancel"
    POST = "post"
    SETTLE = "settle"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    CLOSE = "close"

    @property
    def text(self) -> Text:
        """The act's name."""
        return _ACT_TEXTS[self]


_ACT_TEXTS = {
    Act.REVISE: Text("修改", "revise"),
    Act.SUBMIT: Text("提交核对", "submit"),
    Act.RETURN: Text("退回", "return"),
    Act.CHECK: Text("核对无误", "check"),
    Act.CANCEL: Text("作废", "cancel"),
    Act.POST: Text("登记张贴", "post"),
    Act.SETTLE: Text("期满办结", "settle"),
    Act.CORRECT: Text("更正", "correct"),
    Act.WITHDRAW: Text("撤回公示", "withdraw"),
    Act.CLOSE: Text("自动结束", "close by itself"),
}


class Who(enum.StrEnum):
    """Who may act; permissions.py says which roles that is."""

    POSTER = "poster"  # the office of the level that posts
    SECOND = "second"  # that office, the resident team, leadership or the office above
    ABOVE = "above"  # that office, or one above it
    SYSTEM = "system"  # follows from another act

    @property
    def text(self) -> Text:
        """Who, in words."""
        return _WHO_TEXTS[self]


_WHO_TEXTS = {
    Who.POSTER: Text("公示单位", "the posting office"),
    Who.SECOND: Text("另一人", "a second person"),
    Who.ABOVE: Text("公示单位或上级", "the posting office or one above"),
    Who.SYSTEM: Text("系统", "the system"),
}


@dataclass(frozen=True, slots=True)
class Transition:
    """From where an act leads to where. to: equal to `from_` where nothing changes."""

    act: Act
    from_: tuple[NoticeState, ...]
    to: NoticeState
    who: Who
    needs: Text | None = None


_S = NoticeState
_REASON = Text("理由", "a reason")
TRANSITIONS = (
    Transition(Act.REVISE, (_S.DRAFT,), _S.DRAFT, Who.POSTER),
    Transition(Act.SUBMIT, (_S.DRAFT,), _S.SUBMITTED, Who.POSTER),
    Transition(Act.RETURN, (_S.SUBMITTED, _S.CHECKED), _S.DRAFT, Who.SECOND, _REASON),
    Transition(
        Act.CHECK,
        (_S.SUBMITTED,),
        _S.CHECKED,
        Who.SECOND,
        Text("没有写过该公示", "not to have written on it"),
    ),
    Transition(
        Act.CANCEL,
        (_S.DRAFT, _S.SUBMITTED, _S.CHECKED),
        _S.CANCELLED,
        Who.POSTER,
        _REASON,
    ),
    Transition(
        Act.POST,
        (_S.CHECKED,),
        _S.POSTED,
        Who.POSTER,
        Text("张贴日期和现场照片", "the day and a photograph"),
    ),
    Transition(
        Act.SETTLE,
        (_S.POSTED,),
        _S.POSTED,
        Who.ABOVE,
        Text("公示期已满", "the window to be over"),
    ),
    Transition(Act.CORRECT, (_S.POSTED,), _S.POSTED, Who.POSTER, _REASON),
    Transition(Act.WITHDRAW, (_S.POSTED,), _S.WITHDRAWN, Who.ABOVE, _REASON),
    Transition(
        Act.CLOSE,
        (_S.POSTED,),
        _S.CLOSED,
        Who.SYSTEM,
        Text("每一条都有结果", "every entry to have a verdict"),
    ),
)


def transition(act: Act) -> Transition:
    """Return the line of the table for an act."""
    return next(one for one in TRANSITIONS if one.act is act)


class Verdict(enum.StrEnum):
    """What became of an entry, as the owner of its subject is told."""

    OPEN = "open"
    RUNNING = "running"
    PASSED = "passed"
    STOPPED = "stopped"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"

    @property
    def text(self) -> Text:
        """The verdict's name."""
        return _VERDICT_TEXTS[self]


_VERDICT_TEXTS = {
    Verdict.OPEN: Text("尚未张贴", "not posted yet"),
    Verdict.RUNNING: Text("公示中", "running"),
    Verdict.PASSED: Text("公示无异议", "passed"),
    Verdict.STOPPED: Text("有异议，暂停", "stopped by an objection or correction"),
    Verdict.UPHELD: Text("异议成立", "objection upheld"),
    Verdict.WITHDRAWN: Text("已撤回", "withdrawn"),
}


class OutcomeKind(models.TextChoices):
    """The end of an entry, as it is recorded."""

    PASSED = "passed"
    UPHELD = "upheld"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class ObjectionState(models.TextChoices):
    """Where an objection is.

    open ─> upheld | rejected   decided by the handler
       └──> retracted           the complainant takes it back
    """

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"
    RETRACTED = "retracted"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _OBJECTION_TEXTS[self]


_OBJECTION_TEXTS = {
    ObjectionState.OPEN: Text("办理中", "open"),
    ObjectionState.UPHELD: Text("异议成立", "upheld"),
    ObjectionState.REJECTED: Text("异议不成立", "not upheld"),
    ObjectionState.RETRACTED: Text("异议人撤回", "taken back"),
}


class Channel(models.TextChoices):
    """How an objection came in."""

    PAPER = "paper"
    PHONE = "phone"
    VISIT = "visit"
    HOTLINE = "hotline"

    @property
    def text(self) -> Text:
        """The channel's name."""
        return _CHANNEL_TEXTS[self]


_CHANNEL_TEXTS = {
    Channel.PAPER: Text("来信", "letter"),
    Channel.PHONE: Text("来电", "telephone"),
    Channel.VISIT: Text("来访", "visit"),
    Channel.HOTLINE: Text("12317 转办", "passed on by hotline 12317"),
}


class About(models.TextChoices):
    """Against what an objection is directed."""

    FACTS = "facts"
    STAFF = "staff"

    @property
    def text(self) -> Text:
        """What it is about."""
        return _ABOUT_TEXTS[self]


_ABOUT_TEXTS = {
    About.FACTS: Text("公示的内容", "what the notice says"),
    About.STAFF: Text("公示单位或经办人员", "the posting office or its staff"),
}


class Audience(models.TextChoices):
    """For whom a notice is."""

    VILLAGERS = "villagers"
    TOWNSHIP = "township"
    COUNTY = "county"
    PUBLIC = "public"

    @property
    def text(self) -> Text:
        """The audience's name."""
        return _AUDIENCE_TEXTS[self]


_AUDIENCE_TEXTS = {
    Audience.VILLAGERS: Text("本村村民", "the villagers"),
    Audience.TOWNSHIP: Text("全乡镇群众", "people of the township"),
    Audience.COUNTY: Text("全县群众", "people of the county"),
    Audience.PUBLIC: Text("社会公众", "the general public"),
}
