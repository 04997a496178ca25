"""The table of acts as a reference page: a diagram and a table for each procedure.

docs/reference/life-cycle.md holds what these functions return between marks; a test says
when it is old. `python -m bangfu.registry.cases.diagram FILE` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bangfu.accounts.roles import Role
from bangfu.registry.cases import procedure
from bangfu.registry.cases.acts import AT_MEETING, BY_CODE, Act
from bangfu.registry.cases.rules import EVIDENCE_TEXTS, FITTING
from bangfu.registry.cases.states import ENDS, CaseKind, CaseState, ExitBar
from bangfu.registry.code_lists import STATUS


def diagram(kind: CaseKind) -> str:
    """Return a procedure as a Mermaid state diagram, in the order of its states."""
    lines = ["```mermaid", "stateDiagram-v2"]
    states = procedure.states_of(kind)
    lines += [f"    {state}: {state.text.zh} {state.text.en}" for state in states]
    lines += [
        f"    [*] --> {act.target}: {act.code}" for act in procedure.opening(kind)
    ]
    for state in states:
        lines += [
            f"    {state} --> {act.target}: {act.code}"
            for act in procedure.leading_on(kind, state)
        ]
    lines += [f"    {state} --> [*]" for state in states if state in ENDS]
    return "\n".join([*lines, "```"])


def acts_table() -> str:
    """Return every act with who takes it, on what it rests, and by when."""
    lines = [
        "| act | who | from | to | rests on | not by who did | within |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for act in BY_CODE.values():
        who = ", ".join(role.text.en for role in Role if role in act.roles)
        sources = ", ".join(f"`{s}`" for s in CaseState if s in act.sources)
        lines.append(
            f"| `{act.code}` {act.text.zh} | {who} | {sources or '(opens)'} | "
            f"`{act.target}` | {'; '.join(_rests_on(act))} | "
            f"{', '.join(f'`{one}`' for one in act.not_by)} | "
            f"{f'`{act.within}`' if act.within else ''} |"
        )
    return "\n".join(lines)


def _rests_on(act: Act) -> Iterator[str]:
    if act.posts:
        yield f"a notice `{act.posts}` is posted"
    if act.code in AT_MEETING:
        yield "the vote of a village meeting"
    if act.notice:
        yield f"the posting `{act.notice}` passed"
    for kind in act.evidence:
        yield EVIDENCE_TEXTS[kind].en
    for fact in act.facts:
        yield fact.text.en + ("" if fact.is_required else " (if any)")
    if act.needs_reason:
        yield "a reason"


def statuses_table() -> str:
    """Return for which households each procedure is."""
    lines = ["| procedure | for households that are |", "| --- | --- |"]
    for kind in CaseKind:
        named = ", ".join(f"{c} {STATUS.labels[c].zh}" for c in FITTING[kind])
        lines.append(f"| `{kind}` {kind.text.zh} {kind.text.en} | {named} |")
    return "\n".join(lines)


def bars_table() -> str:
    """Return the reasons that forbid an exit, with their codes."""
    lines = ["| code | reason |", "| --- | --- |"]
    lines += [f"| {bar.value} | {bar.text.zh}: {bar.text.en} |" for bar in ExitBar]
    return "\n".join(lines)


def parts() -> dict[str, str]:
    """Return what stands between the marks of the page, by name."""
    diagrams = "\n\n".join(
        f"### {kind.text.en} ({kind.text.zh})\n\n{diagram(kind)}" for kind in CaseKind
    )
    return {
        "diagrams": diagrams,
        "acts": acts_table(),
        "statuses": statuses_table(),
        "bars": bars_table(),
    }


def filled(page: str) -> str:
    """Return a page with its marked parts written anew."""
    for name, text in parts().items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        head, _, rest = page.partition(begin)
        _, _, tail = rest.partition(end)
        page = f"{head}{begin}\n{text}\n{end}{tail}"
    return page


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
