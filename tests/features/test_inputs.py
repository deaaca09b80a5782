"""What a model reads from a table, and what it refuses."""

import numpy as np
import pandas as pd
import pytest

from recolab import features
from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models import ExplicitMF, Sizes


@pytest.fixture(scope="module")
def model():
    return ExplicitMF(Sizes(3, 5), factors=2)


@pytest.fixture
def table():
    return pd.DataFrame({"user": [0, 2], "item": [4, 0], "rating": [3.0, 5.0], "title": ["a", "b"]})


def test_inputs_are_the_columns_named_like_the_inputs_of_the_model(model, table):
    arrays = features.inputs(model, table)
    assert {name: values.tolist() for name, values in arrays.items()} == {"user": [0, 2], "item": [4, 0]}


def test_a_missing_column_is_named_with_the_nearest_one_there_is(model, table):
    with pytest.raises(RecoLabError, match=r"no column 'user'.*did you mean 'users'"):
        features.inputs(model, table.rename(columns={"user": "users"}))


def test_text_where_codes_belong_is_refused(model, table):
    with pytest.raises(RecoLabError, match=r"'item'.*must hold numbers"):
        features.inputs(model, table.assign(item=["x", "y"]))


@pytest.mark.parametrize(("column", "code"), [("user", 3), ("user", -1), ("item", 5)])
def test_a_code_the_model_has_no_row_for_is_refused(model, table, column, code):
    table.loc[0, column] = code
    with pytest.raises(RecoLabError, match=rf"'{column}' must lie between 0 and \d, .* but {code} came"):
        features.inputs(model, table)


def test_limits_are_those_of_the_smallest_table_an_input_looks_up():
    user = keras.Input((), dtype="int32", name="user")
    tables = [keras.layers.Embedding(rows, 2)(user) for rows in (7, 4, 9)]
    assert features.code_limits(keras.Model({"user": user}, keras.layers.Add()(tables))) == {"user": 4}


def test_an_embedding_fed_by_another_layer_limits_no_input():
    user = keras.Input((), dtype="int32", name="user")
    shifted = keras.layers.Rescaling(0.5, dtype="float32")(user)
    model = keras.Model({"user": user}, keras.layers.Embedding(4, 2)(shifted))
    assert features.code_limits(model) == {}


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_target_that_is_not_finite_is_refused_with_its_row(table, value):
    table.loc[1, "rating"] = value
    with pytest.raises(RecoLabError, match=r"1 of 2 rows.*row 1"):
        features.target(table, "rating")


def test_a_model_without_named_inputs_asks_for_arrays(table):
    class Own(keras.Model):
        pass

    with pytest.raises(RecoLabError, match=r"Give the arrays themselves"):
        features.inputs(Own(), table)
