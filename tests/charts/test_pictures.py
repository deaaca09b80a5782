"""What the charts show, against numbers worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace

import altair as alt
import numpy as np
import pytest

import recolab as rl
from recolab.charts.theme import MOST_ROWS, NEUTRAL, PALETTE
from recolab.errors import RecoLabError

CURVES = {"rmse": [1.2, 1.0, 0.9, 0.85], "val_rmse": [1.1, 0.95, 0.97, 0.95], "loss": [2, 1, 1, 1]}


def words(chart: alt.LayerChart) -> str:
    title = chart.to_dict()["title"]
    return " ".join([*title["text"], *title["subtitle"]])


def test_the_histogram_counts_every_value(ratings, rows_of):
    (table,) = rows_of(rl.charts.rating_histogram(ratings))
    assert dict(zip(table.rating, table.ratings, strict=True)) == {"1": 1, "2": 1, "3": 2, "4": 3, "5": 3}
    assert table.share.sum() == pytest.approx(1)


def test_the_long_tail_says_what_the_head_holds(ratings, rows_of):
    chart = rl.charts.long_tail(ratings, head=0.4)
    assert "40% of the items hold 70% of the ratings" in words(chart)  # items 1 and 2: 4 + 3 of 10
    table = rows_of(chart)[0].drop_duplicates("rank")
    assert table.set_index("rank").ratings.to_dict() == {1: 4, 2: 3, 3: 1, 5: 1}  # 4 lies on a level stretch
    assert table.set_index("rank").held.to_dict() == pytest.approx({1: 0.4, 2: 0.7, 3: 0.8, 5: 1})


def test_activity_counts_empty_weeks_as_zero(ratings, rows_of):
    table = rows_of(rl.charts.activity(ratings, every="week"))[0]  # 1 January 2024 was a Monday
    assert table.ratings.tolist() == [6, 0, 0, 4]


@pytest.mark.parametrize(("best", "epoch"), [("lowest", 2), ("highest", 1)])
def test_the_best_epoch_is_that_of_validation_and_the_first_of_equals(best, epoch, rows_of):
    chart = rl.charts.history(CURVES, best=best)
    assert f"Best epoch on validation: {epoch}" in words(chart)
    assert [len(table) for table in rows_of(chart)] == [8, 1]


def test_a_training_taken_up_again_keeps_its_epochs(rows_of):
    later = SimpleNamespace(history={"rmse": [0.8, 0.7]}, epoch=[5, 6])
    assert rows_of(rl.charts.history(later))[0].epoch.tolist() == [6, 7]


def test_the_loss_is_said_to_hold_the_l2_term():
    assert "holds the l2 term" in words(rl.charts.history(CURVES, metric="loss"))


def test_a_metric_named_by_its_validation_curve_is_the_same_chart(rows_of):
    chart = rl.charts.history(CURVES, metric="val_rmse")
    assert rows_of(chart)[0].equals(rows_of(rl.charts.history(CURVES, metric="rmse"))[0])
    assert "Best epoch on validation" in words(chart)


def test_several_trainings_stand_in_one_chart_by_name(rows_of):
    table = rows_of(rl.charts.history({"one": CURVES, "other": CURVES}))[0]
    assert table.groupby("model").size().to_dict() == {"one": 8, "other": 8}


def test_a_metric_of_validation_rows_alone_has_one_curve(rows_of):
    chart = rl.charts.history({"loss": [2, 1], "val_ndcg@10": [0.3, 0.4]}, metric="ndcg@10", best="highest")
    assert [len(table) for table in rows_of(chart)] == [2, 1]
    assert "Best epoch on validation: 2 (ndcg@10 0.4000)" in words(chart)


def test_errors_are_measured_by_how_often_an_item_was_rated(split, guesses_four, rows_of):
    chart = rl.charts.error_by_popularity(guesses_four, split)
    table = rows_of(chart)[0].set_index("rated")
    # Training rows: item 1 twice, item 2 three times, items 3 and 4 once, item 5 never.
    assert table.rmse.to_dict() == pytest.approx({"never": 1, "2": np.sqrt((0 + 1) / 2)})
    assert table.rows.to_dict() == {"never": 1, "2": 2}
    assert f"RMSE {np.sqrt(2 / 3):.4f}" in words(chart)


@pytest.mark.slow
def test_the_map_lies_in_the_plane_of_the_largest_spread(split, rows_of):
    model = rl.models.ExplicitMF(split, factors=3)
    vectors = np.array([[4, 0, 0], [-4, 0, 0], [0, 2, 0], [0, -2, 0], [0, 0, 1]], np.float32)
    model.get_layer("item_embedding").set_weights([vectors])
    table = rows_of(rl.charts.embedding_map(model, split, n=5))[0].set_index("title")
    assert abs(table.x["1"] - table.x["2"]) == pytest.approx(8, abs=1e-3)
    assert abs(table.y["3"] - table.y["4"]) == pytest.approx(4, abs=1e-3)


@pytest.mark.parametrize("draw", [rl.charts.rating_histogram, rl.charts.long_tail, rl.charts.activity])
def test_no_chart_hands_over_more_rows_than_a_browser_likes(draw, rows_of):
    large = rl.load("synthetic")
    assert sum(len(table) for table in rows_of(draw(large))) <= MOST_ROWS


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("page", ["#ffffff", "#14181e"])
@pytest.mark.parametrize("colour", [*PALETTE, NEUTRAL])
def test_every_colour_stands_out_on_light_and_on_dark(page, colour):
    low, high = sorted([luminance(page), luminance(colour)])
    assert (high + 0.05) / (low + 0.05) >= 3


def test_importing_the_charts_leaves_other_charts_as_they_are():
    before = alt.theme.active
    rl.charts.history(CURVES)
    assert alt.theme.active == before == "default"
    rl.charts.use_theme()
    try:
        assert alt.Chart().mark_point().to_dict()["config"]["background"] == "transparent"
    finally:
        alt.theme.enable("default")


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda ratings, split: rl.charts.rating_histogram(split), "draws Ratings, .* received a value of type Split"),
        (lambda ratings, split: rl.charts.long_tail(ratings, head=1.5), "between 0 and 1, but received 1.5"),
        (lambda ratings, split: rl.charts.activity(ratings, every="year"), "'day', 'week' or 'month'"),
        (lambda ratings, split: rl.charts.error_by_popularity(None, split, part="valid"), "has no valid rows"),
        (lambda ratings, split: rl.charts.error_by_popularity(None, split, part="train"), "'valid' or 'test'"),
        (lambda ratings, split: rl.charts.history({}), "without content"),
        (lambda ratings, split: rl.charts.history({"rmse": []}), "holds no epoch"),
        (lambda ratings, split: rl.charts.history(CURVES, metric="auc"), "no metric 'auc': it holds loss, rmse"),
        (lambda ratings, split: rl.charts.history({"rmse": [1], "val_rmse": [1, 2]}), "one value an epoch"),
        (lambda ratings, split: rl.charts.embedding_map(None, split, n=2), "between 3 and 5,000"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(draw, message, ratings, split):
    with pytest.raises(RecoLabError, match=message):
        draw(ratings, split)
