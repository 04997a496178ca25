"""Template tags of every page: `{% load bangfu %}`."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput, FileInput, Select, Textarea
from django.forms.boundfield import BoundWidget
from django.forms.forms import BaseForm
from django.forms.widgets import CheckboxSelectMultiple, ChoiceWidget, RadioSelect
from django.http import HttpRequest
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString

from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.web import formats, svg
from bangfu.web.cells import Badge, Meter
from bangfu.web.charts import Chart, MapChart
from bangfu.web.icons import icon_svg
from bangfu.web.language import active_language, html_language
from bangfu.web.language import say as say_value
from bangfu.web.lists import ListPage
from bangfu.web.navigation import GrantChoice
from bangfu.web.once import FIELD_NAME

register = template.Library()

TEXT_SIZE_COOKIE = "bangfu_text"
MENU_COOKIE = "bangfu_menu"


class _EscapingFormatter(string.Formatter):
    """Fill places in an escaped sentence; only marked-safe values stay as they are."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Text):
            value = value.in_language(active_language())
        if isinstance(value, SafeString):
            return value
        return conditional_escape(super().format_field(value, format_spec))


_FORMATTER = _EscapingFormatter()


@register.simple_tag
def t(zh: str, en: str, **params: object) -> SafeString:
    """Say a sentence: {% t "共 {n} 户" "{n} households" n=total %}.

    Values are escaped; a place can carry a number format such as {n:,}.
    """
    template_text = escape(zh if active_language() == "zh-hans" else en)
    if not params:
        return template_text
    return SafeString(_FORMATTER.vformat(template_text, (), params))


@register.filter
def say(value: object) -> str:
    """Put a Text, a Refusal or an enumeration member into words."""
    return say_value(value)


@register.simple_tag
def yuan(fen: int | None) -> str:
    """Show fen as yuan with the unit."""
    return formats.yuan(fen)


@register.simple_tag
def civil_date(day: date | None) -> str:
    """Show a day in words: 2026年3月5日 or 5 March 2026."""
    return formats.civil_date(day)


@register.simple_tag
def moment(at: datetime | None) -> SafeString:
    """Show a moment in the city's time zone, readable by machines too."""
    if at is None:
        return SafeString(formats.NOTHING)
    return format_html(
        '<time datetime="{}">{}</time>', at.isoformat(), formats.moment(at)
    )


@register.simple_tag
def number(value: float | None, decimals: int = 0) -> str:
    """Show a number with thousands separators."""
    return formats.number(value, decimals)


@register.simple_tag
def percent(share: float | None, decimals: int = 1) -> str:
    """Show a share between 0 and 1 as a percentage."""
    return formats.percent(share, decimals)


@register.simple_tag
def meter(share: float) -> SafeString:
    """Show a share between 0 and 1 as a bar and a percentage."""
    return Meter(share, formats.percent(share)).__html__()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a bootstrap-icons icon as decoration."""
    return icon_svg(name)


@register.simple_tag
def status(text: Text | str, icon_name: str = "", kind: str = "neutral") -> SafeString:
    """Show a state: {% status text "check-circle" "success" %}."""
    return Badge(text, kind, icon_name).__html__()


@register.simple_tag
def query_with(request: HttpRequest, **changes: object) -> str:
    """Return this page's query with some parameters set; None or "" takes one out."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return "?" + query.urlencode()


@register.simple_block_tag
def panel(
    content: str,
    zh: str = "",
    en: str = "",
    *,
    title: Text | str = "",
    icon: str = "",
    id: str = "",  # noqa: A002 - the HTML attribute
    more_url: str = "",
) -> SafeString:
    """Frame a part of a page: {% panel "成员" "Members" %}…{% endpanel %}.

    title: instead of the two sentences, a Text from the view. more_url: "all" link.
    """
    words = (
        say_value(title) if title else (zh if active_language() == "zh-hans" else en)
    )
    anchor = id or f"p{uuid4().hex[:8]}"
    heading = format_html(
        '<div class="panel-head"><h2 id="{}-h" class="panel-title">{}{}</h2>{}</div>',
        anchor,
        icon_svg(icon) if icon else "",
        words,
        _more_link(more_url, words),
    )
    return format_html(
        '<section class="panel" id="{}" {}>{}<div class="panel-body">{}</div></section>',
        anchor,
        format_html('aria-labelledby="{}-h"', anchor) if words else "",
        heading if words else "",
        SafeString(content),
    )


def _more_link(url: str, words: str) -> SafeString:
    if not url:
        return SafeString("")
    return format_html(
        '<a class="panel-more" href="{}">{}<span class="visually-hidden"> {}</span></a>',
        url,
        t("查看全部", "View all"),
        words,
    )


@register.inclusion_tag("web/_field.html")
def field(
    bound: BoundField, label: Text | str = "", hint: Text | str | None = None
) -> dict[str, object]:
    """Show a form field with label, hint, control and error, tied together.

    label and hint replace those of the form; an empty hint takes it away, and the
    placeholder with it.
    """
    if hint is not None:
        bound.help_text = say_value(hint)
    widget = bound.field.widget
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    if group or isinstance(widget, CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, Select):
        css = "form-select"
    else:
        css = "form-control"
    attrs: dict[str, str | bool] = {
        "class": f"{css} is-invalid" if bound.errors else css
    }
    if hint == "" and "placeholder" in widget.attrs:
        attrs["placeholder"] = ""
    if isinstance(widget, Textarea):
        attrs["rows"] = str(min(int(widget.attrs.get("rows", 4)), 4))
    if group and bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "field": bound,
        "label": label or bound.label,
        "control": "" if group else bound.as_widget(attrs=attrs),
        "is_group": group,
        "is_checkbox": isinstance(widget, CheckboxInput) and not group,
        "is_file": isinstance(widget, FileInput),
        "css": attrs["class"],
        "errors": _error_words(bound),
    }


@register.inclusion_tag("web/_error_summary.html")
def error_summary(form: object) -> dict[str, object]:
    """List all errors of a form on top, each linked to its field."""
    errors = _linked_errors(form) if isinstance(form, BaseForm) else []
    return {"errors": errors}


def _linked_errors(form: BaseForm) -> list[dict[str, str]]:
    linked = [{"text": str(text), "target": ""} for text in form.non_field_errors()]
    for bound in form:
        target = bound.id_for_label or bound.auto_id or ""
        if isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple):
            target = f"{bound.auto_id}_0"
        linked += [{"text": text, "target": target} for text in _error_words(bound)]
    return linked


def _error_words(bound: BoundField) -> list[str]:
    """Say a field's errors; a missing answer is asked for by the field's name."""
    words = []
    for error in bound.errors.as_data():
        if error.code == "required":
            words.append(_asking_words(bound))
        else:
            words += [str(message) for message in error.messages]
    return words


def _asking_words(bound: BoundField) -> str:
    widget, label = bound.field.widget, say_value(bound.label)
    if isinstance(widget, CheckboxInput):
        return t("请勾选“{label}”。", "Tick “{label}”.", label=label)
    if isinstance(widget, ChoiceWidget | FileInput):
        return t("请选择{label}。", "Choose: {label}.", label=label)
    return t("请填写{label}。", "Fill in: {label}.", label=label)


@register.simple_tag(takes_context=True)
def error_prefix(context: Context) -> SafeString:
    """Start the page title with "错误：" when the page shows a form with errors."""
    form = context.get("form")
    has_errors = isinstance(form, BaseForm) and form.is_bound and bool(form.errors)
    return t("错误：", "Error: ") if has_errors else SafeString("")


@register.simple_tag
def once_field() -> SafeString:
    """Write the hidden key that makes a double click count once (see `web.once`)."""
    return format_html(
        '<input type="hidden" name="{}" value="{}">', FIELD_NAME, uuid4()
    )


@register.simple_tag
def html_lang() -> str:
    """Return the language of the page for the `lang` attribute."""
    return html_language()


@register.simple_tag(takes_context=True)
def shell_class(context: Context) -> str:
    """Return the classes for larger text and a narrow menu, as the reader chose."""
    request = context.get("request")
    cookies: Mapping[str, str] = getattr(request, "COOKIES", {})
    classes = []
    if cookies.get(TEXT_SIZE_COOKIE) == "large":
        classes.append("text-large")
    if cookies.get(MENU_COOKIE) == "narrow":
        classes.append("menu-narrow")
    return " ".join(classes)


@register.simple_tag
def help_contact() -> str:
    """Return whom to ask, as the installation says, or the office's administrator."""
    contact = str(getattr(settings, "BANGFU_HELP_CONTACT", ""))
    return contact or t("本单位系统管理员", "your system administrator")


@register.simple_tag(takes_context=True)
def current_grant(context: Context) -> GrantChoice | None:
    """Return the one of `request.grants` under which the reader acts."""
    request = context["request"]
    acting = getattr(request.actor, "grant_id", None)
    choices: Iterable[GrantChoice] = request.grants
    return next((choice for choice in choices if choice.grant_id == acting), None)


@register.simple_tag
def message_icon(message: Message) -> SafeString:
    """Draw the icon of a flash message, and say how serious it is."""
    kinds = {
        "success": ("check-circle-fill", t("成功：", "Done: ")),
        "warning": ("exclamation-triangle-fill", t("注意：", "Note: ")),
        "error": ("x-octagon-fill", t("错误：", "Error: ")),
    }
    name, words = kinds.get(
        message.level_tag, ("info-circle-fill", t("提示：", "Note: "))
    )
    return format_html(
        '{}<span class="visually-hidden">{}</span>', icon_svg(name), words
    )


@register.simple_tag
def option_input(option: BoundWidget, css: str) -> SafeString:
    """Write the input of one radio button or check box of a group."""
    option.data["attrs"]["class"] = css
    return option.tag(wrap_label=False)


@register.simple_tag
def severity(value: Severity) -> SafeString:
    """Show how bad a finding is."""
    return _SEVERITIES[value].__html__()


_SEVERITIES = {
    Severity.IMPOSSIBLE: Badge(Text("不能采用", "impossible"), "danger"),
    Severity.DOUBTFUL: Badge(Text("存疑", "doubtful"), "warning"),
    Severity.NOTE: Badge(Text("提示", "note"), "info"),
}


@register.simple_tag
def list_query(page: ListPage, taken_out: str) -> str:
    """Return the address of a list without one filter."""
    return page.query(**{taken_out: "", "page": ""})


@register.simple_tag
def list_page_url(page: ListPage, number: int) -> str:
    """Return the address of another page of a list."""
    return page.query(page=str(number))


@register.simple_tag
def list_size_url(page: ListPage, size: int) -> str:
    """Return the address of a list with another page size."""
    return page.query(size=str(size), page="")


@register.inclusion_tag("web/_chart.html")
def chart(value: Chart | MapChart) -> dict[str, object]:
    """Show a chart or a map with its table twin."""
    if isinstance(value, MapChart):
        drawing = svg.choropleth(value)
    elif value.kind in {"bar", "stacked"}:
        drawing = svg.bars(value)
    else:
        drawing = SafeString("")
    return {
        "chart": value,
        "drawing": drawing,
        "spec": value.spec(),
        "script_id": f"chart-{value.key}-spec",
    }


@register.simple_tag
def chart_scripts() -> SafeString:
    """Load what draws charts; in {% block scripts %} of a page that has some."""
    return format_html(
        '<script src="{}" defer></script><script src="{}" type="module"></script>',
        static("echarts/echarts.min.js"),
        static("web/charts.js"),
    )
