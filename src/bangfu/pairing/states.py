"""States and reasons of runs and pairings, with their words."""

from __future__ import annotations

from django.db import models

from bangfu.calc.values.text import Text


class RunState(models.TextChoices):
    """Where a run is. A person can leave every state but APPLIED and REJECTED.

    solving ─> previewed ─> approved ─> applying ─> applied
       │           └──────> rejected       └──────> approved (the job failed)
       └─> failed
    """

    SOLVING = "solving"
    PREVIEWED = "previewed"
    FAILED = "failed"
    APPROVED = "approved"
    REJECTED = "rejected"
    APPLYING = "applying"
    APPLIED = "applied"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _RUN_TEXTS[self]


_RUN_TEXTS = {
    RunState.SOLVING: Text("计算中", "solving"),
    RunState.PREVIEWED: Text("待审批", "to be approved"),
    RunState.FAILED: Text("计算失败", "failed"),
    RunState.APPROVED: Text("已批准", "approved"),
    RunState.REJECTED: Text("已退回", "rejected"),
    RunState.APPLYING: Text("执行中", "being applied"),
    RunState.APPLIED: Text("已执行", "applied"),
}


class Change(models.TextChoices):
    """What a run would do to one household."""

    KEEP = "keep"
    NEW = "new"  # no helper before
    REPLACE = "replace"  # another helper before
    END = "end"  # the helper leaves and nobody follows (uncovered or no longer active)
    NONE = "none"  # nobody before and nobody now

    @property
    def text(self) -> Text:
        """The change in a word or two."""
        return _CHANGE_TEXTS[self]


_CHANGE_TEXTS = {
    Change.KEEP: Text("不变", "kept"),
    Change.NEW: Text("新结对", "new"),
    Change.REPLACE: Text("更换", "replaced"),
    Change.END: Text("终止", "ended"),
    Change.NONE: Text("仍无人帮扶", "still nobody"),
}


class RefusedLine(models.TextChoices):
    """Why a line of a preview was not applied."""

    CHANGED = "changed"
    LATER = "later"
    QUOTA = "quota"

    @property
    def text(self) -> Text:
        """The reason in one sentence."""
        return _REFUSED_TEXTS[self]


_REFUSED_TEXTS = {
    RefusedLine.CHANGED: Text(
        "方案生成后，该户、干部或现有结对已有变化。",
        "The household, the official or the pairing changed after the preview.",
    ),
    RefusedLine.LATER: Text(
        "现有结对的开始日期晚于执行日期。",
        "The present pairing started later than the day of applying.",
    ),
    RefusedLine.QUOTA: Text(
        "因其他户未能执行，该干部会超过上限。",
        "The official would exceed the upper quota because other lines were refused.",
    ),
}


class Reason(models.TextChoices):
    """Why the system itself started or ended a pairing."""

    RUN = "@run"
    REPLACED = "@replaced"
    LEFT_POST = "@left_post"
    INACTIVE = "@inactive"
    UNCOVERED = "@uncovered"

    @property
    def text(self) -> Text:
        """The reason in words."""
        return _REASON_TEXTS[self]


_REASON_TEXTS = {
    Reason.RUN: Text("按配对方案结对", "paired by a run"),
    Reason.REPLACED: Text("按配对方案更换", "replaced by a run"),
    Reason.LEFT_POST: Text("干部不再在职", "the official is no longer in post"),
    Reason.INACTIVE: Text("该户不再是帮扶对象", "the household is no longer helped"),
    Reason.UNCOVERED: Text("方案中无名额", "no place was left in the run"),
}


def reason_text(reason: str) -> Text | None:
    """Say a stored reason: a code of the system or what a person wrote; "" is None."""
    if reason in Reason.values:
        return Reason(reason).text
    return Text.from_json({"zh": reason, "en": reason}) if reason else None
