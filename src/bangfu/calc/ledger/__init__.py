"""The rules of a closed fund ledger, and a plain book that follows them.

Money is integer fen. A voucher is a list of *movements*; each takes an amount out of one
account and puts it into another along a named *edge*, so it makes two entries that cancel:
minus in the source, plus in the target. What no edge names cannot happen: there is no edge
to cash and no kind of account for a person.

`codes` names kinds, classes, sources and purposes; `edges` is the closed operation as data;
`book` is the reference against which the database is tested entry by entry.
"""
