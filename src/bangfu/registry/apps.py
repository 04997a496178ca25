"""Wiring of the registry."""

from importlib import import_module

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Households and members, and their life cycle."""

    name = "bangfu.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        """Load the tables of the sub-packages too, which `models` may not import.

        They stand above households; an import back from `models` would be a circle.
        """
        super().import_models()
        for package in (
            "cases",
            "crosschecks",
            "duplicates",
            "surveys",
            "targeting",
            "villages",
        ):
            import_module(f"bangfu.registry.{package}.models")
