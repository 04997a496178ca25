"""Pages of the imports: list, upload, preview with its decision, downloads."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bangfu import exchange
from bangfu.calc.values.findings import Finding, NotAllowed, Refusal, Severity
from bangfu.calc.values.text import Text
from bangfu.jobs.presenting import progress_of
from bangfu.registry import forms, lists
from bangfu.registry.imports import operations, preview, queries
from bangfu.registry.imports.intake import Options
from bangfu.registry.imports.kinds import intake_of, kinds
from bangfu.registry.models import Import, ImportState
from bangfu.registry.rules import names as rules
from bangfu.scope import Actor
from bangfu.web.downloads import workbook_response
from bangfu.web.language import active_language, say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once
from bangfu.web.progress import Progress

IMPORTS = Text("数据导入", "Import")
UPLOAD = Text("上传文件", "Upload files")
_UNPROCESSABLE = 422


@login_required
@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """List the imports of the acting scope."""
    _allowed_kinds(request)
    page = lists.IMPORTS.page(request, queries.all_imports())
    lists.prepare_imports(page.records, queries.standings(page.records))
    context = {"title": IMPORTS, "list": page}
    return render(request, "registry/imports.html", context)


@login_required
@only_once
def upload(request: HttpRequest) -> HttpResponse:
    """Take files and order their check."""
    allowed = _allowed_kinds(request)
    names = lists.kind_texts()
    choices = [(kind, say(names.get(kind, kind))) for kind in allowed]
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    today = timezone.localdate()  # noqa: TID251 - these views are an edge
    asked = request.GET.get("kind", "")
    kind = asked if asked in allowed else allowed[0]
    initial = {"kind": kind, "as_of": today}
    form = forms.UploadForm(*posted, kinds=choices, initial=initial)
    if form.is_valid():
        try:
            record = operations.upload(
                by=_actor(request),
                at=_now(),
                kind=form.cleaned_data["kind"],
                files=[
                    (file.name or "?", file.read())
                    for file in form.cleaned_data["workbooks"]
                ],
                options=Options(
                    overwrite_empty=form.cleaned_data["overwrite_empty"],
                    language=active_language(),
                    as_of=form.cleaned_data["as_of"],
                ),
            )
        except Refusal as refusal:
            sentence = f"{say(refusal)}{say(refusal.remedy)}"
            is_date = refusal.reason_code == "bad_as_of"
            form.add_error("as_of" if is_date else "workbooks", sentence)
        else:
            return redirect("registry:import", record.pk)
    context = {
        "title": UPLOAD,
        "crumbs": [_root(), Crumb(UPLOAD)],
        "form": form,
        "templates": [(kind, names.get(kind, kind)) for kind in allowed],
        "submit_label": Text("上传并核查", "Upload and check"),
        "cancel_url": reverse("registry:imports"),
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/upload.html", context, status=status)


@login_required
@require_safe
def import_page(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show where an import stands: progress, preview, decision, result."""
    _allowed_kinds(request)
    record = _record(import_id)
    standing = queries.standing_of(record)
    title = Text("导入第 {n} 号", "Import no. {n}", {"n": record.pk})
    counts: dict[str, Any] = record.counts or {}
    is_mine = _actor(request).division == record.division_code
    has_work = bool(counts.get("new", 0) + counts.get("changed", 0))
    waits = standing.state == ImportState.CHECKED
    context = {
        "title": title,
        "crumbs": [_root(), Crumb(title)],
        "record": record,
        "standing": standing,
        "badge": lists.state_badge(standing),
        "kind": lists.kind_texts().get(record.kind, record.kind),
        "counts": counts,
        "rows": sum((counts.get("rows") or {}).values()),
        "findings": _findings(record),
        "by_rule": _by_rule(counts),
        "differences": [_difference(found) for found in record.differences],
        "progress": _progress(standing, record) if standing.is_running else None,
        "can_confirm": is_mine and waits and has_work,
        "can_cancel": is_mine and not standing.is_over,
        "is_unchanged": standing.state == ImportState.UNCHANGED,
        "as_of": _as_of(record),
        "roll_note": _roll_note(record),
        "overwrites": record.options.get("overwrite_empty", False),
    }
    return render(request, "registry/import.html", context)


@login_required
@require_safe
def import_progress(request: HttpRequest, import_id: int) -> HttpResponse:
    """Answer with the progress block; when the job ends the page is asked for anew."""
    _allowed_kinds(request)
    record = _record(import_id)
    standing = queries.standing_of(record)
    if not standing.is_running:
        response = HttpResponse(status=200)
        response["HX-Refresh"] = "true"
        return response
    context = {"progress": _progress(standing, record)}
    return render(request, "web/_progress.html", context)


@login_required
@require_POST
@only_once
def confirm(request: HttpRequest, import_id: int) -> HttpResponse:
    """Order the writing of what was shown."""
    _record(import_id)
    operations.confirm(by=_actor(request), at=_now(), import_id=import_id)
    return redirect("registry:import", import_id)


@login_required
@require_POST
@only_once
def cancel(request: HttpRequest, import_id: int) -> HttpResponse:
    """End an import, or stop its writing."""
    _record(import_id)
    operations.cancel(by=_actor(request), at=_now(), import_id=import_id)
    messages.success(request, say(Text("已取消。", "Cancelled.")))
    return redirect("registry:import", import_id)


@login_required
@require_safe
def errors(request: HttpRequest, import_id: int, number: int) -> HttpResponse:
    """Hand out the error workbook of one file."""
    _allowed_kinds(request)
    record = _record(import_id)
    files = record.files
    if number >= len(files) or not files[number].get("wrong_rows"):
        raise Http404
    stem = str(files[number]["name"]).rsplit(".", 1)[0]
    name = say(Text("{stem}-错误表.xlsx", "{stem}-errors.xlsx", {"stem": stem}))
    return workbook_response(operations.error_workbook(record, number), name)


@login_required
@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """Hand out the empty workbook of a kind."""
    if kind not in _allowed_kinds(request):
        raise Http404
    intake = intake_of(kind)
    content = io.BytesIO()
    exchange.write_template(intake.workbook, language=active_language(), target=content)
    name = say(
        Text("{title}-模板.xlsx", "{title}-template.xlsx", {"title": intake.title})
    )
    return workbook_response(content.getvalue(), name)


# Pieces


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - these views are an edge


def _actor(request: HttpRequest) -> Actor:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    return actor


def _allowed_kinds(request: HttpRequest) -> list[str]:
    """Return the kinds that the actor may import. Raises NotAllowed without any."""
    by = _actor(request)
    allowed = []
    refused: NotAllowed | None = None
    for kind in kinds():
        try:
            intake_of(kind).check_may(by=by)
        except NotAllowed as refusal:
            refused = refused or refusal
        else:
            allowed.append(kind)
    if not allowed and refused is not None:
        raise refused
    return allowed


def _record(import_id: int) -> Import:
    record = Import.objects.filter(pk=import_id).first()
    if record is None:
        raise Http404
    return record


def _root() -> Crumb:
    return Crumb(IMPORTS, reverse("registry:imports"))


def _progress(standing: queries.Standing, record: Import) -> Progress | None:
    if standing.job is None:
        return None
    url = reverse("registry:import_progress", args=[record.pk])
    shown = progress_of(standing.job)
    return Progress(
        key=shown.key,
        text=shown.text,
        badge=shown.badge,
        done=shown.done,
        total=shown.total,
        poll_url=url,
        note=shown.note,
    )


def _findings(record: Import) -> list[tuple[Finding, Text]]:
    """Return what was found, each with the title of its rule."""
    several = len(record.files) > 1
    found = []
    for stored in record.findings:
        place = Text.from_json(stored["place"]) if stored["place"] else None
        if several:
            place = Text(
                "{file} {place}",
                "{file} {place}",
                {"file": record.files[stored["file"]]["name"], "place": place or ""},
            )
        found.append(
            Finding(
                stored["code"],
                "",
                Text.from_json(stored["message"]),
                Severity(stored["severity"]),
                place=place,
            )
        )
    return [(finding, rules.titled(finding.code)) for finding in found]


def _by_rule(counts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a row a rule: code, title, and how many findings of each severity."""
    return [
        {
            "code": code,
            "title": rules.titled(code),
            "impossible": by.get("impossible", 0),
            "doubtful": by.get("doubtful", 0),
            "notes": by.get("note", 0),
        }
        for code, by in sorted(
            (counts.get("findings") or {}).items(), key=lambda one: rules.order(one[0])
        )
    ]


def _difference(stored: dict[str, Any]) -> dict[str, object]:
    return {
        "record": stored["record"],
        "column": Text.from_json(stored["column"]),
        "before": _value(stored["before"]),
        "after": _value(stored["after"]),
    }


def _as_of(record: Import) -> date | None:
    """Return the day on which ages were taken; the rosters have none."""
    if record.kind != "households":
        return None
    return Options.from_json(record.options).as_of


def _roll_note(record: Import) -> Text | None:
    """Return that a file's incomes are older than the day of the roll, if they are."""
    first = record.findings[0] if record.findings else None
    if first is None or first["code"] != preview.EXPLAINS:
        return None
    return Text.from_json(first["message"])


def _value(stored: Any) -> object:
    return Text.from_json(stored) if isinstance(stored, dict) else stored
