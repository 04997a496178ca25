"""Wiring of the audit."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit trail."""

    name = "bangfu.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
