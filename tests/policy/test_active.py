from __future__ import annotations

import shutil

import pytest

from bangfu.policy import queries
from bangfu.policy.checks import check_active_pack
from bangfu.policy.loading import DEFAULT_PACK, PackRefused


@pytest.fixture
def directory(tmp_path, settings):
    """A copy of the default pack that is the active one."""
    copy = tmp_path / "active"
    shutil.copytree(DEFAULT_PACK, copy)
    settings.BANGFU_POLICY_PACK = str(copy)
    return copy


def spoil(directory, old: str, new: str) -> None:
    path = directory / "visits.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_default_pack_is_active_when_nothing_is_set(settings):
    settings.BANGFU_POLICY_PACK = ""

    assert queries.active().pack_id == "default"


def test_the_active_pack_is_read_once(directory):
    assert queries.active() is queries.active()


def test_a_changed_file_is_read_again(directory):
    before = queries.active()

    spoil(directory, "value = 15", "value = 16")

    assert queries.active().hash != before.hash


def test_a_faulty_file_is_refused_and_the_old_pack_is_not_kept(directory):
    queries.active()

    spoil(directory, 'unit = "days"', 'unit = "hours"')

    with pytest.raises(PackRefused):
        queries.active()


def test_the_system_check_is_silent_about_a_complete_pack(directory):
    assert check_active_pack(None) == []


def test_the_system_check_reports_every_fault(directory):
    spoil(directory, 'unit = "days"', 'unit = "hours"')
    spoil(directory, "value = 12", "value = 0")

    messages = check_active_pack(None)

    assert [message.id for message in messages] == ["bangfu.E101"] * 2
    assert "visit.alarm: 0 is below the least allowed, 1." in messages[0].msg
    assert messages[0].msg.startswith("visits.toml line ")


def test_the_system_check_warns_of_parameters_that_are_left_out(directory):
    (directory / "exit.toml").unlink()

    [message] = check_active_pack(None)

    assert message.id == "bangfu.W102"
    assert message.msg == (
        "the policy pack says nothing about exit.stable_years, exit.incidence.max, "
        "exit.incidence.west_max, monitor.total.days, monitor.no_measure_alarm"
    )


def test_the_system_check_is_registered():
    from django.core.checks.registry import registry

    assert check_active_pack in registry.get_checks()
