"""What is allowed with a hit. Pure: no database, no clock.

BadVerdict      the verdict lacks its reason, its basis or its evidence
NotOpen         the hit is gone, or was judged on the same facts already
HitChanged      the facts are no longer those that the person saw
"""

from __future__ import annotations

from bangfu.calc.values.findings import BadInput, Finding, WrongState
from bangfu.calc.values.text import Text

REASON_MIN, REASON_MAX = 4, 400
BASES = {
    "visit": Text("入户核实", "visit to the household"),
    "department": Text("部门复核", "the department's confirmation"),
    "documents": Text("材料核验", "documents"),
    "phone": Text("电话核实", "by phone"),
}


class BadVerdict(BadInput):
    """The verdict is incomplete; the findings name the fields."""

    code = "crosscheck.bad_verdict"


class NotOpen(WrongState):
    """The hit does not wait for a verdict."""

    code = "crosscheck.not_open"


class HitChanged(WrongState):
    """The hit's facts changed after the person had looked at them."""

    code = "crosscheck.hit_changed"


def check_verdict(*, kind: str, basis: str, reason: str, has_evidence: bool) -> None:
    """Raise BadVerdict unless the verdict says why, how, and proves what it upholds."""
    findings = []
    if not REASON_MIN <= len(reason.strip()) <= REASON_MAX:
        findings.append(
            _finding(
                "reason",
                Text(
                    "请写明核实情况，{least} 至 {most} 个字。",
                    "Say what was found, in {least} to {most} characters.",
                    {"least": REASON_MIN, "most": REASON_MAX},
                ),
            )
        )
    if basis not in BASES:
        findings.append(
            _finding("basis", Text("请选择核实方式。", "Choose how it was verified."))
        )
    if kind == "true" and not has_evidence:
        findings.append(
            _finding(
                "evidence",
                Text(
                    "认定属实须附证明材料。",
                    "A hit that is upheld needs a piece of evidence.",
                ),
            )
        )
    if findings:
        raise BadVerdict(
            Text("核实结论不完整。", "The verdict is incomplete."),
            findings=tuple(findings),
        )


def check_open(*, is_gone: bool) -> None:
    """Raise NotOpen for a hit that the last run did not find any more."""
    if is_gone:
        raise NotOpen(
            Text(
                "这条线索在最近一次比对中已消失，不需要核实。",
                "The last run did not find this any more; there is nothing to verify.",
            )
        )


def check_same_facts(*, seen: str | None, now: str) -> None:
    """Raise HitChanged when the person judged other facts than those of now."""
    if seen is not None and seen != now:
        raise HitChanged(
            Text(
                "线索的内容已有变化，结论没有保存。",
                "The facts of this hit have changed; the verdict was not kept.",
            ),
            remedy=Text("请看新的内容再认定。", "Look at the new facts, then decide."),
        )


def _finding(field: str, message: Text) -> Finding:
    return Finding(f"crosscheck.{field}", "verdict", message, field=field)
