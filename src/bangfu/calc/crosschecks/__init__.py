"""Red flags that are computed from the register alone, and how good a check is.

density       whether incomes bunch just above the line, per county
exits         incomes of the year of exit: near the line, or suddenly high
kinship       villages with more kin of cadres on the roll than others
lineage       families split or merged shortly before they were registered
precision     share of a check's hits that people found true, with an interval

All are pure. A result is a reason to look, never a verdict.
"""
