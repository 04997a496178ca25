"""What was done, by whom, when and why: one event per operation, only ever added.

The event says who and why; which values changed is in the history tables that the
database writes itself. Both carry the same `act`. An event never holds personal data.
"""
