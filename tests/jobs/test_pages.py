"""The pages of jobs: list, one job, its progress, cancelling."""

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.site.world import build

from bangfu.accounts.models import Grant
from bangfu.accounts.roles import Role
from bangfu.calc.values.text import Text
from bangfu.jobs.models import Job, State
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return build()


@pytest.fixture
def county(world, client):
    client.force_login(
        world.user(Role.COUNTY), backend="bangfu.accounts.backends.OneTimeAwareBackend"
    )
    return client


@pytest.fixture
def make_job(world):
    """Return a function that makes a job ordered by the county's user."""

    def make(**values):
        user = world.user(Role.COUNTY)
        with acting(system_actor("tests")):
            grant = Grant.objects.get(user=user)
            return Job.objects.create(
                **{
                    "kind": "pairing.solve",
                    "division_code": "990101",
                    "user_id": user.pk,
                    "username": user.username,
                    "grant_id": grant.pk,
                    "created_at": timezone.now(),
                    "payload": {"run_id": world.here.run},
                    **values,
                }
            )

    return make


def state_of(job):
    with acting(system_actor("tests")):
        return Job.objects.get(pk=job.pk).state


def page(client, name, *args):
    return client.get(reverse(f"jobs:{name}", args=args)).content.decode()


def test_the_list_shows_jobs_of_the_scope_newest_first(county, world, make_job):
    make_job()

    response = county.get(reverse("jobs:list"))

    kinds = [job.kind for job in response.context["list"].records]
    assert kinds == ["pairing.solve", "registry.import"]
    assert "计算配对方案" in response.content.decode()


def test_the_list_is_narrowed_by_state(county, make_job):
    make_job(state=State.DONE, finished_at=timezone.now())

    response = county.get(reverse("jobs:list"), {"state": "done"})

    assert [job.state for job in response.context["list"].records] == ["done"]


def test_a_running_job_shows_how_far_it_is_and_asks_again(county, make_job):
    job = make_job(
        state=State.RUNNING,
        lease_until=timezone.now(),
        progress_done=3,
        progress_total=12,
        message=Text("读取第 {n} 户", "Reading household {n}", {"n": 3}).as_json(),
    )

    content = page(county, "job", job.pk)

    assert "读取第 3 户" in content
    assert "3 / 12" in content
    assert f'hx-get="{reverse("jobs:progress", args=[job.pk])}"' in content


def test_the_progress_of_a_job_that_is_over_reloads_the_page(county, make_job):
    job = make_job(state=State.DONE, finished_at=timezone.now())
    waiting = make_job()

    over = county.get(reverse("jobs:progress", args=[job.pk]))
    not_over = county.get(reverse("jobs:progress", args=[waiting.pk]))

    assert over["HX-Refresh"] == "true"
    assert "hx-get" not in over.content.decode()
    assert "HX-Refresh" not in not_over


def test_a_failed_job_says_why_in_the_readers_language(county, make_job):
    why = Text("文件已损坏。", "The file is damaged.").as_json()
    job = make_job(state=State.FAILED, finished_at=timezone.now(), error=why)

    assert "文件已损坏。" in page(county, "job", job.pk)
    county.cookies["django_language"] = "en"
    assert "The file is damaged." in page(county, "job", job.pk)


def test_its_page_leads_to_what_it_works_on_for_who_ordered_it(county, world, make_job):
    url = reverse("pairing:run", args=[world.here.run])

    assert url in page(county, "job", make_job().pk)
    assert reverse("registry:import", args=[world.here.import_]) not in page(
        county, "job", world.here.job
    )


def test_a_job_of_a_kind_that_is_gone_is_still_shown(county, make_job):
    assert "old.kind" in page(county, "job", make_job(kind="old.kind").pk)


def test_who_ordered_it_cancels_it(county, make_job):
    job = make_job()
    assert reverse("jobs:cancel", args=[job.pk]) in page(county, "job", job.pk)

    response = county.post(reverse("jobs:cancel", args=[job.pk]))

    assert response["Location"] == reverse("jobs:job", args=[job.pk])
    assert state_of(job) == "cancelled"
    assert reverse("jobs:cancel", args=[job.pk]) not in page(county, "job", job.pk)


def test_a_running_job_is_asked_to_stop_and_says_so(county, make_job):
    job = make_job(state=State.RUNNING, lease_until=timezone.now())

    county.post(reverse("jobs:cancel", args=[job.pk]))

    assert state_of(job) == "running"
    assert "已请求取消，将在下一步停止。" in page(county, "job", job.pk)


def test_nobody_else_cancels_it(county, world):
    response = county.post(reverse("jobs:cancel", args=[world.here.job]))

    assert response.status_code == 403
    assert "只有提交任务的人可以取消。" in response.content.decode()
    assert state_of(Job(pk=world.here.job)) == "queued"


def test_a_job_that_is_over_is_not_cancelled(county, make_job):
    job = make_job(state=State.DONE, finished_at=timezone.now())

    response = county.post(reverse("jobs:cancel", args=[job.pk]))

    assert response.status_code == 409
    assert "任务已结束，不能取消。" in response.content.decode()


def test_a_job_of_elsewhere_is_not_there(county, world):
    for name in ("job", "progress"):
        assert (
            county.get(reverse(f"jobs:{name}", args=[world.there.job])).status_code
            == 404
        )
    assert (
        county.post(reverse("jobs:cancel", args=[world.there.job])).status_code == 404
    )
