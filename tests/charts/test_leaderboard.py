"""A leaderboard's pictures, against boards small enough to read."""

from __future__ import annotations

import pandas as pd
import pytest

import recolab as rl
from recolab.errors import RecoLabError

ROWS = pd.DataFrame(
    {"model": ["DCN", "DCN", "LR", "not on it"], "run": list("abcd"), "metrics.auc": [0.84, 0.86, 0.80, 0.99]}
)
BOARD = pd.DataFrame(
    {
        "runs": [2, 1, None],
        "auc": [0.85, 0.80, None],
        "low auc": [0.83, None, None],
        "high auc": [0.87, None, None],
        "published auc": [0.845, None, 0.83],
        "seconds": [30.0, 0.0, None],
    },
    index=["DCN", "LR", "CIN"],
)


def marks(chart, rows_of) -> pd.DataFrame:
    return pd.concat(rows_of(chart)).drop_duplicates().set_index(["kind", "model"]).sort_index()


def layers(chart) -> list[dict]:
    return chart.to_dict()["layer"]


def test_there_is_a_mark_for_each_run_each_mean_of_several_and_each_published_value(rows_of):
    drawn = marks(rl.charts.intervals(BOARD, ROWS, metric="auc"), rows_of)
    assert drawn.loc["one run", ["run", "value"]].to_numpy().tolist() == [["a", 0.84], ["b", 0.86], ["c", 0.80]]
    (mean,) = drawn.loc["mean of the runs, with its 95 % interval"].reset_index().to_dict("records")
    assert (mean["model"], mean["value"], mean["low"], mean["high"]) == ("DCN", 0.85, 0.83, 0.87)
    assert drawn.loc["published by others", "value"].to_dict() == {"DCN": 0.845, "CIN": 0.83}


def test_models_keep_the_order_of_the_table_and_each_has_a_line():
    chart = rl.charts.intervals(BOARD, ROWS, metric="auc")
    assert all(layer["encoding"]["y"]["scale"]["domain"] == ["DCN", "LR", "CIN"] for layer in layers(chart))
    one = rl.charts.intervals(BOARD.iloc[:1], ROWS, metric="auc")
    assert chart.to_dict()["height"] == 3 * one.to_dict()["height"]


def test_the_legend_names_what_is_drawn_and_nothing_else():
    plain = BOARD.loc[["LR"]].drop(columns=["low auc", "high auc", "published auc"])
    (layer,) = layers(rl.charts.intervals(plain, ROWS, metric="auc"))
    assert layer["encoding"]["color"]["scale"]["domain"] == ["one run"]


def test_named_is_who_is_beaten_by_nobody_in_both(rows_of):
    board = pd.DataFrame(
        {"auc": [0.9, 0.8, 0.7, 0.6], "seconds": [100.0, 15.0, 20.0, 1.0]}, index=["slow", "fair", "beaten", "fast"]
    )
    drawn = marks(rl.charts.quality_by_time(board, metric="auc"), rows_of)
    assert set(drawn.loc["another one is"].index) == {"beaten"}
    named = pd.concat(table for table in rows_of(rl.charts.quality_by_time(board, metric="auc")) if "side" in table)
    assert named.set_index("model")["side"].to_dict() == {"slow": "right", "fair": "right", "fast": "left"}


def test_where_low_is_good_the_front_is_another(rows_of):
    board = pd.DataFrame({"rmse": [0.9, 0.8], "seconds": [1.0, 0.5]}, index=["beaten", "better"])
    drawn = marks(rl.charts.quality_by_time(board, metric="rmse", best="lowest"), rows_of)
    assert drawn.loc["another one is"].index.tolist() == ["beaten"]


def test_of_two_names_in_one_place_the_better_model_has_its_own(rows_of):
    board = pd.DataFrame(
        {"auc": [0.9, 0.8999, 0.5], "seconds": [101.0, 100.0, 1.0]}, index=["better", "nearly as good", "far away"]
    )
    named = pd.concat(table for table in rows_of(rl.charts.quality_by_time(board, metric="auc")) if "side" in table)
    assert set(named["model"]) == {"better", "far away"}


def test_a_model_without_a_time_is_left_out_and_no_time_is_a_tenth_of_a_second(rows_of):
    drawn = marks(rl.charts.quality_by_time(BOARD, metric="auc"), rows_of).reset_index()
    assert drawn.drop_duplicates("model").set_index("model")["seconds"].to_dict() == {"DCN": 30.0, "LR": 0.1}


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: rl.charts.intervals(BOARD, ROWS, metric="rmse"), "'rmse' in the leaderboard"),
        (lambda: rl.charts.intervals(BOARD, ROWS[["model"]], metric="auc"), r"'metrics\.auc' in the table of runs"),
        (lambda: rl.charts.quality_by_time(BOARD, metric="auc", seconds="hours"), "'hours' in the leaderboard"),
        (lambda: rl.charts.quality_by_time(BOARD, metric="auc", best="high"), "'lowest' or 'highest'"),
        (lambda: rl.charts.quality_by_time(BOARD.loc[["CIN"]], metric="auc"), "No model .* has both"),
    ],
)
def test_what_cannot_be_drawn_is_said(draw, message):
    with pytest.raises(RecoLabError, match=message):
        draw()
