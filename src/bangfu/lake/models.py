"""The tables of snapshots and of their files."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from bangfu.calc.values.text import Text
from bangfu.scope.fields import DivisionCodeField, division_code_check


class State(models.TextChoices):
    """Whether the files of a snapshot are there."""

    PUBLISHED = "published"
    PRUNED = "pruned"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _STATE_TEXTS[self]


_STATE_TEXTS = {
    State.PUBLISHED: Text("可用", "published"),
    State.PRUNED: Text("已清理", "pruned"),
}


class Snapshot(models.Model):
    """One snapshot; its number is its key and is never used again.

    The row is written when the files stand: before that nobody sees the snapshot. It
    holds no count of any division (see Part), so everybody may know that it exists.
    cut_off_date: the last civil day that it covers whole. manifest_sha256, pack_hash: 64
    hexadecimal digits. Records of other apps that rest on a snapshot point here with
    PROTECT, and prune leaves such a snapshot alone.
    """

    state = models.CharField(
        max_length=10, choices=State.choices, default=State.PUBLISHED
    )
    taken_at = models.DateTimeField()
    cut_off_date = models.DateField()
    code_version = models.CharField(max_length=40)
    pack_hash = models.CharField(max_length=64)
    manifest_sha256 = models.CharField(max_length=64)
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(db_default=Now())
    pruned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=State.PUBLISHED, pruned_at__isnull=True)
                | models.Q(state=State.PRUNED, pruned_at__isnull=False),
                name="lake_snapshot_pruned_with_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    manifest_sha256__regex="^[0-9a-f]{64}$",
                    pack_hash__regex="^[0-9a-f]{64}$",
                ),
                name="lake_snapshot_hashes_ok",
            ),
        ]

    def __str__(self) -> str:
        return f"snapshot {self.pk} {self.state}"


class Part(models.Model):
    """One file of a snapshot: one dataset of one county. Rows are only added.

    division_code: the county. withheld: cells of text that were not what their column
    takes. columns: per column "nulls", "withheld" where there are some, and "sum" of
    numbers (whole ones as text, so that no digit is lost) or of true values.
    """

    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, related_name="parts"
    )
    division_code = DivisionCodeField()
    dataset = models.CharField(max_length=40)
    path = models.CharField(max_length=200)
    rows = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    withheld = models.BigIntegerField(default=0)
    columns = models.JSONField()

    class Meta:
        constraints = [
            division_code_check("lake_part"),
            models.UniqueConstraint(
                fields=["snapshot", "dataset", "division_code"], name="lake_part_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    sha256__regex="^[0-9a-f]{64}$", rows__gte=0, size_bytes__gte=0
                ),
                name="lake_part_facts_ok",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.snapshot_id}/{self.path}"
