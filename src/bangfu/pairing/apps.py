"""Wiring of the pairing."""

from django.apps import AppConfig


class PairingConfig(AppConfig):
    """Units, officials, runs and pairings."""

    name = "bangfu.pairing"
    label = "pairing"
    default_auto_field = "django.db.models.BigAutoField"
