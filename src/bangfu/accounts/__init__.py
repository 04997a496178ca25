"""People who log in, and their grants.

A grant is a role at a division for a period. A person may hold several and acts under
one at a time. Invariants: every grant names a division; a helper's grant names the
official; an administrator manages accounts and sees no programme data; nobody grants
to himself; there is no superuser.
"""
