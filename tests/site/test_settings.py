"""The settings of an installation behind TLS, read in a process of their own."""

import json
import os
import subprocess
import sys

import pytest

TLS = {
    "DATABASE_URL": "postgresql://app@localhost/bangfu",
    "DATABASE_OWNER_URL": "postgresql://owner@localhost/bangfu",
    "ALLOWED_HOSTS": "bangfu.example.gov.cn",
    "SECRET_KEY": "k" * 25 + "-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH",
    "DJANGO_SETTINGS_MODULE": "bangfu.site.settings",
}
NAMES = [
    "SESSION_COOKIE_NAME",
    "CSRF_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "LANGUAGE_COOKIE_SECURE",
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "BANGFU_DEMO",
    "BANGFU_EMBEDDED",
    "DEBUG",
]


@pytest.fixture
def run():
    """Return a function that runs Python with an environment: exit code and output."""

    def run_(*words, **environment):
        done = subprocess.run(
            [sys.executable, *words],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

    return run_


def read(run, **environment):
    code = f"import json, django.conf as c; print(json.dumps([getattr(c.settings, n) for n in {NAMES}]))"
    status, out, err = run("-c", code, **{**TLS, **environment})
    assert status == 0, err
    return dict(zip(NAMES, json.loads(out), strict=True))


def test_behind_tls_cookies_are_bound_to_the_host(run):
    assert read(run) == {
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "LANGUAGE_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "BANGFU_DEMO": False,
        "BANGFU_EMBEDDED": False,
        "DEBUG": False,
    }


def test_the_embedded_site_runs_on_loopback_without_tls(run):
    values = read(run, DATABASE_URL="", BANGFU_DEMO="1")

    assert values["SESSION_COOKIE_NAME"] == "sessionid"
    assert (values["SECURE_SSL_REDIRECT"], values["BANGFU_DEMO"]) == (False, True)


def test_the_demo_never_exists_on_a_server_of_ones_own(run):
    assert read(run, BANGFU_DEMO="1")["BANGFU_DEMO"] is False


def test_the_deployment_check_has_nothing_to_say(run):
    status, out, err = run(
        "-m", "django", "check", "--deploy", "--fail-level", "WARNING", **TLS
    )

    assert status == 0, err
    assert "no issues" in out


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("BANGFU_TLS", "perhaps", "BANGFU_TLS is 'perhaps'; use 1 or 0"),
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL must look like"),
        ("DATABASE_URL", "postgresql://host", "DATABASE_URL must look like"),
    ],
)
def test_a_value_that_cannot_be_read_stops_the_start(run, name, value, message):
    status, _, err = run("-m", "django", "check", **{**TLS, name: value})

    assert status == 1
    assert message in err


def test_a_password_may_stand_in_a_file(run, tmp_path):
    secret = tmp_path / "url"
    secret.write_text("postgresql://app:p%40ss@db:5433/bangfu\n")
    code = "import django.conf as c; d = c.settings.DATABASES['default']; print(d['PASSWORD'], d['PORT'])"

    status, out, err = run("-c", code, **{**TLS, "DATABASE_URL_FILE": str(secret)})

    assert status == 0, err
    assert out.split() == ["p@ss", "5433"]
