"""What a model reads from a table, and what it refuses."""

import numpy as np
import pandas as pd
import pytest

from recolab import features
from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.layers import FieldEmbedding
from recolab.models import ExplicitMF, Sizes, load_model, predict
from recolab.training import fit


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


KINDS = {"gender": "categorical", "genres": "multi-valued", "age": "numeric"}


@pytest.fixture
def people():
    genres = [("War", "Drama"), ("War",), ("Drama",), ("Drama", "War")]
    return pd.DataFrame({"gender": list("FMMF"), "genres": genres, "age": [20, 40, 30, 25], "click": [1, 0, 0, 1]})


@pytest.fixture
def fields(people):
    return features.Fields.learn(people, KINDS)


def of_fields(fields, *others):
    """A small model of fields, with a layer for each of its parts."""
    read = {"indices": keras.Input((fields.n_slots,), dtype="int32", name="indices")}
    if fields.n_weighted:
        read["weights"] = keras.Input((fields.n_weighted,), name="weights")
    vectors = [FieldEmbedding(each, 2, seed=0)(*read.values()) for each in (fields, *others)]
    flat = [keras.layers.Flatten()(each) for each in vectors]
    made = keras.Model(read, keras.layers.Dense(1)(keras.layers.Concatenate()(flat) if others else flat[0]))
    made.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    return made


def test_a_model_of_fields_reads_a_table_through_them(fields, people):
    arrays = features.inputs(of_fields(fields), people)
    encoded = fields.encode(people)
    assert sorted(arrays) == ["indices", "weights"]
    assert all(np.array_equal(arrays[name], encoded[name]) for name in encoded)


def test_without_weighted_slots_the_model_has_no_weights(people):
    fields = features.Fields.learn(people, {"gender": "categorical"})
    assert list(features.inputs(of_fields(fields), people)) == ["indices"]


def test_other_inputs_of_a_model_of_fields_are_columns(fields, people):
    model = of_fields(fields)
    age = keras.Input((), name="age")
    column = keras.layers.Reshape((1,))(age)
    wider = keras.Model([*model.inputs, age], keras.layers.Add()([model.output, column]))
    arrays = features.inputs(wider, people)
    assert sorted(arrays) == ["age", "indices", "weights"]
    assert arrays["age"].tolist() == [20, 40, 30, 25]


def test_fields_are_found_inside_a_model_within_a_model(fields, people):
    model = of_fields(fields)
    read = {tensor.name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name) for tensor in model.inputs}
    outer = keras.Model(read, keras.layers.Activation("sigmoid")(model(read)))
    assert features.fields_of(outer) == fields
    assert sorted(features.inputs(outer, people)) == ["indices", "weights"]


def test_a_model_without_fields_has_none(model):
    assert features.fields_of(model) is None


def test_layers_of_different_fields_are_refused(fields, people):
    others = features.Fields.learn(people.assign(gender=list("XYYX")), KINDS)
    assert features.fields_of(of_fields(fields, features.Fields.learn(people, KINDS))) == fields
    with pytest.raises(RecoLabError, match="built for the same fields"):
        features.inputs(of_fields(fields, others), people)


@pytest.mark.parametrize("wrong", [-1, "one more"])
def test_an_index_outside_the_shared_table_is_refused(fields, people, wrong):
    wrong = fields.n_features if wrong == "one more" else wrong
    arrays = fields.encode(people)
    arrays["indices"][2, 1] = wrong
    words = rf"'indices' must lie between 0 and {fields.n_features - 1}, .* but {wrong} came: .* other fields"
    with pytest.raises(RecoLabError, match=words):
        features.check_codes(of_fields(fields), arrays)
    with pytest.raises(RecoLabError, match=words):
        fit(of_fields(fields), arrays, people["click"].to_numpy(), progress=False)


def test_a_missing_field_is_named(fields, people):
    with pytest.raises(RecoLabError, match="no column 'gender'"):
        features.inputs(of_fields(fields), people.drop(columns="gender"))


def test_tables_train_a_model_of_fields_and_a_saved_one_still_reads_them(fields, people, tmp_path):
    model = of_fields(fields)
    history = fit(model, people, target="click", validation=people, epochs=2, batch_size=2, progress=False)
    assert np.isfinite(history.history["val_loss"]).all()
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    assert features.fields_of(again) == fields
    new = people.assign(gender=["X", None, "F", "M"], genres="War|Opera")
    assert np.array_equal(predict(again, new), predict(model, new))
    fit(again, people, target="click", progress=False)
    assert not np.array_equal(predict(again, new), predict(model, new))
