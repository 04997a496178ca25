"""Pages that read the ledger: trial balance, flow, account, voucher."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.money import format_yuan
from bangfu.calc.values.text import Text
from bangfu.funds.ledger import exporting, forms, lists, permissions, queries
from bangfu.funds.ledger.flow import FundFlow, fund_flow, unspent_by_age
from bangfu.funds.ledger.models import Account, Entry, Voucher
from bangfu.scope import Actor
from bangfu.web.downloads import workbook_response
from bangfu.web.language import active_language, say
from bangfu.web.navigation import Crumb
from bangfu.web.sankey import Band, sankey

LEDGER = Text("资金总账", "Fund ledger")
FLOW = Text("资金流向", "Flow of funds")
VOUCHERS = Text("记账凭证", "Vouchers")
_PROVED = Text("余额与分录一致", "The balance is what the entries say")
_NOT_PROVED = Text("余额与分录不符", "The balance is not what the entries say")


def reading(request: HttpRequest) -> Actor:
    """Return who asks. Raises NotAllowed for who does not see the ledger."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    permissions.check_read(actor)
    return actor


def tabs(current: str) -> list[tuple[Text, str, bool]]:
    """Return the pages of the ledger: words, address, whether it is this one."""
    pages = (
        (Text("科目余额", "Balances"), "trial_balance"),
        (FLOW, "flow"),
        (VOUCHERS, "vouchers"),
        (Text("待审凭证", "Drafts"), "drafts"),
        (Text("结账", "Closing"), "periods"),
    )
    return [(text, reverse(f"funds:{name}"), name == current) for text, name in pages]


def _day(request: HttpRequest) -> date:
    today = queries.today()
    try:
        return min(date.fromisoformat(request.GET.get("on", "")), today)
    except ValueError:
        return today


def _division(request: HttpRequest, by: Actor) -> DivisionCode:
    """Return the division that is asked for within the acting one, else that."""
    assert by.division is not None  # noqa: S101 - readers hold a grant
    asked = request.GET.get("division", "")
    if asked.startswith(by.division) and asked.isdigit() and len(asked) in {4, 6, 9}:
        return DivisionCode(asked)
    return by.division


@login_required
@require_safe
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Show what every account holds at the end of a day, and the sums."""
    by = reading(request)
    on, division = _day(request), _division(request, by)
    page = lists.ACCOUNTS.page(request, queries.accounts_on(on))
    sums = queries.trial_balance(division, on)
    context = {
        "title": LEDGER,
        "tabs": tabs("trial_balance"),
        "list": page,
        "sums": sums,
        "on": on,
        "ages": unspent_by_age(sums),
        "can_prepare": permissions.can_prepare(by),
    }
    return render(request, "funds/trial_balance.html", context)


@login_required
@require_safe
def flow(request: HttpRequest) -> HttpResponse:
    """Show the way of the money from source to where it is now."""
    by = reading(request)
    on, division = _day(request), _division(request, by)
    found = fund_flow(
        queries.trial_balance(division, on), address=reverse("funds:trial_balance")
    )
    context = {
        "title": FLOW,
        "tabs": tabs("flow"),
        "on": on,
        "division": division,
        "total": format_yuan(found.total_fen),
        "rows": _flow_rows(found),
        "drawing": _drawing(found),
    }
    return render(request, "funds/flow.html", context)


def _flow_rows(found: FundFlow) -> list[tuple[Text, Text, int, str]]:
    return [
        (
            found.nodes[one.source],
            found.nodes[one.target],
            one.amount_fen,
            one.url,
        )
        for one in found.flows
    ]


def _drawing(found: FundFlow) -> str:
    names = {name: say(text) for name, text in found.nodes.items()}
    sums: dict[str, int] = {}
    for one in found.flows:
        if one.target in found.columns[-1]:
            sums[one.target] = sums.get(one.target, 0) + one.amount_fen
        if one.source not in found.columns[-1]:
            sums[one.source] = sums.get(one.source, 0) + one.amount_fen
    bands = [
        Band(
            one.source,
            one.target,
            one.amount_fen,
            f"{names[one.source]} → {names[one.target]}: {format_yuan(one.amount_fen)}",
            one.url,
        )
        for one in found.flows
    ]
    labels = {
        name: f"{words} {format_yuan(sums.get(name, 0))}"
        for name, words in names.items()
    }
    return sankey(title=FLOW, columns=found.columns, names=labels, bands=bands)


def account_or_404(account_id: int) -> Account:
    """Return an account in scope, or answer as for a page that is not there."""
    try:
        return queries.account(account_id)
    except queries.NoSuchRecord as missing:
        raise Http404 from missing


def voucher_or_404(voucher_id: int) -> Voucher:
    """Return a voucher in scope, or answer as for a page that is not there."""
    try:
        return queries.voucher(voucher_id)
    except queries.NoSuchRecord as missing:
        raise Http404 from missing


def _period(request: HttpRequest) -> tuple[forms.PeriodForm, date | None, date | None]:
    form = forms.PeriodForm(request.GET)
    if not form.is_valid():
        return form, None, None
    return form, form.cleaned_data["start"], form.cleaned_data["end"]


@login_required
@require_safe
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show an account: what it is for, its statement, and the proof of its balance."""
    reading(request)
    found = account_or_404(account_id)
    form, start, end = _period(request)
    page = queries.statement_page(
        found, start=start, end=end, after=request.GET.get("after", "")
    )
    proof = queries.prove(found, end)
    context = {
        "title": found.title_text,
        "crumbs": [
            Crumb(LEDGER, reverse("funds:trial_balance")),
            Crumb(found.title_text),
        ],
        "account": found,
        "form": form,
        "page": page,
        "is_first": not request.GET.get("after"),
        "lines": [(one, lists.voucher_name(one.entry.voucher)) for one in page.lines],
        "proof": proof,
        "proof_words": _PROVED if proof.holds else _NOT_PROVED,
        "commitments": found.commitments.filter(open_fen__gt=0).order_by("pk")[:100],
        "query": request.GET.urlencode(),
    }
    return render(request, "funds/account.html", context)


@login_required
@require_safe
def account_export(request: HttpRequest, account_id: int) -> HttpResponse:
    """Hand out a statement as a workbook."""
    reading(request)
    found = account_or_404(account_id)
    _form, start, end = _period(request)
    content = exporting.statement_workbook(
        queries.statement(found, start, end), language=active_language()
    )
    name = say(Text("明细账-{id}.xlsx", "statement-{id}.xlsx", {"id": found.pk}))
    return workbook_response(content, name)


@login_required
@require_safe
def vouchers(request: HttpRequest) -> HttpResponse:
    """List vouchers."""
    by = reading(request)
    page = lists.VOUCHERS.page(request, Voucher.objects.all())
    context = {
        "title": VOUCHERS,
        "tabs": tabs("vouchers"),
        "list": page,
        "can_prepare": permissions.can_prepare(by),
    }
    return render(request, "funds/list.html", context)


@login_required
@require_safe
def voucher(request: HttpRequest, voucher_id: int) -> HttpResponse:
    """Show a voucher as it was posted: debit and credit, document, two persons."""
    by = reading(request)
    found = voucher_or_404(voucher_id)
    entries = queries.entries_of(found)
    undone_by = Voucher.objects.filter(reverses=found).first()
    name = lists.voucher_name(found)
    context = {
        "title": name,
        "crumbs": [Crumb(VOUCHERS, reverse("funds:vouchers")), Crumb(name)],
        "voucher": found,
        "lines": _t_form(found, entries),
        "is_whole": len(entries) == found.entry_count,
        "original": found.reverses and lists.voucher_name(found.reverses),
        "undone_by": undone_by,
        "undone_name": undone_by and lists.voucher_name(undone_by),
        "can_reverse": permissions.can_prepare(by)
        and undone_by is None
        and found.reverses_id is None,
    }
    return render(request, "funds/voucher.html", context)


def _t_form(
    found: Voucher, entries: list[Entry]
) -> list[tuple[Text, Account | None, Account | None, int]]:
    """Return the movements: edge, debit account, credit account (None: above), fen."""
    lines: dict[int, tuple[Text, Account | None, Account | None, int]] = {}
    for one in entries:
        edge, debit, credit, fen = lines.get(
            one.line, (one.edge_text, None, None, abs(one.amount_fen))
        )
        if one.amount_fen > 0:
            debit = one.account
        else:
            credit = one.account
        lines[one.line] = (edge, debit, credit, fen)
    return [lines[number] for number in sorted(lines)]
