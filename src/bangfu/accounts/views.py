"""Pages of accounts and grants."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from bangfu.accounts import operations, permissions, places, presenting, queries, rules
from bangfu.accounts.forms import GrantForm, NewPasswordForm, ReasonForm, UserForm
from bangfu.accounts.middleware import GRANT_KEY
from bangfu.accounts.models import Grant, User
from bangfu.accounts.presenting import TITLE
from bangfu.accounts.roles import Role
from bangfu.accounts.rules import WrongLevel, WrongOfficial, WrongPeriod
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed, Refusal
from bangfu.calc.values.text import Text
from bangfu.scope import Actor
from bangfu.web.language import say
from bangfu.web.navigation import Crumb

OPTIONS_MAX = 20
_View = Callable[..., HttpResponse]
# Which field of the grant form a refusal is about.
_FIELDS: dict[type[Refusal], str] = {
    WrongLevel: "division",
    WrongOfficial: "official",
    WrongPeriod: "valid_from",
}


def for_administrators(view: _View) -> _View:
    """Let only an administrator in; the view gets the acting division."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        if actor is None or actor.role != Role.ADMINISTRATOR or actor.division is None:
            raise NotAllowed(
                Text(
                    "只有系统管理员可以管理账户。",
                    "Only an administrator manages accounts.",
                )
            )
        return view(request, actor, actor.division, **kwargs)

    return guarded


@login_required
@require_POST
def switch_grant(request: HttpRequest) -> HttpResponse:
    """Act under another of one's grants from now on."""
    wanted = request.POST.get("grant", "")
    assert isinstance(request.user, User)  # noqa: S101 - log-in is required
    held = {
        str(g.pk): g for g in queries.grants_of(request.user, on=timezone.localdate())
    }
    if wanted not in held:
        raise NotAllowed(Text("您没有这项授权。", "You do not hold this grant."))
    request.session[GRANT_KEY] = held[wanted].pk
    return redirect("home")


@sensitive_post_parameters()
@login_required
def new_password(request: HttpRequest) -> HttpResponse:
    """Replace a one-time password by one's own; nobody else gets in without the old."""
    assert isinstance(request.user, User)  # noqa: S101 - log-in is required
    if not request.user.must_change_password:
        return redirect("account_change_password")
    form = NewPasswordForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            rules.check_password(password=password, user=request.user)
        except BadInput as refusal:
            form.add_error("password", say(refusal.message))
        else:
            by = request.actor or queries.grantless(request.user)  # type: ignore[attr-defined]
            operations.set_own_password(
                by=by, at=timezone.now(), user=request.user, password=password
            )
            update_session_auth_hash(request, request.user)
            return redirect("home")
    context = {"title": Text("设置自己的密码", "Choose your own password")}
    return _form(request, form, context, template="accounts/new_password.html")


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Show where one is logged in."""
    assert isinstance(request.user, User)  # noqa: S101 - log-in is required
    rows = presenting.session_rows(
        request.user.pk, current_key=request.session.session_key, at=timezone.now()
    )
    context = {"title": Text("登录设备", "Where you are logged in"), "sessions": rows}
    return render(request, "accounts/sessions.html", context)


@login_required
@require_POST
def session_end(request: HttpRequest, handle: str) -> HttpResponse:
    """End one of one's other sessions."""
    keys = [key for key, name in _other_sessions(request).items() if name == handle]
    if not keys:
        raise Http404
    return _end(request, keys)


@login_required
@require_POST
def other_sessions_end(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    return _end(request, list(_other_sessions(request)))


def _other_sessions(request: HttpRequest) -> dict[str, str]:
    """Return key and handle of one's sessions but this one, which log-out ends."""
    found = queries.sessions_of(request.user.pk, at=timezone.now())  # type: ignore[arg-type]
    current = request.session.session_key
    return {
        each.session_key: each.handle for each in found if each.session_key != current
    }


def _end(request: HttpRequest, keys: list[str]) -> HttpResponse:
    assert isinstance(request.user, User)  # noqa: S101 - log-in is required
    by = request.actor or queries.grantless(request.user)  # type: ignore[attr-defined]
    count = operations.end_sessions(by=by, at=timezone.now(), keys=keys)
    done = Text("已结束 {n} 个登录。", "Sessions ended: {n}.", {"n": count})
    messages.success(request, say(done))
    return redirect("accounts:sessions")


@for_administrators
@require_safe
def users(request: HttpRequest, _by: Actor, division: DivisionCode) -> HttpResponse:
    """List the people who log in, within one's division."""
    page = presenting.USERS.page(request, queries.users_seen(division))
    presenting.dress(page.records, at=timezone.now())
    return render(request, "accounts/users.html", {"title": TITLE, "list": page})


@for_administrators
def user_new(request: HttpRequest, by: Actor, division: DivisionCode) -> HttpResponse:
    """Create a user and show the one-time password once."""
    form = UserForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            user, password = operations.create_user(
                by=by, at=timezone.now(), division=division, **form.cleaned_data
            )
        except BadInput as refusal:
            form.add_error("username", say(refusal.message))
        else:
            return _password_once(request, user, password, is_new=True)
    act = Text("新建账户", "New account")
    context = {
        "title": act,
        "cancel_url": reverse("accounts:users"),
        "submit_label": Text("建立账户", "Create the account"),
        "crumbs": [Crumb(TITLE, reverse("accounts:users")), Crumb(act)],
    }
    return _form(request, form, context)


@for_administrators
@require_safe
def user(
    request: HttpRequest, by: Actor, division: DivisionCode, user_id: int
) -> HttpResponse:
    """Show a user with the grants that lie in one's division."""
    found = _user(division, user_id)
    today = timezone.localdate()
    context = {
        "title": found.name or found.username,
        "account": found,
        "badge": presenting.state_badge(found, at=timezone.now()),
        "home": presenting.home_of(found, on=today),
        "has_second_step": queries.has_second_step(found),
        "grants": presenting.grant_rows(found, by, on=today),
        "log_ins": presenting.log_in_rows(found),
        "is_self": found.pk == by.user_id,
        "can_manage": permissions.can_manage_account(
            by, found.pk, queries.places_of(found, on=today)
        ),
        "crumbs": [Crumb(TITLE, reverse("accounts:users")), Crumb(found.username)],
    }
    return render(request, "accounts/user.html", context)


@for_administrators
def grant_new(
    request: HttpRequest, by: Actor, division: DivisionCode, user_id: int
) -> HttpResponse:
    """Grant a role."""
    found = _user(division, user_id)
    permissions.check_not_self(by, found.pk)
    today = timezone.localdate()
    form = GrantForm(
        _posted(request),
        initial={"division": division, "valid_from": today},
        within=division,
        today=today,
    )
    back = reverse("accounts:user", args=[user_id])
    if request.method == "POST" and form.is_valid() and _granted(by, found, form):
        return redirect(back)
    context = {
        **_page_of(found, Text("授权", "Grant a role")),
        "submit_label": Text("授权", "Grant the role"),
        "options": places.search(
            str(division), within=division, at=today, limit=OPTIONS_MAX
        ),
    }
    return _form(request, form, context, template="accounts/grant.html")


def _granted(by: Actor, user: User, form: GrantForm) -> bool:
    data = form.cleaned_data
    try:
        operations.grant_role(
            by=by,
            at=timezone.now(),
            user=user,
            role=Role(data["role"]),
            division=data["division"],
            valid_from=data["valid_from"],
            last_day=data["last_day"],
            official_id=data["official_id"],
        )
    except Refusal as refusal:
        remedy = "" if refusal.remedy is None else say(refusal.remedy)
        form.add_error(_FIELDS.get(type(refusal)), say(refusal.message) + remedy)
        return False
    return True


@for_administrators
@require_safe
def division_options(
    request: HttpRequest, _by: Actor, division: DivisionCode
) -> HttpResponse:
    """Answer the grant form with divisions whose name or code fits what was typed."""
    text = request.GET.get("division", "")[:60].replace("\x00", "")
    found = places.search(
        text, within=division, at=timezone.localdate(), limit=OPTIONS_MAX
    )
    return render(request, "accounts/_division_options.html", {"options": found})


@for_administrators
def password_reset(
    request: HttpRequest, by: Actor, division: DivisionCode, user_id: int
) -> HttpResponse:
    """Ask, then give a new one-time password and show it once."""
    found = _user(division, user_id)
    if request.method == "POST":
        password = operations.reset_password(by=by, at=timezone.now(), user=found)
        return _password_once(request, found, password, is_new=False)
    context = {
        **_page_of(found, Text("重置密码", "Reset the password")),
        "question": Text(
            "重置后，{name}的现有密码立即失效，已登录的会话全部退出。确定重置？",
            "The present password of {name} stops working at once and every session "
            "ends. Reset it?",
            {"name": found.name},
        ),
        "confirm_label": Text("重置密码", "Reset the password"),
    }
    return render(request, "web/confirm.html", context)


@for_administrators
def active(
    request: HttpRequest, by: Actor, division: DivisionCode, user_id: int
) -> HttpResponse:
    """Disable or enable a user, with a reason."""
    found = _user(division, user_id)
    form = ReasonForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        operations.set_active(
            by=by,
            at=timezone.now(),
            user=found,
            is_active=request.POST.get("wanted") == "enabled",
            reason=form.cleaned_data["reason"],
        )
        return redirect("accounts:user", user_id)
    act = (
        Text("停用账户", "Disable the account")
        if found.is_active
        else Text("启用账户", "Enable the account")
    )
    context = {
        **_page_of(found, act),
        "submit_label": act,
        "wanted": "disabled" if found.is_active else "enabled",
    }
    return _form(request, form, context, template="accounts/active.html")


@for_administrators
def second_step_reset(
    request: HttpRequest, by: Actor, division: DivisionCode, user_id: int
) -> HttpResponse:
    """Switch off the second step of somebody who lost it, with a reason."""
    found = _user(division, user_id)
    form = ReasonForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        operations.reset_second_step(
            by=by,
            at=timezone.now(),
            user=found,
            reason=form.cleaned_data["reason"],
        )
        return redirect("accounts:user", user_id)
    act = Text("停用两步验证", "Switch off two-step log-in")
    return _form(request, form, {**_page_of(found, act), "submit_label": act})


@for_administrators
def grant_end(
    request: HttpRequest, by: Actor, _division: DivisionCode, grant_id: int
) -> HttpResponse:
    """End a grant at once, with a reason."""
    grant = get_object_or_404(Grant.objects.select_related("user"), pk=grant_id)
    form = ReasonForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        operations.end_grant(
            by=by, at=timezone.now(), grant=grant, reason=form.cleaned_data["reason"]
        )
        return redirect("accounts:user", grant.user_id)
    act = Text(
        "终止授权：{role} {place}",
        "End the grant: {role}, {place}",
        presenting.grant_words(grant, on=timezone.localdate()),
    )
    label = Text("终止授权", "End the grant")
    return _form(request, form, {**_page_of(grant.user, act), "submit_label": label})


def _user(division: DivisionCode, user_id: int) -> User:
    """Return a user whom an administrator of `division` may see, else answer 404."""
    found = queries.users_seen(division).filter(pk=user_id).first()
    if found is None:
        raise Http404
    return found


def _page_of(user: User, act: Text) -> dict[str, Any]:
    """Return title, path and way back of a page about a user."""
    url = reverse("accounts:user", args=[user.pk])
    return {
        "title": Text(
            "{act}：{name}", "{act}: {name}", {"act": act, "name": user.name}
        ),
        "cancel_url": url,
        "crumbs": [
            Crumb(TITLE, reverse("accounts:users")),
            Crumb(user.username, url),
            Crumb(act),
        ],
    }


def _posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted; an empty post is refused, not taken for a first look."""
    return request.POST if request.method == "POST" else None


def _form(
    request: HttpRequest,
    form: Any,
    context: dict[str, Any],
    template: str = "web/form.html",
) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {**context, "form": form}, status=status)


def _password_once(
    request: HttpRequest, user: User, password: str, *, is_new: bool
) -> HttpResponse:
    context = {
        "is_new": is_new,
        "crumbs": [
            Crumb(TITLE, reverse("accounts:users")),
            Crumb(user.username, reverse("accounts:user", args=[user.pk])),
            Crumb(Text("一次性密码", "One-time password")),
        ],
        "title": Text("一次性密码", "One-time password"),
        "account": user,
        "password": password,
        "hours": operations.ONE_TIME_HOURS,
    }
    return render(request, "accounts/password_once.html", context)
