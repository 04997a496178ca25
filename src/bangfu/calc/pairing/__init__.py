"""Pair households with officials."""
