"""The home page: to-dos, the figures of one's division, and ways to go on."""

import re

import pytest
from tests.site.world import NOBODY, USERNAMES, build

from bangfu.accounts.roles import READERS, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(db, client):
    """Return a function that opens the home page as a role, or as a user by name."""
    world = build()

    def show(who):
        user = world.users[USERNAMES.get(who, who)]
        client.force_login(user, "bangfu.accounts.backends.OneTimeAwareBackend")
        return client.get("/").content.decode()

    return show


def links(page, css):
    return re.findall(rf'<a class="{css}[^"]*" href="([^"]*)"', page)


@pytest.mark.parametrize("role", Role)
def test_every_page_of_the_menu_has_a_card_that_says_what_it_is_for(home, role):
    page = home(role)

    menu = re.findall(
        r'href="([^"]+)"', page[page.index('id="menu"') :].split("</nav>")[0]
    )
    assert links(page, "shortcut") == [url for url in menu if url != "/"]
    abouts = re.findall(r'<span class="shortcut-about">([^<]*)</span>', page)
    assert len(abouts) == len(links(page, "shortcut"))
    assert all(abouts), "say it in navigation._ABOUT"


@pytest.mark.parametrize("role", sorted(READERS - {Role.HELPER}))
def test_those_who_may_see_the_figures_of_their_division(home, role):
    page = home(role)

    assert len(links(page, "kpi")) == 5
    assert "双向全覆盖情况" in page


@pytest.mark.parametrize("role", [Role.HELPER, Role.ADMINISTRATOR])
def test_a_helper_and_an_administrator_see_no_figures(home, role):
    assert links(home(role), "kpi") == []


def test_it_says_when_nothing_waits(home):
    assert "没有待办事项。" in home(Role.AUDITOR)


def test_somebody_without_a_grant_is_told_whom_to_ask(home):
    page = home(NOBODY)

    assert "您的账户还没有授权。请联系系统管理员。" in page
    assert links(page, "shortcut") == links(page, "kpi") == []
