"""The schema of every frame that leaves the database: column, type, unit, meaning.

    schema      what a column and a table are, and the few types that there are
    register    the datasets of a snapshot of the register
    features    the household feature table that is computed from them
    pages       their pages in docs/reference
    frames      frames that people hand in: read and checked

A frame is described once, here; what writes it, what computes over it and its page in
docs/reference all read this description.
"""
