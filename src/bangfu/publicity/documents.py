"""The reference tables of states and kinds, written from the code.

They stand in docs/reference/publicity.md between marks; a test says when they are old.
"""

from __future__ import annotations

from bangfu.publicity.kinds import KINDS
from bangfu.publicity.states import TRANSITIONS, NoticeState


def states_table() -> str:
    """Return one row an act: from where to where, who, and what it needs."""
    lines = [
        "| act | 办理 | from | to | who | needs |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in TRANSITIONS:
        starts = ", ".join(f"`{state.value}`" for state in one.from_)
        needs = one.needs.en if one.needs else ""
        lines.append(
            f"| `{one.act.value}` | {one.act.text.zh} | {starts} | `{one.to.value}` "
            f"| {one.who.text.en} | {needs} |"
        )
    names = [f"`{state.value}` {state.text.zh}" for state in NoticeState]
    return "\n".join([*lines, "", "States: " + " · ".join(names) + "."]) + "\n"


def kinds_table() -> str:
    """Return one row a kind: who posts it, for how long, what it must say."""
    lines = [
        "| kind | 类别 | posted by | window | must say |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind in KINDS.values():
        levels = ", ".join(level.text.en for level in kind.levels)
        days = f"`{kind.days_key}`" if kind.days_key else "none"
        items = ", ".join(item.text.en for item in kind.items)
        lines.append(
            f"| `{kind.code.value}` | {kind.text.zh} | {levels} | {days} | {items} |"
        )
    return "\n".join(lines) + "\n"
