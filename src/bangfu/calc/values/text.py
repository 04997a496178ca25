"""Sentences for people, in Chinese and English side by side.

The twin sentences stand next to each other in the code, so neither can be missing
and a reviewer sees both (docs/adr/0004-texts-side-by-side.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages, with `{name}` places for values.

    A value that is itself a `Text` is put into the language that is asked for.
    """

    zh: str
    en: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse a half-translated sentence where it is written."""
        if not self.zh or not self.en:
            msg = f"both languages are needed: {self.zh!r} / {self.en!r}"
            raise ValueError(msg)

    def with_(self, **params: object) -> Text:
        """Return the same sentence with more places filled."""
        return Text(self.zh, self.en, {**self.params, **params})

    def in_language(self, language: str) -> str:
        """Return the sentence in `language`: zh-… is Chinese, the rest English."""
        template = self.zh if language.lower().startswith("zh") else self.en
        if not self.params:
            return template
        values = {
            name: value.in_language(language) if isinstance(value, Text) else value
            for name, value in self.params.items()
        }
        return template.format(**values)

    def as_json(self) -> dict[str, str]:
        """Return both sentences, filled, for storing in a JSON column."""
        return {"zh": self.in_language("zh-hans"), "en": self.in_language("en")}

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> Text:
        """Read what `as_json` wrote; braces in it are text, not places."""
        return cls(stored["zh"], stored["en"])

    def __str__(self) -> str:
        """Return the English sentence, for logs and tracebacks."""
        return self.in_language("en")


def join(texts: list[Text], *, zh: str = "；", en: str = "; ") -> Text:
    """Join sentences into one, with the separator of each language."""
    return Text(
        zh.join(text.in_language("zh-hans") for text in texts),
        en.join(text.in_language("en") for text in texts),
    )
