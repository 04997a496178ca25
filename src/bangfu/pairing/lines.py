"""The lines of a run's preview: written after solving, carried out when applied.

Everything here is one statement over all lines. A line's stamp is a digest of what the
line rests on; it is computed by the same SQL when the preview is written and when it is
applied, so a line whose input changed in between is found without knowing what changed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl

from bangfu.exchange import staging
from bangfu.pairing.frames import KIN_HOUSEHOLDS, RunFrames
from bangfu.pairing.models import Run
from bangfu.pairing.states import Change, Reason, RefusedLine

# household, its present pairing and helper; the official meant, unit, load, kinship
_STAMPS = """
SELECT r.household_id, md5(row(
    h.division_code, h.status, h.cause_main, p.id, p.official_id, f.is_in_post,
    o.is_in_post, o.quota_min, o.quota_max, o.expertise, o.unit_id,
    u.serves_code, u.workplace_code, u.x_km, u.y_km, l.households, k.household_id
)::text) AS stamp
FROM {lines} r
JOIN registry_household h ON h.id = r.household_id
LEFT JOIN pairing_pairing p
    ON p.household_id = h.id AND p.ended_date IS NULL AND p.is_primary
LEFT JOIN pairing_official f ON f.id = p.official_id
LEFT JOIN pairing_official o ON o.id = r.official_id
LEFT JOIN pairing_unit u ON u.id = o.unit_id
LEFT JOIN (
    SELECT official_id, string_agg(household_id::text, ',' ORDER BY household_id)
        AS households
    FROM pairing_pairing WHERE ended_date IS NULL AND is_primary GROUP BY official_id
) l ON l.official_id = r.official_id
LEFT JOIN ({kin}) k
    ON k.official_id = r.official_id AND k.household_id = r.household_id
"""


def stamps(table: str) -> str:
    """Return SQL for household_id and stamp of the lines in `table`."""
    return _STAMPS.format(lines=table, kin=KIN_HOUSEHOLDS)


def write(
    run: Run, frames: RunFrames, pairs: pl.DataFrame
) -> dict[str, dict[str, int]]:
    """Write one line per household that takes part or loses its helper.

    pairs: household_id, official_id as natural keys. Returns lines by township and
    change. Households that are no longer helped, but still have a helper, get a line
    END of their own.
    """
    placed = (
        frames.homes.join(pairs, left_on="id", right_on="household_id", how="left")
        .join(frames.people, left_on="official_id", right_on="id", how="left")
        .select(
            household_id="pk",
            official_id="pk_right",
            previous_official_id="previous_pk",
            change=_change(pl.col("pk_right"), pl.col("previous_pk")),
        )
    )
    columns = {
        "household_id": "bigint",
        "official_id": "bigint",
        "previous_official_id": "bigint",
        "change": "text",
    }
    staging.stage("pairing_lines", columns, placed)
    lo, hi = run.division_code.range()
    staging.run(_ADD_INACTIVE, {"lo": lo, "hi": hi, "end": Change.END.value})
    staging.run("ANALYZE pairing_lines")
    staging.run(_WRITE.format(stamps=stamps("pairing_lines")), [run.pk])
    staging.refresh_statistics()
    found: dict[str, dict[str, int]] = {}
    for code, change, count in staging.rows(_BY_TOWNSHIP, [run.pk]):
        found.setdefault(code, {})[change] = count
    return found


_BY_TOWNSHIP = """
SELECT left(division_code, 9), change, count(*)
FROM pairing_runpair WHERE run_id = %s GROUP BY 1, 2 ORDER BY 1, 2
"""


def _change(official: pl.Expr, previous: pl.Expr) -> pl.Expr:
    return (
        pl.when(official.is_null() & previous.is_null())
        .then(pl.lit(Change.NONE.value))
        .when(official.is_null())
        .then(pl.lit(Change.END.value))
        .when(previous.is_null())
        .then(pl.lit(Change.NEW.value))
        .when(official == previous)
        .then(pl.lit(Change.KEEP.value))
        .otherwise(pl.lit(Change.REPLACE.value))
    )


_ADD_INACTIVE = """
INSERT INTO pairing_lines
SELECT p.household_id, NULL, p.official_id, %(end)s
FROM pairing_pairing p JOIN registry_household h ON h.id = p.household_id
WHERE p.division_code >= %(lo)s AND p.division_code < %(hi)s
  AND p.ended_date IS NULL AND p.is_primary AND h.status NOT IN ('0', '2', '3')
"""
_WRITE = """
INSERT INTO pairing_runpair (run_id, household_id, official_id, previous_official_id,
    division_code, change, helper_name, helper_unit, stamp, refusal)
SELECT %s, r.household_id, r.official_id, r.previous_official_id, h.division_code,
       r.change, coalesce(o.name, ''), coalesce(u.name, ''), s.stamp, ''
FROM pairing_lines r
JOIN registry_household h ON h.id = r.household_id
JOIN ({stamps}) s ON s.household_id = r.household_id
LEFT JOIN pairing_official o ON o.id = r.official_id
LEFT JOIN pairing_unit u ON u.id = o.unit_id
"""


def refuse_changed(run: Run, from_date: date) -> None:
    """Mark the lines that may not be carried out any more.

    First those whose input changed or whose present pairing began after `from_date`;
    then, as long as there are any, lines that would put an official above the upper
    quota because a line that should have made room was refused.
    """
    staging.run(
        _REFUSE_CHANGED.format(stamps=stamps("run_lines")),
        {"run": run.pk, "changed": RefusedLine.CHANGED.value},
    )
    staging.run(
        _REFUSE_LATER,
        {"run": run.pk, "later": RefusedLine.LATER.value, "day": from_date},
    )
    while staging.run(_REFUSE_OVER, {"run": run.pk, "quota": RefusedLine.QUOTA.value}):
        pass


_REFUSE_CHANGED = """
WITH run_lines AS (
    SELECT household_id, official_id FROM pairing_runpair
    WHERE run_id = %(run)s AND change IN ('new', 'replace', 'end')
), stamps AS ({stamps})
UPDATE pairing_runpair r SET refusal = %(changed)s
WHERE r.run_id = %(run)s AND r.change IN ('new', 'replace', 'end') AND NOT EXISTS (
    SELECT FROM stamps s WHERE s.household_id = r.household_id AND s.stamp = r.stamp)
"""
_REFUSE_LATER = """
UPDATE pairing_runpair r SET refusal = %(later)s
FROM pairing_pairing p
WHERE r.run_id = %(run)s AND r.refusal = '' AND r.change IN ('replace', 'end')
  AND p.household_id = r.household_id AND p.ended_date IS NULL AND p.is_primary
  AND p.started_date > %(day)s
"""
# `after`: households of each official when all lines left are carried out.
_REFUSE_OVER = """
WITH steps AS (
    SELECT official_id, 1 AS step FROM pairing_runpair
    WHERE run_id = %(run)s AND refusal = '' AND change IN ('new', 'replace')
    UNION ALL
    SELECT r.previous_official_id, -1 FROM pairing_runpair r
    JOIN registry_household h ON h.id = r.household_id AND h.status IN ('0', '2', '3')
    WHERE r.run_id = %(run)s AND r.refusal = '' AND r.change IN ('replace', 'end')
    UNION ALL
    SELECT p.official_id, 1 FROM pairing_pairing p
    JOIN registry_household h ON h.id = p.household_id AND h.status IN ('0', '2', '3')
    WHERE p.ended_date IS NULL AND p.is_primary
), after AS (
    SELECT s.official_id, sum(s.step) - o.quota_max AS excess
    FROM steps s JOIN pairing_official o ON o.id = s.official_id
    GROUP BY s.official_id, o.quota_max HAVING sum(s.step) > o.quota_max
), arriving AS (
    SELECT r.id, a.excess,
           row_number() OVER (PARTITION BY r.official_id ORDER BY r.household_id DESC)
               AS nth
    FROM pairing_runpair r JOIN after a ON a.official_id = r.official_id
    WHERE r.run_id = %(run)s AND r.refusal = '' AND r.change IN ('new', 'replace')
)
UPDATE pairing_runpair r SET refusal = %(quota)s
FROM arriving a WHERE a.id = r.id AND a.nth <= a.excess
"""


def carry_out(run: Run, *, from_date: date, by_id: int, at: datetime) -> dict[str, int]:
    """End and start pairings as the lines that are not refused say; count them."""
    given: dict[str, Any] = {
        "run": run.pk,
        "day": from_date,
        "by": by_id,
        "at": at,
        **{f"reason_{reason.name.lower()}": reason.value for reason in Reason},
    }
    ended = staging.run(_END, given)
    started = staging.run(_START, given)
    staging.refresh_statistics()
    counted = staging.rows(
        "SELECT refusal <> '', change, count(*) FROM pairing_runpair"
        " WHERE run_id = %s GROUP BY 1, 2",
        [run.pk],
    )
    refused = sum(n for is_refused, change, n in counted if is_refused)
    done = {change: n for is_refused, change, n in counted if not is_refused}
    return {
        "new": done.get("new", 0),
        "replaced": done.get("replace", 0),
        "ended": done.get("end", 0),
        "kept": done.get("keep", 0),
        "refused": refused,
        "pairings_ended": ended,
        "pairings_started": started,
    }


_END = """
UPDATE pairing_pairing p
SET ended_date = %(day)s,
    end_reason = CASE
        WHEN h.status NOT IN ('0', '2', '3') THEN %(reason_inactive)s
        WHEN NOT pairing_is_in_post(p.official_id) THEN %(reason_left_post)s
        WHEN r.change = 'replace' THEN %(reason_replaced)s
        ELSE %(reason_uncovered)s END
FROM pairing_runpair r JOIN registry_household h ON h.id = r.household_id
WHERE r.run_id = %(run)s AND r.refusal = '' AND r.change IN ('replace', 'end')
  AND p.household_id = r.household_id AND p.ended_date IS NULL AND p.is_primary
"""
_START = """
INSERT INTO pairing_pairing (household_id, official_id, division_code, is_primary,
    started_date, start_reason, end_reason, run_id, helper_name, helper_unit,
    helper_post, helper_phone, recorded_by_id, recorded_at)
SELECT r.household_id, r.official_id, h.division_code, true, %(day)s, %(reason_run)s,
       '', r.run_id, o.name, u.name, o.post, o.office_phone, %(by)s, %(at)s
FROM pairing_runpair r
JOIN registry_household h ON h.id = r.household_id
JOIN pairing_official o ON o.id = r.official_id
JOIN pairing_unit u ON u.id = o.unit_id
WHERE r.run_id = %(run)s AND r.refusal = '' AND r.change IN ('new', 'replace')
ORDER BY r.household_id
"""
