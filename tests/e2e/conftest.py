"""Journeys: a real browser, the real server with its worker, the real database.

`visit("city")` logs a demonstration user in and returns a page. Whatever a test opens is
watched: nothing may be asked of another machine, and the console must stay clean.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from tests.e2e.pairing_story import PairingStory, tell_pairing_story
from tests.e2e.serving import Serving, Site

SIZE = (1366, 768)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
LOG_IN = {
    "zh-CN": ("用户名", "密码", "登录"),
    "en-US": ("User name", "Password", "Log in"),
}
# The browser's own note of a status of 400 and above, which tests expect or refuse.
STATUS_NOTE = "Failed to load resource: the server responded with a status of"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The running site with a small sample city."""
    serving = Serving()
    try:
        yield serving.start()
    finally:
        serving.stop()


# Of a module, not of the session: while it runs its event loop keeps Django from the
# database, which other tests want.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("BANGFU_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Visits:
    """Opens pages for users and keeps what the browser said about them."""

    def __init__(self, site: Site, chromium: Browser) -> None:
        self.site = site
        self.said: list[str] = []
        self.foreign: list[str] = []
        self._chromium = chromium
        self._contexts = []

    def __call__(
        self, name: str, *, locale: str = "zh-CN", size: tuple[int, int] = SIZE
    ) -> Page:
        """Return the home page of a demonstration user, logged in once per session."""
        sessions = self.site.known.setdefault("sessions", {})
        page = self.stranger(locale=locale, size=size, state=sessions.get(name))
        page.goto("/")
        if name not in sessions:
            self.log_in(page, f"demo-{name}", self.site.passwords[name], locale)
            sessions[name] = page.context.storage_state()
        expect(page.locator("nav.menu")).to_be_attached()
        return page

    def stranger(
        self,
        *,
        locale: str = "zh-CN",
        size: tuple[int, int] = SIZE,
        state: dict | None = None,
    ) -> Page:
        """Return a page of a browser that nobody has logged in with, nor gone anywhere."""
        context = self._chromium.new_context(
            base_url=self.site.url,
            locale=locale,
            viewport={"width": size[0], "height": size[1]},
            storage_state=state,
        )
        self._contexts.append(context)
        context.route(re.compile(rf"^(?!{re.escape(self.site.url)}/)"), self._refuse)
        context.on("console", lambda message: self._hear(message.text))
        context.on("weberror", lambda error: self._hear(str(error.error)))
        return context.new_page()

    def log_in(
        self, page: Page, username: str, password: str, locale: str = "zh-CN"
    ) -> None:
        name, secret, button = LOG_IN[locale]
        page.get_by_label(name).fill(username)
        page.get_by_label(secret).fill(password)
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_url(lambda url: "/login/" not in url)

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _hear(self, text: str) -> None:
        if not text.startswith(STATUS_NOTE):
            self.said.append(text)

    def _refuse(self, route: Route) -> None:
        self.foreign.append(route.request.url)
        route.abort()


@pytest.fixture
def visit(site: Site, chromium: Browser) -> Iterator[Visits]:
    """Return a function that opens the site for a demonstration user."""
    visits = Visits(site, chromium)
    yield visits
    visits.close()
    assert visits.foreign == [], "asked of another machine"
    assert visits.said == [], "the console speaks"


@pytest.fixture
def paired(site: Site, visit: Visits) -> PairingStory:
    """The city after its pairing, and what was seen on the way, told once a session."""
    if "pairing" not in site.known:
        site.known["pairing"] = tell_pairing_story(visit)
    return site.known["pairing"]


Visit = Callable[..., Page]
