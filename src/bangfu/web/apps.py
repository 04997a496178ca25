from django.apps import AppConfig


class WebConfig(AppConfig):
    """The shell and the components."""

    name = "bangfu.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from bangfu.web import checks  # noqa: F401, PLC0415 - apps must be loaded
