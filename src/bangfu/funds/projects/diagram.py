"""The table of acts as a reference page: a diagram and a table.

docs/reference/project-library.md holds what these functions return between marks; a test
says when it is old. `python -m bangfu.funds.projects.diagram FILE` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bangfu.accounts.roles import Role
from bangfu.funds.projects.acts import ACTS, EVIDENCE_TEXTS, Act, leading_on
from bangfu.funds.projects.states import ENDS, ProjectState


def diagram() -> str:
    """Return the procedure as a Mermaid state diagram, in the order of its states."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {one}: {one.text.zh} {one.text.en}" for one in ProjectState]
    lines += [f"    [*] --> {act.target}: {act.code}" for act in ACTS if act.opens]
    for state in ProjectState:
        lines += [
            f"    {state} --> {act.target}: {act.code}" for act in leading_on(state)
        ]
    lines += [f"    {state} --> [*]" for state in ProjectState if state in ENDS]
    return "\n".join([*lines, "```"])


def acts_table() -> str:
    """Return every act with who takes it, from where, and on what it rests."""
    lines = [
        "| act | who | from | to | rests on | not by who did |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for act in ACTS:
        who = ", ".join(role.text.en for role in Role if role in act.roles)
        sources = ", ".join(f"`{s}`" for s in ProjectState if s in act.sources)
        lines.append(
            f"| `{act.code}` {act.text.zh} | {who} | {sources or '(opens)'} | "
            f"`{act.target}` | {'; '.join(_rests_on(act))} | "
            f"{', '.join(f'`{one}`' for one in act.not_by)} |"
        )
    return "\n".join(lines)


def _rests_on(act: Act) -> Iterator[str]:
    if act.posts:
        yield f"a notice `{act.posts}` is posted"
    if act.follows == "plan":
        yield "the annual plan is approved or adjusted"
    if act.follows == "commitment":
        yield "money is reserved for it"
    if act.follows == "settlement":
        yield "all is paid and the quality deposit released"
    if act.notice:
        yield f"the posting `{act.notice}` passed"
    for kind in act.evidence:
        yield EVIDENCE_TEXTS[kind].en
    for fact in act.facts:
        yield fact.text.en
    if act.only_in_quarter:
        yield f"quarter {act.only_in_quarter}"
    if act.needs_reason:
        yield "a reason"


def parts() -> dict[str, str]:
    """Return what stands between the marks of the page, by name."""
    return {"diagram": diagram(), "acts": acts_table()}


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
