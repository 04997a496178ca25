"""The page of snapshots: counts of one's own division, in both languages."""

import os
import subprocess
import sys

import pytest
from django.urls import reverse

from bangfu.lake import operations
from bangfu.lake.models import Part
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


def page(client, **headers):
    return client.get(reverse("lake:list"), headers=headers)


def test_the_city_sees_every_snapshot_with_its_counts(snapshot, city, login):
    with acting(system_actor("tests")):
        Part.objects.filter(dataset="member", division_code="990101").update(withheld=3)

    content = page(login(city)).content.decode()

    assert "数据快照" in content
    assert "户 3 · 家庭成员 4 · 年度收入 2 · 疑点 1" in content
    assert '<td class="num">3</td>' in content
    assert snapshot.pack_hash[:12] in content
    assert "可用" in content


def test_a_county_sees_its_own_counts_in_english(snapshot, make_actor, login):
    county = make_actor("county", "990102")

    content = page(login(county), **{"accept-language": "en"}).content.decode()

    assert "households 1 · members 1" in content
    assert "incomes" not in content


def test_a_pruned_snapshot_stays_in_the_list(snapshot, city, login, now):
    with acting(city):
        operations.take(by=city, at=now)
        operations.prune(by=city, at=now, keep=1)

    content = page(login(city)).content.decode()

    assert "已清理" in content


def test_without_any_it_says_when_there_will_be_one(register, city, login):
    assert "还没有快照。每天凌晨自动生成一期。" in page(login(city)).content.decode()


@pytest.mark.parametrize("role", ["township", "village", "leadership", "administrator"])
def test_others_are_refused_and_not_shown_the_entry(register, make_actor, login, role):
    division = {"township": "990101100", "village": "990101100200"}.get(role, "990101")
    client = login(make_actor(role, division))

    assert page(client).status_code == 403
    assert reverse("lake:list") not in client.get("/").content.decode()


def test_web_processes_load_neither_arrow_nor_an_engine():
    """They import every app's addresses and timetable; a snapshot is the worker's."""
    code = (
        "import sys, django; django.setup()\n"
        "import bangfu.site.urls\n"
        "sys.exit(any(name in sys.modules for name in ('duckdb', 'sqlglot', 'pyarrow')))"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bangfu.site.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }

    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)

    assert done.returncode == 0
