"""Named SQL steps over a snapshot, on DuckDB here and on Spark where the data live.

A *pipeline* is an ordered list of *steps* in one `.sql` file. A step has a name, a key
and one SELECT over the input tables and the steps before it; its rows are a dataset of
their own, so every stage can be looked at. The SQL is DuckDB's, restricted to what means
the same on both engines:

    steps       what a pipeline is, reading it from text, parameters
    checking    the rules that a step keeps, with all findings at once
    typed       the rules that need the types of expressions
    words       what the checks know and how they say it
    duck        binds steps when they are loaded, runs them, says which one failed
    spark       the same steps as Spark SQL

Numbers that were added up in another order differ in their last digits (about 1e-14 of
the value), also between two runs of one engine: never compare a sum of NUMBERs for
equality; scale it, take floor() and compare whole numbers.
"""
