"""Walking the table of acts: what leads on from where, and every step there is. Pure."""

from __future__ import annotations

from bangfu.registry.cases.acts import ACTS, AT_MEETING, TAKE_OVER, Act
from bangfu.registry.cases.states import ENDS, CaseKind, CaseState


def leading_on(kind: CaseKind, state: CaseState) -> tuple[Act, ...]:
    """Return the acts that lead on from a state of a procedure, the next step first."""
    found = [act for act in ACTS if kind in act.kinds and state in act.sources]
    return tuple(sorted(found, key=lambda act: act.is_back or act.code in _ASIDE))


_ASIDE = frozenset({"reject_at_meeting"})


def opening(kind: CaseKind) -> tuple[Act, ...]:
    """Return the acts that open a case of a kind."""
    return tuple(act for act in ACTS if act.opens and kind in act.kinds)


def next_step(kind: CaseKind, state: CaseState) -> Act | None:
    """Return the one act by which a case goes ahead, None at an end."""
    return None if state in ENDS else leading_on(kind, state)[0]


def passing(kind: CaseKind, state: CaseState) -> Act | None:
    """Return the act of a meeting that passes a case, None where none votes on it."""
    return next(
        (
            act
            for act in leading_on(kind, state)
            if act.code in AT_MEETING and act.code != "reject_at_meeting"
        ),
        None,
    )


def return_of(kind: CaseKind, state: CaseState) -> Act | None:
    """Return the act that sends a case back, as an upheld objection does."""
    return next(
        (act for act in leading_on(kind, state) if act.code.startswith("return_")), None
    )


def notice_kind(kind: CaseKind, posted: str) -> str:
    """Return the kind of notice by which a case of a kind is posted.

    posted: `Act.posts` or `Act.notice`. Removals and vanished risks have notices of
    their own, so that nobody reads them as an entry.
    """
    return _OWN_NOTICES.get((kind, posted), posted)


_OWN_NOTICES = {
    (CaseKind.REMOVAL, "entry_first"): "removal",
    (CaseKind.REMOVAL, "entry_second"): "removal",
    (CaseKind.RISK_REMOVAL, "monitor"): "monitor_cleared",
}


def states_of(kind: CaseKind) -> tuple[CaseState, ...]:
    """Return the states that a procedure reaches from its opening, in their order."""
    reached = {act.target for act in opening(kind)}
    while True:
        more = {act.target for state in reached for act in leading_on(kind, state)}
        if more <= reached:
            return tuple(state for state in CaseState if state in reached)
        reached |= more


def transition_key(kind: str, act: str, before: str, after: str) -> str:
    """Return the name of one row of the table as the database knows it."""
    return f"{kind}:{act}:{before}:{after}"


def transitions() -> frozenset[str]:
    """Return every step that any case may take."""
    found = set()
    for kind in CaseKind:
        reached = states_of(kind)
        found |= {transition_key(kind, TAKE_OVER, "", state) for state in reached}
        found |= {
            transition_key(kind, act.code, "", act.target) for act in opening(kind)
        }
        found |= {
            transition_key(kind, act.code, state, act.target)
            for state in reached
            for act in leading_on(kind, state)
        }
    return frozenset(found)
