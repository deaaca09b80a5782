"""The two towers of Xue et al. against their formula in NumPy."""

import dataclasses

import numpy as np
import pytest

from recolab.errors import RecoLabError
from recolab.models import DMF, dmf, load_model
from recolab.models.dmf import NormalisedCrossEntropy

PAIRS = {"user": np.array([0, 1, 2]), "item": np.array([0, 2, 1])}
# Training of the tiny split: (a, 1, 5) (a, 2, 3) (b, 1, 4) (b, 3, 1); user c and item 4 are cold.
MATRIX = np.array([[5, 3, 0, 0], [4, 0, 1, 0], [0, 0, 0, 0]]) / 5


def given(model):
    return np.asarray(model(PAIRS)).ravel()


def test_the_towers_read_the_training_ratings_and_are_compared_by_their_cosine(split):
    model = DMF(split, widths=(4, 3))
    weights = {layer.name: layer.get_weights() for layer in model.layers}

    def tower(side, read):
        kernel, bias = weights[f"{side}_dense_1"]
        return np.maximum(read @ weights[f"{side}_first"][0] @ kernel + bias, 0)

    user, item = tower("user", MATRIX[PAIRS["user"]]), tower("item", MATRIX.T[PAIRS["item"]])
    lengths = np.linalg.norm(user, axis=1) * np.linalg.norm(item, axis=1)
    cosine = np.divide((user * item).sum(axis=1), lengths, out=np.zeros(3), where=lengths > 0)
    assert (cosine > 0).any()
    assert given(model) == pytest.approx(5 * cosine, rel=1e-4)


def test_only_the_towers_are_trained(split):
    model = DMF(split, widths=(4, 3))
    # Users have 4 items to read, items 3 users.
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == 4 * 4 + 3 * 4 + 2 * (4 * 3 + 3)
    model.fit(PAIRS, np.array([5.0, 1.0, 3.0]), verbose=0)
    assert model.get_layer("user_ratings").get_weights()[0] == pytest.approx(MATRIX)
    assert model.get_layer("item_ratings").get_weights()[0] == pytest.approx(MATRIX.T)


def test_test_and_validation_ratings_are_not_read(split):
    model = DMF(split)
    for row in split.test.itertuples():
        assert model.get_layer("user_ratings").get_weights()[0][row.user, row.item] == 0


def test_the_loss_is_the_cross_entropy_of_shares_of_the_highest_rating():
    ratings, guesses = np.array([[4.0], [5.0]]), np.array([[2.5], [4.0]])
    # Shares .8 and 1 against .5 and .8.
    expected = (-(0.8 * np.log(0.5) + 0.2 * np.log(0.5)) - np.log(0.8)) / 2
    assert float(NormalisedCrossEntropy(5)(ratings, guesses)) == pytest.approx(expected, rel=1e-6)


def test_the_loss_pairs_each_rating_with_its_own_guess():
    guesses = np.array([[2.5], [4.0]])
    for ratings in (np.array([4.0, 5.0]), np.array([[4.0], [5.0]])):  # a column of a table, or a column
        loss = NormalisedCrossEntropy(5, reduction=None)(ratings, guesses)
        assert np.asarray(loss) == pytest.approx([-np.log(0.5), -np.log(0.8)], rel=1e-5)


@pytest.mark.parametrize("guess", [0.0, 5.0, -1.0, 6.0])
def test_the_loss_of_an_extreme_guess_is_finite(guess):
    assert np.isfinite(float(NormalisedCrossEntropy(5)(np.array([[3.0]]), np.array([[guess]]))))


def test_the_loss_is_lowest_where_the_guess_is_the_rating():
    guesses = np.arange(0.5, 5, 0.5)
    losses = [float(NormalisedCrossEntropy(5)(np.array([[3.5]]), np.array([[guess]]))) for guess in guesses]
    assert guesses[np.argmin(losses)] == 3.5


def test_a_saved_model_comes_back_in_safe_mode_with_its_ratings_and_its_loss(split, tmp_path):
    model = DMF(split, widths=(4, 3), dropout=0.2)
    model.save(tmp_path / "model.keras")
    back = load_model(tmp_path / "model.keras")
    assert given(back).tolist() == given(model).tolist()
    y = np.array([5.0, 1.0, 3.0])
    assert back.evaluate(PAIRS, y, verbose=0) == model.evaluate(PAIRS, y, verbose=0)


@pytest.mark.parametrize("widths", [(), (4,), (4, 0)])
def test_too_few_layers_are_refused(split, widths):
    with pytest.raises(RecoLabError, match="two or more widths"):
        DMF(split, widths=widths)


def test_a_matrix_too_large_to_be_held_densely_is_refused(split, monkeypatch):
    monkeypatch.setattr(dmf, "MOST_CELLS", 11)
    with pytest.raises(RecoLabError, match="at most 11 cells, but 12 came"):
        DMF(split)


def test_a_scale_with_negative_ratings_is_refused(split):
    below_zero = dataclasses.replace(split, ratings=dataclasses.replace(split.ratings, scale=(-1, 5)))
    with pytest.raises(RecoLabError, match="must not be negative"):
        DMF(below_zero)
