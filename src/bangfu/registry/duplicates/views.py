"""Pages of suspected duplicates: the queue, records side by side, decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.calc.values.text import Text
from bangfu.registry.cases.views import show
from bangfu.registry.duplicates import (
    forms,
    lists,
    operations,
    permissions,
    presenting,
    queries,
)
from bangfu.registry.duplicates.models import DuplicateGroup
from bangfu.registry.duplicates.states import DecisionKind, Verdict
from bangfu.registry.models import Household, Member
from bangfu.scope import Actor
from bangfu.web import formats
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

DUPLICATES = Text("疑似重复", "Suspected duplicates")
_UNPROCESSABLE = 422
_PERSONS = Text("合并为同一人", "The same person: merge the records")
_HOUSEHOLDS = Text("并户", "Merge the households")
_APART = Text("不是同一人", "Not the same person")
_LATER = Text("以后再办", "Later")


def _acting(request: HttpRequest) -> Actor:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    permissions.check_see(actor)
    return actor


@login_required
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """List the groups of the acting scope, the likeliest first."""
    by = _acting(request)
    last = queries.last_search()
    context = {
        "title": DUPLICATES,
        "list": lists.with_names(lists.GROUPS.page(request, lists.groups())),
        "last": last,
        "last_at": formats.moment(last.ran_at) if last else "",
        "can_search": permissions.can_decide(by) and by.division is not None,
    }
    return render(request, "registry/duplicates.html", context)


@login_required
@require_POST
@only_once
def search(request: HttpRequest) -> HttpResponse:
    """Order a search of the acting division."""
    by = _acting(request)
    permissions.check_decide(by)
    if by.division is None:
        raise Http404
    job = operations.order_search(by=by, at=timezone.now(), division=by.division)
    return redirect("jobs:job", job.pk)


@login_required
@require_safe
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    """Show the records of a group side by side, why they were found, what to do."""
    by = _acting(request)
    found, members = _found(group_id)
    pairs = queries.pairs_of([group_id])
    records = presenting.records(members, on=timezone.localdate())
    may = found.is_waiting and permissions.can_decide(by)
    context = {
        **_context(found, members),
        "group": found,
        "state": presenting.state_badge(found),
        "chance": presenting.chance_text(found.chance),
        "reasons": presenting.reasons(pairs, {one.pk: one for one in members}),
        "records": records,
        "lines": presenting.side_by_side(records),
        "decisions": [
            {"decision": one, "text": DecisionKind(one.kind).text}
            for one in queries.decisions_of(group_id)
        ],
        "may_decide": may,
        "is_stale": found.is_waiting and not all(one.is_live for one in records),
        "unions": _unions(records) if may else [],
    }
    return render(request, "registry/duplicate.html", context)


@login_required
@only_once
def persons(request: HttpRequest, group_id: int) -> HttpResponse:
    """Merge records of a group: they are the same person."""
    by = _acting(request)
    permissions.check_decide(by)
    found, members = _found(group_id)
    live = [one for one in members if one.left_date is None]
    families: dict[int, list[Member]] = {}
    for one in queries.live_members_of({one.household_id for one in live}):
        families.setdefault(one.household_id, []).append(one)
    posted = request.POST if request.method == "POST" else None
    form = forms.PersonsForm(
        posted,
        records=live,
        families=families,
        initial={"happened_on": timezone.localdate()},
    )
    return _decided(
        request,
        found,
        members,
        form,
        _PERSONS,
        lambda: operations.merge_persons(
            by=by,
            at=timezone.now(),
            group_id=group_id,
            said=form.said(),
            **form.given(),
        ),
    )


@login_required
@only_once
def households(request: HttpRequest, group_id: int) -> HttpResponse:
    """Merge two households of a group: the family is on file twice."""
    by = _acting(request)
    permissions.check_decide(by)
    found, members = _found(group_id)
    old, into = _two(request, members)
    live = queries.live_members_of([old.pk, into.pk])
    going = [one for one in live if one.household_id == old.pk]
    there = [one for one in live if one.household_id == into.pk]
    form = forms.HouseholdsForm(
        request.POST if request.method == "POST" else None,
        going=going,
        there=there,
        suggested=queries.counterparts(going, there),
        initial={"happened_on": timezone.localdate()},
    )
    title = Text(
        "将 {old} 户并入 {into} 户",
        "Merge household {old} into {into}",
        {"old": old.household_no, "into": into.household_no},
    )
    return _decided(
        request,
        found,
        members,
        form,
        title,
        lambda: operations.merge_households(
            by=by,
            at=timezone.now(),
            group_id=group_id,
            household_id=old.pk,
            into_id=into.pk,
            same=form.same(),
            said=form.said(),
        ),
        note=Text(
            "并入后，{old} 户注销，收入和历史仍可查看，结对关系终止；各成员按下列选择处理。",
            "Household {old} is deregistered then; its incomes and history can still be "
            "seen, its pairing ends. Say of each member what holds.",
            {"old": old.household_no},
        ),
    )


@login_required
@only_once
def apart(request: HttpRequest, group_id: int) -> HttpResponse:
    """Say that the records are of different persons."""
    return _with_reason(request, group_id, _APART, operations.keep_apart)


@login_required
@only_once
def later(request: HttpRequest, group_id: int) -> HttpResponse:
    """Put a group off."""
    return _with_reason(request, group_id, _LATER, operations.postpone)


# Pieces


def _with_reason(
    request: HttpRequest, group_id: int, title: Text, operation: Callable[..., object]
) -> HttpResponse:
    by = _acting(request)
    permissions.check_decide(by)
    found, members = _found(group_id)
    form = forms.ReasonForm(request.POST if request.method == "POST" else None)
    return _decided(
        request,
        found,
        members,
        form,
        title,
        lambda: operation(
            by=by,
            at=timezone.now(),
            group_id=group_id,
            reason=form.cleaned_data["reason"],
        ),
    )


def _decided(
    request: HttpRequest,
    found: DuplicateGroup,
    members: list[Member],
    form: Any,
    title: Text,
    act: Callable[[], object],
    *,
    note: Text | None = None,
) -> HttpResponse:
    """Take a decision when the form is right, else show the form."""
    back = reverse("registry:duplicate", args=[found.pk])
    if form.is_valid():
        try:
            act()
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(request, say(Text("已登记。", "Recorded.")))
            return redirect(back)
    context = {
        **_context(found, members),
        "title": title,
        "form": form,
        "note": note,
        "submit_label": title,
        "cancel_url": back,
    }
    context["crumbs"] = [
        *context["crumbs"][:1],
        Crumb(presenting.title_of(members), back),
        Crumb(title),
    ]
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/duplicate_act.html", context, status=status)


def _found(group_id: int) -> tuple[DuplicateGroup, list[Member]]:
    """Return a group and its records within the scope, in the order of their keys."""
    found = queries.group(group_id)
    if found is None:
        raise Http404
    pairs = queries.pairs_of([group_id]).exclude(verdict=Verdict.GONE)
    if not found.is_waiting:
        pairs = queries.pairs_of([group_id])
    ids = {one for pair in pairs for one in (pair.left_id, pair.right_id)}
    members = queries.members(ids)
    return found, [members[one] for one in sorted(members)]


def _context(found: DuplicateGroup, members: list[Member]) -> dict[str, Any]:
    title = presenting.title_of(members)
    return {
        "title": title,
        "crumbs": [Crumb(DUPLICATES, reverse("registry:duplicates")), Crumb(title)],
        "group": found,
    }


def _unions(records: list[presenting.Record]) -> list[dict[str, object]]:
    """Return which households of one village could go into which."""
    live = {
        one.member.household_id: one.member.household for one in records if one.is_live
    }
    return [
        {"old": old, "into": into}
        for old in live.values()
        for into in live.values()
        if old.pk != into.pk and old.division_code == into.division_code
    ]


def _two(request: HttpRequest, members: list[Member]) -> tuple[Household, Household]:
    """Return the two households that the address names; both have a record here."""
    known = {str(one.household_id): one.household for one in members}
    old = known.get(request.GET.get("household", ""))
    into = known.get(request.GET.get("into", ""))
    if old is None or into is None or old.pk == into.pk:
        raise Http404
    return old, into
