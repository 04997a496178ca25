"""What can go wrong with a local installation, in sentences with remedies.

This package may not import the rest of the system, so it has its own small twin of
a refusal; the command line shows both in the same way.
"""

from __future__ import annotations


class LocalFault(Exception):
    """The local installation cannot do what was asked; the sentences say why.

    code is stable. The exception's text is the English sentence with its remedy.
    """

    def __init__(
        self, code: str, *, zh: str, en: str, remedy_zh: str, remedy_en: str
    ) -> None:
        """Keep the sentence and what to do about it, both in both languages."""
        super().__init__(f"{en} {remedy_en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.remedy_zh = remedy_zh
        self.remedy_en = remedy_en

    def in_language(self, language: str) -> str:
        """Return the sentence and the remedy; every zh-… is Chinese, else English."""
        if language.lower().startswith("zh"):
            return f"{self.zh}{self.remedy_zh}"
        return f"{self.en} {self.remedy_en}"
