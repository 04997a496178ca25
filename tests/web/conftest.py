from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation

from bangfu.accounts.models import User
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


@pytest.fixture
def small_site(settings):
    """Serve the small site of tests/web/urls.py."""
    settings.ROOT_URLCONF = "tests.web.urls"
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    templates = [
        {**settings.TEMPLATES[0], "DIRS": [str(Path(__file__).parent / "templates")]}
    ]
    settings.TEMPLATES = templates


@pytest.fixture
def reader(db):
    """A user without any grant: the shell must do without an actor."""
    return make_reader()


def make_reader():
    with acting(system_actor("tests")):
        return User.objects.create(
            username="reader", name="读者", must_change_password=False
        )


@pytest.fixture
def site(small_site, client, reader):
    """The test client, logged in on the small site."""
    client.force_login(reader, backend="bangfu.accounts.backends.OneTimeAwareBackend")
    return client


@pytest.fixture(params=["zh-hans", "en"])
def language(request):
    """Each test that asks for it runs once in either language."""
    with translation.override(request.param):
        yield request.param


@pytest.fixture
def draw():
    """Return a function that renders template source."""

    def render(source, **context):
        return Template("{% load bangfu %}" + source).render(Context(context))

    return render
