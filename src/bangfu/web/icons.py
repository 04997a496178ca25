"""Icons, drawn into the page itself.

The whole sprite of bootstrap-icons weighs 1.1 MB; a page uses a dozen of its 2,000
drawings. So each is read once from the installed package and written inline, which a
strict content security policy allows and which costs no request.
"""

import re
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.utils.safestring import SafeString

_NAME = re.compile(r"[a-z0-9-]{1,60}")
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_FRAME = (
    '<svg class="icon" width="16" height="16" fill="currentColor"'
    ' viewBox="0 0 16 16" aria-hidden="true" focusable="false">'
)


class UnknownIcon(LookupError):
    """No icon of that name is installed."""


def icon_svg(name: str) -> SafeString:
    """Return the drawing as decoration: words beside it must carry the meaning.

    Raises UnknownIcon for a name that bootstrap-icons does not have.
    """
    return SafeString(_FRAME + _drawing(name) + "</svg>")


@lru_cache(maxsize=512)
def _drawing(name: str) -> str:
    path = finders.find(f"icons/icons/{name}.svg") if _NAME.fullmatch(name) else None
    if not isinstance(path, str):
        raise UnknownIcon(name)
    found = _DRAWING.search(Path(path).read_text(encoding="ascii"))
    if found is None:
        raise UnknownIcon(name)
    return " ".join(found[1].split())
