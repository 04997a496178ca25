"""The encodings of text files that offices hand in."""

from __future__ import annotations


def as_utf8(content: bytes) -> bytes | None:
    """Return the text as UTF-8; spreadsheets in China still write GB 18030.

    None when it is in neither encoding.
    """
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return content.decode("gb18030").encode()
        except UnicodeDecodeError:
            return None
    return content
