"""Wiring of the publicity."""

from django.apps import AppConfig


class PublicityConfig(AppConfig):
    """Notices, windows and objections."""

    name = "bangfu.publicity"
    label = "publicity"
    default_auto_field = "django.db.models.BigAutoField"
