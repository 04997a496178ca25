"""Surveys: what is collected of every household once a year, and locked afterwards.

A `Collection` is one village in one year. While it is open, each household has a
`SurveySheet`: two or more people fill it in, somebody else checks it, and the township
or county locks the year. The amounts stand in `registry.Income` and nowhere else; the
sheet adds who asked, on what evidence, what was spent, and the six guarantees.

Invariants, kept by the database: a locked sheet, its income and its guarantees are never
changed nor deleted, by anybody; a correction is a new row that names the one it corrects,
with a reason; each row is corrected once, so the last of the chain is what holds;
expected income has no place in it; who recorded a sheet does not check it.
"""
