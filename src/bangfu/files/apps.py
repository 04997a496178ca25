"""Wiring of the files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Evidence and its attachments."""

    name = "bangfu.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
