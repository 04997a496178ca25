"""`bangfu calc dedupe`: find the records of one person in a file of persons."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bangfu.calc.values.text import Text
from bangfu.cli import files
from bangfu.local import speech

if TYPE_CHECKING:
    from bangfu.calc.linkage import Result

CONFIG_BYTES_MAX = 100_000
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--input", "source", type=_FILE, required=True, help="CSV or Parquet")
@click.option("--config", type=_FILE, required=True, help="columns by role, TOML")
@click.option("--out", type=_FILE, required=True, help="the id, and its cluster")
@click.option("--truth", metavar="COLUMN", help="who is who, to score against")
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="language of messages")
@click.pass_context
def dedupe(
    ctx: click.Context,
    source: Path,
    config: Path,
    out: Path,
    truth: str | None,
    lang: str | None,
    *,
    as_json: bool,
) -> None:
    """Find the records that are about one person; CSV or Parquet files.

    With --truth, pairwise precision, recall and F1 are told as well. Exit code 0 when
    the clusters are written, 2 when refused.
    """
    from bangfu.calc import linkage  # polars, DuckDB and Splink load only here

    files.check_out(out, [source, config])
    settings = linkage.read_config(_config_text(config), file=str(config))
    records = files.read(source)
    result = linkage.dedupe(records, settings, file=str(source), truth=truth)
    files.write(result.clusters, out)
    if as_json:
        document = {**result.as_json(), "out": str(out)}
        click.echo(json.dumps(document, ensure_ascii=False))
    chosen = lang or (ctx.find_root().obj or {}).get("lang") or speech.language()
    stream = sys.stderr if as_json else sys.stdout
    for line in _lines(result):
        click.echo(line.in_language(chosen), file=stream)


def _config_text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if len(content) > CONFIG_BYTES_MAX:
            what = Text("文件过大，不像配置文件。", "is too large for a configuration.")
            raise files.bad(path, what)
        return content.decode("utf-8-sig")
    except OSError as error:
        raise files.unreadable(path, error) from error
    except UnicodeDecodeError as error:
        what = Text("编码应为 UTF-8。", "should be UTF-8.")
        raise files.bad(path, what) from error


def _lines(result: Result) -> list[Text]:
    """Say how it went, for people."""
    lines = [
        Text(
            "共 {rows} 条记录，识别为 {persons} 人，重复 {duplicates} 条；比较 {pairs} 对，阈值 {at}。",
            "Records {rows}, persons {persons}, duplicates {duplicates}; pairs compared "
            "{pairs}, threshold {at}.",
            {
                "rows": result.rows,
                "persons": result.persons,
                "duplicates": result.duplicates,
                "pairs": result.pairs_compared,
                "at": result.threshold,
            },
        )
    ]
    if result.score:
        lines.append(
            Text(
                "按记录对计：查准率 {precision}，查全率 {recall}，F1 {f1}。",
                "In pairs: precision {precision}, recall {recall}, F1 {f1}.",
                {
                    "precision": f"{result.score.precision:.4f}",
                    "recall": f"{result.score.recall:.4f}",
                    "f1": f"{result.score.f1:.4f}",
                },
            )
        )
    return lines + [finding.message for finding in result.findings]
