"""A small site around the shell, for its tests: a list, forms, charts, failures."""

import errno

from django import forms
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import include, path
from django.views.i18n import set_language

from bangfu.calc.values.findings import Finding, Severity, WrongState
from bangfu.calc.values.text import Text
from bangfu.web.cells import Badge, Meter
from bangfu.web.charts import Chart, MapArea, MapChart, Series
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, DateFilter, TextFilter
from bangfu.web.language import say_later
from bangfu.web.lists import BulkAction, ListSpec
from bangfu.web.models import Preference, Submission
from bangfu.web.navigation import Crumb, NavItem, mark_current
from bangfu.web.once import only_once
from bangfu.web.progress import Progress

MENU = (
    NavItem(Text("首页", "Home"), "/", "house", count=3),
    NavItem(
        Text("名册", "Rolls"), "", "people", (NavItem(Text("列表", "List"), "/list/"),)
    ),
)
STATES = {
    "a": Badge(Text("已结对", "paired"), "success"),
    "b": Badge(Text("待结对", "waiting"), "warning"),
}
SPEC = ListSpec(
    key="tests.rows",
    noun=Text("户", "households"),
    order="key",
    row_url=lambda row: f"/row/{row.pk}/",
    columns=(
        Column(name="key", text=Text("编号", "Number"), kind="code", order="key", is_fixed=True),
        Column(name="income", text=Text("收入", "Income"), kind="yuan", order="user_id",
               value=lambda row: row.user_id * 100),
        Column(name="state", text=Text("状态", "State"), value=lambda row: STATES[row.key[0]]),
        Column(name="share", text=Text("覆盖率", "Coverage"), value=lambda _row: Meter(0.5, "50.0%"),
               is_hidden=True),
    ),
    filters=(
        TextFilter(name="q", text=Text("编号", "Number"), field="key"),
        ChoiceFilter(name="state", text=Text("状态", "State"), field="key__startswith",
                     choices=[(k, b.text) for k, b in STATES.items()]),
        DateFilter(name="since", text=Text("不早于", "Since"), field="key__gte"),
    ),
)  # fmt: skip


class ReasonForm(forms.Form):
    """A form with one of each kind of field."""

    name = forms.CharField(label=say_later("姓名", "Name"), max_length=5)
    reason = forms.CharField(
        label=say_later("理由", "Reason"), widget=forms.Textarea, required=False,
        help_text=say_later("写明事实。", "State the facts."),
    )  # fmt: skip
    cause = forms.ChoiceField(
        label=say_later("原因", "Cause"),
        choices=[
            ("", say_later("请选择", "Choose")),
            ("ill", say_later("因病", "illness")),
        ],
    )
    kind = forms.ChoiceField(
        label=say_later("方式", "Kind"),
        widget=forms.RadioSelect,
        choices=[("x", say_later("更换", "replace")), ("y", say_later("解除", "end"))],
    )
    checked = forms.BooleanField(label=say_later("已核对", "checked"))


def home(request: HttpRequest) -> HttpResponse:
    return _page(request, "web/base.html", title=Text("首页", "Home"))


def records():
    """Any table will do: preferences that are not settings of a list."""
    return Preference.objects.exclude(key__startswith="list:")


def rows(request: HttpRequest) -> HttpResponse:
    actions = [
        BulkAction(text=Text("审核", "Approve"), url="/act/", kind="primary"),
        BulkAction(
            text=Text("退回", "Return"),
            url="/act/",
            confirm=Text("确定退回？", "Return?"),
        ),
    ]
    page = SPEC.page(request, records(), actions=actions, export_url="/export/")
    return _page(request, "web/list_page.html", title=Text("列表", "List"), list=page)


@only_once
def act(request: HttpRequest) -> HttpResponse:
    chosen = SPEC.selected(request, records())
    Submission.objects.create(user_id=0, key="0" * 32, location=str(chosen.count()))
    return redirect("/list/?done=1")


def form(request: HttpRequest) -> HttpResponse:
    bound = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and bound.is_valid():
        return redirect("/")
    status = 422 if bound.errors else 200
    title = Text("登记", "Register")
    return _page(
        request, "web/form.html", status, title=title, form=bound, cancel_url="/"
    )


def confirm(request: HttpRequest) -> HttpResponse:
    return _page(
        request, "web/confirm.html", title=Text("批准", "Approve"), cancel_url="/",
        question=Text("批准 {n} 户？", "Approve {n} households?", {"n": 3}),
        facts=[(Text("户数", "Households"), "3")], form=forms.Form(),
    )  # fmt: skip


def charts(request: HttpRequest) -> HttpResponse:
    labels = [Text("甲乡", "Jia"), Text("乙乡", "Yi")]
    bar = Chart(
        key="bar", title=Text("户数", "Households"), kind="stacked", labels=labels,
        label_text=Text("乡镇", "Township"), urls=["/list/?q=a", "/list/?q=b"],
        series=[Series(text=Text("已结对", "paired"), values=[5, 3]),
                Series(text=Text("待结对", "waiting"), values=[0, 2])],
    )  # fmt: skip
    line = Chart(
        key="line", title=Text("进度", "Progress"), kind="line", labels=["2016-01", "2016-02"],
        label_text=Text("月份", "Month"), is_share=True,
        series=[Series(text=Text("覆盖率", "Coverage"), values=[0.5, 0.999_9])],
    )  # fmt: skip
    pie = Chart(
        key="pie", title=Text("原因", "Causes"), kind="pie", labels=labels,
        label_text=Text("原因", "Cause"), series=[Series(text=Text("户", "n"), values=[5, 3])],
    )  # fmt: skip
    areas = [MapArea(code="990101", name="甲", value=1.0, url="/list/?q=a"),
             MapArea(code="990102", name="乙", value=None)]  # fmt: skip
    drawn = MapChart(
        key="map", title=Text("地图", "Map"), areas=areas, area_text=Text("乡镇", "Township"),
        value_text=Text("覆盖率", "Coverage"), geometry_url="/geometry.json", geometry=GEOMETRY,
        is_share=True, breaks=(0.8, 1.0), approval_number="示(2016)1号",
    )  # fmt: skip
    return _page(request, "web/charts_for_tests.html", title=Text("图", "Charts"),
                 charts=[bar, line, pie, drawn])  # fmt: skip


GEOMETRY = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 25], [x + 1, 25], [x + 1, 26], [x, 26], [x, 25]]],
            },
        }
        for code, x in (("990101", 115), ("990102", 116))
    ],
}
_STEPS = iter(range(1, 1000))


def progress(request: HttpRequest) -> HttpResponse:
    done = min(next(_STEPS), 2)
    shown = Progress(
        key="7", text=Text("正在导入", "Importing"), badge=Badge(Text("进行中", "running"), "info"),
        done=done, total=2, poll_url="/progress/", is_over=done == 2,
    )  # fmt: skip
    if request.headers.get("HX-Request"):
        return render(request, "web/_progress.html", {"progress": shown})
    return _page(
        request,
        "web/progress_for_tests.html",
        progress=shown,
        title=Text("任务", "Job"),
    )


def refuse(request: HttpRequest) -> HttpResponse:
    raise WrongState(
        Text("方案已批准。", "The run is approved already."),
        remedy=Text("请打开方案查看。", "Open the run."),
        findings=(
            Finding(
                "V3", "8", Text("校验位不对。", "Wrong check digit."), Severity.DOUBTFUL
            ),
        ),
    )


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404


def broken(request: HttpRequest) -> HttpResponse:
    msg = "planted"
    raise RuntimeError(msg)


def full(request: HttpRequest) -> HttpResponse:
    """Meet a full disk, of the database or of a file."""
    if request.GET["of"] == "file":
        raise OSError(errno.ENOSPC, "No space left on device", "/var/secret/path")
    with connection.cursor() as cursor:
        cursor.execute(
            "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"
        )
    return HttpResponse()


def _page(
    request: HttpRequest, template: str, status: int = 200, **context: object
) -> HttpResponse:
    context["navigation"] = mark_current(MENU, request.path)
    context["crumbs"] = [
        Crumb(Text("首页", "Home"), "/"),
        Crumb(Text("本页", "This page")),
    ]
    return render(request, template, context, status=status)


urlpatterns = [
    path("", home, name="home"),
    path("list/", rows),
    path("act/", act),
    path("form/", form),
    path("confirm/", confirm),
    path("charts/", charts),
    path("geometry.json", lambda _request: JsonResponse(GEOMETRY)),
    path("progress/", progress),
    path("refuse/", refuse),
    path("missing/", missing),
    path("broken/", broken),
    path("full/", full),
    path("language/", set_language, name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("web/", include("bangfu.web.urls")),
]
handler400 = "bangfu.web.errors.bad_request"
handler403 = "bangfu.web.errors.forbidden"
handler404 = "bangfu.web.errors.not_found"
handler500 = "bangfu.web.errors.server_error"
