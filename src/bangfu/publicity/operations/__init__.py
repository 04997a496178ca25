"""Writes: notices and objections. Each checks who, state and input, then acts and audits.

draft -> revise -> submit -> check | send_back -> post -> settle
cancel, withdraw, withdraw_entry, correct
receive -> decide | retract -> tell_result; take_over, open_complaint

Every act locks the notice first, so acts on one notice wait for one another.
"""

from bangfu.publicity.operations.notices import (
    SubjectTaken,
    cancel,
    check,
    correct,
    draft,
    revise,
    send_back,
    submit,
)
from bangfu.publicity.operations.objections import (
    Opened,
    decide,
    open_complaint,
    receive,
    retract,
    take_over,
    tell_result,
)
from bangfu.publicity.operations.posting import (
    post,
    settle,
    withdraw,
    withdraw_entry,
)

__all__ = [
    "Opened",
    "SubjectTaken",
    "cancel",
    "check",
    "correct",
    "decide",
    "draft",
    "open_complaint",
    "post",
    "receive",
    "retract",
    "revise",
    "send_back",
    "settle",
    "submit",
    "take_over",
    "tell_result",
    "withdraw",
    "withdraw_entry",
]
