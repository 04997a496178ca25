"""Fitted score models, and the scores of the newest one of each county."""

from __future__ import annotations

from django.db import models

from bangfu.scope.fields import DivisionCodeField, division_code_check


class TargetingModel(models.Model):
    """A proxy score fitted on a snapshot of a county. Rows are only added.

    line_fen: the line that poor and selected are told by, of income_year. households: of
    the county in the snapshot; fitted: those with income and every proxy. errors: name of
    a measure -> [estimate, standard error], judged on villages that the fit had not seen.
    terms: what the score is made of, name -> [coefficient, standard error], on the
    logarithm of yuan per head.
    """

    division_code = DivisionCodeField()
    snapshot = models.BigIntegerField()
    income_year = models.PositiveSmallIntegerField()
    line_fen = models.BigIntegerField()
    households = models.PositiveIntegerField()
    fitted = models.PositiveIntegerField()
    folds = models.PositiveSmallIntegerField()
    seed = models.PositiveIntegerField()
    errors = models.JSONField()
    terms = models.JSONField()
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    fitted_at = models.DateTimeField()

    class Meta:
        app_label = "registry"
        constraints = [division_code_check("registry_targetingmodel")]
        indexes = [
            models.Index(
                fields=["division_code", "-id"], name="registry_targeting_county"
            )
        ]

    def __str__(self) -> str:
        return f"score {self.pk} {self.division_code}"


class TargetingScore(models.Model):
    """What the newest model of the county predicts for a household.

    income_fen: measured net income per head of the model's year, None when unknown.
    score_fen: predicted, None when a proxy is unknown. guarantees_unmet: of six.
    """

    model = models.ForeignKey(
        TargetingModel, on_delete=models.PROTECT, related_name="scores"
    )
    household = models.OneToOneField(
        "registry.Household", on_delete=models.PROTECT, related_name="targeting_score"
    )
    division_code = DivisionCodeField()
    income_fen = models.BigIntegerField(null=True)
    score_fen = models.BigIntegerField(null=True)
    guarantees_unmet = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "registry"
        constraints = [
            division_code_check("registry_targetingscore"),
            models.CheckConstraint(
                condition=models.Q(guarantees_unmet__lte=6),
                name="registry_targetingscore_six_guarantees",
            ),
        ]
        indexes = [
            models.Index(fields=["division_code"], name="registry_targeting_division")
        ]

    def __str__(self) -> str:
        return f"{self.household_id}: {self.score_fen}"
