"""Errors of predicted ratings: by hand, by property, and as scikit-learn has them."""

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from recolab.errors import RecoLabError
from recolab.metrics import mean_absolute_error, mean_squared_error, root_mean_squared_error

ALL = (mean_squared_error, root_mean_squared_error, mean_absolute_error)
RATINGS = st.floats(-10, 10, width=32)
PAIRS = st.lists(st.tuples(RATINGS, RATINGS), min_size=1, max_size=50)


def test_four_ratings_worked_out_by_hand():
    true, predicted = [5, 3, 1, 4], [4, 3, 3, 4.5]  # errors 1, 0, -2, -.5
    assert mean_squared_error(true, predicted) == (1 + 0 + 4 + 0.25) / 4
    assert root_mean_squared_error(true, predicted) == pytest.approx(1.145644)
    assert mean_absolute_error(true, predicted) == (1 + 0 + 2 + 0.5) / 4


@settings(deadline=None)
@given(PAIRS)
def test_scikit_learn_agrees(pairs):
    true, predicted = np.array(pairs).T
    assert mean_squared_error(true, predicted) == pytest.approx(sklearn.metrics.mean_squared_error(true, predicted))
    assert root_mean_squared_error(true, predicted) == pytest.approx(
        sklearn.metrics.root_mean_squared_error(true, predicted)
    )
    assert mean_absolute_error(true, predicted) == pytest.approx(sklearn.metrics.mean_absolute_error(true, predicted))


@settings(deadline=None)
@given(PAIRS)
def test_no_mean_absolute_error_is_above_the_root_mean_squared_error(pairs):
    true, predicted = np.array(pairs).T
    assert 0 <= mean_absolute_error(true, predicted) <= root_mean_squared_error(true, predicted) + 1e-9


@settings(deadline=None)
@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_of_arguments_does_not_matter(pairs, rng):
    shuffled = rng.sample(pairs, len(pairs))
    for metric in ALL:
        expected = pytest.approx(metric(*np.array(pairs).T))
        assert metric(*np.array(shuffled).T) == expected
        assert metric(*np.array(pairs).T[::-1]) == expected


def test_a_million_float32_rows_lose_no_digits():
    true = np.zeros(1_000_000, dtype=np.float32)
    assert mean_squared_error(true, true + np.float32(0.1)) == pytest.approx(float(np.float32(0.1)) ** 2, rel=1e-12)


@pytest.mark.parametrize("metric", ALL)
def test_a_result_is_a_plain_float(metric):
    assert type(metric(np.float32([1, 2]), np.float32([2, 4]))) is float


@pytest.mark.parametrize("metric", ALL)
def test_no_rows_are_an_error(metric):
    with pytest.raises(RecoLabError, match="no rows to measure"):
        metric([], [])


@pytest.mark.parametrize("metric", ALL)
@pytest.mark.parametrize(("true", "predicted"), [((3,), (4,)), ((3,), (3, 1)), ((3, 1), (3, 1)), ((), ())])
def test_other_shapes_than_rows_are_an_error(metric, true, predicted):
    with pytest.raises(RecoLabError, match=r"must both have the shape \(rows,\), got .* flatten them"):
        metric(np.ones(true), np.ones(predicted))


@pytest.mark.parametrize("metric", ALL)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_an_error_that_says_where(metric, bad):
    with pytest.raises(RecoLabError, match="1 of 3 predictions are NaN or infinite"):
        metric([1, 2, 3], [1, bad, 3])
    with pytest.raises(RecoLabError, match="1 of 3 ratings are NaN or infinite"):
        metric([1, bad, 3], [1, 2, 3])
