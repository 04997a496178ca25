"""The acting person: a user under one grant."""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.calc.values.division_code import CodeRange, DivisionCode

EVERYWHERE = CodeRange("", ":")
NOWHERE = CodeRange("-", "-")
SYSTEM_ROLE = "system"
NO_ROLE = "none"
ADMINISTRATOR_ROLE = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user under one grant, which is a role at a division.

    division: None for the system itself, which acts everywhere, and for a person who
    holds no grant, who sees nothing.
    official_id: set for a helper, who sees only his or her own households.
    """

    user_id: int
    username: str
    grant_id: int
    role: str
    division: DivisionCode | None
    official_id: int | None = None

    @property
    def level(self) -> int:
        """Digits of the grant's division (2 to 12); 0 for the system."""
        return 0 if self.division is None else int(self.division.level)

    @property
    def programme_range(self) -> CodeRange:
        """Codes of the programme's records this actor may see.

        An administrator manages accounts and sees no programme data at all.
        """
        if self.role == SYSTEM_ROLE:
            return EVERYWHERE
        if self.role == ADMINISTRATOR_ROLE or self.division is None:
            return NOWHERE
        return self.division.range()

    @property
    def accounts_range(self) -> CodeRange:
        """Codes of the grants of other people this actor may see."""
        if self.role == SYSTEM_ROLE:
            return EVERYWHERE
        if self.role == ADMINISTRATOR_ROLE and self.division is not None:
            return self.division.range()
        return NOWHERE


def system_actor(name: str = "system") -> Actor:
    """Return the actor of scheduled and set-up work, which sees every row.

    name: which part of the system acts; it stands in the audit.
    """
    return Actor(0, name, 0, SYSTEM_ROLE, None)


def grantless_actor(user_id: int, username: str) -> Actor:
    """Return the actor of somebody who is logged in and holds no grant.

    It sees no row but its own acts, and lets the audit name who changed a password.
    """
    return Actor(user_id, username, 0, NO_ROLE, None)


# The same as connection options, for migrations, which run outside `acting`.
SYSTEM_SCOPE_OPTIONS = " ".join(
    f"-c bangfu.{name}={value}"
    for name, value in (
        ("user_id", 0),
        ("grant_id", 0),
        ("scope_lo", EVERYWHERE.lo),
        ("scope_hi", EVERYWHERE.hi),
        ("accounts_lo", EVERYWHERE.lo),
        ("accounts_hi", EVERYWHERE.hi),
        ("level", 0),
        ("official_id", ""),
        ("sees_all", 1),
    )
)
