"""Values, parameters and differences as JSON documents and as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text
from bangfu.policy.differences import Difference
from bangfu.policy.packs import Pack
from bangfu.policy.parameters import AREAS, PLACES, SPECIFICATIONS
from bangfu.policy.values import Value
from bangfu.policy.wording import UNITS, period_words, scope_words, words_of

Document = dict[str, object]


def pack_document(pack: Pack) -> Document:
    """Name a pack: id, title, hash."""
    return {"id": pack.pack_id, "title": pack.title.as_json(), "hash": pack.hash}


def value_document(value: Value) -> Document:
    """Return everything about one dated value; decimals are strings, never floats."""
    return {
        "key": value.key,
        "value": _plain(value.value),
        "unit": value.unit,
        "valid_from": value.valid_from.isoformat(),
        "valid_to": value.valid_to.isoformat() if value.valid_to else None,
        "scope": value.scope,
        "scenario": value.scenario,
        "source": value.source.as_json(),
        "grade": value.grade.value,
        "status": value.status.value,
        "note": value.note.as_json() if value.note else None,
        "file": value.file,
        "line": value.line,
    }


def parameter_document(pack: Pack, key: str, values: Iterable[Value]) -> Document:
    """Return a parameter with some of its values."""
    parameter = pack.parameters.get(key)
    specification = SPECIFICATIONS[key]
    return {
        "key": key,
        "title": parameter.title.as_json() if parameter else None,
        "acts": list(parameter.acts) if parameter else [],
        "area": specification.area,
        "type": specification.field.kind.value,
        "unit": specification.unit,
        "money": specification.money,
        "values": [value_document(value) for value in values],
    }


def difference_document(difference: Difference) -> Document:
    """Return one difference between two packs."""
    before, after = difference.before, difference.after
    return {
        "change": difference.change.value,
        "key": difference.key,
        "fields": list(difference.fields),
        "before": value_document(before) if before else None,
        "after": value_document(after) if after else None,
    }


def finding_document(finding: Finding) -> Document:
    """Return one finding about a pack."""
    return {
        "code": finding.code,
        "subject": finding.subject,
        "field": finding.field,
        "place": finding.place.as_json() if finding.place else None,
        "message": finding.message.as_json(),
        "remedy": finding.remedy.as_json() if finding.remedy else None,
    }


def markdown_tables(pack: Pack) -> str:
    """Return the parameters of a pack as Markdown, one table for each area.

    docs/reference/policy-pack.md holds this text for the default pack.
    """
    parts = []
    for area, title in AREAS.items():
        keys = [key for key, one in SPECIFICATIONS.items() if one.area == area]
        lines = [
            f"### {title.in_language('en')} ({title.zh})",
            "",
            "| key | meaning | value | unit | valid | source | grade | status |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for key in keys:
            lines += [_markdown_row(pack, value) for value in pack.values_of(key)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def markdown_places() -> str:
    """Return the places where parameters act as a Markdown table."""
    lines = ["| place | meaning |", "| --- | --- |"]
    lines += [
        f"| `{place}` | {text.en} ({text.zh}) |" for place, text in PLACES.items()
    ]
    return "\n".join(lines) + "\n"


def _markdown_row(pack: Pack, value: Value) -> str:
    parameter = pack.parameters[value.key]
    key = f"`{value.key}`"
    if SPECIFICATIONS[value.key].money:
        key += " (money)"
    if value.scenario:
        key += f" scenario `{value.scenario}`"
    period = _english(period_words(value))
    if value.scope:
        period += f", {_english(scope_words(value))}"
    cells = (
        key,
        f"{_english(parameter.title)} ({parameter.title.zh})",
        _english(words_of(value)),
        _english(UNITS[value.unit]),
        period,
        _english(value.source),
        value.grade.value,
        value.status.value,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _english(text: Text) -> str:
    return text.in_language("en")


def _plain(content: object) -> object:
    if isinstance(content, Text):
        return content.as_json()
    if isinstance(content, Decimal):
        return str(content)
    if isinstance(content, date):
        return content.isoformat()
    if isinstance(content, tuple):
        return [_plain(item) for item in content]
    if isinstance(content, Mapping):
        return {name: _plain(cell) for name, cell in content.items()}
    return content
