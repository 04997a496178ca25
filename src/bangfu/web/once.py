"""Send once: a double click or a repeated request acts a single time.

A form carries a fresh key (`{% once_field %}`). The first request with that key writes
it in the transaction of the act; a second one waits for it, acts no more, and is led to
where the first one was led. A refused or corrected form leaves no key behind.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from bangfu.web.models import Submission

FIELD_NAME = "_once"


def only_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a view so that a form sent twice with one key acts once.

    Success must answer with a redirect; any other answer gives the key back, so the
    corrected form can be sent again. A form without a key acts as usual.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key(request)
        if key is None:
            return view(request, *args, **kwargs)
        user_id = request.user.pk or 0
        with transaction.atomic():
            submission, is_first = Submission.objects.claim(user_id=user_id, key=key)
            if not is_first:
                return HttpResponseRedirect(submission.location)
            response = view(request, *args, **kwargs)
            _settle(submission, response)
        return response

    return wrapped


def _key(request: HttpRequest) -> uuid.UUID | None:
    if request.method != "POST":
        return None
    try:
        return uuid.UUID(request.POST.get(FIELD_NAME, ""))
    except ValueError:
        return None


def _settle(submission: Submission, response: HttpResponse) -> None:
    if isinstance(response, HttpResponseRedirect):
        submission.location = response.url
        submission.save(update_fields=["location"])
        Submission.objects.forget_old(user_id=submission.user_id)
    else:
        submission.delete()
