"""Targeting: what was measured, how the meeting ranked, what a score predicts.

Three views of one village's households, side by side, so that people look where they
disagree: measured need (net income per head against the line of its year, and how many
guarantees do not hold), the meeting's ranking, and the proxy score, which predicts income
from what can be seen. The score is fitted on a snapshot of the whole county, says its
cross-validated errors, and is refused where there are too few households to say them.

Invariants: nothing here changes a household or a case; a model is never rewritten; the
scores at hand are those of the county's newest model.
"""
