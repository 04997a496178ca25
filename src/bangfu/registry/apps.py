"""Wiring of the registry."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Households and members."""

    name = "bangfu.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"
