"""Pages of cross-checks: the checks, the lists, the hits, one hit, batches."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.registry.crosschecks import (
    forms,
    lists,
    operations,
    permissions,
    presenting,
    queries,
    rules,
    tables,
)
from bangfu.registry.crosschecks.declared import BY_CODE
from bangfu.registry.crosschecks.models import Hit, HitState, VerdictKind
from bangfu.scope import Actor
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

CHECKS = Text("数据比对", "Cross-checks")
HITS = Text("比对线索", "Hits")
LISTS = Text("外部名单", "Outside lists")
_UNPROCESSABLE = 422


def _acting(request: HttpRequest) -> Actor:
    """Return who asks. Raises NotAllowed for who sees no hits."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    permissions.check_see(actor)
    return actor


@login_required
@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    """Show all checks with their hits, verdicts and precision, and the last run."""
    by = _acting(request)
    context = {
        "title": CHECKS,
        "groups": tables.groups(),
        "run": queries.last_run(),
        "can_run": permissions.can_run(by),
        "can_bring": permissions.can_bring(by),
        "progress": tables.progress(by),
    }
    return render(request, "registry/crosschecks.html", context)


@login_required
@require_POST
@only_once
def run(request: HttpRequest) -> HttpResponse:
    """Order a run over the reader's division."""
    by = _acting(request)
    operations.order_run(by=by, at=timezone.now())
    messages.success(request, say(Text("已提交数据比对。", "The run is ordered.")))
    return redirect("registry:crosschecks")


@login_required
@require_safe
def arrived(request: HttpRequest) -> HttpResponse:
    """List the outside lists, those in force and those that were replaced."""
    by = _acting(request)
    permissions.check_bring(by)
    context = {
        "title": LISTS,
        "crumbs": [_root(), Crumb(LISTS)],
        "list": lists.LISTS.page(request, queries.lists()),
        "kinds": tables.kinds_on_file(),
    }
    return render(request, "registry/external_lists.html", context)


@login_required
@require_safe
def hits(request: HttpRequest) -> HttpResponse:
    """List the hits of the acting scope; selected ones can be judged together."""
    by = _acting(request)
    actions = lists.batch_actions() if permissions.can_judge(by) else []
    context = {
        "title": HITS,
        "crumbs": [_root(), Crumb(HITS)],
        "list": lists.HITS.page(request, queries.hits(), actions=actions),
    }
    return render(request, "web/list_page.html", context)


@login_required
@only_once
def hit(request: HttpRequest, hit_id: int) -> HttpResponse:
    """Show one hit: why, the facts side by side, what people said; and judge it."""
    by = _acting(request)
    found = _found(hit_id)
    is_posted = request.method == "POST"
    may = permissions.can_judge(by) and found.state != HitState.GONE
    if is_posted:
        permissions.check_judge(by, DivisionCode(found.division_code))
    form = forms.VerdictForm(
        request.POST if is_posted else None,
        request.FILES if is_posted else None,
        initial={"seen": found.facts_digest},
    )
    if form.is_valid():
        try:
            operations.judge(
                by=by,
                at=timezone.now(),
                hit_id=hit_id,
                said=form.said(),
                seen=form.cleaned_data["seen"] or None,
            )
        except Refusal as refusal:
            _show(form, refusal)
        else:
            messages.success(
                request, say(Text("核实结论已保存。", "The verdict is kept."))
            )
            return redirect("registry:hit", hit_id)
    context = {**_context(found), "form": form if may else None}
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/hit.html", context, status=status)


@login_required
@require_POST
@only_once
def batch(request: HttpRequest, verdict: str) -> HttpResponse:
    """Judge the selected hits alike: first ask for the reason, then do it."""
    by = _acting(request)
    if verdict not in VerdictKind.values:
        raise Http404
    assert by.division is not None  # noqa: S101 - who sees hits has a division
    permissions.check_judge(by, by.division)
    chosen = lists.HITS.selected(request, queries.hits(), limit=operations.BATCH_MAX)
    ids = list(chosen.order_by("pk").values_list("pk", flat=True))
    is_confirmed = "reason" in request.POST
    data = request.POST.copy()
    data["kind"] = verdict
    form = forms.VerdictForm(
        data if is_confirmed else None,
        request.FILES if is_confirmed else None,
        initial={"kind": verdict},
    )
    back = f"{reverse('registry:hits')}?standing=open"
    if form.is_valid():
        try:
            judged, refused = operations.judge_many(
                by=by, at=timezone.now(), hit_ids=ids, said=form.said()
            )
        except Refusal as refusal:
            _show(form, refusal)
        else:
            if not refused:
                messages.success(request, say(_DONE.with_(n=len(judged))))
                return redirect(back)
            return _batch_result(request, len(judged), refused, back)
    title = Text(
        "核实结论：{kind}", "Verdict: {kind}", {"kind": VerdictKind(verdict).text}
    )
    context = {
        "title": title,
        "crumbs": [_root(), Crumb(HITS, reverse("registry:hits")), Crumb(title)],
        "form": form,
        "chosen": [
            {
                "hit": one,
                "check": presenting.check_text(one),
                "about": presenting.subject_text(one),
            }
            for one in queries.hits().filter(pk__in=ids).order_by("pk")
        ],
        "cancel_url": back,
        "submit_label": Text("保存结论", "Keep the verdict"),
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/hit_batch.html", context, status=status)


def _batch_result(
    request: HttpRequest, judged: int, refused: list[operations.Refused], back: str
) -> HttpResponse:
    by_id = queries.hits().in_bulk([one.hit_id for one in refused])
    title = Text("部分线索未保存", "Some hits stayed as they were")
    context = {
        "title": title,
        "crumbs": [_root(), Crumb(HITS, back), Crumb(title)],
        "judged": judged,
        "refused": [(by_id.get(one.hit_id), one.refusal) for one in refused],
        "back": back,
    }
    return render(request, "registry/hit_batch_result.html", context)


def _context(found: Hit) -> dict[str, Any]:
    today = timezone.localdate()
    check = BY_CODE.get(found.check_code)
    title = presenting.check_text(found)
    return {
        "title": title,
        "crumbs": [_root(), Crumb(HITS, reverse("registry:hits")), Crumb(title)],
        "hit": found,
        "check": check,
        "about": presenting.subject_text(found),
        "place": divisions.full_name(DivisionCode(found.division_code), at=today),
        "state": presenting.state_badge(found),
        "why": presenting.why(found),
        "sides": presenting.sides(found),
        "match": presenting.match_text(found),
        "comparison": presenting.comparison(found),
        "verdicts": [
            {
                "verdict": one,
                "badge": presenting.verdict_badge(one.kind),
                "basis": rules.BASES.get(one.basis),
                "is_old": one.facts_digest != found.facts_digest,
            }
            for one in queries.verdicts_of(found)
        ],
    }


def _show(form: forms.VerdictForm, refusal: Refusal) -> None:
    """Put what was refused at the fields it is about, else above the form."""
    placed = [one for one in refusal.findings if one.field in form.fields]
    for one in placed:
        form.add_error(one.field, say(one.message))
    if not placed:
        remedy = say(refusal.remedy) if refusal.remedy else ""
        form.add_error(None, say(refusal) + remedy)


def _found(hit_id: int) -> Hit:
    found = queries.hit(hit_id)
    if found is None:
        raise Http404
    return found


def _root() -> Crumb:
    return Crumb(CHECKS, reverse("registry:crosschecks"))


_DONE = Text("已保存 {n} 条核实结论。", "{n} verdicts are kept.")
