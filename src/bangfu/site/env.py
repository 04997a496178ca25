"""Settings from the environment; a value that cannot be read stops the start."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that NAME_FILE points to."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text().strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    """Return a yes-or-no variable."""
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value not in _TRUE | _FALSE:
        msg = f"{name} is {value!r}; use 1 or 0"
        raise ImproperlyConfigured(msg)
    return value in _TRUE


def number(name: str, *, default: int) -> int:
    """Return a whole number of 1 or more."""
    value = text(name, str(default)).strip()
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        msg = f"{name} is {value!r}; it must be a whole number of 1 or more"
        raise ImproperlyConfigured(msg)
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return a list separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str) -> dict[str, object]:
    """Return Django's settings for postgresql://user:password@host:port/name."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        msg = "DATABASE_URL must look like postgresql://user:password@host:5432/name"
        raise ImproperlyConfigured(msg)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }
