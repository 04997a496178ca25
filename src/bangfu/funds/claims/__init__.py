"""How a project's money is paid: claims in stages, acceptance, deposits; old balances.

A *claim* asks for one stage of a funded project with its pack of documents; the county
office checks it, or returns it with reasons as codes; a preparer draws the order, an
approver pays. The last stage is paid after acceptance only, less a quality *deposit*,
which is released after the period without defect or forfeited. *Opening balances* and
the *recovery* of money that stayed unspent for too long are orders like any other.

Invariants:

* stages are paid in their order, each once, by the terms that were fixed with the funding;
* the claims of an allocation never exceed it;
* the last stage needs the project accepted; the database refuses it too;
* a deposit ends once: released, or forfeited.
"""
