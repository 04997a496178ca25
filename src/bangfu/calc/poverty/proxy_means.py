"""The proxy means test: predict income from what can be seen, and judge the selection.

The score is a regression of income, or of its logarithm, on proxies. It is judged where
it was not fitted when folds or a training column are given, else on the rows of the fit
themselves, which flatters it and is said.

    BadTest                 quota, cut-off, quantile or training column make no sense
    TooFewRows              fewer rows than the regression needs
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bangfu.calc.poverty import columns, fitting
from bangfu.calc.poverty.design import Design, Floats
from bangfu.calc.poverty.estimates import Answer, Estimate, counted, estimated
from bangfu.calc.poverty.folds import folds_of
from bangfu.calc.poverty.proxies import Proxies, independent, proxies_of
from bangfu.calc.poverty.targeting import Bools, Trial, poorest
from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.text import Text

INNER_FOLDS = 5
TRAINING = {"1": True, "true": True, "yes": True, "train": True}
TESTING = {"0": False, "false": False, "no": False, "test": False}


class BadTest(BadInput):
    """A quota, cut-off, quantile or training column that makes no sense."""

    code = "poverty.bad_test"


class TooFewRows(BadInput):
    """There are fewer rows than the regression needs."""

    code = "poverty.too_few_rows"


class Model(enum.StrEnum):
    """How the score is fitted."""

    OLS = "ols"
    QUANTILE = "quantile"


@dataclass(frozen=True, slots=True)
class Rules:
    """How the test is made. Exactly one of quota and cutoff is given.

    quota: share of the population that is poor and that is selected. cutoff: in the
    unit of the outcome; poor and selected mean below. log: fit the logarithm. quantile:
    of a quantile regression. select: drop proxies by LASSO first. folds: None means no
    cross-validation. seed: of folds, and of lots between equal scores at a quota.
    """

    quota: float | None = None
    cutoff: float | None = None
    log: bool = False
    model: Model = Model.OLS
    quantile: float = 0.5
    select: bool = False
    folds: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse rules that make no sense."""
        if (self.quota is None) == (self.cutoff is None):
            raise BadTest(
                Text(
                    "配额与分数线须且只能给出一个。",
                    "Give either a quota or a cut-off.",
                )
            )
        _check_share(self.quota, Text("配额", "quota"))
        _check_share(self.quantile, Text("分位数", "quantile"))
        if self.cutoff is not None and not math.isfinite(self.cutoff):
            raise BadTest(Text("分数线须为数值。", "The cut-off is a number."))
        if self.log and self.cutoff is not None and not self.cutoff > 0:
            raise BadTest(
                Text(
                    "取对数时分数线须为正数。",
                    "With logarithms the cut-off is positive.",
                )
            )


@dataclass(frozen=True)
class Households:
    """What the test is made on: (n rows) each.

    outcome: income or consumption, finite. weight: positive. cluster: codes or None.
    train: which rows the score is fitted on, None: no such column. missing: rows of
    the file left out for want of the outcome; missing_proxy: of a proxy.
    """

    outcome: Floats
    proxies: Proxies
    weight: Floats
    cluster: npt.NDArray[np.object_] | None = None
    train: Bools | None = None
    missing: int = 0
    missing_proxy: int = 0
    missing_weight: int = 0
    findings: tuple[Finding, ...] = ()


def households_of(
    frame: pl.DataFrame,
    *,
    outcome: str,
    proxies: Sequence[str],
    weight: str | None = None,
    cluster: str | None = None,
    train: str | None = None,
) -> Households:
    """Take the columns of a table. The outcome cannot be its own proxy.

    Rows without the outcome, a proxy or a positive weight are left out and counted.
    Raises BadTest, TooFewRows and what `columns` and `proxies` raise.
    """
    if outcome in proxies:
        raise BadTest(
            Text(
                "“{name}”是结果，不能同时作为代理变量。",
                "{name} is the outcome and cannot be a proxy.",
                {"name": outcome},
            )
        )
    values, weighed = columns.numbers(frame, outcome), columns.weights(frame, weight)
    read = proxies_of(frame, proxies)
    no_outcome = np.isnan(values)
    no_proxy = np.isnan(read.matrix).any(axis=1) & ~no_outcome
    used = ~no_outcome & ~no_proxy & weighed.usable
    clusters = None
    if cluster is not None:
        columns.design(frame, used, strata=None, cluster=cluster)  # complete?
        clusters = columns.labels(frame, cluster)[used]
    findings = [*_left_out(no_outcome, no_proxy), *weighed.findings]
    return Households(
        values[used],
        read.of_rows(used),
        weighed.weight[used],
        clusters,
        None if train is None else _training(frame, train)[used],
        int(no_outcome.sum()),
        int(no_proxy.sum()),
        weighed.missing,
        tuple(findings),
    )


def proxy_means_test(data: Households, rules: Rules) -> Answer:
    """Fit the score, select by it, and say how it errs.

    r2 is that of the score on the rows it is judged on (those whose logarithm exists),
    r2_train that of the final fit on its own rows. An outcome of 0 or less has no
    logarithm: such rows take no part in the fit and are judged as poor as they are.
    coef_ rows are the final fit's: all rows with folds, the training rows with such a
    column. The same data and rules give the same answer. Raises TooFewRows,
    TooFewClusters.
    """
    return _Test(data, rules).answer()


class _Test:
    def __init__(self, data: Households, rules: Rules) -> None:
        self.data, self.rules = data, rules
        self.can_fit = np.ones(data.outcome.size, dtype=bool)
        self.scale = data.outcome
        if rules.log:
            self.can_fit = data.outcome > 0
            self.scale = np.log(
                data.outcome,
                out=np.full(data.outcome.size, np.nan),
                where=self.can_fit,
            )
        train = data.train
        self.fitted_on = self.can_fit if train is None else self.can_fit & train
        self.judged = (
            np.ones(data.outcome.size, dtype=bool) if train is None else ~train
        )

    def answer(self) -> Answer:
        data = self.data
        final, terms = self._fit(self.fitted_on)
        score = self._scores(final, terms)
        trial = self._trial(score)
        own = self._predict(final, terms, self.fitted_on)
        estimates = [
            self._r2("r2", score, self.judged & self.can_fit),
            *trial.estimates(),
            self._r2("r2_train", own, self.fitted_on),
            *self._coefficients(final, terms),
        ]
        counts = {
            "n_missing": data.missing,
            "n_missing_proxy": data.missing_proxy,
            "n_missing_weight": data.missing_weight,
            "n_negative": int((data.outcome < 0).sum()),
            "n_zero": int((data.outcome == 0).sum()),
        }
        n = int(data.outcome.size)
        estimates += [
            counted(name, count, n) for name, count in counts.items() if count
        ]
        return Answer(tuple(estimates), (*data.findings, *self._findings(terms)))

    def _fit(self, rows: Bools) -> tuple[fitting.Fit, npt.NDArray[np.intp]]:
        """Return the fit on these rows, and the indices of its terms."""
        data, rules = self.data, self.rules
        x, y, weight = data.proxies.matrix[rows], self.scale[rows], data.weight[rows]
        if not y.size:
            raise _too_few(0, 2)
        terms = independent(x, weight)
        if rules.select and terms.size:
            terms = terms[self._chosen(x[:, terms], y, weight, rows, terms)]
        if y.size < terms.size + 2:
            raise _too_few(y.size, terms.size + 2)
        x = x[:, terms]
        if rules.model is Model.QUANTILE:
            return fitting.quantile_regression(x, y, weight, rules.quantile), terms
        return fitting.least_squares(x, y, weight), terms

    def _chosen(
        self,
        x: Floats,
        y: Floats,
        weight: Floats,
        rows: Bools,
        terms: npt.NDArray[np.intp],
    ) -> Bools:
        """Return which terms the LASSO keeps; a proxy stays or goes with all of its.

        The largest penalty whose cross-validated error is within one standard error of
        the least (Hastie, Tibshirani and Friedman 2009, section 7.10).
        """
        cluster = None if self.data.cluster is None else self.data.cluster[rows]
        fold = folds_of(cluster, y.size, INNER_FOLDS, self.rules.seed)
        path = fitting.lasso_path(x, y, weight)
        errors = np.empty((INNER_FOLDS, path.penalties.size))
        for k in range(INNER_FOLDS):
            rest, held = fold != k, fold == k
            inner = fitting.lasso_path(x[rest], y[rest], weight[rest], path.penalties)
            missed = y[held, None] - (
                inner.coefficients[:, 0] + x[held] @ inner.coefficients[:, 1:].T
            )
            errors[k] = np.average(missed**2, axis=0, weights=weight[held])
        mean = errors.mean(axis=0)
        spread = errors.std(axis=0, ddof=1) / math.sqrt(INNER_FOLDS)
        least = int(np.argmin(mean))
        first = int(np.flatnonzero(mean <= mean[least] + spread[least])[0])
        owner = self.data.proxies.owner[terms]
        kept = np.unique(owner[path.coefficients[first, 1:] != 0])
        return np.isin(owner, kept)

    def _predict(
        self, fit: fitting.Fit, terms: npt.NDArray[np.intp], rows: Bools
    ) -> Floats:
        scores = np.full(rows.size, np.nan)
        scores[rows] = fit.predict(self.data.proxies.matrix[rows][:, terms])
        return scores

    def _scores(self, final: fitting.Fit, terms: npt.NDArray[np.intp]) -> Floats:
        """Return (n) the score of each judged row, from a fit that left its fold out."""
        if self.rules.folds is None or self.data.train is not None:
            return self._predict(final, terms, self.judged)
        n = self.data.outcome.size
        fold = folds_of(self.data.cluster, n, self.rules.folds, self.rules.seed)
        scores = np.full(n, np.nan)
        for k in range(self.rules.folds):
            fit, used = self._fit(self.fitted_on & (fold != k))
            held = fold == k
            scores[held] = self._predict(fit, used, held)[held]
        return scores

    def _trial(self, score: Floats) -> Trial:
        rules, rows = self.rules, self.judged
        outcome, weight = self.data.outcome[rows], self.data.weight[rows]
        score = score[rows]
        if not outcome.size:
            raise _too_few(0, 1)
        if rules.quota is not None:
            lot = np.random.default_rng(rules.seed).random(outcome.size)
            poor = poorest(outcome, weight, rules.quota, lot)
            selected = poorest(score, weight, rules.quota, lot)
        else:
            cutoff = float(rules.cutoff or 0.0)
            poor = outcome < cutoff
            selected = score < (math.log(cutoff) if rules.log else cutoff)
        return Trial(poor, selected, score, weight, self._design(rows).part())

    def _design(self, rows: Bools) -> Design:
        cluster = None if self.data.cluster is None else self.data.cluster[rows]
        return Design.of(int(rows.sum()), cluster=cluster)

    def _r2(self, name: str, score: Floats, rows: Bools) -> Estimate:
        """1 - sum of w (y - score)^2 / sum of w (y - mean)^2, on the fit's scale."""
        y, weight, part = self.scale[rows], self.data.weight[rows], None
        value, error, n = math.nan, math.nan, int(rows.sum())
        degrees = 0
        if n:
            part = self._design(rows).part()
            degrees = part.degrees
            missed = (y - score[rows]) ** 2
            spread = (y - np.average(y, weights=weight)) ** 2
            whole = float(np.dot(weight, spread))
            if whole > 0:
                lost = float(np.dot(weight, missed)) / whole
                value = 1 - lost
                totals = part.totals(weight * (lost * spread - missed) / whole)
                error = part.standard_error(totals)
        return estimated(name, None, value, error, degrees=degrees, n=n)

    def _coefficients(
        self, fit: fitting.Fit, terms: npt.NDArray[np.intp]
    ) -> list[Estimate]:
        rows = self.fitted_on
        part, weight = self._design(rows).part(), self.data.weight[rows]
        names = ["intercept", *(self.data.proxies.terms[j] for j in terms)]
        return [
            estimated(
                f"coef_{name}",
                None,
                float(fit.coefficients[j]),
                part.standard_error(part.totals(weight * fit.influence[:, j])),
                degrees=part.degrees,
                n=int(rows.sum()),
            )
            for j, name in enumerate(names)
        ]

    def _findings(self, terms: npt.NDArray[np.intp]) -> list[Finding]:
        data, found = self.data, []
        unlogged = int((~self.can_fit).sum())
        if unlogged:
            sentence = Text(
                "{count} 行结果为零或负，无法取对数：不参加拟合，仍参加评价。",
                "{count} outcomes are 0 or less and have no logarithm: not in the fit, "
                "but judged.",
                {"count": unlogged},
            )
            found.append(columns.doubt("no_logarithm", "", sentence))
        left = [
            term for j, term in enumerate(data.proxies.terms) if j not in set(terms)
        ]
        if left:
            sentence = Text(
                "未进入模型的变量：{terms}。",
                "Not in the model: {terms}.",
                {"terms": ", ".join(left[:50])},
            )
            found.append(columns.note("left_out", "", sentence))
        if data.train is None and self.rules.folds is None:
            sentence = Text(
                "误差在拟合所用的数据上计算，偏于乐观；请用 --folds 或 --train。",
                "The errors are those on the rows of the fit, which flatters: use "
                "--folds or --train.",
            )
            found.append(columns.note("in_sample", "", sentence))
        return found


def _training(frame: pl.DataFrame, name: str) -> Bools:
    labels = [str(label).lower() for label in columns.labels(frame, name)]
    known = TRAINING | TESTING
    wrong = sorted({label for label in labels if label not in known})
    if wrong:
        raise BadTest(
            Text(
                "训练列“{name}”应为 1（训练）或 0（检验），出现了：{wrong}。",
                "The training column {name} has 1 (train) or 0 (test); it has: {wrong}.",
                {"name": name, "wrong": ", ".join(wrong[:10])},
            )
        )
    return np.array([known[label] for label in labels], dtype=bool)


def _left_out(no_outcome: Bools, no_proxy: Bools) -> list[Finding]:
    found = []
    if no_outcome.any():
        sentence = Text(
            "{count} 行没有结果，未计入。",
            "{count} rows have no outcome: left out.",
            {"count": int(no_outcome.sum())},
        )
        found.append(columns.doubt("missing_outcome", "", sentence))
    if no_proxy.any():
        sentence = Text(
            "{count} 行缺少代理变量，未计入。",
            "{count} rows lack a proxy: left out.",
            {"count": int(no_proxy.sum())},
        )
        found.append(columns.doubt("missing_proxy", "", sentence))
    return found


def _check_share(share: float | None, name: Text) -> None:
    if share is not None and not 0 < share < 1:
        raise BadTest(
            Text(
                "{name}须大于 0、小于 1，现为 {share}。",
                "The {name} is above 0 and below 1; this is {share}.",
                {"name": name, "share": f"{share:g}"},
            )
        )


def _too_few(rows: int, need: int) -> TooFewRows:
    return TooFewRows(
        Text(
            "可用的数据 {rows} 行，至少需要 {need} 行。",
            "There are {rows} usable rows; {need} are needed.",
            {"rows": rows, "need": need},
        )
    )
