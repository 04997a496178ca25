"""The reader's language: put a `Text` into it, now or when it is shown."""

from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import get_language, override

from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text

DEFAULT_LANGUAGE = "zh-hans"


def active_language() -> str:
    """Return "zh-hans" or "en", whatever variant the request asked for."""
    language = get_language() or DEFAULT_LANGUAGE
    return "zh-hans" if language.lower().startswith("zh") else "en"


def html_language() -> str:
    """Return the active language as the `lang` attribute writes it."""
    return "zh-Hans" if active_language() == "zh-hans" else "en"


def say(value: object) -> str:
    """Return a Text, the sentence of a Refusal or anything else in words.

    None gives an empty string. Enumerations whose members carry a `text` are said by it.
    """
    if value is None:
        return ""
    if isinstance(value, Refusal):
        value = value.message
    if not isinstance(value, (Text, str)):
        value = getattr(value, "text", value)
    if isinstance(value, Text):
        return value.in_language(active_language())
    return str(value)


def say_later(zh: str, en: str, **params: object) -> str:
    """Return a lazy string for form labels, put into words when it is rendered."""
    return say_text_later(Text(zh, en, params))


def reasons(error: ValidationError) -> Text:
    """Return what Django's validators say, in both languages.

    They say it in the reader's only; but a refusal may be read later, by somebody else.
    """
    with override("zh-hans"):
        zh = " ".join(error.messages)
    with override("en"):
        en = " ".join(error.messages)
    return Text(zh, en)


say_text_later = lazy(say, str)
