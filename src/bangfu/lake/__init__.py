"""Snapshots: numbered, immutable copies of the register for everything that computes.

    from bangfu.lake import queries as lake
    opened = lake.open(snapshot=12, by=actor)        # only what the actor may see
    opened.sources                                    # for calc.engines
    opened.frame("household")                         # a polars frame

A snapshot is a folder of Parquet files, one a dataset and county, beside a manifest with
the counts, sums and SHA-256 of every file, the hash of the policy pack, the version of
the code, when it was taken and the last day it covers. Invariants:

* a snapshot is there whole or not at all: it is written aside, synced to disk, renamed,
  and counts only from the moment at which its row in the database is committed;
* nothing in it is ever changed; `prune` removes whole snapshots that nobody refers to;
* all of it was read in one transaction that saw one state of the database;
* no name, number, phone or account of a person is in it: columns hold codes, counts,
  amounts and keyed pseudonyms. Text that does not match its column's pattern is withheld
  and counted, not written;
* `queries.open` is the only reader and gives only rows of the actor's division.

The mechanism knows no domain: apps declare their datasets (settings.BANGFU_SNAPSHOTS).
What needs real names, such as finding duplicates, takes a `private_extract`, which lies
in a folder of mode 0700 and is deleted when the work ends.
"""
