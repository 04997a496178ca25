"""The Django app of the policy pack; it has no tables."""

from django.apps import AppConfig
from django.core.checks import register

from bangfu.policy.checks import check_active_pack


class PolicyConfig(AppConfig):
    """Registers the system check of the active pack."""

    name = "bangfu.policy"
    label = "policy"
    verbose_name = "policy"

    def ready(self) -> None:
        """Register the check once Django's apps are loaded."""
        register(check_active_pack)
