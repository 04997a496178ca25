"""Lines for the person at the terminal, in the language of the terminal."""

from __future__ import annotations

import os
import sys


def language() -> str:
    """Return "zh" or "en": BANGFU_LANG, else what the terminal is set to."""
    names = ("BANGFU_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "zh" if chosen.lower().startswith("zh") else "en"


def say(zh: str, en: str, *, error: bool = False) -> None:
    """Print one line in the terminal's language at once."""
    stream = sys.stderr if error else sys.stdout
    print(zh if language() == "zh" else en, file=stream, flush=True)
