"""EASE against one constrained ridge regression an item."""

import numpy as np
import pytest

from recolab.errors import RecoLabError
from recolab.models import EASE, ease


def ridge_without_oneself(taken, l2):
    """Every item regressed on all others: the same problem, a column at a time."""
    n_items = taken.shape[1]
    weights = np.zeros((n_items, n_items))
    for item in range(n_items):
        others = np.arange(n_items) != item
        x = taken[:, others]
        weights[others, item] = np.linalg.solve(x.T @ x + l2 * np.eye(n_items - 1), x.T @ taken[:, item])
    return weights


def test_two_items_by_hand(split_of):
    # XᵀX = [[3, 2], [2, 2]]. Item 1 from item 0: 2 / (3 + 1); item 0 from item 1: 2 / (2 + 1).
    model = EASE(split_of([[1, 1], [1, 1], [1, 0]]), l2=1)
    assert model.weights == pytest.approx(np.array([[0, 2 / 4], [2 / 3, 0]]))
    assert model.scores(np.array([2, 0])) == pytest.approx(np.array([[0, 2 / 4], [2 / 3, 2 / 4]]))


@pytest.mark.parametrize("l2", [0.5, 20])
def test_each_column_is_a_ridge_regression_on_the_other_items(drawn, taken, l2):
    expected = ridge_without_oneself(taken, l2)
    model = EASE(drawn, l2=l2)
    assert model.weights == pytest.approx(expected, abs=1e-5)
    assert model.scores(np.arange(drawn.n_users)) == pytest.approx(taken @ expected, abs=1e-4)
    assert model.scores(np.array([1])).dtype == np.float32


def test_an_item_without_training_rows_has_no_weights(split_of):
    model = EASE(split_of([[1, 1, 0], [1, 0, 0]]), l2=1)
    assert not model.weights[2].any()
    assert not model.weights[:, 2].any()


@pytest.mark.parametrize("l2", [0, -1, float("nan")])
def test_a_penalty_that_is_not_positive_is_refused(drawn, l2):
    with pytest.raises(RecoLabError, match="above 0"):
        EASE(drawn, l2=l2)


def test_a_catalogue_too_large_for_memory_is_refused_before_anything_is_computed(drawn, monkeypatch):
    monkeypatch.setattr(ease, "MOST_BYTES", 1000)
    with pytest.raises(RecoLabError, match=rf"{drawn.n_items} items need .* GB.*ItemKNN or IALS"):
        EASE(drawn)
