"""Policy: the regulation as dated, sourced data, read from a pack of TOML files.

A *parameter* has a key, a title and the places where it acts. It has one or more
*values*, each with a unit, a period of validity, a scope (a division code, or "" for
the whole country), a source, a grade (how it is known) and a status (whether somebody
compared it with the document). A *scenario* value is an assumption that is used only
by a caller who names the scenario.

Invariants of a pack that could be loaded:

* every key, unit, type and code is one that `parameters.py` declares;
* for a key, a scope and a scenario, no two periods overlap, so at most one value holds;
* a value of which money depends is never handed out unverified, unless the caller
  names a scenario;
* the same content has the same hash, whichever files it lies in.

What reads, checks and looks up is free of Django and of any database: `loading`,
`packs`, `quotas`, `tiers`, `poverty_lines`, `work_calendar`. Only `queries.active`,
the views and the system check know the settings.
"""
