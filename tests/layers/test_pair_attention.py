"""Attention over pairs of fields."""

from itertools import combinations

import numpy as np
import pytest

from recolab.layers import FMSecondOrder, PairAttention


@pytest.fixture
def embeddings():
    return np.random.default_rng(0).normal(size=(5, 5, 3)).astype(np.float32)


def at_random(units=4, **settings):
    layer = PairAttention(units, **settings)
    layer.build((None, 5, 3))
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=weight.shape) for weight in layer.trainable_weights] + layer.get_weights()[3:])
    return layer


def of_the_paper(layer, row):
    """Xiao et al. (2017), eq. 4 and 5 for one row: the weights, and the pairs they weigh added up."""
    kernel, bias, h = layer.get_weights()
    products = [row[i] * row[j] for i, j in combinations(range(len(row)), 2)]
    scores = [sum(h[t, 0] * max(kernel[:, t] @ product + bias[t], 0) for t in range(len(h))) for product in products]
    weights = np.exp(scores) / np.sum(np.exp(scores))
    return weights, sum(weight * product for weight, product in zip(weights, products, strict=True))


def test_numbers_by_hand():
    layer = PairAttention(1)
    layer.build((None, 3, 2))
    layer.set_weights([np.ones((2, 1)), np.array([-1.0]), np.array([[np.log(2)]])])
    row = np.array([[[1, 0], [1, 1], [2, 1]]], np.float32)
    # The products (1,0), (2,0), (2,1) sum to 1, 2, 3; less 1, times ln 2: e^score is 1, 2 and 4.
    np.testing.assert_allclose(layer.pair_weights(row), [[1 / 7, 2 / 7, 4 / 7]], rtol=1e-6)
    np.testing.assert_allclose(layer(row), [[(1 + 4 + 8) / 7, 4 / 7]], rtol=1e-6)


def test_it_is_the_formula_of_the_paper(embeddings):
    layer = at_random()
    weights, pooled = zip(*(of_the_paper(layer, row) for row in embeddings), strict=True)
    np.testing.assert_allclose(layer.pair_weights(embeddings), weights, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(layer(embeddings), pooled, rtol=1e-4, atol=1e-5)


def test_the_weights_of_a_row_sum_to_1_over_its_pairs_and_differ_from_row_to_row(embeddings):
    weights = at_random().pair_weights(embeddings).numpy()
    assert weights.shape == (5, 10)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    assert weights.std(axis=0).min() > 0.001


def test_without_h_all_pairs_count_alike_which_is_fm_divided_by_their_number(embeddings):
    layer = at_random()
    kernel, bias, h = layer.get_weights()
    layer.set_weights([kernel, bias, 0 * h])
    summed = np.sum(layer(embeddings), axis=1, keepdims=True)
    np.testing.assert_allclose(summed, FMSecondOrder()(embeddings) / 10, rtol=1e-4, atol=1e-5)


def test_the_order_of_the_fields_does_not_matter_to_the_sum(embeddings):
    layer = at_random()
    np.testing.assert_allclose(layer(embeddings[:, [3, 1, 4, 0, 2]]), layer(embeddings), rtol=1e-4, atol=1e-5)


def test_dropout_works_on_the_products_while_training_only(embeddings):
    layer = at_random(dropout=0.5, seed=1)
    calm, moved = layer(embeddings).numpy(), layer(embeddings, training=True).numpy()
    assert (
        calm.tolist() == layer(embeddings, training=False).numpy().tolist() == at_random()(embeddings).numpy().tolist()
    )
    assert np.abs(moved - calm).max() > 0.01


def test_the_pair_weights_of_a_layer_that_was_never_called_are_those_it_starts_with(embeddings):
    layer = PairAttention(4, seed=1)
    weights = layer.pair_weights(embeddings).numpy()
    called = PairAttention(4, seed=1)
    called(embeddings)
    assert weights.tolist() == called.pair_weights(embeddings).numpy().tolist()


@pytest.mark.parametrize(("wrong", "named"), [({"units": 0}, "units=0"), ({"units": 2, "dropout": 1}, "dropout=1")])
def test_impossible_settings_are_refused(wrong, named):
    with pytest.raises(ValueError, match=f"Received: {named}"):
        PairAttention(**wrong)
