"""The register: households, their members, and what is known about them.

A household's file has one row per fact: the household (place, causes, land, housing),
its members, and one income per year. Invariants, kept by the database: a household is
found by village and household number and no two families share one; it has at most one
head; money is integer fen; an identity number is stored sealed beside its blind index
and nowhere in clear; every change leaves the row as it was in the history tables.
"""
