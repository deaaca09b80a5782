"""The compressed interaction network."""

import numpy as np
import pytest

from recolab.layers import CIN, FMSecondOrder


@pytest.fixture
def embeddings():
    return np.random.default_rng(0).normal(size=(5, 4, 3)).astype(np.float32)


def with_weights(layer, shape, *weights):
    layer.build(shape)
    layer.set_weights([np.asarray(each, np.float32) for each in weights])
    return layer


def of_the_paper(layer, row, activation=lambda maps: maps):
    """Lian et al. (2018), eq. 6 and 7 for one row, k = 1, 2, …; the p^k side by side."""
    fields, maps, pooled = len(row), row, []
    for kernel in layer.get_weights():
        w = kernel.T.reshape(-1, len(maps), fields)  # W^{k,h}_ij
        maps = activation(
            np.array(
                [sum(each[i, j] * maps[i] * row[j] for i in range(len(maps)) for j in range(fields)) for each in w]
            )
        )
        pooled.append(maps.sum(axis=1))
    return np.concatenate(pooled)


def test_numbers_by_hand():
    # The first map is field 0 times itself, (1, 4); the second multiplies it by field 1: (3, 16).
    layer = with_weights(CIN((1, 1)), (None, 2, 2), [[1], [0], [0], [0]], [[0], [1]])
    assert layer(np.array([[[1, 2], [3, 4]]], np.float32)).numpy().tolist() == [[5, 19]]


def test_numbers_by_hand_of_two_maps():
    layer = with_weights(CIN((2, 1)), (None, 2, 1), [[1, 0], [0, 2], [0, 0], [0, 1]], [[1], [0], [0], [1]])
    # Fields 2 and 3. Maps: 2·2 = 4 and 2·(2·3) + 3·3 = 21; then 4·2 + 21·3 = 71.
    assert layer(np.array([[[2], [3]]], np.float32)).numpy().tolist() == [[4, 21, 71]]


@pytest.mark.parametrize("sizes", [(3,), (5, 2), (2, 6, 3)])
@pytest.mark.parametrize(
    ("activation", "by_hand"), [(None, lambda maps: maps), ("relu", lambda maps: np.maximum(maps, 0))]
)
def test_it_is_the_formula_of_the_paper(embeddings, sizes, activation, by_hand):
    layer = CIN(sizes, activation, seed=1)
    output = layer(embeddings)
    paper = [of_the_paper(layer, row, by_hand) for row in embeddings]
    np.testing.assert_allclose(output, paper, rtol=1e-3, atol=1e-4)


def test_the_shorter_way_of_the_last_linear_layer_gives_what_the_long_way_gives():
    embeddings = np.random.default_rng(0).uniform(size=(5, 4, 3)).astype(np.float32)
    linear, relu = CIN((5, 6), seed=1), CIN((5, 6), "relu")
    linear.build(embeddings.shape)
    relu.build(embeddings.shape)
    for layer in (linear, relu):  # nothing negative: relu changes nothing
        layer.set_weights([np.abs(weight) for weight in linear.get_weights()])
    np.testing.assert_allclose(linear(embeddings), relu(embeddings), rtol=1e-5)


def test_layer_k_is_of_degree_k_plus_1_and_has_no_bias(embeddings):
    """The pooled input would be of degree 1, a bias of degree 0."""
    layer = CIN((3, 2, 4), seed=1)
    once, doubled = layer(embeddings).numpy(), layer(2 * embeddings).numpy()
    degrees = np.repeat([2, 3, 4], [3, 2, 4])
    np.testing.assert_allclose(doubled, once * 2.0**degrees, rtol=1e-4)


def test_coordinates_are_never_mixed_so_their_order_does_not_matter(embeddings):
    layer = CIN((3, 2), seed=1)
    np.testing.assert_allclose(layer(embeddings[..., [2, 0, 1]]), layer(embeddings), rtol=1e-4, atol=1e-5)


def test_with_a_weight_of_1_for_every_pair_one_layer_is_fm(embeddings):
    upper = np.triu(np.ones((4, 4)), k=1).reshape(16, 1)
    layer = with_weights(CIN((1,)), embeddings.shape, upper)
    np.testing.assert_allclose(layer(embeddings), FMSecondOrder()(embeddings), rtol=1e-4, atol=1e-5)


def test_fields_that_change_places_with_their_weights_give_the_same(embeddings):
    layer, order = CIN((3,), seed=1), [2, 0, 3, 1]
    straight = layer(embeddings)
    kernel = layer.get_weights()[0].reshape(4, 4, 3)
    moved = with_weights(CIN((3,)), embeddings.shape, kernel[np.ix_(order, order)].reshape(16, 3))
    np.testing.assert_allclose(moved(embeddings[:, order]), straight, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sizes", [(), (3, 0)])
def test_impossible_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match="`sizes` must name at least one layer"):
        CIN(sizes)
