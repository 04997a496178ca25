"""The menu, the path above the title, and the grants to switch between, as values.

`site` builds them for a request; `web/base.html` shows them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bangfu.calc.values.text import Text


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the left menu; an entry with children is a heading for them.

    icon: a bootstrap-icons name. count: shown as a badge when above 0, e.g. to-dos.
    section: the heading over this entry and its neighbours of the same section.
    """

    text: Text
    url: str = ""
    icon: str = ""
    children: tuple[NavItem, ...] = ()
    count: int = 0
    is_current: bool = False
    section: Text | None = None

    @property
    def is_open(self) -> bool:
        """Whether this entry or one of its children is the current page."""
        return self.is_current or any(child.is_current for child in self.children)


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the path above the title; the last one has no address."""

    text: Text | str
    url: str = ""


@dataclass(frozen=True, slots=True)
class GrantChoice:
    """A grant of the user, as the switcher shows it: the role and the place."""

    grant_id: int
    text: Text
    place: str = ""


def mark_current(items: tuple[NavItem, ...], path: str) -> tuple[NavItem, ...]:
    """Mark the entry whose address is the longest prefix of `path`."""
    urls = [item.url for item in _flat(items) if item.url and _covers(item.url, path)]
    best = max(urls, key=len, default=None)
    return tuple(_marked(item, best) for item in items)


def _flat(items: tuple[NavItem, ...]) -> list[NavItem]:
    return [entry for item in items for entry in (item, *item.children)]


def _covers(url: str, path: str) -> bool:
    if url == "/":
        return path == "/"
    return path == url or path.startswith(url.rstrip("/") + "/")


def _marked(item: NavItem, best: str | None) -> NavItem:
    children = tuple(_marked(child, best) for child in item.children)
    return replace(item, children=children, is_current=bool(best) and item.url == best)
