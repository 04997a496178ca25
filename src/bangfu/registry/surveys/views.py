"""Pages of the yearly survey: villages, one village's work list, opening, checking, locking."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.registry.forms import ExportForm
from bangfu.registry.surveys import (
    exporting,
    forms,
    lists,
    operations,
    permissions,
    presenting,
    queries,
    rules,
)
from bangfu.registry.surveys.kinds import SheetState
from bangfu.registry.surveys.models import Collection
from bangfu.scope import Actor
from bangfu.web import formats
from bangfu.web.downloads import workbook_response
from bangfu.web.language import active_language, say
from bangfu.web.lists import BulkAction
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

SURVEYS = Text("年度采集", "Yearly survey")
OPEN = Text("开启年度采集", "Open a year")
LOCK = Text("锁定年度采集", "Lock a year")
EXPORT = Text("导出采集表", "Export the sheets")
_EXPORTED = Text("年度采集表.xlsx", "survey-sheets.xlsx")
_UNPROCESSABLE = 422


def acting(request: HttpRequest) -> Actor:
    """Return who asks. Raises NotAllowed for who has no work lists."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    permissions.check_work(actor)
    return actor


@login_required
@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    """List the collections of the acting scope with how far each is."""
    by = acting(request)
    page = lists.COLLECTIONS.page(request, queries.collections())
    far = queries.progress(page.records)
    names = divisions.names(
        (one.division_code for one in page.records), at=timezone.localdate()
    )
    for one in page.records:
        one.far = far[one.pk]
        one.village = names.get(one.division_code, one.division_code)
    context = {
        "title": SURVEYS,
        "list": page,
        "can_close": by.division is not None and permissions.can_close(by, by.division),
    }
    return render(request, "registry/surveys.html", context)


@login_required
@only_once
def open_year(request: HttpRequest) -> HttpResponse:
    """Open a year in a division of the reader's own."""
    by = acting(request)
    if by.division is None:
        raise Http404
    permissions.check_close(by, by.division)
    form = forms.YearForm(_posted(request), **_choices(by))
    if form.is_valid():
        try:
            opened = operations.open_year(
                by=by,
                at=timezone.now(),
                division=DivisionCode(form.cleaned_data["division"]),
                year=form.cleaned_data["year"],
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            words = Text(
                "已开启 {n} 个村的采集。",
                "The year is open in {n} villages.",
                {"n": len(opened)},
            )
            messages.success(request, say(words))
            return redirect("registry:surveys")
    return _form_page(
        request, OPEN, form, cancel=reverse("registry:surveys"), submit=OPEN
    )


@login_required
@only_once
def lock_year(request: HttpRequest) -> HttpResponse:
    """Lock a year in a division of the reader's own."""
    by = acting(request)
    if by.division is None:
        raise Http404
    permissions.check_close(by, by.division)
    form = forms.YearLockForm(_posted(request), **_choices(by))
    if form.is_valid():
        given = form.cleaned_data
        try:
            locked = operations.lock_year(
                by=by,
                at=timezone.now(),
                division=DivisionCode(given["division"]),
                year=given["year"],
                missing_reason=given["missing_reason"],
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(request, say(_locked(len(locked))))
            return redirect("registry:surveys")
    return _form_page(
        request,
        LOCK,
        form,
        cancel=reverse("registry:surveys"),
        submit=LOCK,
        hint=_LOCK_HINT,
    )


@login_required
@require_safe
def survey(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Show a village's work list: who is done, missing, doubtful."""
    by = acting(request)
    found = collection_or_404(collection_id)
    far = queries.progress([found])[found.pk]
    can_record = permissions.can_record(by, found.division_code)
    actions = []
    if can_record and not found.is_locked:
        actions.append(
            BulkAction(
                text=Text("审核通过", "Check"),
                url=reverse("registry:survey_check", args=[found.pk]),
                kind="primary",
                icon="check2-all",
            )
        )
    first = queries.work_list(found).filter(sheet_id=None).order_by("household_no")
    context = {
        **context_of(found),
        "list": lists.WORK.page(
            request,
            _rows(found),
            actions=actions,
            export_url=reverse("registry:survey_export", args=[found.pk]),
        ),
        "far": far,
        "first": first.first() if can_record and not found.is_locked else None,
        "can_close": permissions.can_close(by, found.division_code),
        "can_import": permissions.can_import(by, found.division_code),
        "late": presenting.LATE
        if not found.is_locked and found.due_on < timezone.localdate()
        else "",
        "due": formats.civil_date(found.due_on),
    }
    return render(request, "registry/survey.html", context)


@login_required
@require_POST
@only_once
def check(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Check the selected sheets, or one with what was found of its doubts."""
    by = acting(request)
    found = collection_or_404(collection_id)
    permissions.check_record(by, found.division_code)
    rows = _rows(found).exclude(sheet_id=None)
    chosen = lists.WORK.selected(request, rows, limit=operations.CHECKED_AT_ONCE)
    ids = list(chosen.order_by("pk").values_list("sheet_id", flat=True))
    sheets = operations.check_sheets(
        by=by, at=timezone.now(), sheet_ids=ids, note=request.POST.get("note", "")
    )
    words = Text("已审核 {n} 户。", "Checked {n} households.", {"n": len(sheets)})
    messages.success(request, say(words))
    return redirect(
        f"{reverse('registry:survey', args=[found.pk])}?state={SheetState.RECORDED}"
    )


@login_required
@only_once
def lock(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Lock one village's year."""
    by = acting(request)
    found = collection_or_404(collection_id)
    permissions.check_close(by, found.division_code)
    form = forms.LockForm(_posted(request))
    back = reverse("registry:survey", args=[found.pk])
    if form.is_valid():
        try:
            operations.lock_year(
                by=by,
                at=timezone.now(),
                division=found.division_code,
                year=found.year,
                missing_reason=form.cleaned_data["missing_reason"],
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(request, say(_locked(1)))
            return redirect(back)
    far = queries.progress([found])[found.pk]
    hint = _VILLAGE_HINT.with_(
        households=far.households, checked=far.checked, missing=far.missing
    )
    return _form_page(
        request, LOCK, form, cancel=back, submit=LOCK, hint=hint, found=found
    )


@login_required
@never_cache
def export(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Ask for a purpose; then hand the village's sheets out as a workbook."""
    by = acting(request)
    found = collection_or_404(collection_id)
    permissions.check_export(by, found.division_code)
    form = ExportForm(_posted(request))
    if form.is_valid():
        try:
            content = exporting.export_sheets(
                by=by,
                at=timezone.now(),
                collection=found,
                purpose=form.cleaned_data["purpose"],
                language=active_language(),
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            return workbook_response(content, say(_EXPORTED))
    return _form_page(
        request,
        EXPORT,
        form,
        cancel=reverse("registry:survey", args=[found.pk]),
        submit=EXPORT,
        hint=_EXPORT_HINT,
        found=found,
    )


# Pieces


def collection_or_404(collection_id: int) -> Collection:
    """Return a collection of the acting scope."""
    found = queries.collection(collection_id)
    if found is None:
        raise Http404
    return found


def title_of(found: Collection) -> Text:
    """Return the name of a collection: village and year."""
    today = timezone.localdate()
    names = divisions.names([found.division_code], at=today)
    return Text(
        "{village} {year} 年采集",
        "{village}, survey of {year}",
        {
            "village": names.get(found.division_code, str(found.division_code)),
            "year": found.year,
        },
    )


def crumbs_of(found: Collection) -> list[Crumb]:
    """Return the way to a collection's page."""
    return [
        Crumb(SURVEYS, reverse("registry:surveys")),
        Crumb(title_of(found), reverse("registry:survey", args=[found.pk])),
    ]


def context_of(found: Collection) -> dict[str, Any]:
    """Return what every page of a collection shows."""
    return {
        "title": title_of(found),
        "crumbs": crumbs_of(found),
        "collection": found,
        "standing": presenting.standing_of(found),
        "place": divisions.full_name(found.division_code, at=timezone.localdate()),
        "locked_words": formats.moment(found.locked_at),
    }


def show(form: Any, refusal: Refusal) -> None:
    """Put what was refused at the fields it is about, the rest above the form."""
    placed = [found for found in refusal.findings if found.field in form.fields]
    for found in placed:
        form.add_error(found.field, say(found.message))
    rest = [found for found in refusal.findings if found not in placed]
    if not placed or rest:
        remedy = say(refusal.remedy) if refusal.remedy else ""
        form.add_error(None, f"{say(refusal)} {remedy}".strip())
        for found in rest:
            form.add_error(None, say(found.message))


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _rows(found: Collection) -> QuerySet[Any]:
    rows: QuerySet[Any] = queries.work_list(found).annotate(
        of_collection=Value(found.pk)
    )
    return rows


def _choices(by: Actor) -> dict[str, Any]:
    """Return the reader's division and those below it, and the years."""
    today = timezone.localdate()
    assert by.division is not None  # noqa: S101 - asked by the caller
    own = divisions.full_name(by.division, at=today)
    below = [
        (str(one.code), f"{one.code} {one.name}")
        for one in divisions.children(by.division, at=today)
        if one.level <= Level.VILLAGE
    ]
    return {
        "divisions": [(str(by.division), own), *below],
        "first_year": rules.FIRST_YEAR,
        "last_year": today.year,
    }


def _form_page(
    request: HttpRequest,
    title: Text,
    form: Any,
    *,
    cancel: str,
    submit: Text,
    hint: Text | None = None,
    found: Collection | None = None,
) -> HttpResponse:
    crumbs = (
        crumbs_of(found)
        if found is not None
        else [Crumb(SURVEYS, reverse("registry:surveys"))]
    )
    context = {
        "title": title,
        "crumbs": [*crumbs, Crumb(title)],
        "form": form,
        "hint": hint,
        "cancel_url": cancel,
        "submit_label": submit,
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/survey_form.html", context, status=status)


def _locked(count: int) -> Text:
    return Text(
        "已锁定 {n} 个村。", "The year is locked in {n} villages.", {"n": count}
    )


_LOCK_HINT = Text(
    "锁定后任何人不能修改，只能由乡镇或县级办公室写明理由更正。有待审核或已退回采集表的村"
    "不能锁定；有未采集户的村须写明原因。",
    "After the lock nobody changes the year; the township or county corrects it with a "
    "reason. A village with sheets that wait or went back cannot be locked; one with "
    "missing households needs a reason.",
)
_VILLAGE_HINT = Text(
    "应采集 {households} 户，已审核 {checked} 户，未采集 {missing} 户。锁定后任何人不能修改，"
    "只能写明理由更正。",
    "{households} households, {checked} checked, {missing} missing. After the lock nobody "
    "changes the year; it can be corrected with a reason.",
)
_EXPORT_HINT = Text(
    "按导入模板的格式导出本村采集表，可修改后再导入。",
    "The village's sheets in the layout of the import; they can be imported again.",
)
