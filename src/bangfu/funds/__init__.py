"""Funds: where the money comes from, what it may be used for, and where it went.

`ledger` keeps the double entry and is private to this app.
"""
