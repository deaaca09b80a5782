"""Item neighbours against hand-worked similarities and scikit-learn's cosine."""

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from recolab.errors import RecoLabError
from recolab.models import ItemKNN, item_knn


@pytest.fixture
def four_users(split_of):
    """Item 0 is taken by three users, item 1 by two of them, item 2 by the fourth and one more, item 3 by nobody."""
    return split_of([[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 0]])


def test_similarities_are_shrunk_cosines(four_users):
    similarities = ItemKNN(four_users, neighbours=4, shrinkage=2).similarities.toarray()
    first_two, first_third = 2 / (np.sqrt(3 * 2) + 2), 1 / (np.sqrt(3 * 2) + 2)
    expected = np.zeros((4, 4))
    expected[0, 1] = expected[1, 0] = first_two
    expected[0, 2] = expected[2, 0] = first_third
    assert similarities == pytest.approx(expected)


def test_a_score_adds_the_similarities_of_the_users_items(four_users):
    model = ItemKNN(four_users, neighbours=4, shrinkage=0)
    two, one = 2 / np.sqrt(6), 1 / np.sqrt(6)
    scores = model.scores(np.array([2, 0]))
    assert scores == pytest.approx(np.array([[one, two, one, 0], [two, two, one, 0]]))
    assert scores.dtype == np.float32


def test_only_the_nearest_neighbours_count(four_users):
    model = ItemKNN(four_users, neighbours=1, shrinkage=0)
    # The nearest of items 0 and 1 is the other one; item 2 has only item 0.
    assert (model.similarities.toarray() > 0).tolist() == [
        [False, True, False, False],
        [True, False, False, False],
        [True, False, False, False],
        [False, False, False, False],
    ]
    assert model.scores(np.array([3])).tolist() == [[0, 0, 0, 0]]  # item 2 is nobody's nearest


def test_of_equally_similar_items_the_lower_code_is_the_neighbour(split_of):
    model = ItemKNN(split_of([[1, 1, 1], [1, 1, 1], [0, 0, 0]]), neighbours=1, shrinkage=0)
    assert model.similarities.indices.tolist() == [1, 0, 0]


@pytest.mark.parametrize("cells", [7, 10**6])
def test_scikit_learn_finds_the_same_cosines_whatever_the_blocks(drawn, taken, monkeypatch, cells):
    monkeypatch.setattr(item_knn, "CELLS_PER_BLOCK", cells)
    cosine = cosine_similarity(taken.T)
    np.fill_diagonal(cosine, 0)
    model = ItemKNN(drawn, neighbours=drawn.n_items, shrinkage=0)
    assert model.similarities.toarray() == pytest.approx(cosine, abs=1e-6)
    few = ItemKNN(drawn, neighbours=3, shrinkage=0).similarities.toarray()
    assert np.sort(few, axis=1)[:, -3:] == pytest.approx(np.sort(cosine, axis=1)[:, -3:], abs=1e-6)
    assert (few > 0).sum(axis=1).max() == 3


@pytest.mark.parametrize("setting", [{"neighbours": 0}, {"shrinkage": -1}, {"shrinkage": float("nan")}])
def test_a_setting_out_of_range_is_refused(four_users, setting):
    with pytest.raises(RecoLabError, match="at least 1 and `shrinkage` at least 0"):
        ItemKNN(four_users, **setting)
