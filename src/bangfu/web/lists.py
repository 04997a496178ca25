"""Lists: a table of records with filters, order, pages, chosen columns and selection.

A view declares a `ListSpec` once, at module level, and asks it for the page that a
request wants (docs/how-to/add-a-page.md). What the reader sees stands in the address,
so it can be sent to a colleague; how it is shown (columns, row height, page size, saved
views) belongs to the reader and is kept on the server.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.web import formats
from bangfu.web.columns import Column
from bangfu.web.filters import BoundFilter, Filter, bind, narrowed
from bangfu.web.language import say
from bangfu.web.models import Preference

PAGE_SIZES = (20, 50, 100)
DENSITIES = {
    "compact": Text("紧凑", "Compact"),
    "default": Text("默认", "Default"),
    "loose": Text("宽松", "Loose"),
}
NOTHING_MATCHES = Text("没有符合条件的记录。", "No records match.")
COUNT_LIMIT = 20_000
CROWD_COUNT_LIMIT = 200
DEEP_FROM = 500
SELECTION_LIMIT = 1_000


class NothingSelected(BadInput):
    """An act on chosen rows was asked for, and no row was chosen."""

    code = "nothing_selected"


class TooManySelected(OutOfLimit):
    """More rows were chosen than one act takes."""

    code = "too_many_selected"


@dataclass(frozen=True, kw_only=True)
class BulkAction:
    """A button for the chosen rows; it posts them to `url` (see `ListSpec.selected`).

    kind: "primary", "danger" or "secondary".
    """

    text: Text
    url: str
    kind: str = "secondary"
    icon: str = ""
    confirm: Text | None = None


@dataclass(frozen=True, kw_only=True)
class ListSpec:
    """A list, declared once.

    key: names the reader's settings, e.g. "registry.households". order: the order
    without a choice, e.g. "-registered_date". noun: the records counted, e.g.
    Text("户", "households"). row_url: where the first column leads. count_limit: beyond
    it the total reads "more than", because counting 300,000 rows costs more than the page.
    Rows may have a `crowd`: how many a search is known to find where it finds too many
    to count them; 0 otherwise.
    """

    key: str
    columns: Sequence[Column]
    noun: Text
    filters: Sequence[Filter] = ()
    order: str = "pk"
    row_url: Callable[[Any], str] | None = None
    empty: Text = NOTHING_MATCHES
    count_limit: int = COUNT_LIMIT
    page_size: int = PAGE_SIZES[0]

    def page(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        *,
        actions: Sequence[BulkAction] = (),
        export_url: str = "",
    ) -> ListPage:
        """Return the page that the request's address asks for, ready to be shown.

        Costs two queries for the rows and one for the reader's settings.
        """
        settings = Preference.objects.value_of(
            user_id=request.user.pk, key=preference_key(self.key)
        )
        bound = bind(self.filters, request, request.GET)
        chosen = self._ordered(narrowed(rows, bound), request.GET.get("sort", ""))
        is_alone = sum(one.is_active for one in bound) == 1
        total, is_exact = self._count(chosen, is_alone=is_alone)
        size = _page_size(request.GET.get("size"), settings, self.page_size)
        pages = max(1, -(-total // size))
        number = min(_positive(request.GET.get("page")) or 1, pages)
        records = _slice(chosen, (number - 1) * size, size)
        return ListPage(
            spec=self,
            request=request,
            filters=bound,
            records=records,
            total=total,
            is_exact=is_exact,
            number=number,
            pages=pages,
            size=size,
            settings=settings,
            actions=tuple(actions),
            export_url=export_url,
        )

    def filtered(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return all rows that the address asks for, in its order: what an export takes."""
        return self._ordered(
            narrowed(rows, bind(self.filters, request, request.GET)),
            request.GET.get("sort", ""),
        )

    def active_filters(self, request: HttpRequest) -> list[BoundFilter]:
        """Return the filters that narrow the list, for saying what an export holds."""
        bound = bind(self.filters, request, request.GET)
        return [one for one in bound if one.is_active]

    def selected(
        self, request: HttpRequest, rows: QuerySet[Any], *, limit: int = SELECTION_LIMIT
    ) -> QuerySet[Any]:
        """Return the rows chosen in a posted list: those ticked, or all that pass.

        Raises NothingSelected, and TooManySelected beyond `limit`.
        """
        if request.POST.get("selection") == "all":
            bound = bind(
                self.filters, request, QueryDict(request.POST.get("query", ""))
            )
            chosen = narrowed(rows, bound)
        else:
            keys = [key for key in request.POST.getlist("selected") if key.isdigit()]
            chosen = rows.filter(pk__in=keys[: limit + 1])
        count = chosen.order_by()[: limit + 1].count()
        if not count:
            raise NothingSelected(
                Text("没有选择任何记录。", "No record is selected."),
                remedy=Text("请先勾选，再操作。", "Tick some rows first."),
            )
        if count > limit:
            raise TooManySelected(
                Text(
                    "一次最多处理 {limit} 条。",
                    "At most {limit} records at a time.",
                    {"limit": f"{limit:,}"},
                ),
                remedy=Text("请先缩小筛选范围。", "Narrow the filters first."),
            )
        return chosen

    def _ordered(self, rows: QuerySet[Any], asked: str) -> QuerySet[Any]:
        orders = {column.name: column.order for column in self.columns if column.order}
        order = orders.get(asked.removeprefix("-"))
        if order is None:
            wanted = self.order
        elif asked.startswith("-"):
            wanted = order[1:] if order.startswith("-") else f"-{order}"
        else:
            wanted = order
        # The key settles ties, so that no record stands on two pages.
        return rows.order_by(wanted, "pk") if wanted != "pk" else rows.order_by("pk")

    def _count(self, rows: QuerySet[Any], *, is_alone: bool) -> tuple[int, bool]:
        """Return the total and whether it is exact.

        is_alone: one filter alone narrows, so what a search knows of its crowd is true
        of the list.
        """
        crowd = int(getattr(rows, "crowd", 0))
        if crowd and is_alone:
            return crowd, False
        limit = CROWD_COUNT_LIMIT if crowd else self.count_limit
        total = rows.order_by()[: limit + 1].count()
        return min(total, limit), total <= limit


def _slice(rows: QuerySet[Any], first: int, size: int) -> list[Any]:
    """Return the records of a page; of those skipped on a late one, the keys only."""
    page = slice(first, first + size)
    if first < DEEP_FROM:
        return list(rows[page])
    return list(rows.filter(pk__in=rows.values("pk")[page]))


def preference_key(list_key: str) -> str:
    """Return the key under which a reader's settings of a list are kept."""
    return f"list:{list_key}"


def _positive(raw: str | None) -> int:
    return (
        int(raw) if raw and raw.isascii() and raw.isdigit() and 0 < len(raw) < 8 else 1
    )


def _page_size(raw: str | None, settings: dict[str, object], default: int) -> int:
    for wanted in (_positive(raw) if raw else None, settings.get("size")):
        if wanted in PAGE_SIZES:
            return int(str(wanted))
    return default


@dataclass(frozen=True, slots=True)
class Header:
    """A column head: its words, and how a click would order the list."""

    column: Column
    text: str
    sort_url: str = ""
    direction: str = ""  # "ascending", "descending" or ""


@dataclass(slots=True)
class ListPage:
    """One page of a list, as `web/_list.html` shows it."""

    spec: ListSpec
    request: HttpRequest
    filters: list[BoundFilter]
    records: list[Any]
    total: int
    is_exact: bool
    number: int
    pages: int
    size: int
    settings: dict[str, object]
    actions: tuple[BulkAction, ...] = ()
    export_url: str = ""
    page_sizes: tuple[int, ...] = field(default=PAGE_SIZES)

    @property
    def columns(self) -> list[Column]:
        """The columns this reader wants to see."""
        hidden = self.hidden
        return [c for c in self.spec.columns if c.is_fixed or c.name not in hidden]

    @property
    def hidden(self) -> set[str]:
        """Names of hidden columns: the reader's choice, else the declared ones."""
        chosen = self.settings.get("hidden")
        if isinstance(chosen, list):
            return {str(name) for name in chosen}
        return {column.name for column in self.spec.columns if column.is_hidden}

    @property
    def density(self) -> str:
        """The row height: compact, default or loose."""
        chosen = str(self.settings.get("density", "default"))
        return chosen if chosen in DENSITIES else "default"

    @property
    def densities(self) -> list[tuple[str, Text]]:
        """The row heights to choose from."""
        return list(DENSITIES.items())

    @property
    def views(self) -> list[dict[str, str]]:
        """The reader's saved views: name and query."""
        views = self.settings.get("views")
        return views if isinstance(views, list) else []

    @property
    def headers(self) -> list[Header]:
        """Heads of the visible columns."""
        asked = self.request.GET.get("sort", "")
        return [self._header(column, asked) for column in self.columns]

    def _header(self, column: Column, asked: str) -> Header:
        if not column.order:
            return Header(column, column.heading)
        direction = ""
        if asked.removeprefix("-") == column.name:
            direction = "descending" if asked.startswith("-") else "ascending"
        target = f"-{column.name}" if direction == "ascending" else column.name
        return Header(
            column, column.heading, self.query(sort=target, page=""), direction
        )

    @property
    def body(self) -> SafeString:
        """The table's rows. Written here: a template's loops would cost half the page."""
        columns = self.columns
        rows = (self._row(record, columns) for record in self.records)
        return SafeString("".join(rows))

    def _row(self, record: Any, columns: list[Column]) -> str:
        url = self.spec.row_url(record) if self.spec.row_url else ""
        first = columns[0]
        return format_html(
            '<tr>{}<th scope="row" class="col-first {}">{}</th>{}</tr>',
            self._pick(record, first) if self.actions else "",
            first.css,
            first.cell(record, url),
            SafeString("".join(column.table_cell(record) for column in columns[1:])),
        )

    def _pick(self, record: Any, first: Column) -> SafeString:
        label = Text(
            "选择 {label}", "Select {label}", {"label": say(first.raw(record))}
        )
        return format_html(
            '<td class="col-pick"><input class="form-check-input" type="checkbox"'
            ' name="selected" value="{}" aria-label="{}"></td>',
            record.pk,
            say(label),
        )

    @property
    def total_words(self) -> str:
        """The total with its noun, e.g. "1,243 户" or "超过 20,000 户"."""
        number = formats.number(self.total)
        template = (
            Text("共 {n} {noun}", "{n} {noun}")
            if self.is_exact
            else Text("超过 {n} {noun}", "more than {n} {noun}")
        )
        return say(template.with_(n=number, noun=self.spec.noun))

    @property
    def has_errors(self) -> bool:
        """Whether a filter could not be read."""
        return any(one.error for one in self.filters)

    @property
    def is_filtered(self) -> bool:
        """Whether any filter narrows the list."""
        return any(one.is_active for one in self.filters)

    @property
    def query_string(self) -> str:
        """The filters as they stand in the address, without page."""
        return self.query(page="")[1:]

    @property
    def page_links(self) -> list[int | None]:
        """Pages to offer; None stands for a gap."""
        near = {1, self.pages, *range(self.number - 2, self.number + 3)}
        shown = sorted(number for number in near if 1 <= number <= self.pages)
        links: list[int | None] = []
        for number in shown:
            if links and links[-1] is not None and number - links[-1] > 1:
                links.append(None)
            links.append(number)
        return links

    def query(self, **changes: str) -> str:
        """Return "?…" with some parameters set; an empty value takes one out."""
        query = self.request.GET.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return "?" + query.urlencode()
