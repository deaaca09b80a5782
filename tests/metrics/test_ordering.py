"""The best of every row, and ranks, where scores are tied."""

import numpy as np
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recolab.metrics.ordering import best, mean_ranks

SCORES = arrays(
    np.float32, st.tuples(st.integers(1, 5), st.integers(1, 9)), elements=st.sampled_from([-np.inf, -1, 0, 0.5, 2])
)


def test_of_equal_scores_the_one_with_the_lowest_number_comes_first():
    scores = np.array([[1, 3, 1, 1], [0, 0, 0, 0]], dtype=np.float32)
    numbers = np.array([[9, 9, 1, 5], [4, 3, 2, 1]])
    assert best(scores, 3, lambda rows, columns: numbers[rows, columns]).tolist() == [[1, 2, 3], [3, 2, 1]]
    assert best(scores, 3).tolist() == [[1, 0, 2], [0, 1, 2]]


@given(SCORES, st.data())
def test_the_best_are_those_of_sorting_everything(scores, data):
    k = data.draw(st.integers(1, scores.shape[1]))
    numbers = np.random.default_rng(0).permuted(np.tile(np.arange(scores.shape[1]), (len(scores), 1)), axis=1)
    in_order = np.stack([np.lexsort((number, -row)) for row, number in zip(scores, numbers, strict=True)])
    np.testing.assert_array_equal(best(scores, k, lambda rows, columns: numbers[rows, columns]), in_order[:, :k])


@given(SCORES)
def test_mean_ranks_are_those_of_scipy(scores):
    rows, columns = np.indices(scores.shape).reshape(2, -1)
    expected = scipy.stats.rankdata(-scores, axis=1, method="average").ravel()
    np.testing.assert_array_equal(mean_ranks(scores, rows, columns), expected)
