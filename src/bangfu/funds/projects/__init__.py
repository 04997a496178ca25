"""The project library: from the village's list to the county's library and annual plan.

A *project* is proposed by a village, checked by its township, taken into the county's
library after it was posted at each level, chosen for an annual plan, funded, built,
accepted. `acts.ACTS` is the whole procedure as one table; the database knows its rows.

Invariants:

* a project's state changes by a step only, and a step is a row of the table;
* no project is in the library without beneficiaries, poor ones among them, and
  performance targets: the database refuses it too;
* its sources add up to its budget;
* a plan holds projects of the library only, one item for each project and year.
"""
