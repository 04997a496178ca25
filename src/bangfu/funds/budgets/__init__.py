"""What money came, by which document, for what it is planned, and for whom it is kept.

An *appropriation* is a document that sends an amount of one class one level down; a *hop*
is one such way, with the day it was sent and the day it arrived. A *line* is an account
with a purpose and what the county planned for it. An *order* is a voucher that one person
prepared and another approves or returns. An *allocation* is a commitment of the ledger
with its reference: for which household or project a part of a line is kept.

Invariants:

* nothing is posted by this app but by an order of two persons;
* what is handed on under a document is never more than the document says;
* an opening balance is taken over once for each account;
* what happens to an allocation (`AllocationAct`) is written by the database itself from
  the ledger's entries, so a statement of a household or project equals the ledger.
"""
