"""What other apps call: the active pack, and the typed readings of a pack.

pack = queries.active()
quotas = queries.pairing_quotas(pack, at=day, division=county)
line = queries.poverty_line(pack, series="admin", year=2016, division=county)
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from bangfu.policy.loading import DEFAULT_PACK, PackRefused, load
from bangfu.policy.packs import Pack
from bangfu.policy.poverty_lines import poverty_line
from bangfu.policy.quotas import mismatch_costs, pairing_quotas
from bangfu.policy.tiers import tier_of
from bangfu.policy.work_calendar import WorkCalendar, public_holidays

__all__ = [
    "PackRefused",
    "WorkCalendar",
    "active",
    "active_directory",
    "load",
    "mismatch_costs",
    "pairing_quotas",
    "poverty_line",
    "public_holidays",
    "tier_of",
]


def active_directory() -> Path:
    """Return the directory of the active pack (setting BANGFU_POLICY_PACK)."""
    return Path(getattr(settings, "BANGFU_POLICY_PACK", None) or DEFAULT_PACK)


def active() -> Pack:
    """Return the active pack; it is read again only when a file of it has changed.

    Raises PackRefused when the pack has a fault.
    """
    directory = active_directory()
    return _load_once(directory, _fingerprint(directory))


def _fingerprint(directory: Path) -> str:
    """Hash the files as they are, so that a cached pack is never a stale one."""
    digest = hashlib.sha256()
    for path in sorted(directory.glob("*.toml")):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


@lru_cache(maxsize=8)
def _load_once(directory: Path, _fingerprint: str) -> Pack:
    return load(directory)
