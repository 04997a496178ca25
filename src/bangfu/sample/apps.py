"""Wiring of the sample."""

from django.apps import AppConfig


class SampleConfig(AppConfig):
    """The fictional city."""

    name = "bangfu.sample"
    label = "sample"
    default_auto_field = "django.db.models.BigAutoField"
