"""The proxy means test: errors by hand, honest judging, zeros, folds, refusals."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from bangfu.calc.poverty import (
    Model,
    Rules,
    households_of,
    proxy_means_test,
)
from bangfu.calc.poverty.columns import MissingDesign
from bangfu.calc.poverty.folds import TooFewClusters, folds_of
from bangfu.calc.poverty.proxies import BadProxies
from bangfu.calc.poverty.proxy_means import BadTest, TooFewRows
from bangfu.calc.values.findings import OutOfLimit


def values(answer):
    return {e.measure: e.estimate for e in answer.estimates}


def village(n=900, seed=1):
    """Households in clusters; income follows rooms, land and region, not the noise."""
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, 45, n)
    rooms, land = rng.integers(1, 7, n), rng.gamma(2, 1.5, n)
    region = rng.choice(["plain", "hill", "mountain"], n)
    level = 7 + 0.15 * rooms + 0.1 * land - 0.4 * (region == "mountain")
    level = level + rng.normal(0, 0.2, 45)[cluster] + rng.normal(0, 0.4, n)
    noise = {f"noise{j}": rng.normal(size=n) for j in range(4)}
    return pl.DataFrame(
        {
            "income": np.exp(level),
            "rooms": rooms,
            "land": land,
            "region": region,
            "cluster": cluster,
            "weight": rng.uniform(1, 3, n),
            "train": (np.arange(n) % 2).astype(np.int8),
        }
        | noise
    )


PROXIES = ["rooms", "land", "region"]
NOISE = [f"noise{j}" for j in range(4)]


def test_errors_by_hand():
    """The proxy orders 1 to 10; incomes are swapped so that 2 of the 4 poor are missed.

    Poor: incomes 1 to 4 (cut-off 5). Proxy (predicting income = proxy): 1, 2, 7, 8, 3,
    4, 5, 6, 9, 10. In sample the fit is a + b proxy; who is selected is who is
    predicted below 5.
    """
    income = np.arange(1.0, 11.0)
    proxy = np.array([1.0, 2, 7, 8, 3, 4, 5, 6, 9, 10])
    frame = pl.DataFrame({"y": income, "x": proxy})
    slope, start = np.polyfit(proxy, income, 1)
    selected = start + slope * proxy < 5
    assert selected.tolist() == [True, True, *[False] * 2, True, True, *[False] * 4]

    found = values(
        proxy_means_test(
            households_of(frame, outcome="y", proxies=["x"]), Rules(cutoff=5.0)
        )
    )

    assert found["exclusion_error"] == 2 / 4
    assert found["inclusion_error"] == 2 / 4
    assert found["targeting_differential"] == pytest.approx(2 / 4 - 2 / 6)
    # Pairs of poor and non-poor ranked rightly: 6 + 6 + 2 + 2 of 24.
    assert found["auc"] == pytest.approx(16 / 24)
    assert (found["poor_share"], found["selected_share"]) == (0.4, 0.4)


def test_a_quota_is_filled_and_never_exceeded():
    frame = village()
    data = households_of(frame, outcome="income", proxies=PROXIES, weight="weight")

    found = values(proxy_means_test(data, Rules(quota=0.2)))

    weight = frame["weight"].to_numpy()
    for name in ("poor_share", "selected_share"):
        assert 0.2 - weight.max() / weight.sum() < found[name] <= 0.2


def test_with_a_quota_of_whole_households_both_errors_are_equal():
    data = households_of(village(), outcome="income", proxies=PROXIES)

    found = values(proxy_means_test(data, Rules(quota=0.2, log=True)))

    assert found["poor_share"] == found["selected_share"] == 180 / 900
    assert found["exclusion_error"] == found["inclusion_error"]


def test_weights_count_households():
    frame = village(300)
    rules, proxies = Rules(cutoff=1800.0, log=True), ["rooms", "land"]
    whole = frame.with_columns(w=pl.Series(np.arange(300) % 3 + 1))
    repeated = whole.select(pl.all().repeat_by("w").explode())

    one = households_of(whole, outcome="income", proxies=proxies, weight="w")
    two = households_of(repeated, outcome="income", proxies=proxies)

    assert values(proxy_means_test(one, rules)) == pytest.approx(
        values(proxy_means_test(two, rules)), rel=1e-9
    )


def test_coefficients_and_r2_are_those_of_statsmodels():
    frame = village()
    data = households_of(frame, outcome="income", proxies=PROXIES, cluster="cluster")
    regressors = np.column_stack(
        [
            np.ones(900),
            frame["rooms"],
            frame["land"],
            frame["region"] == "mountain",
            frame["region"] == "plain",
        ]
    )
    fit = sm.OLS(np.log(frame["income"].to_numpy()), regressors).fit(
        cov_type="cluster", cov_kwds={"groups": frame["cluster"].to_numpy()}
    )
    # statsmodels multiplies by (n - 1) / (n - p), a small-sample habit of regressions.
    scale = math.sqrt((900 - 5) / (900 - 1))

    answer = proxy_means_test(data, Rules(quota=0.2, log=True))

    found = {e.measure: e for e in answer.estimates}
    assert found["r2"].estimate == pytest.approx(fit.rsquared)
    names = ["intercept", "rooms", "land", "region=mountain", "region=plain"]
    for j, name in enumerate(names):
        one = found[f"coef_{name}"]
        assert one.estimate == pytest.approx(fit.params[j], rel=1e-9)
        assert one.se == pytest.approx(fit.bse[j] * scale, rel=1e-9)


def test_judged_on_other_rows_a_score_looks_worse():
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {"y": np.exp(rng.normal(8, 1, 120))}
        | {f"x{j}": rng.normal(size=120) for j in range(40)}
    )
    data = households_of(frame, outcome="y", proxies=frame.columns[1:])

    inside = values(proxy_means_test(data, Rules(quota=0.3, log=True)))
    outside = values(proxy_means_test(data, Rules(quota=0.3, log=True, folds=6)))

    assert inside["r2"] > 0.2 > 0 > outside["r2"]
    assert outside["r2_train"] == inside["r2"]
    assert outside["exclusion_error"] > inside["exclusion_error"] + 0.15
    assert abs(outside["auc"] - 0.5) < 0.15


def test_a_training_column_splits_the_rows():
    frame = village()
    data = households_of(frame, outcome="income", proxies=PROXIES, train="train")
    regressors = sm.add_constant(
        np.column_stack(
            [
                frame["rooms"],
                frame["land"],
                frame["region"] == "mountain",
                frame["region"] == "plain",
            ]
        )
    )
    y, is_train = np.log(frame["income"].to_numpy()), frame["train"].to_numpy() == 1
    fit = sm.OLS(y[is_train], regressors[is_train]).fit()
    predicted, truth = regressors[~is_train] @ fit.params, y[~is_train]
    poor = truth < math.log(1800)
    selected = predicted < math.log(1800)

    answer = proxy_means_test(data, Rules(cutoff=1800.0, log=True))

    found = {e.measure: e for e in answer.estimates}
    r2 = 1 - ((truth - predicted) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
    assert found["r2"].estimate == pytest.approx(r2)
    assert found["r2"].n == found["exclusion_error"].n == 450
    assert found["r2_train"].estimate == pytest.approx(fit.rsquared)
    assert found["exclusion_error"].estimate == (poor & ~selected).sum() / poor.sum()
    assert (
        found["inclusion_error"].estimate == (~poor & selected).sum() / selected.sum()
    )


def test_training_rows_may_be_marked_in_words():
    frame = village().with_columns(
        train=pl.when(pl.col("train") == 1)
        .then(pl.lit("Train"))
        .otherwise(pl.lit("test"))
    )
    rules = Rules(quota=0.2, log=True)

    one = proxy_means_test(
        households_of(village(), outcome="income", proxies=PROXIES, train="train"),
        rules,
    )
    two = proxy_means_test(
        households_of(frame, outcome="income", proxies=PROXIES, train="train"), rules
    )

    assert one == two


def test_outcomes_of_zero_are_judged_but_not_fitted():
    frame = village()
    income = frame["income"].to_numpy().copy()
    income[:30] = 0.0
    zero = frame.with_columns(income=pl.Series(income))
    rest = households_of(frame[30:], outcome="income", proxies=PROXIES)
    rules = Rules(cutoff=1500.0, log=True)

    answer = proxy_means_test(
        households_of(zero, outcome="income", proxies=PROXIES), rules
    )

    found = {e.measure: e for e in answer.estimates}
    without = values(proxy_means_test(rest, rules))
    assert found["coef_rooms"].estimate == pytest.approx(without["coef_rooms"])
    assert found["r2"].estimate == pytest.approx(without["r2"])
    assert (found["r2"].n, found["exclusion_error"].n) == (870, 900)
    poor = without["poor_share"] * 870 + 30
    assert found["poor_share"].estimate == pytest.approx(poor / 900)
    assert found["n_zero"].estimate == 30
    assert str(answer.findings[0].message) == (
        "30 outcomes are 0 or less and have no logarithm: not in the fit, but judged."
    )


def test_missing_outcomes_and_proxies_are_left_out_and_told():
    frame = pl.DataFrame(
        {
            "y": ["1", "NA", "3", "4", "5", "7"],
            "x": ["1", "2", "", "3", "5", "5"],
            "g": ["a", "b", "a", "b", "NA", "a"],
        }
    )

    data = households_of(frame, outcome="y", proxies=["x", "g"])

    assert data.outcome.tolist() == [1.0, 4.0, 7.0]
    assert (data.missing, data.missing_proxy) == (1, 2)
    assert [str(finding.message) for finding in data.findings] == [
        "1 rows have no outcome: left out.",
        "2 rows lack a proxy: left out.",
    ]


def test_selection_keeps_what_matters_and_drops_noise():
    data = households_of(village(), outcome="income", proxies=[*PROXIES, *NOISE])

    answer = proxy_means_test(data, Rules(quota=0.2, log=True, select=True))

    kept = {m.removeprefix("coef_") for m in values(answer) if m.startswith("coef_")}
    assert kept == {"intercept", "rooms", "land", "region=mountain", "region=plain"}
    assert str(answer.findings[0].message) == (
        "Not in the model: noise0, noise1, noise2, noise3."
    )


def test_selection_is_made_anew_in_each_fold():
    """Chosen on all rows first, 60 useless proxies of 90 rows would look useful."""
    rng = np.random.default_rng(3)
    frame = pl.DataFrame(
        {"y": np.exp(rng.normal(8, 1, 90))}
        | {f"x{j}": rng.normal(size=90) for j in range(60)}
    )
    data = households_of(frame, outcome="y", proxies=frame.columns[1:])

    found = values(
        proxy_means_test(data, Rules(quota=0.2, log=True, select=True, folds=3))
    )

    assert found["r2"] < 0.05
    assert abs(found["auc"] - 0.5) < 0.12


def test_a_quantile_score_can_be_chosen():
    frame = village()
    data = households_of(frame, outcome="income", proxies=["rooms", "land"])
    full = sm.add_constant(frame.select("rooms", "land").to_numpy().astype(float))
    other = sm.QuantReg(np.log(frame["income"].to_numpy()), full).fit(
        q=0.25, p_tol=1e-8
    )

    found = values(
        proxy_means_test(
            data, Rules(quota=0.2, log=True, model=Model.QUANTILE, quantile=0.25)
        )
    )

    names = ["coef_intercept", "coef_rooms", "coef_land"]
    assert [found[name] for name in names] == pytest.approx(other.params, abs=2e-3)


def test_the_same_seed_gives_the_same_answer_and_another_seed_other_folds():
    data = households_of(
        village(), outcome="income", proxies=PROXIES, cluster="cluster"
    )

    def run(seed):
        return proxy_means_test(data, Rules(quota=0.2, log=True, folds=5, seed=seed))

    assert run(7) == run(7)
    assert values(run(7))["r2"] != values(run(8))["r2"]


def test_folds_never_split_a_cluster_and_are_about_equal():
    cluster = np.random.default_rng(0).choice([f"v{j}" for j in range(23)], 1000)

    fold = folds_of(cluster, 1000, 5, seed=4)

    assert all(len(set(fold[cluster == one])) == 1 for one in set(cluster))
    clusters = [len(set(cluster[fold == k])) for k in range(5)]
    assert sorted(clusters) == [4, 4, 5, 5, 5]


def test_folds_do_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(0)
    cluster = rng.choice(list("abcdefgh"), 200)
    order = rng.permutation(200)

    one, two = folds_of(cluster, 200, 3, 1), folds_of(cluster[order], 200, 3, 1)

    assert (one[order] == two).all()


def test_equal_incomes_at_the_quota_are_drawn_by_lot():
    """A third without income and a quota of a fifth: the seed decides, not the order."""
    frame = village(300).with_columns(
        income=pl.when(pl.int_range(300) < 100).then(0.0).otherwise(pl.col("income"))
    )
    data = households_of(frame, outcome="income", proxies=PROXIES)

    def errors(seed):
        return values(proxy_means_test(data, Rules(quota=0.2, seed=seed)))

    assert errors(1) == errors(1)
    assert errors(1)["poor_share"] == pytest.approx(0.2)
    assert len({errors(seed)["exclusion_error"] for seed in range(6)}) > 1


def test_a_score_that_knows_all_makes_no_error():
    frame = pl.DataFrame({"y": np.arange(1.0, 101), "x": np.arange(1.0, 101)})

    found = values(
        proxy_means_test(
            households_of(frame, outcome="y", proxies=["x"]), Rules(quota=0.2)
        )
    )

    assert found["r2"] == pytest.approx(1)
    assert found["exclusion_error"] == found["inclusion_error"] == 0
    assert found["targeting_differential"] == found["auc"] == 1
    assert all(found[f"roc_0.{k}"] == 1 for k in range(1, 10))


def test_a_score_that_knows_nothing_reaches_as_many_poor_as_others():
    """The proxy does not vary, so everybody has the same score; lots decide."""
    frame = pl.DataFrame({"y": np.arange(1.0, 5001), "x": np.ones(5000)})

    answer = proxy_means_test(
        households_of(frame, outcome="y", proxies=["x"]), Rules(quota=0.2)
    )

    found = values(answer)
    assert found["r2"] == pytest.approx(0)
    assert found["auc"] == pytest.approx(0.5)
    assert str(answer.findings[0].message) == "Not in the model: x."


def test_the_bootstrap_agrees_about_the_errors_of_targeting():
    """Score and cut-off held fixed, as the formulas do; clusters drawn anew."""
    frame = village()
    data = households_of(
        frame, outcome="income", proxies=PROXIES, cluster="cluster", weight="weight"
    )
    from bangfu.calc.poverty.design import Design
    from bangfu.calc.poverty.targeting import Trial

    income = data.outcome
    score = 1.3 * frame["rooms"].to_numpy() + frame["land"].to_numpy()
    poor, selected = income < 1800, score < 6
    cluster = frame["cluster"].to_numpy()
    names = ["exclusion_error", "inclusion_error", "targeting_differential", "auc"]

    def trial(rows):
        design = Design.of(rows.size, cluster=cluster[rows])
        return Trial(
            poor[rows], selected[rows], score[rows], data.weight[rows], design.part()
        )

    told = {e.measure: e.se for e in trial(np.arange(900)).estimates()}
    rng, found = np.random.default_rng(2), []
    members = [np.flatnonzero(cluster == c) for c in range(45)]
    for _ in range(500):
        rows = np.concatenate([members[c] for c in rng.integers(0, 45, 45)])
        one = {e.measure: e.estimate for e in trial(rows).estimates()}
        found.append([one[name] for name in names])

    errors = np.array(found).std(axis=0)
    assert [told[name] for name in names] == pytest.approx(errors.tolist(), rel=0.12)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({}, "Give either a quota or a cut-off."),
        ({"quota": 0.2, "cutoff": 5.0}, "Give either a quota or a cut-off."),
        ({"quota": 0.0}, "The quota is above 0 and below 1; this is 0."),
        ({"quota": 20.0}, "The quota is above 0 and below 1; this is 20."),
        (
            {"quota": 0.2, "quantile": 1.0},
            "The quantile is above 0 and below 1; this is 1.",
        ),
        ({"cutoff": math.nan}, "The cut-off is a number."),
        ({"cutoff": 0.0, "log": True}, "With logarithms the cut-off is positive."),
    ],
)
def test_rules_that_make_no_sense_are_refused(rules, told):
    with pytest.raises(BadTest) as refused:
        Rules(**rules)

    assert str(refused.value) == told


def test_what_cannot_be_tested_is_refused():
    frame = village()
    with pytest.raises(BadTest):
        households_of(frame, outcome="income", proxies=["rooms", "income"])
    with pytest.raises(BadProxies):
        households_of(frame, outcome="income", proxies=[])
    with pytest.raises(BadProxies):
        households_of(frame, outcome="income", proxies=["rooms", "rooms"])
    with pytest.raises(BadTest) as refused:
        households_of(frame, outcome="income", proxies=["rooms"], train="cluster")
    assert str(refused.value).startswith(
        "The training column cluster has 1 (train) or 0 (test); it has: "
    )
    with pytest.raises(MissingDesign):
        households_of(
            frame.with_columns(cluster=None),
            outcome="income",
            proxies=["rooms"],
            cluster="cluster",
        )
    names = frame.with_columns(name=pl.int_range(900).cast(pl.String) + "x")
    households_of(names, outcome="income", proxies=["name"])
    many = pl.concat([names, names.with_columns(name=pl.col("name") + "y")])
    with pytest.raises(OutOfLimit):
        households_of(many, outcome="income", proxies=["name"])


def test_too_few_rows_or_clusters_are_refused():
    frame = village(12)
    data = households_of(frame, outcome="income", proxies=["rooms", "land"])
    with pytest.raises(TooFewRows) as refused:
        proxy_means_test(
            households_of(frame[:3], outcome="income", proxies=["rooms", "land"]),
            Rules(quota=0.5),
        )
    assert str(refused.value) == "There are 3 usable rows; 4 are needed."
    with pytest.raises(TooFewClusters):
        proxy_means_test(data, Rules(quota=0.5, folds=13))
    with pytest.raises(TooFewClusters):
        proxy_means_test(data, Rules(quota=0.5, folds=1))
    with pytest.raises(TooFewRows):
        proxy_means_test(
            households_of(
                frame.with_columns(train=0),
                outcome="income",
                proxies=["rooms"],
                train="train",
            ),
            Rules(quota=0.5),
        )
    with pytest.raises(TooFewRows):
        proxy_means_test(
            households_of(
                frame.with_columns(income=0.0), outcome="income", proxies=["rooms"]
            ),
            Rules(quota=0.5, log=True),
        )


def test_a_labelled_number_can_be_taken_as_categories():
    frame = village().with_columns(
        kind=pl.col("region").replace_strict({"plain": 1, "hill": 2, "mountain": 3})
    )

    data = households_of(frame, outcome="income", proxies=["i.kind", "rooms"])

    assert data.proxies.terms == ("kind=2", "kind=3", "rooms")


@pytest.mark.parametrize("cutoff", [1e-6, 1e9])
def test_without_both_kinds_of_households_most_has_no_value(cutoff):
    """Nobody, or everybody, is poor."""
    data = households_of(village(), outcome="income", proxies=PROXIES)

    found = values(proxy_means_test(data, Rules(cutoff=cutoff, log=True)))

    assert found["poor_share"] == found["selected_share"] == (cutoff > 1)
    assert math.isnan(found["targeting_differential"])
    assert math.isnan(found["auc"])
    assert math.isnan(found["exclusion_error"]) == (cutoff < 1)
    assert 0 < found["r2"] < 1


def test_an_outcome_that_does_not_vary_has_no_r2():
    frame = village().with_columns(income=pl.lit(1000.0))
    data = households_of(frame, outcome="income", proxies=["rooms"])

    answer = proxy_means_test(data, Rules(quota=0.2, model=Model.QUANTILE))

    assert math.isnan(values(answer)["r2"])
    assert math.isnan(next(e.se for e in answer.estimates if e.measure == "coef_rooms"))
