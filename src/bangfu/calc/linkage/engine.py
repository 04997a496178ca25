"""A run from the table to the clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bangfu.calc.linkage import checks, comparing, training
from bangfu.calc.linkage.blocking import block_keys
from bangfu.calc.linkage.clusters import Clusters, Pairs, cluster
from bangfu.calc.linkage.config import CLUSTER_LIMIT, Config
from bangfu.calc.linkage.model import Comparison, comparisons
from bangfu.calc.linkage.prepare import as_text, prepare
from bangfu.calc.linkage.result import Result
from bangfu.calc.linkage.scoring import score
from bangfu.calc.values.findings import Finding, Severity
from bangfu.calc.values.text import Text

SMALL_FILE = 10  # rows up to which one cluster may hold them all

BITS_SURE = 7.0  # log-odds from which a pair counts as sure for the second round


@dataclass(frozen=True, slots=True)
class Weighed:
    """The pairs with their log-odds, and what was learned on the way.

    links: the pairs at or above the threshold; levels: how each field of them agrees.
    """

    fit: training.Fit
    pairs: Pairs
    compared: int
    links: Pairs
    levels: pl.DataFrame


def dedupe(
    records: pl.DataFrame, config: Config, *, file: str, truth: str | None = None
) -> Result:
    """Find the records that are about one person.

    records: one row a record, any columns; those that `config` names are used. file:
    what messages call the table. truth: a column that says who is who, to score with;
    it takes no part in the linkage. The same rows in any order give the same clusters.

    Raises BadInput for missing columns, ids that are empty or not unique, and tables
    that tell nobody apart; OutOfLimit above checks.ROWS_MAX rows.
    """
    checks.check_records(records, config, file=file)
    checks.check_truth(records, truth, file=file)
    ordered = checks.in_order(records, config.id)
    prepared = prepare(ordered, config)
    useful = checks.useful_columns(prepared.frame)
    checks.check_variety(prepared.frame, useful, config, file=file)
    fields = comparisons(useful, has_han=prepared.has_han, has_latin=prepared.has_latin)
    bits_min = math.log2(config.threshold / (1 - config.threshold))
    weighed = _weigh(prepared.frame, fields, useful, bits_min)
    size_max = _size_max(records.height, config)
    groups = cluster(
        weighed.pairs, rows=records.height, bits_min=bits_min, size_max=size_max
    )
    ids = as_text(ordered[config.id])
    clusters = _clusters(records, config, ids, groups)
    return Result(
        clusters=clusters,
        links=_links(weighed, ids),
        comparisons=weighed.fit.comparisons,
        share=weighed.fit.share,
        threshold=config.threshold,
        pairs_compared=weighed.compared,
        rounds=weighed.fit.rounds,
        has_converged=weighed.fit.has_converged,
        findings=(
            *checks.notes_on(prepared.frame, config, useful),
            *_findings(weighed.fit, groups, size_max),
        ),
        score=score(clusters["cluster"], as_text(records[truth])) if truth else None,
    )


def _size_max(rows: int, config: Config) -> int:
    """Return how many records a cluster may have: never more than half a file."""
    if rows <= SMALL_FILE:
        return config.cluster_max
    return min(config.cluster_max, rows // 2)


def _weigh(
    frame: pl.DataFrame,
    fields: tuple[Comparison, ...],
    useful: frozenset[str],
    bits_min: float,
) -> Weighed:
    """Compare, learn, and weigh the pairs with what was learned."""
    keys = block_keys(frame, useful=useful)
    rows = frame.height
    nobody = Weighed(
        training.Fit(fields, 0.0, 0, has_converged=True),
        Pairs.none(),
        0,
        Pairs.none(),
        pl.DataFrame(schema={one.name: pl.String for one in fields}),
    )
    if rows < 2:
        return nobody
    with comparing.Compared(frame.hstack(keys), fields) as compared:
        if not compared.block():
            return nobody
        spread = compared.spread()
        known = [_known(frame, one) for one in fields]
        persons = np.arange(rows)
        for _ in range(2):
            # The second time, a value counts once for each person, not each record.
            compared.count_values(pl.Series(persons))
            patterns = compared.patterns()
            fit = training.fit(
                fields,
                patterns,
                spread=spread,
                rows=rows,
                sampled=comparing.SAMPLE_PAIRS,
                known=known,
            )
            pairs = compared.weigh(fit.comparisons, share=fit.share)
            fit, pairs = _settled(fit, pairs, rows)
            persons = cluster(
                pairs, rows=rows, bits_min=BITS_SURE, size_max=CLUSTER_LIMIT
            ).first
        links = pairs.where(pairs.bits >= bits_min)
        return Weighed(
            fit, pairs, compared.pairs_compared, links, compared.levels(links)
        )


def _settled(fit: training.Fit, pairs: Pairs, rows: int) -> tuple[training.Fit, Pairs]:
    """Bring the share and the log-odds in line with the weights of rare values."""
    odds = fit.share / (1 - fit.share)
    share = training.settled_share(
        np.exp2(pairs.bits) / odds, pairs=rows * (rows - 1) / 2, share=fit.share
    )
    moved = math.log2(share / (1 - share) / odds)
    settled = replace(fit, share=share)
    return settled, Pairs(pairs.left, pairs.right, pairs.bits + moved)


def _known(frame: pl.DataFrame, field: Comparison) -> float:
    """Return the share of pairs of which both records have the field."""
    share = 1 - frame[field.name].null_count() / frame.height
    return share * share


def _clusters(
    records: pl.DataFrame, config: Config, ids: pl.Series, groups: Clusters
) -> pl.DataFrame:
    """Name each cluster by its smallest id, in the order of the records."""
    named = pl.DataFrame({"_id": ids, "cluster": ids.gather(groups.first)})
    return (
        records.select(pl.col(config.id))
        .with_columns(_id=as_text(records[config.id]))
        .join(named, on="_id", how="left", maintain_order="left")
        .drop("_id")
    )


def _links(weighed: Weighed, ids: pl.Series) -> pl.DataFrame:
    pairs = weighed.links
    chance = 1 / (1 + np.exp2(-pairs.bits))
    links = pl.DataFrame(
        {
            "id_left": ids.gather(pairs.left),
            "id_right": ids.gather(pairs.right),
            "chance": chance,
        }
    )
    levels = weighed.levels.select(pl.all().name.prefix("agree_"))
    return links.hstack(levels).sort("chance", descending=True, maintain_order=True)


def _findings(fit: training.Fit, groups: Clusters, size_max: int) -> list[Finding]:
    findings = []
    if not fit.has_converged:
        findings.append(
            _doubt(
                "linkage.not_converged",
                Text(
                    "训练 {rounds} 轮后仍未收敛，结果仅供参考。",
                    "Training had not settled after {rounds} rounds; take the result "
                    "with caution.",
                    {"rounds": fit.rounds},
                ),
            )
        )
    if groups.cut:
        findings.append(
            _doubt(
                "linkage.cut",
                Text(
                    "有 {count} 组超过 {most} 条，已提高标准拆分。",
                    "{count} groups had more than {most} records and were split at a "
                    "higher threshold.",
                    {"count": groups.cut, "most": size_max},
                ),
            )
        )
    if groups.dissolved:
        findings.append(
            _doubt(
                "linkage.dissolved",
                Text(
                    "有 {count} 条记录彼此无法区分，数量过多，未合并，请人工核对。",
                    "{count} records are too many that nothing tells apart; they were "
                    "left unmerged for a person to look at.",
                    {"count": groups.dissolved},
                ),
            )
        )
    return findings


def _doubt(code: str, message: Text) -> Finding:
    return Finding(code, "clusters", message, Severity.DOUBTFUL)
