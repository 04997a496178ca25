"""Outside lists and their rows, runs of the checks, hits and verdicts."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from bangfu.calc.values.text import Text
from bangfu.registry.crosschecks.kinds import ListKind
from bangfu.scope.fields import DivisionCodeField, division_code_check


class ExternalList(models.Model):
    """One list as of one day, of one office. A later day replaces the rows of before.

    rows_total: rows kept when it arrived; the rows themselves go when a newer list
    comes. import_id: of the last import that added to it.
    """

    kind = models.CharField(max_length=20, choices=ListKind.choices)
    division_code = DivisionCodeField()
    as_of = models.DateField()
    rows_total = models.PositiveIntegerField(default=0)
    without_number = models.PositiveIntegerField(default=0)
    import_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    arrived_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_externallist"),
            models.CheckConstraint(
                condition=models.Q(kind__in=ListKind.values),
                name="registry_externallist_kind",
            ),
            models.UniqueConstraint(
                fields=["kind", "division_code", "as_of"],
                name="registry_externallist_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "division_code"],
                condition=models.Q(replaced_at__isnull=True),
                name="registry_externallist_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.division_code} {self.as_of}"


class ExternalRow(models.Model):
    """One row of a list: who as digests, and the facts that its layout declares.

    identity_index: blind index of the number. name_key: pseudonym of the name as
    private extracts have it. name, birth_date, sex and address_code are kept only where
    there is no number to match by. digest: of all that the row says.
    """

    list = models.ForeignKey(
        ExternalList, on_delete=models.PROTECT, related_name="rows"
    )
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=20)
    identity_index = models.BinaryField(null=True)
    name_key = models.CharField(max_length=32, db_collation="C")
    name = models.CharField(max_length=60, blank=True)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=1, blank=True)
    address_code = models.CharField(max_length=12, blank=True, db_collation="C")
    what = models.CharField(max_length=20)
    status = models.CharField(max_length=20)
    value_fen = models.BigIntegerField(null=True)
    area_m2 = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    grade = models.CharField(max_length=1, blank=True)
    since = models.DateField(null=True)
    place = models.CharField(max_length=80, blank=True)
    digest = models.BinaryField()

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_externalrow"),
            models.UniqueConstraint(
                fields=["list", "digest"], name="registry_externalrow_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    identity_index__isnull=False,
                    name="",
                    birth_date__isnull=True,
                    sex="",
                    address_code="",
                )
                | models.Q(identity_index__isnull=True) & ~models.Q(name=""),
                name="registry_externalrow_number_or_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_id}#{self.pk}"


class CheckRun(models.Model):
    """One run of the checks over a division.

    thresholds: parameter, value, source and grade as the policy pack had them. lists:
    the lists that were used. counts: by check, hits found, new, changed, same, gone.
    skipped: checks that had nothing to work on, with the reason as `Text`.
    """

    division_code = DivisionCodeField()
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    job_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    policy_hash = models.CharField(max_length=64)
    members = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    thresholds = models.JSONField(default=dict)
    lists = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    skipped = models.JSONField(default=dict)

    class Meta:
        app_label = "registry"
        constraints = [division_code_check("registry_checkrun")]
        indexes = [
            models.Index(fields=["division_code", "-id"], name="registry_checkrun_div")
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.division_code}"


class HitState(models.TextChoices):
    """Whether a hit waits for a person."""

    OPEN = "open"
    JUDGED = "judged"
    GONE = "gone"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _STATE_TEXTS[self]


_STATE_TEXTS = {
    HitState.OPEN: Text("待核实", "to be verified"),
    HitState.JUDGED: Text("已核实", "verified"),
    HitState.GONE: Text("已消失", "gone"),
}


class VerdictKind(models.TextChoices):
    """What a person found out about a hit."""

    TRUE = "true"
    FALSE = "false"
    UNCLEAR = "unclear"

    @property
    def text(self) -> Text:
        """The verdict's name."""
        return _VERDICT_TEXTS[self]


_VERDICT_TEXTS = {
    VerdictKind.TRUE: Text("属实", "true"),
    VerdictKind.FALSE: Text("不属实", "false"),
    VerdictKind.UNCLEAR: Text("无法认定", "unclear"),
}


class Hit(models.Model):
    """A lead: what one check found about one subject.

    key: check and subject, e.g. "X2/m123"; once in the table. household and member are
    None where the subject is a village or a county. facts: {"rows": [...], "figures":
    {...}}, without names and numbers of persons. facts_digest: a verdict holds for these
    facts. chance: of the weakest match by name, None where all matched by number.
    verdict: the last one, "" without. is_reopened: the facts changed after a verdict.
    run_code: the division of the run that last saw it, whose row lies outside the scope
    of an office below.
    """

    check_code = models.CharField(max_length=8, db_collation="C")
    key = models.CharField(max_length=60, db_collation="C")
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, null=True, related_name="hits"
    )
    member = models.ForeignKey(
        "registry.Member", on_delete=models.PROTECT, null=True, related_name="hits"
    )
    division_code = DivisionCodeField()
    state = models.CharField(
        max_length=10, choices=HitState.choices, default=HitState.OPEN
    )
    verdict = models.CharField(max_length=10, blank=True, choices=VerdictKind.choices)
    is_reopened = models.BooleanField(default=False)
    chance = models.FloatField(null=True)
    facts = models.JSONField()
    facts_digest = models.CharField(max_length=64, db_collation="C")
    run_id = models.BigIntegerField()
    run_code = DivisionCodeField()
    found_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_hit"),
            division_code_check("registry_hit", "run_code"),
            models.UniqueConstraint(fields=["key"], name="registry_hit_once"),
            models.UniqueConstraint(
                fields=["id", "division_code"], name="registry_hit_id_division"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=HitState.values),
                name="registry_hit_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="judged") | ~models.Q(verdict=""),
                name="registry_hit_judged_with_verdict",
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "state", "check_code"],
                name="registry_hit_division",
            ),
            models.Index(fields=["household"], name="registry_hit_of_household"),
        ]

    def __str__(self) -> str:
        return self.key


class Verdict(models.Model):
    """What one person found out about a hit, on which facts. Rows are only added.

    basis: how it was verified. attachment_id: evidence kept by `files`. case: the open
    case of the household at that time, on whose page the verdict stands as a note.
    """

    hit = models.ForeignKey(Hit, on_delete=models.PROTECT, related_name="verdicts")
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=10, choices=VerdictKind.choices)
    basis = models.CharField(max_length=20)
    reason = models.CharField(max_length=400)
    facts_digest = models.CharField(max_length=64, db_collation="C")
    attachment_id = models.BigIntegerField(null=True)
    case = models.ForeignKey(
        "registry.Case", on_delete=models.PROTECT, null=True, related_name="verdicts"
    )
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_verdict"),
            models.CheckConstraint(
                condition=models.Q(kind__in=VerdictKind.values),
                name="registry_verdict_kind_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="true")
                | models.Q(attachment_id__isnull=False),
                name="registry_verdict_true_has_evidence",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="registry_verdict_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["hit", "id"], name="registry_verdict_hit")]

    def __str__(self) -> str:
        return f"{self.hit_id}: {self.kind}"
