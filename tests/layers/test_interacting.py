"""The interacting layer of AutoInt."""

import numpy as np
import pytest

from recolab.layers import InteractingLayer
from recolab.layers.interacting import FEW_FIELDS

ROW = np.array([[[1], [2]]], np.float32)


@pytest.fixture
def embeddings():
    return np.random.default_rng(0).normal(size=(4, 5, 3)).astype(np.float32)


def with_weights(layer, incoming, *weights):
    layer.build((None, 2, incoming))
    layer.set_weights([np.asarray(each, np.float32) for each in weights])
    return layer


def of_the_paper(layer, row):
    """Song et al. (2019), eq. 5 to 8 for one row: the attention of each head, and the new vector of each field."""
    query, key, value, shortcut = layer.get_weights()
    part = layer.width // layer.heads
    weights, heads = [], []
    for head in range(layer.heads):
        w_q, w_k, w_v = (matrix[:, head * part : (head + 1) * part].T for matrix in (query, key, value))
        scores = np.array([[(w_q @ m) @ (w_k @ k) for k in row] for m in row])
        a = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        weights.append(a)
        heads.append([sum(a[m, k] * (w_v @ row[k]) for k in range(len(row))) for m in range(len(row))])
    result = np.concatenate(heads, axis=1) + [shortcut.T @ each for each in row]
    return np.array(weights), np.maximum(result, 0)


@pytest.mark.parametrize(("shortcut", "result"), [(10, [35 / 3, 109 / 5]), (-1, [2 / 3, 0]), (-10, [0, 0])])
def test_numbers_by_hand(shortcut, result):
    layer = with_weights(InteractingLayer(1, 1), 1, [[1]], [[np.log(2)]], [[1]], [[shortcut]])
    # e^score is 2^(e_m e_k): 2 and 4 for the first field, 4 and 16 for the second.
    np.testing.assert_allclose(layer.attention(ROW)[0, 0], [[1 / 3, 2 / 3], [1 / 5, 4 / 5]], rtol=1e-5)
    np.testing.assert_allclose(layer(ROW)[0, :, 0], result, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("heads", [1, 2, 3])
def test_it_is_the_formula_of_the_paper(embeddings, heads):
    layer = InteractingLayer(6, heads, seed=1)
    layer.build(embeddings.shape)
    layer.set_weights([2 * weight for weight in layer.get_weights()])  # scores far from 0
    weights, result = zip(*(of_the_paper(layer, row) for row in embeddings), strict=True)
    np.testing.assert_allclose(layer.attention(embeddings), weights, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(layer(embeddings), result, rtol=1e-4, atol=1e-5)


def test_few_and_many_fields_are_mixed_alike():
    """The layer has a way for each, which change at FEW_FIELDS."""
    few, many = (np.random.default_rng(1).normal(size=(2, FEW_FIELDS + more, 3)).astype("float32") for more in (0, 1))
    for embeddings in (few, many):
        layer = InteractingLayer(6, 2, seed=1)
        result = layer(embeddings)
        _, by_hand = zip(*(of_the_paper(layer, row) for row in embeddings), strict=True)
        np.testing.assert_allclose(result, by_hand, rtol=1e-4, atol=1e-5)


def test_attention_sums_to_1_over_the_fields_looked_at(embeddings):
    attention = InteractingLayer(6, 2, seed=1).attention(embeddings).numpy()
    np.testing.assert_allclose(attention.sum(axis=3), 1, rtol=1e-5)
    assert np.abs(attention.sum(axis=2) - 1).max() > 0.01


def test_fields_that_change_places_take_their_vectors_with_them(embeddings):
    layer, order = InteractingLayer(6, 2, seed=1), [3, 1, 4, 0, 2]
    np.testing.assert_allclose(layer(embeddings[:, order]), layer(embeddings).numpy()[:, order], rtol=1e-4, atol=1e-5)


def test_scores_are_those_of_the_paper_unless_scaling_by_the_root_of_a_heads_width_is_asked_for(embeddings):
    plain, scaled = InteractingLayer(8, 2, seed=1), InteractingLayer(8, 2, scaled=True, seed=1)
    scaled.build(embeddings.shape)
    query, *rest = scaled.get_weights()
    assert np.abs(plain.attention(embeddings) - scaled.attention(embeddings)).max() > 0.01
    scaled.set_weights([2 * query, *rest])  # √4 = 2, and a head of 8 / 2 has width 4
    np.testing.assert_allclose(scaled.attention(embeddings), plain.attention(embeddings), rtol=1e-4, atol=1e-6)


def test_without_values_only_the_residual_is_left_and_without_it_nothing(embeddings):
    layer = InteractingLayer(6, 2, activation=None, seed=1)
    layer.build(embeddings.shape)
    query, key, value, shortcut = layer.get_weights()
    layer.set_weights([query, key, 0 * value, shortcut])
    np.testing.assert_allclose(layer(embeddings), embeddings @ shortcut, rtol=1e-4, atol=1e-6)

    alone = InteractingLayer(6, 2, residual=False, activation=None)
    alone.build(embeddings.shape)
    assert [weight.shape for weight in alone.weights] == [(3, 6)] * 3
    alone.set_weights([query, key, 0 * value])
    assert not np.any(alone(embeddings))


def test_relu_unless_told_otherwise(embeddings):
    linear = InteractingLayer(6, 2, activation=None, seed=1)(embeddings).numpy()
    assert linear.min() < 0
    np.testing.assert_array_equal(InteractingLayer(6, 2, seed=1)(embeddings), np.maximum(linear, 0))


def test_dropout_works_on_the_attention_weights_while_training_only(embeddings):
    layer = InteractingLayer(6, 2, dropout=0.5, residual=False, activation=None, seed=1)
    calm, moved = layer(embeddings).numpy(), layer(embeddings, training=True).numpy()
    assert calm.tolist() == InteractingLayer(6, 2, residual=False, activation=None, seed=1)(embeddings).numpy().tolist()
    assert np.abs(moved - calm).max() > 0.01


@pytest.mark.parametrize(("width", "heads"), [(6, 4), (0, 1), (6, 0), (2, 4)])
def test_a_width_that_cannot_be_shared_out_among_the_heads_is_refused(width, heads):
    with pytest.raises(ValueError, match=f"multiple of `heads`.* Received: width={width}, heads={heads}"):
        InteractingLayer(width, heads)


def test_impossible_dropout_is_refused():
    with pytest.raises(ValueError, match="Received: dropout=-1"):
        InteractingLayer(6, 2, dropout=-1)
