"""Wiring of the divisions."""

from django.apps import AppConfig


class DivisionsConfig(AppConfig):
    """The tree of divisions."""

    name = "bangfu.divisions"
    label = "divisions"
    default_auto_field = "django.db.models.BigAutoField"
