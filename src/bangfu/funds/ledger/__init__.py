"""The fund ledger: double entry in integer fen, closed by the database itself.

An *account* is a kind at a division for one class, source, year and purpose of funds. A
*voucher* is a list of *movements*, each along a named *edge*; a movement makes two entries
that cancel: minus in its source, plus in its target. A *commitment* keeps part of a line
for a purpose without moving it. A *close* ends a month of a division for good.

Invariants, held by the database for every role, the owner too:

* vouchers and entries are only added; a voucher has exactly the entries it says, in pairs
  that cancel; two persons made it; its time and number are the database's own;
* a pair of accounts that no edge names is refused, and so is what an edge does not allow:
  another class, purpose, year or place, or no document;
* no account turns past zero at the end of any day, and no commitment is left without money;
* nothing is posted into a closed month or into the future;
* a correction is a reversal that names its original, once, entry by entry.

Balances by day (`Day`) and now (`Standing`) are kept by triggers alone, from the entries;
`queries.prove` adds the entries up again and compares.
"""
