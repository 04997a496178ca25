"""Views of the shell: text size, list settings, saved views."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.web.forms import VIEWS_MAX, ListSettingsForm, SavedViewForm
from bangfu.web.lists import preference_key
from bangfu.web.models import Preference
from bangfu.web.templatetags.bangfu import TEXT_SIZE_COOKIE

YEAR_SECONDS = 365 * 24 * 60 * 60


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Switch between normal and large text; this browser remembers it."""
    response = _back(request)
    if request.COOKIES.get(TEXT_SIZE_COOKIE) == "large":
        response.delete_cookie(TEXT_SIZE_COOKIE, samesite="Lax")
    else:
        response.set_cookie(
            TEXT_SIZE_COOKIE,
            "large",
            max_age=YEAR_SECONDS,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return response


@login_required
@require_POST
def list_settings(request: HttpRequest) -> HttpResponse:
    """Keep columns, row height and page size of a list for this reader."""
    form = ListSettingsForm(request.POST)
    if not form.is_valid():
        raise BadInput(_NOT_SETTINGS)
    data = form.cleaned_data
    hidden = form.hidden_columns(request.POST.getlist("columns"))
    Preference.objects.put(
        user_id=_user_id(request),
        key=preference_key(data["key"]),
        changes={"hidden": hidden, "density": data["density"], "size": data["size"]},
    )
    return _back(request)


@login_required
@require_POST
def list_views(request: HttpRequest) -> HttpResponse:
    """Save the filters of a list under a name, or remove a saved name."""
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        raise BadInput(_NOT_SETTINGS)
    data = form.cleaned_data
    key = preference_key(data["key"])
    kept = Preference.objects.value_of(user_id=_user_id(request), key=key).get(
        "views", []
    )
    assert isinstance(kept, list)  # noqa: S101 - only this view writes it
    views = [view for view in kept if view["name"] != data["name"]]
    if not data["is_removed"]:
        views.append({"name": data["name"], "query": data["query"]})
    if len(views) > VIEWS_MAX:
        raise BadInput(_TOO_MANY_VIEWS.with_(limit=VIEWS_MAX), remedy=_REMOVE_ONE)
    Preference.objects.put(user_id=_user_id(request), key=key, changes={"views": views})
    return _back(request)


_NOT_SETTINGS = Text(
    "列表设置有误，没有保存。", "The list settings are wrong; not saved."
)
_TOO_MANY_VIEWS = Text(
    "每个列表最多保存 {limit} 个常用筛选。", "A list keeps at most {limit} saved views."
)
_REMOVE_ONE = Text("请先删除一个不用的。", "Remove one you no longer need first.")


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if is_ours else "/")


def _user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None  # noqa: S101 - login_required stands before
    return request.user.pk
