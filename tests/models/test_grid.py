"""All pairs of users and items at once: the same numbers as from pairs, however a model is made."""

import gc
import weakref

import numpy as np
import pytest

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models import BiasedMF, ExplicitMF, SigmoidMF, Sizes, grid, scores
from recolab.models.building import code_inputs
from recolab.models.grid import Grid

SIZES = Sizes(6, 9, mean=3.0)
layers = keras.layers


def tables(inputs):
    return [
        layers.Embedding(n, 3, embeddings_initializer=keras.initializers.RandomNormal(seed=n))(inputs[name])
        for name, n in (("user", 6), ("item", 9))
    ]


def network(inputs):
    """What is not a dot product: dropout, batch norm, a concatenation, a weighted sum."""
    hidden = layers.Concatenate()(tables(inputs))
    hidden = layers.Dropout(0.5)(layers.BatchNormalization()(layers.Dense(4, activation="relu")(hidden)))
    return layers.Dense(1)(hidden)


def cosine_of_towers(inputs):
    towers = [layers.Dense(2, activation="relu")(table) for table in tables(inputs)]
    return layers.Rescaling(5.0)(layers.Dot(axes=1, normalize=True)(towers))


def item_first(inputs):
    user, item = tables(inputs)
    return layers.Dot(axes=-1)([item, user])


def dot_and_network(inputs):
    return layers.Add()([layers.Dot(axes=1)(tables(inputs)), network(inputs)])


def dot_of_pairs(inputs):
    """A dot product with the pair on one side is none of user and item."""
    user, item = tables(inputs)
    return layers.Dot(axes=1)([layers.Multiply()([user, item]), item])


def keras_operations(inputs):
    user, item = tables(inputs)
    return keras.ops.sum(keras.ops.maximum(user, item) * 2.0, axis=1, keepdims=True)


def of_the_item_alone(inputs):
    return layers.Dense(1)(tables(inputs)[1])


def of_the_user_alone(inputs):
    return layers.Dense(1)(tables(inputs)[0])


def without_last_axis(inputs):
    return layers.Flatten()(layers.Reshape((1,))(item_first(inputs)))


def made(output_of):
    inputs = code_inputs()
    return keras.Model(inputs, output_of(inputs))


MADE = [
    network,
    cosine_of_towers,
    item_first,
    dot_and_network,
    dot_of_pairs,
    keras_operations,
    of_the_item_alone,
    of_the_user_alone,
    without_last_axis,
]


@pytest.mark.parametrize("block", [1, 60, 10**6])
@pytest.mark.parametrize("model", MADE)
def test_the_grid_holds_what_keras_predicts_for_each_pair(model, block, monkeypatch):
    monkeypatch.setattr(grid, "BLOCK_NUMBERS", block)
    model, users = made(model), np.array([4, 0, 4, 5])
    pairs = {"user": np.repeat(users, 9), "item": np.tile(np.arange(9), 4)}
    own = model.predict(pairs, verbose=0).reshape(4, 9)
    np.testing.assert_allclose(scores(model, users, 9), own, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("build", [ExplicitMF, BiasedMF, SigmoidMF])
def test_matrix_factorisation_needs_one_number_a_pair(build):
    assert Grid(build(SIZES, factors=40))._graph.width == 1


def test_new_weights_give_new_scores():
    model = made(item_first)
    before = scores(model, np.arange(6), 9)
    model.set_weights([2 * weight for weight in model.get_weights()])
    np.testing.assert_allclose(scores(model, np.arange(6), 9), 4 * before, rtol=1e-6)


def test_asking_leaves_the_graph_of_the_model_alone():
    model = made(cosine_of_towers)
    before = [len(operation._inbound_nodes) for operation in model.operations]
    scores(model, np.arange(6), 9)
    assert [len(operation._inbound_nodes) for operation in model.operations] == before


def test_a_model_that_is_gone_is_forgotten():
    model = made(network)
    scores(model, np.arange(2), 9)
    seen = weakref.ref(model)
    del model
    gc.collect()
    assert seen() is None


def test_a_model_that_reads_more_than_user_and_item_is_refused():
    inputs = {**code_inputs(), "hour": keras.Input((1,), name="hour")}
    model = keras.Model(inputs, layers.Concatenate()([*tables(inputs), inputs["hour"]]))
    with pytest.raises(RecoLabError, match=r"read 'user' and 'item' alone, not \['hour', 'item', 'user'\]"):
        scores(model, np.arange(2), 9)
