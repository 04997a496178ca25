"""Django's checks of a new password, in the words of both languages.

Length and common words only: rules about kinds of characters make passwords that people
write down. Both sentences and the limit stand here, so help and refusal agree.
"""

from __future__ import annotations

from django.contrib.auth import password_validation as django

from bangfu.calc.values.text import Text
from bangfu.web.language import say, say_text_later

LENGTH_MIN = 12
HINT = Text(
    "至少 {n} 位，可用一句话。",
    "At least {n} characters; a phrase is fine.",
    {"n": LENGTH_MIN},
)
_TOO_SHORT = Text(
    "至少要有 {n} 位。", "It must have at least {n} characters.", {"n": LENGTH_MIN}
)
_COMMON = Text("这个密码太常见。", "It is too common.")
_SIMILAR = Text("与用户名或姓名太相似。", "It is too much like the user name or name.")


class LongEnough(django.MinimumLengthValidator):
    """At least 12 characters."""

    def __init__(self) -> None:
        super().__init__(LENGTH_MIN)

    def get_error_message(self) -> str:
        """Say the limit."""
        return say_text_later(_TOO_SHORT)

    def get_help_text(self) -> str:
        """Say it beside the field."""
        return say(HINT)


class NotCommon(django.CommonPasswordValidator):
    """None of the 20,000 that everybody uses."""

    def get_error_message(self) -> str:
        """Say why."""
        return say_text_later(_COMMON)

    def get_help_text(self) -> str:
        """Say nothing beside the field."""
        return ""


class NotLikeTheUser(django.UserAttributeSimilarityValidator):
    """Not a variation of the user name or the name."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("username", "name"))

    def get_error_message(self) -> str:
        """Say why."""
        return say_text_later(_SIMILAR)

    def get_help_text(self) -> str:
        """Say nothing beside the field."""
        return ""
