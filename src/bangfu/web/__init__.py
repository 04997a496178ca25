"""The shell around every page, and the parts that pages are made of.

It owns the page frame, lists, forms, charts, maps, progress and error pages, and the
way they look. It knows no household and no official: what it shows is handed to it.

Words: a *list* is a table of records with filters and pages; a *column* and a *filter*
are declared once per list; a *cell* is what a column shows for one record; a *crumb*
is one step of the path above the title; a *chart* always has a *table twin*.

Invariants
- Every visible sentence exists in Chinese and in English.
- No page needs an inline script, an inline style or another host.
- Nothing is told by colour alone; every chart can be read as a table.
- A list never shows more than 100 records and never counts beyond its limit.
"""
