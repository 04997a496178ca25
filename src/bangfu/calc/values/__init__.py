"""Value types that every layer shares: codes, texts, findings, refusals, money.

A value checks itself when it is made, so that nobody below needs to ask again.
"""
