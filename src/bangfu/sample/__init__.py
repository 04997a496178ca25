"""The fictional city: people who do not exist, in a province (99) that does not exist.

It writes the very workbooks that offices would send, with planted errors and a file
that says where they are, and loads them through the same import as everybody.
"""
