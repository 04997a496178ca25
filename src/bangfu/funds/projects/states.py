"""States and natures of projects, with their words."""

from __future__ import annotations

from django.db import models

from bangfu.calc.values.text import Text


class ProjectState(models.TextChoices):
    """Where a project is. `acts.ACTS` says what leads on; ENDS have no exit."""

    DRAFT = "draft"
    VILLAGE_REVIEWED = "village_reviewed"
    VILLAGE_POSTED = "village_posted"
    TOWNSHIP_CHECKED = "township_checked"
    TOWNSHIP_POSTED = "township_posted"
    COUNTY_REVIEWED = "county_reviewed"
    COUNTY_POSTED = "county_posted"
    IN_LIBRARY = "in_library"
    IN_PLAN = "in_plan"
    FUNDED = "funded"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    LEFT_LIBRARY = "left_library"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _STATE_TEXTS[self]


_STATE_TEXTS = {
    ProjectState.DRAFT: Text("村级申报", "proposed by the village"),
    ProjectState.VILLAGE_REVIEWED: Text(
        "村民大会通过", "passed by the village meeting"
    ),
    ProjectState.VILLAGE_POSTED: Text("村级公示", "posted in the village"),
    ProjectState.TOWNSHIP_CHECKED: Text("乡镇审核通过", "checked by the township"),
    ProjectState.TOWNSHIP_POSTED: Text("乡镇公示", "posted by the township"),
    ProjectState.COUNTY_REVIEWED: Text("县级论证通过", "reviewed by the county"),
    ProjectState.COUNTY_POSTED: Text("县级公示", "posted by the county"),
    ProjectState.IN_LIBRARY: Text("已入库", "in the library"),
    ProjectState.IN_PLAN: Text("列入年度计划", "in the annual plan"),
    ProjectState.FUNDED: Text("已安排资金", "funded"),
    ProjectState.UNDER_WAY: Text("实施中", "under way"),
    ProjectState.COMPLETED: Text("已完工", "completed"),
    ProjectState.ACCEPTED: Text("验收合格", "accepted"),
    ProjectState.CLOSED: Text("已办结", "closed"),
    ProjectState.LEFT_LIBRARY: Text("已出库", "out of the library"),
    ProjectState.REJECTED: Text("未予入库", "rejected"),
    ProjectState.WITHDRAWN: Text("已撤回", "withdrawn"),
}

ENDS = frozenset(
    {
        ProjectState.CLOSED,
        ProjectState.LEFT_LIBRARY,
        ProjectState.REJECTED,
        ProjectState.WITHDRAWN,
    }
)
# From here on a project must be complete; the database refuses it otherwise.
IN_LIBRARY_ON = (
    ProjectState.IN_LIBRARY,
    ProjectState.IN_PLAN,
    ProjectState.FUNDED,
    ProjectState.UNDER_WAY,
    ProjectState.COMPLETED,
    ProjectState.ACCEPTED,
    ProjectState.CLOSED,
)
# States in which money may be reserved for a project.
FUNDABLE = (ProjectState.IN_PLAN, ProjectState.FUNDED, ProjectState.UNDER_WAY)
# States in which the statement of a project may still be written anew.
EDITABLE = (ProjectState.DRAFT,)


class Nature(models.TextChoices):
    """Whether a project is new or carries another one on."""

    NEW = "new"
    EXTENSION = "extension"

    @property
    def text(self) -> Text:
        """The nature's name."""
        return _NATURE_TEXTS[self]


_NATURE_TEXTS = {
    Nature.NEW: Text("新建", "new"),
    Nature.EXTENSION: Text("续建", "extension"),
}
