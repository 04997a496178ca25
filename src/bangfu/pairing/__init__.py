"""Pairing: units, officials, and who is responsible for which household.

Two-way full coverage means that every active household has a responsible official and
every official within the quotas has his or her households. A run of the optimiser is
previewed, approved by a second person and applied as dated pairings. Invariants, kept
by the database: a household has at most one primary helper on any day; history is never
overwritten: a change ends one pairing and starts another.
"""
