"""The household roll on its way in: from files to rows, in whole columns.

    incoming    rows of the files, keyed by household; what is wrong with their keys
    stored      the same households as they stand in the database
    merging     what they would become, member matched to member
    checking    rules applied; findings with their place; flags
    planning    new, changed, same, wrong; differences; digest
    writing     staged by COPY, one set-based statement per table

Nothing here loops over rows in Python but sealing, keyed digests and the findings
themselves. Reached only through `registry.intake`, so polars is loaded when needed.
"""
