"""Intervals of differences, against sums by hand and a plain loop."""

import numpy as np
import pandas as pd
import pytest

from recolab.evaluate import intervals
from recolab.runs.tables import paired
from recolab.runs.tables.paired import means, paired_intervals

ONE = pd.DataFrame({"rows": [1, 3], "mse": [4.0, 0.0], "mae": [2.0, 0.0]}, index=[7, 9])
OTHER = pd.DataFrame({"rows": [1, 3], "mse": [1.0, 1.0], "mae": [1.0, 1.0]}, index=[7, 9])


@pytest.fixture
def many():
    """Two runs of 40 users, of whom two have no AUC."""
    rng = np.random.default_rng(5)
    auc = rng.uniform(size=40)
    auc[[3, 30]] = np.nan
    table = pd.DataFrame({"rows": rng.integers(1, 9, 40), "mse": rng.uniform(size=40), "grouped_auc": auc})
    return table, table.assign(mse=table["mse"] * 1.1, grouped_auc=table["grouped_auc"] - rng.uniform(size=40))


def test_means_are_weighted_by_rows_and_the_rmse_is_the_root_of_the_mean_mse():
    assert means(ONE).to_dict() == {"mse": 1.0, "mae": 0.5, "rmse": 1.0}  # (1 · 4 + 3 · 0) / 4 and so on
    assert means(ONE.drop(columns="rows")).to_dict() == {"mse": 2.0, "mae": 1.0, "rmse": np.sqrt(2.0)}


def test_a_user_without_a_value_does_not_count_and_a_metric_without_any_is_left_out():
    table = pd.DataFrame({"rows": [1, 3, 9], "grouped_auc": [1.0, 0.5, np.nan], "auc": np.nan})
    assert means(table).to_dict() == {"grouped_auc": 0.625}


def test_a_run_and_itself_do_not_differ(many):
    assert (paired_intervals(many[0], many[0]) == 0).all(axis=None)


def test_the_sign_is_that_of_the_first_less_the_second(many):
    found = paired_intervals(*many)
    assert (found.loc[["mse", "rmse"]] < 0).all(axis=None)
    assert (found.loc["grouped_auc"] > 0).all()


def test_two_users_give_the_three_differences_that_samples_can_have():
    # Samples of two users: both the first (4 - 1), both the second (0 - 1), or one of each ((4 + 0) / 4 - 1).
    found = paired_intervals(ONE, OTHER, samples=400)
    assert found.loc["mse"].tolist() == [-1.0, 3.0]
    assert found.loc["rmse"].tolist() == [-1.0, 1.0]
    middle = paired_intervals(ONE, OTHER, samples=4001, level=0.01)
    assert middle.loc["mse"].tolist() == [0.0, 0.0]


def test_a_plain_loop_gets_the_same(many):
    one, other = many
    rng = np.random.default_rng(3)
    found: dict[str, list[float]] = {"mse": [], "grouped_auc": [], "rmse": []}
    for _ in range(50):
        drawn = rng.integers(len(one), size=len(one))
        for name in ("mse", "grouped_auc"):
            both = [table.iloc[drawn].dropna(subset=[name]) for table in many]
            found[name].append(float(np.subtract(*(np.average(each[name], weights=each["rows"]) for each in both))))
        roots = [np.sqrt(np.average(table.iloc[drawn]["mse"], weights=table.iloc[drawn]["rows"])) for table in many]
        found["rmse"].append(float(np.subtract(*roots)))
    expected = {name: np.quantile(values, [0.05, 0.95]) for name, values in found.items()}
    got = paired_intervals(one, other, samples=50, level=0.9, seed=3)
    assert list(got.index) == ["mse", "grouped_auc", "rmse"]
    for name, ends in expected.items():
        assert got.loc[name].to_numpy() == pytest.approx(ends, rel=1e-12)


def test_no_more_counts_are_held_at_once_than_fit(many, monkeypatch):
    whole = paired_intervals(*many, samples=105)
    asked = []
    monkeypatch.setattr(paired, "COUNTS_PER_BLOCK", 400)  # of 40 users: ten samples
    monkeypatch.setattr(paired, "_times_drawn", lambda *those: asked.append(those[1]) or intervals._times_drawn(*those))
    pd.testing.assert_frame_equal(paired_intervals(*many, samples=105), whole)
    assert asked == [10] * 10 + [5]
