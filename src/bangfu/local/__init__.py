"""The local installation: an embedded PostgreSQL and the launcher that runs everything.

Standard library only, so it works before anything else does. A newcomer needs no
database server: the binaries of a wheel (or of the system) run on a private data
folder, reachable only through a unix socket in a private folder.

    faults      what can go wrong here, as sentences with remedies
    processes   finding, signalling and outliving processes, by pid and never by name
    binaries    where PostgreSQL's programs are
    place       where the data lives and which account runs the server
    postgres    the server: start, adopt, stop
    roles       the two database roles and the database
    launcher    `bangfu run`: server, web and worker under one process

Linux first: processes are found through /proc. With DATABASE_URL set, none of this
is used.
"""
