"""The `bangfu` command: a table of the apps' commands, loaded only when asked for.

It translates and calls; it knows no rule. `main` is the entry point and turns what
goes wrong into sentences and exit codes; `run` and `doctor` are the commands of the
installation itself.
"""
