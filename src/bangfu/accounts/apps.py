"""Wiring of the accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and grants."""

    name = "bangfu.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
