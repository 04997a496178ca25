"""Model field and constraint for division codes."""

from __future__ import annotations

from typing import Any

from django.db import models

from bangfu.calc.values.division_code import DivisionCode

CODE_PATTERN = "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$"


class DivisionCodeField(models.CharField):  # type: ignore[type-arg]
    """A division code of 2 to 12 digits, read back as `DivisionCode`.

    Collation "C" makes a range of codes an index range under row-level security.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 12
        kwargs["db_collation"] = "C"
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Leave length and collation out of migrations: they follow from the type."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"], kwargs["db_collation"]
        return name, path, args, kwargs

    def from_db_value(
        self, value: str | None, _expression: object, _connection: object
    ) -> DivisionCode | str | None:
        """Return a value type; an empty or missing code stays as it is."""
        return DivisionCode(value) if value else value


def division_code_check(
    table: str, field: str = "division_code"
) -> models.BaseConstraint:
    """Constrain a column of `table` to codes of 2, 4, 6, 9 or 12 digits."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__regex": CODE_PATTERN}),
        name=f"{table}_{field}_ok",
    )
