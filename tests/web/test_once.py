import uuid

import pytest
from django.http import HttpResponse, HttpResponseRedirect

from bangfu.calc.values.findings import WrongState
from bangfu.calc.values.text import Text
from bangfu.web.models import Submission
from bangfu.web.once import only_once

KEY = str(uuid.UUID(int=7))


@pytest.fixture
def acts():
    return []


@pytest.fixture
def send(rf, reader):
    """Return a function that posts a form to a view."""

    def post(view, key=KEY, user=reader):
        request = rf.post("/act/", {"_once": key})
        request.user = user
        return view(request)

    return post


def saving(acts):
    @only_once
    def view(request):
        acts.append(request)
        return HttpResponseRedirect(f"/done/{len(acts)}/")

    return view


def test_a_form_sent_twice_acts_once_and_leads_to_the_same_place(send, acts):
    view = saving(acts)

    answers = [send(view).url for _ in range(3)]

    assert answers == ["/done/1/"] * 3
    assert len(acts) == 1


def test_another_form_acts_again(send, acts):
    view = saving(acts)

    send(view)
    send(view, key=str(uuid.UUID(int=8)))

    assert len(acts) == 2


def test_a_form_without_a_key_acts_each_time(send, acts):
    view = saving(acts)

    send(view, key="")
    send(view, key="not a key")

    assert len(acts) == 2
    assert not Submission.objects.exists()


def test_keys_of_two_people_do_not_meet(send, acts, reader):
    view = saving(acts)
    other = type(reader)(pk=reader.pk + 1, username="other")

    send(view)
    send(view, user=other)

    assert len(acts) == 2


def test_a_corrected_form_can_be_sent_again(send, acts):
    @only_once
    def view(request):
        acts.append(request)
        if len(acts) == 1:
            return HttpResponse(status=422)
        return HttpResponseRedirect("/done/")

    first, second = send(view), send(view)

    assert (first.status_code, second.url) == (422, "/done/")


def test_a_refusal_gives_the_key_back(send, acts):
    @only_once
    def view(request):
        acts.append(request)
        raise WrongState(Text("不行", "no"))

    for _ in range(2):
        with pytest.raises(WrongState):
            send(view)

    assert len(acts) == 2
    assert not Submission.objects.exists()


def test_reading_a_page_is_not_an_act(rf, reader, acts):
    request = rf.get("/act/", {"_once": KEY})
    request.user = reader

    saving(acts)(request)

    assert not Submission.objects.exists()


def test_old_keys_are_forgotten_new_ones_kept(send, acts, reader):
    old = Submission.objects.create(
        user_id=reader.pk, key=uuid.UUID(int=1), sent_at="2010-01-01T00:00:00Z"
    )
    others = Submission.objects.create(
        user_id=reader.pk + 1, key=uuid.UUID(int=1), sent_at="2010-01-01T00:00:00Z"
    )

    send(saving(acts))

    kept = set(Submission.objects.values_list("pk", flat=True))
    assert old.pk not in kept
    assert others.pk in kept
    assert len(kept) == 2


def test_the_second_of_two_at_once_waits_and_does_not_act(committed_db, rf):
    import threading

    from django.contrib.auth.models import AnonymousUser
    from django.db import connections

    acts, answers, inside, may_finish = [], [], threading.Event(), threading.Event()

    @only_once
    def view(request):
        acts.append(request)
        inside.set()
        assert may_finish.wait(20)
        return HttpResponseRedirect(f"/done/{len(acts)}/")

    def send():
        request = rf.post("/act/", {"_once": KEY})
        request.user = AnonymousUser()
        try:
            answers.append(view(request).url)
        finally:
            connections.close_all()

    first, second = threading.Thread(target=send), threading.Thread(target=send)
    first.start()
    assert inside.wait(20)
    second.start()
    wait_until_blocked()
    may_finish.set()
    first.join(20)
    second.join(20)

    assert answers == ["/done/1/", "/done/1/"]
    assert len(acts) == 1


def wait_until_blocked():
    """Return when a connection of this database waits for another's lock."""
    from django.db import connection

    sql = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
        " AND pg_sleep(0.02) IS NOT NULL"
    )
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.02)")
            cursor.execute(sql)
            if cursor.fetchone()[0]:
                return
    pytest.fail("the second request never waited")
