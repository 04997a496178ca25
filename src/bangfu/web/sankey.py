"""A flow drawn on the server: columns of nodes and bands between them, as SVG.

It needs no script and no inline style; every band that leads somewhere is a link, so it
can be walked with the keyboard, and it says its words to who cannot see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bangfu.calc.values.text import Text
from bangfu.web.language import say

WIDTH, NODE_WIDTH, GAP, LABEL_HEIGHT = 960, 14, 14, 18
HEIGHT_MIN, PER_NODE = 260, 46
COLOURS = 6
_THINNEST = 1.5


@dataclass(frozen=True, slots=True)
class Band:
    """An amount from one node to another. words: what the amount is, for its title."""

    source: str
    target: str
    amount: int
    words: str
    url: str = ""


@dataclass(slots=True)
class _Node:
    x: float
    y: float
    height: float
    colour: int
    out: float = 0.0
    into: float = 0.0


def sankey(
    *,
    title: Text,
    columns: Sequence[Sequence[str]],
    names: Mapping[str, str],
    bands: Sequence[Band],
) -> SafeString:
    """Draw nodes in columns from left to right and the bands between them.

    names: what a node is called. amounts: not negative; a node is as high as the larger
    of what enters and leaves it. Returns "" when there is nothing to draw.
    """
    sizes = _sizes(bands)
    columns = [[one for one in column if sizes.get(one)] for column in columns]
    if not any(columns):
        return SafeString("")
    deepest = max(len(column) for column in columns)
    height = max(HEIGHT_MIN, PER_NODE * deepest)
    nodes = _placed(columns, sizes, height)
    order = {name: (node.x, node.y) for name, node in nodes.items()}
    drawn = [
        (_band(band, nodes, _scale(columns, sizes, height)),)
        for band in sorted(bands, key=lambda b: (order[b.source], order[b.target]))
        if band.amount > 0
    ]
    return format_html(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="group"'
        ' aria-label="{title}">{bands}{nodes}</svg>',
        w=WIDTH,
        h=height,
        title=say(title),
        bands=format_html_join("", "{}", drawn),
        nodes=format_html_join(
            "", "{}", ((_drawn_node(names[name], one),) for name, one in nodes.items())
        ),
    )


def _sizes(bands: Sequence[Band]) -> dict[str, int]:
    out: dict[str, int] = {}
    into: dict[str, int] = {}
    for band in bands:
        out[band.source] = out.get(band.source, 0) + band.amount
        into[band.target] = into.get(band.target, 0) + band.amount
    return {one: max(out.get(one, 0), into.get(one, 0)) for one in out | into}


def _scale(
    columns: Sequence[Sequence[str]], sizes: Mapping[str, int], height: float
) -> float:
    """Pixels per unit, so that the fullest column fits with its gaps and labels."""
    return min(
        (height - (GAP + LABEL_HEIGHT) * len(column))
        / sum(sizes[one] for one in column)
        for column in columns
        if column
    )


def _placed(
    columns: Sequence[Sequence[str]], sizes: Mapping[str, int], height: float
) -> dict[str, _Node]:
    scale = _scale(columns, sizes, height)
    step = (WIDTH - 190) / max(len(columns) - 1, 1)
    nodes: dict[str, _Node] = {}
    for number, column in enumerate(columns):
        y = float(LABEL_HEIGHT)
        for name in sorted(column, key=lambda one: -sizes[one]):
            size = max(sizes[name] * scale, _THINNEST)
            colour = len(nodes) % COLOURS + 1
            nodes[name] = _Node(number * step, y, size, colour)
            y += size + GAP + LABEL_HEIGHT
    return nodes


def _band(band: Band, nodes: Mapping[str, _Node], scale: float) -> SafeString:
    source, target = nodes[band.source], nodes[band.target]
    thick = max(band.amount * scale, _THINNEST)
    x1, x2 = source.x + NODE_WIDTH, target.x
    y1, y2 = source.y + source.out, target.y + target.into
    source.out += thick
    target.into += thick
    bend = (x1 + x2) / 2
    path = (
        f"M{x1:.1f},{y1:.1f}C{bend:.1f},{y1:.1f} {bend:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
        f"V{y2 + thick:.1f}C{bend:.1f},{y2 + thick:.1f} {bend:.1f},{y1 + thick:.1f}"
        f" {x1:.1f},{y1 + thick:.1f}Z"
    )
    drawn = format_html(
        '<path class="series-{}" fill-opacity="0.35" d="{}"><title>{}</title></path>',
        source.colour,
        path,
        band.words,
    )
    if not band.url:
        return drawn
    return format_html(
        '<a href="{}" aria-label="{}">{}</a>', band.url, band.words, drawn
    )


def _drawn_node(name: str, node: _Node) -> SafeString:
    return format_html(
        '<rect class="series-{}" x="{}" y="{}" width="{}" height="{}"></rect>'
        '<text class="svg-label" x="{}" y="{}">{}</text>',
        node.colour,
        round(node.x, 1),
        round(node.y, 1),
        NODE_WIDTH,
        round(node.height, 1),
        round(node.x, 1),
        round(node.y - 5, 1),
        name,
    )
