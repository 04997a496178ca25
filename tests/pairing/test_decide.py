"""Approving and returning a run."""

from __future__ import annotations

import pytest

from bangfu.calc.values.findings import NotAllowed


def test_a_second_person_approves(run, second, now):
    from bangfu.audit.queries import events_of
    from bangfu.pairing import operations

    approved = operations.approve(by=second, at=now, run_id=run.pk, reason=" 同意 ")

    assert (approved.state, approved.decided_by_name) == ("approved", "second")
    assert (approved.decided_at, approved.decision_reason) == (now, "同意")
    event = events_of(run)[0]
    assert (event.action, event.username, event.reason) == (
        "pairing.run.approved",
        "second",
        "同意",
    )


def test_it_refuses_own_approval(run, office, now):
    from bangfu.audit.queries import events_of
    from bangfu.pairing import operations, permissions

    with pytest.raises(permissions.OwnRun) as refusal:
        operations.approve(by=office, at=now, run_id=run.pk)

    assert refusal.value.message.zh == "不能审批自己提交的方案。"
    run.refresh_from_db()
    assert (run.state, run.decided_by_id) == ("previewed", None)
    assert events_of(run)[0].action == "pairing.run.solved"


@pytest.mark.parametrize(
    ("role", "division", "may"),
    [
        ("leadership", "990101", True),
        ("city", "9901", True),
        ("leadership", "990102", False),
        ("township", "990101101", False),
        ("auditor", "990101", False),
    ],
)
def test_who_may_approve(run, make_actor, now, role, division, may):
    from bangfu.pairing import operations

    by = make_actor(role, division)
    if may:
        assert operations.approve(by=by, at=now, run_id=run.pk).state == "approved"
    else:
        with pytest.raises(NotAllowed):
            operations.approve(by=by, at=now, run_id=run.pk)


def test_returning_needs_a_reason(run, second, now):
    from bangfu.pairing import operations, rules

    with pytest.raises(rules.NoReason):
        operations.reject(by=second, at=now, run_id=run.pk, reason="  ")
    run.refresh_from_db()
    assert run.state == "previewed"

    returned = operations.reject(by=second, at=now, run_id=run.pk, reason="名册有误")

    assert (returned.state, returned.decision_reason) == ("rejected", "名册有误")


def test_a_run_is_decided_once(approved, second, now):
    from bangfu.pairing import operations, rules

    with pytest.raises(rules.WrongRunState) as refusal:
        operations.reject(by=second, at=now, run_id=approved.pk, reason="再想想")

    assert str(refusal.value.message) == (
        "The run is “approved”; this takes “to be approved”."
    )


def test_a_run_outside_the_scope_is_not_found(run, make_actor, now):
    from bangfu.pairing import operations, queries
    from bangfu.scope import acting

    other = make_actor("county", "990102")
    with acting(other), pytest.raises(queries.NoSuchRecord):
        operations.approve(by=other, at=now, run_id=run.pk)
