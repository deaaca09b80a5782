import numpy as np
import pandas as pd
import pytest
from scipy import stats

from recolab import runs
from recolab.errors import RecoLabError
from recolab.runs.tables.differences import holm

AUC = {"A": [0.80, 0.82, 0.81], "B": [0.79, 0.80, 0.81], "C": [0.70, 0.72, 0.71]}
TABLE = pd.DataFrame(
    [
        {"model": model, "seeds.fit": seed, "metrics.auc": auc, "parameters.epochs": seed, "protocol.split": "random"}
        for model, aucs in AUC.items()
        for seed, auc in enumerate(aucs)
    ]
)
OVER = ["parameters.epochs"]


def test_each_seed_gives_one_difference_and_the_interval_is_students():
    row = runs.differences(TABLE, "auc", over=OVER).set_index(["model", "other"]).loc[("A", "B")]
    # Differences .01, .02 and .00: mean .01, standard deviation .01; t of 2 degrees of freedom at 97.5 % is 4.3027.
    half = 4.3027 * 0.01 / 3**0.5
    assert row[["difference", "low", "high"]].tolist() == pytest.approx([0.01, 0.01 - half, 0.01 + half], abs=1e-6)
    assert row["p"] == pytest.approx(stats.ttest_rel(AUC["A"], AUC["B"]).pvalue)
    assert row["runs"] == 3


def test_every_two_models_have_one_row_in_the_order_of_the_table():
    pairs = runs.differences(TABLE, "auc", over=OVER)
    assert pairs[["model", "other"]].to_numpy().tolist() == [["A", "B"], ["A", "C"], ["B", "C"]]


def test_a_difference_that_is_the_same_with_every_seed_is_certain_and_none_is_none():
    same = runs.differences(TABLE.assign(**{"metrics.auc": 0.5 + 0.25 * (TABLE["model"] == "C")}), "auc", over=OVER)
    assert same["p"].tolist() == [1, 0, 0]
    assert same.loc[1, ["low", "high"]].tolist() == [-0.25, -0.25]


def test_pairs_without_two_common_seeds_have_no_interval_and_are_no_test():
    table = TABLE[(TABLE["model"] != "C") | (TABLE["seeds.fit"] == 0)]
    pairs = runs.differences(table, "auc", over=OVER).set_index(["model", "other"])
    assert pairs.loc[("A", "C"), "difference"] == pytest.approx(0.10)
    assert pairs.loc[("A", "C"), ["low", "high", "p", "p_holm"]].isna().all()
    assert pairs.loc[("A", "B"), "p_holm"] == pairs.loc[("A", "B"), "p"]  # the only test


def test_holm_multiplies_the_smallest_by_the_number_of_tests_and_never_falls():
    # Sorted: .01 · 4 = .04, .02 · 3 = .06, .025 · 2 = .05 but not below .06, .9 · 1 = .9.
    corrected = holm(np.array([0.02, 0.9, 0.01, np.nan, 0.025]))
    assert corrected[[0, 1, 2, 4]].tolist() == pytest.approx([0.06, 0.9, 0.04, 0.06])
    assert np.isnan(corrected[3])
    assert holm(np.array([0.6, 0.7])).tolist() == [1, 1]


@pytest.mark.slow
def test_of_equal_models_holm_calls_hardly_any_pair_different():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(100):
        table = pd.DataFrame(
            {
                "model": np.repeat([f"m{number}" for number in range(8)], 5),
                "seeds.fit": np.tile(np.arange(5), 8),
                "metrics.auc": rng.normal(0.8, 0.001, size=40),
            }
        )
        pairs = runs.differences(table, "auc")
        found.append([(pairs["p"] < 0.05).any(), (pairs["p_holm"] < 0.05).any()])
    raw, corrected = np.mean(found, axis=0)
    assert raw > 0.4
    assert corrected < 0.11  # .05, and at most three standard errors of 100 draws


@pytest.mark.parametrize(
    ("table", "metric", "message"),
    [
        (TABLE, "rmse", "need the columns"),
        (pd.concat([TABLE, TABLE.iloc[:1]]), "auc", "two runs of 'A'"),
        (TABLE.assign(**{"protocol.split": TABLE["model"]}), "auc", r"differ in 'protocol\.split'"),
        (TABLE.assign(**{"parameters.rate": TABLE["seeds.fit"]}), "auc", r"differ in 'parameters\.rate'"),
    ],
)
def test_runs_that_do_not_compare_are_refused(table, metric, message):
    with pytest.raises(RecoLabError, match=message):
        runs.differences(table, metric, over=OVER)
