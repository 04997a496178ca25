"""Where a group stands, and what became of a pair."""

from __future__ import annotations

from django.db import models

from bangfu.calc.values.text import Text


class GroupState(models.TextChoices):
    """Where a group stands. Open and later wait for a person."""

    OPEN = "open"
    LATER = "later"
    DECIDED = "decided"
    GONE = "gone"

    @property
    def text(self) -> Text:
        """The state in words."""
        return _STATE_TEXTS[self]


WAITING = (GroupState.OPEN.value, GroupState.LATER.value)
_STATE_TEXTS = {
    GroupState.OPEN: Text("待核对", "to be checked"),
    GroupState.LATER: Text("以后再办", "later"),
    GroupState.DECIDED: Text("已核定", "decided"),
    GroupState.GONE: Text("已不再疑似", "no longer suspected"),
}


class Verdict(models.TextChoices):
    """What became of a pair."""

    NONE = ""
    SAME = "same"
    DIFFERENT = "different"
    GONE = "gone"

    @property
    def text(self) -> Text:
        """The verdict in words."""
        return _VERDICT_TEXTS[self]


_VERDICT_TEXTS = {
    Verdict.NONE: Text("未核定", "undecided"),
    Verdict.SAME: Text("同一人", "the same person"),
    Verdict.DIFFERENT: Text("不是同一人", "not the same person"),
    Verdict.GONE: Text("已不再疑似", "no longer suspected"),
}


class DecisionKind(models.TextChoices):
    """What a person did with a group."""

    PERSONS = "persons"
    HOUSEHOLDS = "households"
    APART = "apart"
    LATER = "later"

    @property
    def text(self) -> Text:
        """The act in words."""
        return _DECISION_TEXTS[self]


_DECISION_TEXTS = {
    DecisionKind.PERSONS: Text("合并为同一人", "merged the records of a person"),
    DecisionKind.HOUSEHOLDS: Text("并户", "merged households"),
    DecisionKind.APART: Text("认定不是同一人", "said they are not the same person"),
    DecisionKind.LATER: Text("暂缓，以后再办", "put off"),
}
