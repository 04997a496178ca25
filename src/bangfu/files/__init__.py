"""Files: evidence on which acts of other apps rest: minutes, photographs, forms, letters.

A *file* is content: looked at, hashed, encrypted on disk, never altered. An *attachment*
refers from a record of another app (its label and key as plain values) to a file. The
same content stored twice in one division is one file with two attachments.

Invariants:

* a file's name on disk is random, its content is sealed with the vault's keys, and what
  is read must have the hash that was recorded;
* content decides the type; the name must agree, and what is two formats at once, holds
  a program, or unpacks to a bomb is refused;
* attachments are only added; one may be closed to levels below `seen_from`;
* every opening is recorded in the audit as a read;
* what a photograph's camera noted (time, place) is kept sealed beside it and never
  leaves with a public copy.

This package knows no domain: who owns a subject names a guard in
settings.BANGFU_FILE_GUARDS, which is asked before an attachment of it is opened.
"""
