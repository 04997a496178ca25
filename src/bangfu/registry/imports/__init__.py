"""Importing workbooks of any kind: sealed, checked, shown, confirmed, applied.

    checking ──> checked ──> applying ──> applied
       │            │  ^         │
       │            │  └─────────┘ (refused or failed: nothing was written)
       ├────────────┴──> cancelled
       ├──> unchanged (nothing is new or changed)
       └──> failed (unreadable, or no record is right)

Kinds are `intake.Intake` values named in settings.BANGFU_IMPORTS; this package knows
files, states and previews, an intake knows what its rows mean. Nothing is written
before somebody confirms; applying reads and checks the sealed files again, and is
refused with a new preview when it would now do something else than was shown.
"""
