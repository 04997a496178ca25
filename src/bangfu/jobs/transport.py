"""How a waiting job reaches a worker: one procrastinate task that carries its id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

TASK = "bangfu.jobs.run"


def send(job_id: int) -> None:
    """Tell the workers, at commit, that a job waits."""
    app.configure_task(name=TASK, queue="bangfu").defer(job_id=job_id)


def handler(kind: str) -> Callable[[Any], dict[str, object]]:
    """Return the function that does jobs of `kind`. Raises KeyError for an unknown kind."""
    function: Callable[[Any], dict[str, object]] = import_string(
        settings.BANGFU_JOBS[kind]
    )
    return function
