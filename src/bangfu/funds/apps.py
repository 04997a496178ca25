"""Wiring of the funds."""

from django.apps import AppConfig


class FundsConfig(AppConfig):
    """Ledger, budgets, projects and claims."""

    name = "bangfu.funds"
    label = "funds"
    default_auto_field = "django.db.models.BigAutoField"
