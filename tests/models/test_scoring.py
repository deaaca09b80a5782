"""One door to every model."""

import numpy as np
import pandas as pd
import pytest

import recolab as rl
from recolab.errors import RecoLabError
from recolab.models import BiasedMF, Sizes, predict, scores, scoring

SIZES = Sizes(3, 4, mean=3.25)
EVERY_PAIR = pd.DataFrame({"user": np.repeat(np.arange(3), 4), "item": np.tile(np.arange(4), 3)})


class Pairwise:
    """Somebody's model that knows pairs only."""

    def predict(self, pairs):
        return 10.0 * pairs["user"] + pairs["item"]


class Gridwise:
    """Somebody's model that knows all items of a user only."""

    def scores(self, users):
        return 10.0 * users[:, None] + np.arange(4)


@pytest.mark.parametrize("model", [Pairwise(), Gridwise()])
def test_anybodys_model_answers_pairs_and_grids(model):
    rows = pd.DataFrame({"user": [2, 0, 2], "item": [3, 1, 0]})
    assert predict(model, rows).tolist() == [23, 1, 20]
    assert scores(model, np.array([1, 0]), n_items=4).tolist() == [[10, 11, 12, 13], [0, 1, 2, 3]]


def test_a_keras_model_gives_the_same_numbers_as_its_own_predict(with_weights):
    model = with_weights(BiasedMF(SIZES, factors=2))
    own = model.predict({"user": EVERY_PAIR.user, "item": EVERY_PAIR.item}, verbose=0).ravel()
    assert predict(model, EVERY_PAIR) == pytest.approx(own, rel=1e-6)
    assert scores(model, np.arange(3)).ravel() == pytest.approx(own, rel=1e-6)


def test_blocks_do_not_change_the_numbers(with_weights, monkeypatch):
    model = with_weights(BiasedMF(SIZES, factors=2))
    whole = scores(model, np.array([2, 0, 1]))
    monkeypatch.setattr(scoring, "BLOCK", 5)
    assert scores(model, np.array([2, 0, 1])) == pytest.approx(whole)
    assert predict(model, EVERY_PAIR) == pytest.approx(scores(model, np.arange(3)).ravel())


def test_a_model_that_answers_for_all_items_is_asked_for_some_users_at_a_time(monkeypatch):
    asked = []

    class Watched(Gridwise):
        def scores(self, users):
            asked.append(users.tolist())
            return super().scores(users)

    monkeypatch.setattr(scoring, "USERS", 2)
    rows = pd.DataFrame({"user": [5, 0, 2, 5, 0], "item": [3, 1, 0, 0, 2]})
    assert predict(Watched(), rows).tolist() == [53, 1, 20, 50, 2]
    assert asked == [[0, 2], [5]]


def test_no_rows_give_no_predictions(with_weights):
    model = with_weights(BiasedMF(SIZES, factors=2))
    assert predict(model, EVERY_PAIR.head(0)).shape == (0,)
    assert scores(model, np.array([], int)).shape == (0, 4)


def test_codes_out_of_range_are_refused(with_weights):
    model = with_weights(BiasedMF(SIZES, factors=2))
    with pytest.raises(RecoLabError, match="'user' must lie between 0 and 2"):
        predict(model, pd.DataFrame({"user": [3], "item": [0]}))
    with pytest.raises(RecoLabError, match="'user' must lie between 0 and 2"):
        scores(model, np.array([3]))


def test_the_number_of_items_is_asked_for_where_the_model_does_not_tell_it():
    with pytest.raises(RecoLabError, match="give `n_items`"):
        scores(Pairwise(), np.array([0]))


def test_nan_predictions_are_refused():
    class Broken:
        def predict(self, pairs):
            return np.where(pairs["user"] == 1, np.nan, 0.0)

    with pytest.raises(RecoLabError, match="NaN or infinity for 4 of 12 pairs"):
        predict(Broken(), EVERY_PAIR)


def test_predictions_of_the_wrong_shape_are_refused():
    class Broken:
        def scores(self, users):
            return np.zeros((len(users), 3))

    with pytest.raises(RecoLabError, match=r"shape \(2, 4\), but gave \(2, 3\)"):
        scores(Broken(), np.array([0, 1]), n_items=4)


def test_a_model_is_reached_by_the_short_name():
    assert rl.models.scores is scores
