"""Headers of answers that no page of the table gives: static files, errors, TLS."""

import pytest
from django.test import Client
from django.urls import path
from tests.site.headers import missing_headers

from bangfu.site import urls as ours

pytestmark = pytest.mark.django_db


def broken(_request):
    """Fail."""
    raise RuntimeError


urlpatterns = [*ours.urlpatterns, path("broken/", broken)]
handler400, handler403 = ours.handler400, ours.handler403
handler404, handler500 = ours.handler404, ours.handler500


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/static/web/app.js", 200),
        ("/static/bootstrap/css/bootstrap.min.css", 200),
        ("/static/no-such.css", 404),
        ("/no-such/", 404),
        ("/.git/config", 404),
        ("/static/../settings.py", 404),
        ("/accounts/login/", 200),
        ("/", 302),
        ("/broken/", 500),
    ],
)
def test_every_answer_carries_its_headers(client, settings, address, status):
    settings.ROOT_URLCONF = __name__

    response = client.get(address)

    response.close()  # a static file is streamed
    assert response.status_code == status
    assert missing_headers(response) == []


def test_a_strange_host_is_refused_with_headers(client):
    response = client.get("/", headers={"Host": "example.org"})

    assert response.status_code == 400
    assert missing_headers(response) == []


def test_a_form_without_its_token_is_refused_with_headers():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})

    assert response.status_code == 403
    assert missing_headers(response) == []
    assert "页面停留过久或在别处重新登录" in response.content.decode()


def test_a_post_from_another_site_is_refused():
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")
    token = client.cookies["csrftoken"].value

    response = client.post(
        "/accounts/login/",
        {"csrfmiddlewaretoken": token},
        headers={"Origin": "https://example.org"},
    )

    assert response.status_code == 403


def test_the_token_is_taken_from_the_header_too():
    """As htmx sends it; scripts read it from the page, never from the cookie."""
    client = Client(enforce_csrf_checks=True)
    page = client.get("/accounts/login/")
    token = page.context["csrf_token"]

    response = client.post("/accounts/login/", {}, headers={"X-CSRFToken": str(token)})

    assert response.status_code == 422
    assert client.cookies["csrftoken"]["httponly"] is True


def test_a_failure_says_a_number_and_nothing_else(client, settings, caplog):
    settings.ROOT_URLCONF = __name__

    response = client.get("/broken/")

    content = response.content.decode()
    assert "事件编号" in content
    assert "RuntimeError" not in content
    assert "Traceback" not in content


def test_pages_of_people_who_are_logged_in_are_not_kept(client, make_actor, login):
    page = login(make_actor("county", "990101")).get("/policy/")

    assert page["Cache-Control"] == "no-store, private"


def test_the_content_type_names_its_letters(client):
    assert client.get("/accounts/login/")["Content-Type"] == "text/html; charset=utf-8"
