"""Pages that change a household's file by hand: its facts, its members, its incomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from bangfu.calc.values.findings import Finding, Refusal
from bangfu.calc.values.text import Text
from bangfu.registry import operations, permissions, presenting, queries
from bangfu.registry.editing import EditedMeanwhile
from bangfu.registry.fact_forms import (
    FactsForm,
    HouseholdForm,
    IncomeForm,
    LeavingForm,
    MemberForm,
)
from bangfu.registry.models import Household, Income
from bangfu.registry.views import acting_reader, crumbs_of, file_of, show_refusal
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

_UNPROCESSABLE = 422
_NAMED = Text("{act}：{name}", "{act}: {name}")
CHANGE = Text("修改", "Change")
ADD_MEMBER = Text("新增成员", "Add a member")
CHANGE_MEMBER = Text("修改成员", "Correct a member")
LEAVE = Text("成员减少", "A member leaves")
ADD_INCOME = Text("登记年度收入", "Add a year's income")
CHANGE_INCOME = Text("修改 {year} 年收入", "Correct the income of {year}")
Kept = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Edit:
    """A page that edits.

    make: the form on posted data, or empty on None. act: calls the operation with
    what is the same for all of them and returns what is doubtful now.
    """

    title: Text
    make: Callable[[Any], Any]
    act: Callable[[Any, Kept], list[Finding]]
    about: str = ""
    hint: Text | None = None


@login_required
@only_once
def change(request: HttpRequest, household_id: int) -> HttpResponse:
    """Change facts of a household."""

    def make(data: Any) -> FactsForm:
        return HouseholdForm(data, record=file_of(household_id).household)

    def act(form: FactsForm, kept: Kept) -> list[Finding]:
        return operations.update_household(changes=form.changes(), **kept)

    found = _editable(request, household_id)
    edit = _Edit(CHANGE, make, act, about=found.head_name)
    return _answer(request, found, edit)


@login_required
@only_once
def add_member(request: HttpRequest, household_id: int) -> HttpResponse:
    """Add a member to a household."""

    def act(form: FactsForm, kept: Kept) -> list[Finding]:
        return operations.add_member(facts=form.facts(), **kept)

    found = _editable(request, household_id)
    return _answer(request, found, _Edit(ADD_MEMBER, MemberForm, act))


@login_required
@only_once
def change_member(
    request: HttpRequest, household_id: int, member_id: int
) -> HttpResponse:
    """Correct a member of a household."""

    def make(data: Any) -> FactsForm:
        return MemberForm(data, record=_member(household_id, member_id))

    def act(form: FactsForm, kept: Kept) -> list[Finding]:
        return operations.change_member(
            member_id=member_id, changes=form.changes(), **kept
        )

    found = _editable(request, household_id)
    name = _member(household_id, member_id).name
    return _answer(request, found, _Edit(CHANGE_MEMBER, make, act, about=name))


@login_required
@only_once
def end_member(request: HttpRequest, household_id: int, member_id: int) -> HttpResponse:
    """Record that a member left."""

    def make(data: Any) -> FactsForm:
        return LeavingForm(data, record=_member(household_id, member_id))

    def act(form: FactsForm, kept: Kept) -> list[Finding]:
        return operations.end_member(
            member_id=member_id,
            left_date=form.cleaned_data["left_date"],
            left_reason=form.cleaned_data["left_reason"],
            **kept,
        )

    found = _editable(request, household_id)
    name = _member(household_id, member_id).name
    edit = _Edit(LEAVE, make, act, about=name, hint=_LEAVE_HINT)
    return _answer(request, found, edit)


@login_required
@only_once
def add_income(request: HttpRequest, household_id: int) -> HttpResponse:
    """Add the income of a year."""

    def make(data: Any) -> FactsForm:
        return IncomeForm(data, last_year=_this_year())

    def act(form: IncomeForm, kept: Kept) -> list[Finding]:
        year = form.cleaned_data["year"]
        return operations.add_income(year=year, amounts=form.amounts(), **kept)

    found = _editable(request, household_id)
    return _answer(request, found, _Edit(ADD_INCOME, make, act, hint=_INCOME_HINT))


@login_required
@only_once
def change_income(request: HttpRequest, household_id: int, year: int) -> HttpResponse:
    """Correct the income of a year."""

    def make(data: Any) -> FactsForm:
        stored = _income(household_id, year)
        return IncomeForm(data, record=stored, last_year=_this_year())

    def act(form: IncomeForm, kept: Kept) -> list[Finding]:
        return operations.change_income(year=year, amounts=form.amounts(), **kept)

    found = _editable(request, household_id)
    _income(household_id, year)
    title = CHANGE_INCOME.with_(year=year)
    return _answer(request, found, _Edit(title, make, act, hint=_INCOME_HINT))


# Pieces


def _editable(request: HttpRequest, household_id: int) -> Household:
    by = acting_reader(request)
    found = file_of(household_id).household
    permissions.check_edit(by, found.division_code)
    return found


def _member(household_id: int, member_id: int) -> Any:
    member = file_of(household_id).household.members.filter(pk=member_id).first()
    if member is None:
        raise Http404
    return member


def _income(household_id: int, year: int) -> Any:
    incomes = Income.objects.current().filter(year=year)
    income = incomes.filter(household=file_of(household_id).household).first()
    if income is None:
        raise Http404
    return income


def _answer(request: HttpRequest, found: Household, edit: _Edit) -> HttpResponse:
    """Show the form; when it is sent, act and go back to the household."""
    form = edit.make(request.POST if request.method == "POST" else None)
    form.fields["version"].initial = queries.version_of(found)
    back = reverse("registry:household", args=[found.pk])
    if form.is_valid():
        try:
            doubts = edit.act(form, _kept(request, found, form, _now()))
        except EditedMeanwhile as refusal:
            form = _again(request, found, edit, refusal)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, say(_saved(len(doubts))))
            return redirect(back)
    title = _NAMED.with_(act=edit.title, name=edit.about) if edit.about else edit.title
    context = {
        "title": title,
        "crumbs": [*crumbs_of(found), Crumb(edit.title)],
        "form": form,
        "hint": edit.hint,
        "sections": presenting.form_sections(form),
        "cancel_url": back,
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/change.html", context, status=status)


def _this_year() -> int:
    return timezone.localdate().year  # noqa: TID251 - these views are an edge


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - these views are an edge


def _kept(request: HttpRequest, found: Household, form: Any, at: datetime) -> Kept:
    """Return what every operation takes."""
    return {
        "by": acting_reader(request),
        "at": at,
        "household_id": found.pk,
        "version": form.cleaned_data["version"],
        "reason": form.cleaned_data["reason"],
    }


def _again(
    request: HttpRequest, found: Household, edit: _Edit, refusal: EditedMeanwhile
) -> Any:
    """Return the form with what was entered, on the household as it stands now."""
    data = request.POST.copy()
    data["version"] = queries.version_of(file_of(found.pk).household)
    again = edit.make(data)
    again.is_valid()
    again.add_error(None, say(refusal))
    for key, words in again.differences():
        again.add_error(key, say(words))
    return again


def _saved(doubts: int) -> Text:
    if not doubts:
        return Text("已保存。", "Saved.")
    return Text(
        "已保存，核查发现 {n} 处疑点，见“疑点”。",
        "Saved; the checks found {n} doubts, see “Doubts”.",
        {"n": doubts},
    )


_LEAVE_HINT = Text(
    "成员的资料仍保留在户档案中，从减少之日起不再计入本户。",
    "The member's record stays in the file; from that day on he or she is not counted.",
)
_INCOME_HINT = Text(
    "全户全年数，单位：元。财产性、转移性收入留空时按各分项合计。",
    "Yuan, of the whole household and year. Property income and transfers that are left "
    "empty are the sum of their parts.",
)
