"""`bangfu worker`: run jobs until told to stop."""

import click
from procrastinate.contrib.django import app

from bangfu.jobs import running


@click.command()
@click.option(
    "--alone",
    is_flag=True,
    help="No other worker is alive: take over its jobs at once.",
)
@click.option("--once", is_flag=True, help="Run what waits, then end.")
def worker(*, alone: bool, once: bool) -> None:
    """Run jobs until told to stop."""
    if alone:
        running.release_all()
    running.rescue()
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as worker_app:
        worker_app.run_worker(
            queues=["bangfu"],
            concurrency=1,
            wait=not once,
            shutdown_graceful_timeout=6,
            install_signal_handlers=True,
        )
