"""The network that several models share."""

import numpy as np
import pytest

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models.building import dense_stack

X = np.array([[1.0, -2.0], [3.0, 1.0], [-1.0, 0.5]], np.float32)


def network(widths, **options):
    tensor = keras.Input((2,))
    return keras.Model(tensor, dense_stack(tensor, widths, **options))


def names(model):
    return [layer.name for layer in model.layers[1:]]


def weights(model, name):
    return model.get_layer(name).get_weights()


def test_a_layer_is_dense_then_batch_norm_then_activation_then_dropout():
    model = network((4, 3), batch_norm=True, dropout=0.2)
    expected = ["dense_1", "dense_1_batch_norm", "dense_1_activation", "dense_1_dropout"]
    assert names(model) == expected + [name.replace("1", "2") for name in expected]


def test_what_is_not_asked_for_is_not_there():
    assert names(network((4,), activation=None)) == ["dense_1"]
    assert names(network((4,), name="tower")) == ["tower_1", "tower_1_activation"]


def test_no_widths_change_nothing():
    tensor = keras.Input((2,))
    assert dense_stack(tensor, ()) is tensor


def test_outputs_by_hand():
    model = network((2,))
    model.get_layer("dense_1").set_weights([np.array([[1.0, -1.0], [2.0, 0.0]]), np.array([0.5, 0.0])])
    # x W + b = (1 - 4 + .5, -1), (3 + 2 + .5, -3), (-1 + 1 + .5, 1); then relu.
    assert np.asarray(model(X)).tolist() == [[0, 0], [5.5, 0], [0.5, 1]]


def test_batch_norm_stands_before_the_activation():
    model = network((3,), batch_norm=True)
    (kernel,) = weights(model, "dense_1")  # no bias: batch norm would subtract it
    gamma, beta, mean, variance = np.random.default_rng(0).uniform(0.5, 2, (4, 3))
    model.get_layer("dense_1_batch_norm").set_weights([gamma, beta, mean, variance])
    normalised = gamma * (X @ kernel - mean) / np.sqrt(variance + 1e-3) + beta
    assert (normalised < 0).any()
    assert np.asarray(model(X)) == pytest.approx(np.maximum(normalised, 0), rel=1e-4)


def test_a_residual_block_adds_what_it_gets():
    model = network((2,), residual=True)
    kernel, bias = weights(model, "dense_1")
    assert names(model) == ["dense_1", "dense_1_activation", "dense_1_add"]
    assert np.asarray(model(X)) == pytest.approx(X + np.maximum(X @ kernel + bias, 0), rel=1e-5)


def test_a_residual_block_of_another_width_adds_a_projection_of_what_it_gets():
    model = network((3,), residual=True)
    kernel, bias = weights(model, "dense_1")
    (projection,) = weights(model, "dense_1_projection")
    assert projection.shape == (2, 3)
    assert np.asarray(model(X)) == pytest.approx(X @ projection + np.maximum(X @ kernel + bias, 0), rel=1e-5)


def test_a_residual_network_of_zeros_hands_on_its_input():
    model = network((2, 2, 2), residual=True)
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    assert np.asarray(model(X)).tolist() == X.tolist()


def test_dropout_sets_its_share_to_zero_in_training_only():
    model = network((1000,), activation=None, dropout=0.25)
    model.get_layer("dense_1").set_weights([np.ones((2, 1000)), 2 * np.ones(1000)])
    in_training = np.asarray(model(X, training=True))
    assert np.mean(in_training == 0) == pytest.approx(0.25, abs=0.05)
    assert in_training.max() == pytest.approx(6 / 0.75)  # what is left grows, so that the mean stays
    assert (np.asarray(model(X)) == [[1] * 1000, [6] * 1000, [1.5] * 1000]).all()


def test_the_seed_decides_weights_and_masks():
    def outputs(seed):
        return np.asarray(network((50, 50), dropout=0.5, residual=True, seed=seed)(X, training=True))

    assert (outputs(3) == outputs(3)).all()
    assert (outputs(3) != outputs(4)).any()


@pytest.mark.parametrize("widths", [(0,), (3, -1)])
def test_widths_below_one_are_refused(widths):
    with pytest.raises(RecoLabError, match="`widths` must be at least 1 each"):
        network(widths)


@pytest.mark.parametrize("dropout", [-0.1, 1.0, float("nan")])
def test_dropout_that_leaves_nothing_is_refused(dropout):
    with pytest.raises(RecoLabError, match="`dropout` must be at least 0 and below 1"):
        network((3,), dropout=dropout)
