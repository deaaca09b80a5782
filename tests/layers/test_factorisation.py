"""The second order of a factorisation machine."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recolab.layers import FMSecondOrder


def double_sum(embeddings):
    """Rendle (2010), eq. 1, the last term: every pair of fields once."""
    return np.array([[sum(row[i] @ row[j] for i, j in combinations(range(len(row)), 2))] for row in embeddings])


def test_numbers_by_hand():
    # (1,2)·(3,4) + (1,2)·(0,1) + (3,4)·(0,1) = 11 + 2 + 4; in a second row 1·1 + 0 + 0.
    rows = np.array([[[1, 2], [3, 4], [0, 1]], [[1, 0], [1, 0], [0, 5]]], np.float32)
    assert FMSecondOrder()(rows).numpy().tolist() == [[17], [1]]


@given(seed=st.integers(0, 99), fields=st.integers(2, 9), width=st.integers(1, 5))
def test_it_is_the_double_sum_of_the_paper(seed, fields, width):
    embeddings = np.random.default_rng(seed).normal(size=(3, fields, width)).astype(np.float32)
    np.testing.assert_allclose(FMSecondOrder()(embeddings), double_sum(embeddings), rtol=1e-4, atol=1e-4)


def test_the_order_of_the_fields_does_not_matter():
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(4, 6, 3)).astype(np.float32)
    shuffled = embeddings[:, rng.permutation(6)]
    np.testing.assert_allclose(FMSecondOrder()(shuffled), FMSecondOrder()(embeddings), rtol=1e-4, atol=1e-5)


def test_a_field_alone_says_nothing():
    embeddings = np.zeros((1, 5, 3), np.float32)
    embeddings[0, 2] = [1, 2, 3]
    assert FMSecondOrder()(embeddings).numpy().tolist() == [[0]]


def test_two_fields_make_matrix_factorisation():
    user, item = np.random.default_rng(0).normal(size=(2, 5, 8)).astype(np.float32)
    both = np.stack([user, item], axis=1)
    np.testing.assert_allclose(FMSecondOrder()(both)[:, 0], np.sum(user * item, axis=1), rtol=1e-4, atol=1e-5)
