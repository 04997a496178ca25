"""The tree of administrative divisions, and its history.

Words: a *division* is one row per code and stretch of validity; a *succession* says
which code carries on for which other code from a day; a *flag* marks a village as poor,
deep-poor or demonstration for a period; a *boundary* is a geometry, a *place* a point.

Invariants
- A code is valid at most once on any day (the database excludes an overlap).
- The tree is not one tree: a question for a day gives that day's tree.
- Names are kept as they were published: variants of a suffix, two villages of one name
  in one township, and parks and farms that count as townships are facts, not mistakes.
- What lies here is public reference data: every role may read it, whatever its grant.
- The fictional province 99 exists in demo mode only.
"""
