import pandas as pd
import pytest

from recolab import runs
from recolab.errors import RecoLabError

TABLE = pd.DataFrame(
    {
        "model": ["FM", "FM", "Wide and Deep", "DCN"],
        "metrics.auc": [0.82, 0.84, 0.85, 0.81],
        "metrics.log_loss": [0.40, 0.42, 0.38, 0.45],
    }
)
PUBLISHED = pd.DataFrame(
    {
        "model": ["FM", "Wide&Deep", "CIN", "CrossNet", "FM"],
        "metric": ["auc", "auc", "auc", "auc", "log_loss"],
        "value": [0.825, 0.830, 0.829, 0.797, 0.41],
    }
)
NAMES = {"Wide and Deep": "Wide&Deep"}


def test_models_stand_best_first_with_their_spread_and_runs():
    board = runs.leaderboard(TABLE, ["auc"])
    assert board.index.tolist() == ["Wide and Deep", "FM", "DCN"]
    # Student's interval of two runs: t is 12.706, and t · s / √2 = 12.706 · .01.
    assert board.loc["FM"].tolist() == pytest.approx([2, 0.83, 0.02 / 2**0.5, 0.83 - 0.12706, 0.83 + 0.12706], abs=1e-5)
    assert board.loc["DCN", ["sd auc", "low auc", "high auc"]].isna().all()


def test_a_metric_that_should_be_low_ranks_the_lowest_first():
    assert runs.leaderboard(TABLE, ["log_loss", "auc"]).index.tolist() == ["Wide and Deep", "FM", "DCN"]


def test_published_values_stand_beside_under_our_names_and_models_of_others_follow():
    board = runs.leaderboard(TABLE, ["auc", "log_loss"], published=PUBLISHED, names=NAMES)
    assert board.index.tolist() == ["Wide and Deep", "FM", "DCN", "CIN", "CrossNet"]
    assert board.loc["Wide and Deep", ["published auc", "gap auc"]].tolist() == pytest.approx([0.830, 0.02])
    assert board.loc["FM", "published log_loss"] == 0.41
    assert board.loc["CIN", ["runs", "auc"]].isna().all()
    assert pd.isna(board.loc["DCN", "published auc"])


def test_where_nothing_was_published_there_is_no_column_for_it():
    assert "published auc" not in runs.leaderboard(TABLE, ["auc"], published=PUBLISHED.iloc[:0])


def test_runs_measured_differently_make_no_ranking():
    with pytest.raises(RecoLabError, match=r"differ in 'protocol\.k'"):
        runs.leaderboard(TABLE.assign(**{"protocol.k": [5, 10, 10, 10]}), ["auc"])


def test_time_memory_and_ids_stand_in_the_row_where_they_are_known():
    known = TABLE.assign(seconds=[1.0, 3.0, 5.0, 7.0], peak_memory=[0.5, 0.7, 0.6, None], run=["a", "b", "c", "d"])
    board = runs.leaderboard(known, ["auc"])
    assert board.loc["FM", ["seconds", "peak_memory", "run_ids"]].tolist() == [2.0, 0.7, "a b"]
    assert "seconds" not in runs.leaderboard(TABLE, ["auc"])
