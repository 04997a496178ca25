"""Cases: how a household enters the register, leaves it, and is watched afterwards.

A case is one procedure of one household: entry, relapse, exit, removal of a wrong entry,
monitoring, removal of a risk. `acts` is the whole procedure as one table: who moves a
case from which state to which, with what evidence, how long it may take and who must be
somebody else. Everything else reads that table: rules, screens, work lists, the diagram.

Postings are notices of `publicity`, which keeps their clocks and objections; a case
enters a posting when its notice is posted and leaves it when the window is over.
Invariants: a household has one open case of each track; steps are only added; a step is
always one row of the table; what was stated (`happened_on`) and when it was recorded
are different facts, and deadlines run on the second.
"""
