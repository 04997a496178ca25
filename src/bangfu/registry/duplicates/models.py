"""Searches for duplicates, groups of records that may be one person, and decisions."""

from __future__ import annotations

from django.db import models

from bangfu.registry.duplicates.states import WAITING, DecisionKind, GroupState, Verdict
from bangfu.scope.fields import DivisionCodeField, division_code_check


class DuplicateSearch(models.Model):
    """One search. Rows are only added.

    persons: records compared. links: pairs at or above the threshold. found: groups filed
    or filed again with other records. withdrawn: groups that it no longer finds. known:
    links left out because a person decided on them.
    """

    division_code = DivisionCodeField()
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    ran_at = models.DateTimeField()
    persons = models.PositiveIntegerField()
    links = models.PositiveIntegerField()
    found = models.PositiveIntegerField()
    withdrawn = models.PositiveIntegerField()
    known = models.PositiveIntegerField()

    class Meta:
        app_label = "registry"
        constraints = [division_code_check("registry_duplicatesearch")]
        indexes = [
            models.Index(
                fields=["division_code", "-id"], name="registry_dupsearch_division"
            )
        ]

    def __str__(self) -> str:
        return f"{self.division_code}: {self.found}"


class DuplicateGroup(models.Model):
    """Records that may be one person; division_code: the smallest that holds them all.

    chance: of its most likely undecided pair, 0 to 1. size: records.
    """

    division_code = DivisionCodeField()
    state = models.CharField(
        max_length=10, choices=GroupState.choices, default=GroupState.OPEN
    )
    chance = models.FloatField()
    size = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_duplicategroup"),
            models.UniqueConstraint(
                fields=["id", "division_code"], name="registry_duplicategroup_place"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=WAITING, settled_at__isnull=True)
                | models.Q(
                    state__in=[GroupState.DECIDED, GroupState.GONE],
                    settled_at__isnull=False,
                ),
                name="registry_duplicategroup_settled",
            ),
            models.CheckConstraint(
                condition=models.Q(chance__gte=0, chance__lte=1),
                name="registry_duplicategroup_chance",
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "state"], name="registry_dupgroup_division"
            )
        ]

    def __str__(self) -> str:
        return f"duplicates {self.pk} {self.state}"

    @property
    def is_waiting(self) -> bool:
        """Whether a person may still decide."""
        return self.state in WAITING


class DuplicatePair(models.Model):
    """Two records of a group. left is the smaller key.

    left_root, right_root: the records that the two go back to, through every change of
    household; what was decided about them holds for their successors. chance: 0 to 1. agreement:
    the level of agreement by field, as `calc.linkage` names it, without values.
    """

    group = models.ForeignKey(
        DuplicateGroup, on_delete=models.PROTECT, related_name="pairs"
    )
    division_code = DivisionCodeField()
    left = models.ForeignKey(
        "registry.Member", on_delete=models.PROTECT, related_name="+"
    )
    right = models.ForeignKey(
        "registry.Member", on_delete=models.PROTECT, related_name="+"
    )
    left_root = models.BigIntegerField()
    right_root = models.BigIntegerField()
    chance = models.FloatField()
    agreement = models.JSONField(default=dict)
    verdict = models.CharField(
        max_length=10, choices=Verdict.choices, default=Verdict.NONE, blank=True
    )

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_duplicatepair"),
            models.UniqueConstraint(
                fields=["group", "left", "right"], name="registry_duplicatepair_once"
            ),
            models.CheckConstraint(
                condition=models.Q(left__lt=models.F("right")),
                name="registry_duplicatepair_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=Verdict.values),
                name="registry_duplicatepair_verdict_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["left_root", "right_root"],
                condition=models.Q(verdict__in=[Verdict.SAME, Verdict.DIFFERENT]),
                name="registry_duplicatepair_memory",
            )
        ]

    def __str__(self) -> str:
        return f"{self.left_id}-{self.right_id}"


class DuplicateDecision(models.Model):
    """What a person decided about a group, and why. Rows are only added.

    kept: the record or household that goes on; None when nothing was merged.
    """

    group = models.ForeignKey(
        DuplicateGroup, on_delete=models.PROTECT, related_name="decisions"
    )
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=12, choices=DecisionKind.choices)
    kept_member = models.ForeignKey(
        "registry.Member", on_delete=models.PROTECT, null=True, related_name="+"
    )
    kept_household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=400)
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    decided_at = models.DateTimeField()

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_duplicatedecision"),
            models.CheckConstraint(
                condition=models.Q(kind__in=DecisionKind.values),
                name="registry_duplicatedecision_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.kind}"
