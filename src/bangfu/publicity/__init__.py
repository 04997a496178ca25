"""Publicity: making something public, waiting for objections, and hearing them.

A *notice* lists *entries*, each about a record of another app (the *subject*, as plain
values) and holding only what anybody may read. It is drafted, submitted, checked by a
second person and posted with evidence; from the day after the evidence was recorded
full civil days are counted (the *window*). An *objection* to an entry stops that entry
alone; upheld, it sends the case back. What became of an entry is its *verdict*, which
the owner of the subject asks for (`queries.verdict_of`) or is told in the same
transaction (settings.BANGFU_NOTICE_OUTCOMES).

Invariants, held by the database itself:

* nobody checks a notice that he or she wrote on; what was checked is what is posted:
  text and entries change in a draft only;
* a posting's time is the database's clock; the first day of a window is the next civil
  day, the last one follows from the policy pack; neither can be stated or changed;
* an entry passes only after its last day and while no objection stops it;
* one record stands in one unfinished entry of a kind, corrections aside;
* verdicts and complaints are only added; complaints are closed to levels below their
  handler's, the village always, and what tells the complainant is sealed.
"""
