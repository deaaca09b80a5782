"""Errors of a model's predictions on a part of a split."""

import numpy as np
import pandas as pd
import pytest

from recolab import evaluate
from recolab.backend import keras
from recolab.errors import RecoLabError


class Says:
    """A model that predicts the same for everybody, or what it is told."""

    def __init__(self, what):
        self.what = what

    def predict(self, inputs):
        return np.broadcast_to(np.float32(self.what), len(inputs["user"]))


@pytest.fixture
def table():
    frame = pd.DataFrame({"user": [0, 0, 1, 1], "item": [0, 1, 0, 2], "rating": [5.0, 3.0, 1.0, 4.0]})
    frame.attrs["scale"] = [1.0, 5.0]
    return frame


def test_errors_of_four_predictions_worked_out_by_hand(table):
    report = evaluate.ratings(Says([4, 3, 3, 4.5]), table)
    assert report.metrics == pytest.approx({"mse": 5.25 / 4, "rmse": (5.25 / 4) ** 0.5, "mae": 3.5 / 4})


def test_predictions_off_the_scale_are_clipped_to_it_unless_told_otherwise(table):
    off = Says([7, 3, -1, 4])
    clipped, not_clipped = evaluate.ratings(off, table), evaluate.ratings(off, table, clip=False)
    assert clipped.metrics["mse"] == 0
    assert clipped.protocol["predictions"] == "clipped to 1 – 5"
    assert not_clipped.metrics["mse"] == (4 + 0 + 4 + 0) / 4
    assert not_clipped.protocol["predictions"] == "not clipped"


def test_a_given_scale_stands_above_the_recorded_one(table):
    report = evaluate.ratings(Says([7, 3, 1, 4]), table, scale=(1, 6))
    assert report.metrics["mse"] == 1 / 4
    assert report.protocol["predictions"] == "clipped to 1 – 6"


def test_the_protocol_is_that_of_the_split(little_split):
    protocol = evaluate.ratings(Says(3), little_split.test).protocol
    assert protocol == {
        "data": "little (as given)",
        "split": "by user, test 20 %, valid 20 %, seed 0",
        "part": "test",
        "refitted": False,
        "rows": 80,
        "cold_rows": int(little_split.test["cold"].sum()),
        "predictions": "clipped to 1 – 5",
    }
    assert evaluate.ratings(Says(3), little_split.refit().test).protocol["refitted"] is True


def test_a_selection_of_a_part_is_not_taken_for_the_part(little_split):
    protocol = evaluate.ratings(Says(3), little_split.test.iloc[:30]).protocol
    assert (protocol["part"], protocol["rows"]) == ("a selection of the 80 test rows", 30)


def test_a_table_without_a_recorded_split_is_called_that(table):
    table.attrs = {}
    protocol = evaluate.ratings(Says(3), table, scale=(1, 5)).protocol
    assert protocol["data"] == "a table of 4 rows without a recorded split"
    assert "split" not in protocol


def test_the_l2_term_that_keras_counts_into_its_loss_is_not_counted(little_split):
    user, item = (keras.Input((), name=name, dtype="int32") for name in ("user", "item"))
    weigh = keras.layers.Embedding(
        40, 1, embeddings_initializer="ones", embeddings_regularizer=keras.regularizers.L2(9)
    )
    model = keras.Model({"user": user, "item": item}, keras.layers.Add()([weigh(user), weigh(item)]))  # always 2
    model.compile(loss="mse")
    test = little_split.test
    by_hand = np.mean((test["rating"] - 2) ** 2)
    inputs = {"user": test["user"].to_numpy(), "item": test["item"].to_numpy()}
    assert model.evaluate(inputs, test["rating"], verbose=0) == pytest.approx(by_hand + 9 * 40)
    assert evaluate.ratings(model, test).metrics["mse"] == pytest.approx(by_hand)


def test_an_empty_part_is_an_error(little_split):
    with pytest.raises(RecoLabError, match=r"\(valid\) is empty: there is nothing to measure"):
        evaluate.ratings(Says(3), little_split.refit().valid)


def test_a_table_without_ratings_is_an_error(table):
    with pytest.raises(RecoLabError, match=r"lacks 'rating', it has \['user', 'item'\]"):
        evaluate.ratings(Says(3), table.drop(columns="rating"))


def test_clipping_to_an_unknown_scale_is_an_error(table):
    table.attrs = {}
    with pytest.raises(RecoLabError, match=r"give scale=\(lowest, highest\), or clip=False"):
        evaluate.ratings(Says(3), table)
    assert evaluate.ratings(Says(3), table, clip=False).metrics["mse"] == (4 + 0 + 4 + 1) / 4


def test_a_scale_upside_down_is_an_error(table):
    with pytest.raises(RecoLabError, match=r"scale=\(5, 1\) is no scale"):
        evaluate.ratings(Says(3), table, scale=(5, 1))


def test_predictions_that_are_no_numbers_are_an_error(table):
    with pytest.raises(RecoLabError, match="NaN"):
        evaluate.ratings(Says([1, np.nan, 3, 4]), table)
