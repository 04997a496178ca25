"""`bangfu accounts` for administrators at the keyboard."""

import json

import pytest
from django.utils import timezone

from bangfu.accounts import queries
from bangfu.accounts.models import Grant, User
from bangfu.cli.main import bangfu
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(make_actor, settings):
    settings.BANGFU_DEMO = False
    return make_actor("administrator", "990101", username="boss")


@pytest.fixture
def run(admin, capsys, monkeypatch):
    """Return a function that runs `bangfu accounts …` as the administrator."""
    monkeypatch.setattr("bangfu.cli.main.use_embedded_database", lambda: None)

    def run_(*words, lang="en", who="boss"):
        arguments = ["--lang", lang, "--as", who, "accounts", *words]
        code = bangfu.main(arguments, standalone_mode=False)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_


def create(run):
    return run("create", "clerk", "--name", "李四", "--division", "990101", "--json")


def test_it_creates_a_user_with_a_one_time_password(run):
    code, out, err = create(run)

    document = json.loads(out)
    assert code == 0
    assert (document["username"], document["hours"]) == ("clerk", 72)
    assert User.objects.get(username="clerk").check_password(document["password"])
    assert err == "boss (administrator @ 990101)\n"


def test_it_speaks_both_languages(run):
    _, out, _ = run(
        "create", "clerk", "--name", "李四", "--division", "990101", lang="zh"
    )

    assert out.startswith("clerk 的一次性密码（72 小时内有效）：")


def test_it_grants_lists_and_ends(run):
    create(run)

    code, out, _ = run("grant", "clerk", "county", "990101", "--json")
    grant_id = json.loads(out)["grant"]
    _, listed, _ = run("list", "--json")

    assert code == 0
    assert json.loads(listed)["users"] == [
        {
            "username": "boss",
            "name": "测试",
            "is_active": True,
            "must_change_password": False,
            "grants": [
                {
                    "id": _grant_of("boss"),
                    "role": "administrator",
                    "division": "990101",
                }
            ],
        },
        {
            "username": "clerk",
            "name": "李四",
            "is_active": True,
            "must_change_password": True,
            "grants": [{"id": grant_id, "role": "county", "division": "990101"}],
        },
    ]
    assert run("end", str(grant_id), "--reason", "调离")[0] == 0
    assert not queries.grants_of(
        User.objects.get(username="clerk"), on=timezone.localdate()
    )


def _grant_of(username):
    with acting(system_actor("tests")):
        return Grant.objects.get(user__username=username).pk


def test_it_resets_disables_and_enables(run):
    create(run)

    _, out, _ = run("reset", "clerk", "--json")
    user = User.objects.get(username="clerk")
    assert user.check_password(json.loads(out)["password"])
    assert run("disable", "clerk", "--reason", "调离")[:2] == (
        0,
        "clerk is disabled.\n",
    )
    assert run("enable", "clerk", "--reason", "返岗")[:2] == (0, "clerk is enabled.\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("grant", "nobody", "county", "990101"), "There is no user “nobody”"),
        (
            ("grant", "clerk", "county", "990102"),
            "User boss holds no valid grant for 990102",
        ),
        (("grant", "clerk", "city", "990101"), "cannot be granted at county level"),
        (("reset", "boss"), "Nobody manages his own account and grants."),
        (("end", "999999", "--reason", "x"), "No such grant: 999999."),
        (
            ("create", "clerk", "--name", "x", "--division", "990101"),
            "is taken or malformed",
        ),
        (
            ("create", "new", "--name", "x", "--division", "99010"),
            "is not a division code",
        ),
        (("grant", "clerk", "helper", "990101", "--official", "007"), "not one person"),
    ],
)
def test_it_refuses_with_a_sentence_and_code_2(run, words, message):
    create(run)

    code, out, err = run(*words)

    assert (code, out) == (2, "")
    assert message in err


def test_somebody_else_manages_nothing(run, make_actor):
    make_actor("county", "990101", username="clerk")

    code, _, err = run("list", who="clerk")

    assert code == 2
    assert "User clerk holds no valid grant as administrator." in err
    assert "bangfu accounts grant clerk administrator CODE" in err


def test_a_helper_is_named_by_number(run):
    from tests.accounts.officials import make_official

    create(run)
    official = make_official("990101", "A-17", "王五")

    code, _, _ = run("grant", "clerk", "helper", "990101", "--official", "A-17")

    assert code == 0
    with acting(system_actor("tests")):
        assert Grant.objects.get(role="helper").official_id == official.pk
