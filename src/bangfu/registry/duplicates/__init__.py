"""Duplicates in the register: found by linkage, decided by people, remembered.

A search takes a private extract of a division, lets `calc.linkage` weigh every pair of
records, and files what may be one person into groups. A group lies in the smallest
division that holds all of its records, so only an office that may see every record sees
it, and none below the township does. A person then decides: the same (records or whole
households are merged), not the same, or later. Nothing is ever merged by a score.

Invariants: a pair that somebody called two persons is not brought up again, also after
its records went into other households; a decision states its reason and is never
rewritten; a search withdraws what it no longer finds and leaves decisions alone.
"""
