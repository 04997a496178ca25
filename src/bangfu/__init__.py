"""Bangfu runs a city's targeted poverty alleviation end to end.

The top level is the domain; docs/explanation.md walks through it. Packages depend
downwards only: site and cli at the top, calc at the bottom (see `importlinter` in
pyproject.toml, which is enforced).
"""
