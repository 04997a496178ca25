"""Error pages. Each says what happened and what to do, in the reader's language."""

from __future__ import annotations

import logging
import sys
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text

logger = logging.getLogger("bangfu.web")
SERVER_ERROR = 500

TITLES = {
    400: Text("请求有误", "The request is malformed"),
    403: Text("无权办理", "Not allowed"),
    404: Text("没有这一页", "Page not found"),
    409: Text("当前状态不能办理", "Not possible in this state"),
    422: Text("内容需要更正", "Something needs correcting"),
    500: Text("系统出错", "The system failed"),
    507: Text("磁盘已满", "The disk is full"),
}
_MALFORMED = Text("浏览器发来的内容无法识别。", "What the browser sent cannot be read.")
_FORBIDDEN = Text(
    "您当前的身份不能查看或办理这项内容。",
    "The grant you act under does not allow this.",
)
_SWITCH = Text(
    "如另有身份，请在页面右上角切换；否则请联系本单位管理员授权。",
    "If you hold another grant, switch to it at the top right; otherwise ask your "
    "administrator for one.",
)
_NOT_FOUND = Text(
    "网址有误，或这条记录不在您的管辖范围内。",
    "The address is wrong, or the record lies outside the area you are responsible for.",
)
_GO_BACK = Text(
    "请返回首页，从菜单进入。", "Go back to the home page and use the menu."
)
_EXPIRED = Text(
    "页面停留过久或在别处重新登录，本次提交没有生效。",
    "The page was open too long or you logged in elsewhere; nothing was submitted.",
)
_RELOAD = Text(
    "请返回上一页，刷新后重新提交。", "Go back, reload the page and submit again."
)
_FAILED = Text(
    "出现了意外错误，本次操作没有生效。",
    "Something unexpected happened; nothing was changed.",
)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Show a refusal as the asker can take it: JSON, a fragment for htmx, or a page."""
    status = refusal.http_status
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(as_json(refusal), status=status)
    context = {
        "refusal": refusal,
        "title": TITLES.get(status, TITLES[422]),
        "status": status,
        "frame": _frame(request, status),
    }
    if request.headers.get("HX-Request") == "true":
        response = render(request, "web/_refusal.html", context, status=status)
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML show:window:top"
        return response
    return render(request, "web/refusal.html", context, status=status)


def as_json(refusal: Refusal) -> dict[str, object]:
    """Return a refusal for a program: code, both sentences, the findings."""
    return {
        "code": refusal.reason_code,
        "message": refusal.message.as_json(),
        "remedy": refusal.remedy.as_json() if refusal.remedy else None,
        "findings": [
            {
                "code": finding.code,
                "subject": finding.subject,
                "severity": finding.severity.value,
                "message": finding.message.as_json(),
            }
            for finding in refusal.findings
        ],
    }


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 400."""
    del exception
    return _page(request, 400, _MALFORMED, _RELOAD)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 403."""
    del exception
    return _page(request, 403, _FORBIDDEN, _SWITCH)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 404, the same for a record that does not exist and one out of scope."""
    del exception
    return _page(request, 404, _NOT_FOUND, _GO_BACK)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose token is missing or old."""
    logger.warning("csrf failure: %s", reason)
    return _page(request, 403, _EXPIRED, _RELOAD)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a number under which the log holds the traceback."""
    incident = uuid.uuid4().hex[:8]
    logger.error("incident %s at %s", incident, request.path, exc_info=sys.exc_info())
    remedy = Text(
        "请稍后再试；如仍出错，请把事件编号 {incident} 告诉管理员。",
        "Try again later; if it fails again, give your administrator the incident "
        "number {incident}.",
        {"incident": incident},
    )
    return _page(request, 500, _FAILED, remedy)


def _page(
    request: HttpRequest, status: int, message: Text, remedy: Text
) -> HttpResponse:
    context = {
        "title": TITLES[status],
        "message": message,
        "remedy": remedy,
        "status": status,
        "frame": _frame(request, status),
    }
    if request.headers.get("Accept", "").startswith("application/json"):
        words = {"code": str(status), "message": message.as_json()}
        return JsonResponse(words, status=status)
    if request.headers.get("HX-Request") == "true":
        response = render(request, "web/_error.html", context, status=status)
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML show:window:top"
        return response
    return render(request, "web/error.html", context, status=status)


def _frame(request: HttpRequest, status: int) -> str:
    """Keep the menu for people who act; an error of the system takes no chances."""
    acts = getattr(request, "actor", None) is not None
    return "web/base.html" if acts and status < SERVER_ERROR else "web/plain.html"
