"""System checks: what the shell needs from an installation."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage, Error, register

NEEDED_FILES = (
    "bootstrap/css/bootstrap.min.css",
    "bootstrap/js/bootstrap.bundle.min.js",
    "echarts/echarts.min.js",
    "icons/icons/house.svg",
)


@register("templates")
def check_template_order(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """Say when the log-in library's own pages would win over ours."""
    del app_configs
    installed = list(settings.INSTALLED_APPS)
    if installed.index("bangfu.web") < installed.index("allauth"):
        return []
    return [
        Error(
            "bangfu.web stands behind allauth, so the log-in pages are not ours.",
            hint="Put bangfu.web before allauth in INSTALLED_APPS.",
            id="bangfu.web.E002",
        )
    ]


@register("staticfiles")
def check_front_end_packages(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """Say which front-end packages are not installed."""
    del app_configs
    return [
        Error(
            f"The front-end file {name} is missing.",
            hint="Install the front-end packages: make setup",
            id="bangfu.web.E001",
        )
        for name in NEEDED_FILES
        if finders.find(name) is None
    ]
