"""Cross-checks: outside lists against the register, and red flags of the register itself.

Words: a *list* (`ExternalList`) is what a department sent; a *row* of it is kept as the
blind index of the number and declared facts. A *check* (`Check`) is one declared object.
A *run* (`CheckRun`) carries out all checks that have what they need. A *hit* (`Hit`) is a
lead that a check found about a person, a household, a village or a county; a *verdict*
(`Verdict`) is what a person found out about it.

Invariants: an identity number of a list is never stored, nor any name that has one; a hit
changes nothing but itself, whatever its verdict; a hit that a person has judged comes back
only when its facts change; verdicts are only added; hits stay above the village.
"""
