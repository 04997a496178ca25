"""Pages of accounts and grants."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bangfu.accounts import operations, permissions, queries
from bangfu.accounts.forms import GrantForm, NewPasswordForm, ReasonForm, UserForm
from bangfu.accounts.middleware import GRANT_KEY
from bangfu.accounts.models import Grant, User
from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed, Refusal
from bangfu.calc.values.text import Text
from bangfu.scope import Actor
from bangfu.web.cells import Badge
from bangfu.web.columns import Column
from bangfu.web.filters import TextFilter
from bangfu.web.language import say
from bangfu.web.lists import ListSpec
from bangfu.web.navigation import Crumb

TITLE = Text("账户与授权", "Accounts and grants")
_View = Callable[..., HttpResponse]


def _state(user: User) -> Badge:
    if not user.is_active:
        return Badge(Text("已停用", "disabled"), "neutral")
    if user.must_change_password:
        return Badge(Text("待首次登录", "to log in first"), "warning")
    return Badge(Text("正常", "active"), "success")


USERS = ListSpec(
    key="accounts.users",
    noun=Text("人", "people"),
    order="username",
    row_url=lambda user: reverse("accounts:user", args=[user.pk]),
    columns=(
        Column(
            name="username",
            text=Text("用户名", "User name"),
            order="username",
            is_fixed=True,
        ),
        Column(name="name", text=Text("姓名", "Name"), order="name"),
        Column(name="state", text=Text("状态", "State"), value=_state),
        Column(
            name="last_login",
            text=Text("上次登录", "Last log-in"),
            kind="moment",
            order="last_login",
        ),
    ),
    filters=(
        TextFilter(name="q", text=Text("用户名", "User name"), field="username"),
        TextFilter(name="name", text=Text("姓名", "Name"), field="name"),
    ),
)


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


@login_required
def new_password(request: HttpRequest) -> HttpResponse:
    """Replace a one-time password by one's own."""
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)  # noqa: S101 - log-in is required
        try:
            operations.set_own_password(
                by=request.actor,  # type: ignore[attr-defined]
                at=timezone.now(),
                user=request.user,
                password=form.cleaned_data["password"],
            )
        except BadInput as refusal:
            form.add_error("password", say(refusal.message))
        else:
            update_session_auth_hash(request, request.user)
            return redirect("home")
    title = Text("设置自己的密码", "Choose your own password")
    return _form(request, form, title, reverse("home"))


@for_administrators
def users(request: HttpRequest, _by: Actor, _division: DivisionCode) -> HttpResponse:
    """List the people who log in."""
    page = USERS.page(request, User.objects.all())
    return render(request, "accounts/users.html", {"title": TITLE, "list": page})


@for_administrators
def user_new(request: HttpRequest, by: Actor, division: DivisionCode) -> HttpResponse:
    """Create a user and show the one-time password once."""
    form = UserForm(request.POST or None)
    title = Text("新建账户", "New account")
    if request.method == "POST" and form.is_valid():
        try:
            user, password = operations.create_user(
                by=by, at=timezone.now(), division=division, **form.cleaned_data
            )
        except BadInput as refusal:
            form.add_error("username", say(refusal.message))
        else:
            return _password_once(request, user, password)
    return _form(request, form, title, reverse("accounts:users"))


@for_administrators
def user(
    request: HttpRequest, by: Actor, _division: DivisionCode, user_id: int
) -> HttpResponse:
    """Show a user with the grants that lie in one's division."""
    found = get_object_or_404(User, pk=user_id)
    grants = Grant.objects.filter(user=found).order_by("-valid_from_date", "pk")
    rows = [
        (g, Role(g.role).text, permissions.can_manage(by, g.division_code))
        for g in grants
    ]
    context = {
        "title": found.name or found.username,
        "account": found,
        "badge": _state(found),
        "grants": rows,
        "is_self": found.pk == by.user_id,
        "crumbs": [Crumb(TITLE, reverse("accounts:users")), Crumb(found.username)],
    }
    return render(request, "accounts/user.html", context)


@for_administrators
def grant_new(
    request: HttpRequest, by: Actor, division: DivisionCode, user_id: int
) -> HttpResponse:
    """Grant a role."""
    found = get_object_or_404(User, pk=user_id)
    initial = {"division": division, "valid_from": timezone.localdate().isoformat()}
    form = GrantForm(request.POST or None, initial=initial)
    back = reverse("accounts:user", args=[user_id])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.grant_role(
                by=by,
                at=timezone.now(),
                user=found,
                role=Role(data["role"]),
                division=data["division"],
                valid_from=data["valid_from"],
                official_id=data["official_id"],
            )
        except Refusal as refusal:
            form.add_error(None, say(refusal.message))
        else:
            return redirect(back)
    title = Text("给 {name} 授权", "Grant a role to {name}", {"name": found.name})
    return _form(request, form, title, back)


@for_administrators
@require_POST
def password_reset(
    request: HttpRequest, by: Actor, division: DivisionCode, user_id: int
) -> HttpResponse:
    """Give a new one-time password and show it once."""
    found = get_object_or_404(User, pk=user_id)
    password = operations.reset_password(
        by=by, at=timezone.now(), user=found, division=division
    )
    return _password_once(request, found, password)


@for_administrators
def active(
    request: HttpRequest, by: Actor, division: DivisionCode, user_id: int
) -> HttpResponse:
    """Disable or enable a user, with a reason."""
    found = get_object_or_404(User, pk=user_id)
    form = ReasonForm(request.POST or None)
    back = reverse("accounts:user", args=[user_id])
    if request.method == "POST" and form.is_valid():
        operations.set_active(
            by=by,
            at=timezone.now(),
            user=found,
            is_active=not found.is_active,
            division=division,
            reason=form.cleaned_data["reason"],
        )
        return redirect(back)
    title = (
        Text("停用账户 {name}", "Disable {name}", {"name": found.username})
        if found.is_active
        else Text("启用账户 {name}", "Enable {name}", {"name": found.username})
    )
    return _form(request, form, title, back)


@for_administrators
def grant_end(
    request: HttpRequest, by: Actor, _division: DivisionCode, grant_id: int
) -> HttpResponse:
    """End a grant today, with a reason."""
    grant = get_object_or_404(Grant, pk=grant_id)
    form = ReasonForm(request.POST or None)
    back = reverse("accounts:user", args=[grant.user_id])
    if request.method == "POST" and form.is_valid():
        operations.end_grant(
            by=by,
            at=timezone.now(),
            grant=grant,
            last_day=timezone.localdate(),
            reason=form.cleaned_data["reason"],
        )
        return redirect(back)
    title = Text(
        "终止授权：{role} {code}",
        "End the grant: {role} {code}",
        {"role": Role(grant.role).text, "code": grant.division_code},
    )
    return _form(request, form, title, back)


def _form(request: HttpRequest, form: Any, title: Text, back: str) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    context = {"title": title, "form": form, "cancel_url": back}
    return render(request, "web/form.html", context, status=status)


def _password_once(request: HttpRequest, user: User, password: str) -> HttpResponse:
    context = {
        "title": Text("一次性密码", "One-time password"),
        "account": user,
        "password": password,
        "hours": operations.ONE_TIME_HOURS,
    }
    return render(request, "accounts/password_once.html", context)
