"""Inner, outer and kernel products."""

from itertools import combinations

import keras_rs
import numpy as np
import pytest

from recolab.layers import FMSecondOrder, InnerProducts, KernelProducts, OuterProduct

ROW = np.array([[[1, 2], [3, 4], [0, 1]]], np.float32)


@pytest.fixture
def embeddings():
    return np.random.default_rng(0).normal(size=(5, 6, 4)).astype(np.float32)


def pairs(embeddings):
    return list(combinations(range(embeddings.shape[1]), 2))


def test_inner_products_by_hand():
    assert InnerProducts()(ROW).numpy().tolist() == [[11, 2, 4]]


def test_inner_products_are_those_of_the_paper(embeddings):
    paper = [[row[i] @ row[j] for i, j in pairs(embeddings)] for row in embeddings]
    np.testing.assert_allclose(InnerProducts()(embeddings), paper, rtol=1e-4, atol=1e-5)


def test_inner_products_are_those_of_keras_rs(embeddings):
    theirs = keras_rs.layers.DotInteraction()([embeddings[:, field] for field in range(6)]).numpy()
    # Theirs stand in the order of the lower triangle: (1, 0), (2, 0), (2, 1), …
    place = {pair: number for number, pair in enumerate(sorted(pairs(embeddings), key=lambda pair: pair[::-1]))}
    in_our_order = theirs[:, [place[pair] for pair in pairs(embeddings)]]
    np.testing.assert_allclose(InnerProducts()(embeddings), in_our_order, rtol=1e-5, atol=1e-6)


def test_inner_products_sum_to_the_second_order_of_fm(embeddings):
    total = np.sum(InnerProducts()(embeddings), axis=1, keepdims=True)
    np.testing.assert_allclose(total, FMSecondOrder()(embeddings), rtol=1e-4, atol=1e-5)


def test_fields_that_change_places_take_their_inner_products_with_them(embeddings):
    order = np.random.default_rng(1).permutation(6)
    place = {frozenset(pair): number for number, pair in enumerate(pairs(embeddings))}
    moved = [place[frozenset((order[i], order[j]))] for i, j in pairs(embeddings)]
    straight = InnerProducts()(embeddings).numpy()
    np.testing.assert_allclose(InnerProducts()(embeddings[:, order]), straight[:, moved], rtol=1e-4, atol=1e-5)


def test_the_outer_product_by_hand():
    # The fields sum to (4, 7).
    assert OuterProduct()(ROW).numpy().tolist() == [[16, 28, 28, 49]]


def test_the_outer_product_is_that_of_all_pairs_superposed(embeddings):
    paper = [sum(np.outer(one, other) for one in row for other in row).ravel() for row in embeddings]
    np.testing.assert_allclose(OuterProduct()(embeddings), paper, rtol=1e-4, atol=1e-4)


def test_the_outer_product_does_not_depend_on_the_order_of_the_fields(embeddings):
    np.testing.assert_allclose(OuterProduct()(embeddings[:, ::-1]), OuterProduct()(embeddings), rtol=1e-4, atol=1e-5)


def test_kernel_products_by_hand():
    layer = KernelProducts()
    layer.build((None, 3, 2))
    # (1,2) [[0,1],[0,0]] (3,4) = 1·4; (1,2) [[0,0],[1,0]] (0,1) = 2·0; (3,4) 2I (0,1) = 8.
    layer.set_weights([np.array([[[0, 1], [0, 0]], [[0, 0], [1, 0]], [[2, 0], [0, 2]]], np.float32)])
    assert layer(ROW).numpy().tolist() == [[4, 0, 8]]


def test_kernel_products_are_those_of_the_paper(embeddings):
    layer = KernelProducts(seed=1)
    products = layer(embeddings)
    kernels = layer.get_weights()[0]
    paper = [[row[i] @ kernels[n] @ row[j] for n, (i, j) in enumerate(pairs(embeddings))] for row in embeddings]
    np.testing.assert_allclose(products, paper, rtol=1e-4, atol=1e-5)


def test_with_the_identity_for_every_kernel_they_are_inner_products(embeddings):
    layer = KernelProducts()
    layer.build(embeddings.shape)
    layer.set_weights([np.stack([np.eye(4)] * 15)])
    np.testing.assert_allclose(layer(embeddings), InnerProducts()(embeddings), rtol=1e-4, atol=1e-5)


def test_two_fields_that_change_places_need_the_kernel_transposed(embeddings):
    two, layer, turned = embeddings[:, :2], KernelProducts(seed=1), KernelProducts()
    straight = layer(two)
    turned.build(two.shape)
    turned.set_weights([layer.get_weights()[0].swapaxes(1, 2)])
    np.testing.assert_allclose(turned(two[:, ::-1]), straight, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("fields", [3, 30])
def test_each_kernel_starts_as_a_matrix_of_its_size_however_many_there_are(fields):
    layer = KernelProducts(seed=1)
    layer.build((None, fields, 50))
    kernels = layer.get_weights()[0]
    # Glorot & Bengio (2010): variance 2 / (50 + 50).
    assert np.std(kernels) == pytest.approx(np.sqrt(2 / 100), rel=0.02)
    assert np.abs(kernels).max() <= np.sqrt(6 / 100)
