"""`bangfu sample` writes the fictional city; `bangfu demo load` loads it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from django.conf import settings
from django.utils import timezone

from bangfu.calc.values.text import Text
from bangfu.sample import loading
from bangfu.sample.making import make_sample

SEED = 2016
HOUSEHOLDS = 3_000


@click.command()
@click.option("--households", type=int, default=HOUSEHOLDS, show_default=True)
@click.option("--seed", type=int, default=SEED, show_default=True)
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="folder for the files",
)
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
@click.pass_context
def sample(
    ctx: click.Context, households: int, seed: int, folder: Path, *, as_json: bool
) -> None:
    """Write the workbooks, divisions and truth of a fictional city."""
    tell = _teller(ctx)
    files = make_sample(folder, households=households, seed=seed, tell=tell)
    if as_json:
        click.echo(json.dumps(files.facts, ensure_ascii=False))
    else:
        for name, value in files.facts.items():
            click.echo(f"{name:<16}{value}")


@click.group()
def demo() -> None:
    """Load the fictional city into the embedded database."""


@demo.command()
@click.option("--households", type=int, default=HOUSEHOLDS, show_default=True)
@click.option("--seed", type=int, default=SEED, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
@click.pass_context
def load(ctx: click.Context, households: int, seed: int, *, as_json: bool) -> None:
    """Make the city, import its workbooks and write the log-ins."""
    result = loading.load_demo(
        at=timezone.now(),
        households=households,
        seed=seed,
        folder=Path(settings.VAR) / "sample",
        tell=_teller(ctx),
    )
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))


def _teller(ctx: click.Context) -> loading.Tell:
    language = (ctx.find_root().obj or {}).get("lang", "en")

    def tell(text: Text) -> None:
        click.echo(text.in_language(language), file=sys.stderr)

    return tell
