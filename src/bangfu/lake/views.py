"""The page of snapshots."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.lake import listing, permissions, presenting
from bangfu.lake.models import Snapshot, State
from bangfu.scope import Actor
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter
from bangfu.web.lists import ListSpec

TITLE = Text("数据快照", "Snapshots")
MEGABYTE = 1_000_000


def _megabytes(snapshot: Snapshot) -> str:
    size = presenting.size_bytes(snapshot)
    return f"{size / MEGABYTE:.1f}" if size else ""


SNAPSHOTS = ListSpec(
    key="lake.snapshots",
    noun=Text("期", "snapshots"),
    order="-id",
    empty=Text(
        "还没有快照。每天凌晨自动生成一期。",
        "There are no snapshots yet. One is taken every night.",
    ),
    columns=(
        Column(
            name="pk",
            text=Text("期号", "Number"),
            kind="code",
            order="id",
            is_fixed=True,
        ),
        Column(name="state", text=Text("状态", "State"), value=presenting.state_badge),
        Column(
            name="cut_off_date",
            text=Text("数据截止日", "Up to"),
            kind="date",
            order="cut_off_date",
        ),
        Column(name="taken_at", text=Text("生成时间", "Taken"), kind="moment"),
        Column(
            name="counts",
            text=Text("本地区数据", "Rows of this division"),
            value=presenting.counts_text,
        ),
        Column(
            name="withheld",
            text=Text("未写入的异常值", "Cells withheld"),
            value=presenting.withheld,
            kind="number",
        ),
        Column(name="size", text=Text("大小（MB）", "Size, MB"), value=_megabytes),
        Column(name="username", text=Text("生成人", "Taken by")),
        Column(
            name="pack",
            text=Text("政策包校验值", "Policy pack"),
            value=lambda snapshot: snapshot.pack_hash[:12],
            kind="code",
        ),
        Column(name="code_version", text=Text("程序版本", "Version"), is_hidden=True),
    ),
    filters=(
        ChoiceFilter(
            name="state",
            text=Text("状态", "State"),
            field="state",
            choices=[(state.value, state.text) for state in State],
        ),
    ),
)


@login_required
@require_safe
def snapshot_list(request: HttpRequest) -> HttpResponse:
    """List the snapshots with the counts of the acting division, newest first."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    permissions.check_list(actor)
    page = SNAPSHOTS.page(request, listing.snapshots())
    return render(request, "lake/list.html", {"title": TITLE, "list": page})
