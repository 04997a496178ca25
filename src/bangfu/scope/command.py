"""Who acts on the command line: the user named with --as, under a grant of theirs."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from typing import Protocol

import click
from django.conf import settings
from django.utils.module_loading import import_string

from bangfu.calc.values.division_code import DivisionCode
from bangfu.scope.actor import Actor


class ActorFinder(Protocol):
    """What settings.BANGFU_ACTOR_FOR_COMMAND names: accounts knows users, scope does not."""

    def __call__(
        self,
        *,
        username: str,
        roles: Collection[str] | None,
        division: DivisionCode | None,
        other_than: int | None,
    ) -> Actor:
        """Return the actor, or raise NotAllowed with what to do."""
        ...


def actor_for_command(
    context: click.Context,
    *,
    roles: Collection[str] | None = None,
    division: DivisionCode | None = None,
    other_than: int | None = None,
) -> Actor:
    """Return who acts: the user of --as or BANGFU_AS; in the demo, a fitting demo user.

    roles: one of these is needed (None: any). division: the grant must contain it.
    other_than: the user who may not be the second person. Who acts is said on standard
    error. Raises NotAllowed.
    """
    named = (context.find_root().obj or {}).get("as") or os.environ.get("BANGFU_AS", "")
    find: ActorFinder = import_string(settings.BANGFU_ACTOR_FOR_COMMAND)
    actor = find(username=named, roles=roles, division=division, other_than=other_than)
    click.echo(f"{actor.username} ({actor.role} @ {actor.division})", file=sys.stderr)
    return actor
