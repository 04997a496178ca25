"""Wiring of the snapshots."""

from django.apps import AppConfig


class LakeConfig(AppConfig):
    """Snapshots, and extracts that a killed process left behind."""

    name = "bangfu.lake"
    label = "lake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Delete the private extracts of processes that are no more."""
        from bangfu.lake import private_folders  # noqa: PLC0415 - models are ready only now

        private_folders.sweep()
