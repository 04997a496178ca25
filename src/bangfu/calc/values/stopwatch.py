"""Seconds and memory of a run, for reports; no result depends on them."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Stopwatch:
    """Adds up the seconds of named stages."""

    def __init__(self) -> None:
        """Start the watch."""
        self._started = perf_counter()
        self.stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block under `name`."""
        begun = perf_counter()
        try:
            yield
        finally:
            spent = perf_counter() - begun
            self.stages[name] = self.stages.get(name, 0.0) + spent

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return perf_counter() - self._started


def peak_mb() -> float:
    """Return the largest memory that this process has held so far, in MB (2**20)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
