"""The cross layers of DCN and DCN-v2."""

import keras_rs
import numpy as np
import pytest

from recolab.layers import Cross, CrossV2

X0, X = np.array([[1, 2, 3]], np.float32), np.array([[4, 0, 1]], np.float32)


@pytest.fixture
def both():
    return list(np.random.default_rng(0).normal(size=(2, 6, 5)).astype(np.float32))


def with_weights(layer, width, *weights):
    layer.build([(None, width), (None, width)])
    layer.set_weights([np.asarray(each, np.float32) for each in weights])
    return layer


def at_random(layer, width=5, seed=1):
    layer.build([(None, width), (None, width)])
    rng = np.random.default_rng(seed)
    layer.set_weights([rng.normal(size=weight.shape) for weight in layer.weights])
    return layer


def test_numbers_by_hand():
    layer = with_weights(Cross(), 3, [[1], [5], [-2]], [10, 20, 30])
    # x · w = 4 - 2 = 2; x0 · 2 + b + x
    assert layer([X0, X]).numpy().tolist() == [[2 + 10 + 4, 4 + 20 + 0, 6 + 30 + 1]]


def test_numbers_by_hand_of_the_second_version():
    layer = with_weights(CrossV2(), 3, [[1, 0, 0], [0, 0, 2], [1, 1, 1]], [10, 20, 30])
    # W x = (4, 2, 5); x0 ∘ (W x + b) + x
    assert layer([X0, X]).numpy().tolist() == [[14 + 4, 2 * 22 + 0, 3 * 35 + 1]]


def test_numbers_by_hand_of_low_rank():
    layer = with_weights(CrossV2(rank=1), 3, [[1], [0], [2]], [[1], [7], [3]], [0, 0, 1])
    # Vᵀ x = 4 + 3 = 7; U 7 = (7, 0, 14)
    assert layer([X0, X]).numpy().tolist() == [[7 + 4, 0 + 0, 3 * 15 + 1]]


def test_it_is_the_formula_of_the_paper(both):
    layer = at_random(Cross())
    w, b = layer.get_weights()
    paper = [x0 * (x @ w[:, 0]) + b + x for x0, x in zip(*both, strict=True)]
    np.testing.assert_allclose(layer(both), paper, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rank", [None, 1, 3])
def test_the_second_version_is_the_formula_of_its_paper(both, rank):
    layer = at_random(CrossV2(rank=rank))
    *matrices, b = layer.get_weights()
    w = matrices[0] if rank is None else matrices[0] @ matrices[1].T
    paper = [x0 * (w @ x + b) + x for x0, x in zip(*both, strict=True)]
    np.testing.assert_allclose(layer(both), paper, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rank", [None, 3])
def test_the_second_version_is_that_of_keras_rs(both, rank):
    ours, theirs = at_random(CrossV2(rank=rank)), keras_rs.layers.FeatureCross(projection_dim=rank)
    theirs(*both)
    if rank is None:
        theirs.set_weights([ours.w.numpy().T, ours.b.numpy()])
    else:
        theirs.set_weights([ours.v.numpy(), ours.u.numpy().T, ours.b.numpy()])
    np.testing.assert_allclose(ours(both), theirs(*both), rtol=1e-5, atol=1e-6)


def test_equal_rows_of_w_make_the_second_version_the_first(both):
    first = at_random(Cross())
    w = first.get_weights()[0]
    second = with_weights(CrossV2(), 5, np.ones((5, 1)) @ w.T, np.zeros(5))
    first.set_weights([w, np.zeros(5)])
    np.testing.assert_allclose(second(both), first(both), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer", [Cross(), CrossV2(), CrossV2(rank=2)])
def test_without_weights_it_hands_on_what_it_got(both, layer):
    layer.build([(None, 5), (None, 5)])
    layer.set_weights([np.zeros(weight.shape) for weight in layer.weights])
    assert layer(both).numpy().tolist() == both[1].tolist()


def test_ten_layers_do_not_die_out_as_they_do_without_the_residual():
    x0 = np.random.default_rng(0).normal(size=(64, 40)).astype(np.float32) * 0.1
    x = without = x0
    for seed in range(10):
        layer = Cross(seed=seed)
        x = layer([x0, x]).numpy()
        without = layer([x0, without]).numpy() - without
    assert np.linalg.norm(x) > 0.8 * np.linalg.norm(x0)
    assert np.linalg.norm(without) < 1e-4 * np.linalg.norm(x0)


def test_the_bias_stands_outside_the_product_in_the_first_version_and_inside_in_the_second():
    first = with_weights(Cross(), 3, np.zeros((3, 1)), [10, 20, 30])
    second = with_weights(CrossV2(), 3, np.zeros((3, 3)), [10, 20, 30])
    assert first([X0, X]).numpy().tolist() == [[14, 20, 31]]
    assert second([X0, X]).numpy().tolist() == [[14, 40, 91]]


@pytest.mark.parametrize("t", [1, 2, 10])
def test_each_layer_raises_the_degree_by_one_and_keeps_the_lower_ones(t):
    w = [[1], [2], [0.5]]  # x0 · w = 6.5
    layer = with_weights(Cross(), 3, w, [0, 0, 0])
    x1 = layer([t * X0, t * X0])
    np.testing.assert_allclose(x1, X0 * (t + 6.5 * t**2), rtol=1e-5)
    np.testing.assert_allclose(layer([t * X0, x1]), X0 * (t + 2 * 6.5 * t**2 + 6.5**2 * t**3), rtol=1e-5)


def test_coordinates_that_change_places_with_their_weights_give_the_same_in_the_new_places(both):
    order = np.random.default_rng(1).permutation(5)
    layer = at_random(CrossV2())
    w, b = layer.get_weights()
    moved = with_weights(CrossV2(), 5, w[np.ix_(order, order)], b[order])
    np.testing.assert_allclose(
        moved([each[:, order] for each in both]), layer(both).numpy()[:, order], rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("rank", [0, -1])
def test_an_impossible_rank_is_refused(rank):
    with pytest.raises(ValueError, match="Received: rank="):
        CrossV2(rank=rank)
