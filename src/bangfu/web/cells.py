"""What a table cell, a description list or a panel can show besides plain words.

`{{ value }}` in a template draws it; `say(value)` gives its words alone, for an export.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from bangfu.calc.values.text import Text
from bangfu.web.icons import icon_svg
from bangfu.web.language import say

DEFAULT_ICONS = {
    "success": "check-circle-fill",
    "warning": "exclamation-triangle-fill",
    "danger": "x-octagon-fill",
    "info": "info-circle-fill",
    "neutral": "circle",
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A state: an icon and words, tinted by kind, so colour never stands alone.

    kind: "success", "warning", "danger", "info" or "neutral".
    icon: a bootstrap-icons name; empty takes the icon of the kind.
    """

    text: Text | str
    kind: str = "neutral"
    icon: str = ""

    def __html__(self) -> SafeString:
        """Render it; an unknown kind is a programming error."""
        icon = icon_svg(self.icon or DEFAULT_ICONS[self.kind])
        return format_html(
            '<span class="tag tag-{}">{}{}</span>', self.kind, icon, say(self.text)
        )

    def __str__(self) -> str:
        return self.__html__()


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an address."""

    text: Text | str
    url: str

    def __html__(self) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.url, say(self.text))

    def __str__(self) -> str:
        return self.__html__()


@dataclass(frozen=True, slots=True)
class Meter:
    """A share between 0 and 1 as a bar beside its number, e.g. coverage."""

    share: float
    words: str

    def __html__(self) -> SafeString:
        return format_html(
            '<span class="meter"><svg width="72" height="8" aria-hidden="true">'
            '<rect class="meter-all" width="72" height="8" rx="2"></rect>'
            '<rect class="meter-done" width="{}" height="8" rx="2"></rect></svg>'
            "{}</span>",
            round(72 * min(max(self.share, 0.0), 1.0), 1),
            self.words,
        )

    def __str__(self) -> str:
        return self.__html__()

    @property
    def text(self) -> str:
        """The number in words, as an export takes it."""
        return self.words
