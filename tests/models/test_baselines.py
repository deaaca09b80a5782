"""The baselines against hand-worked numbers and against Surprise."""

import numpy as np
import pandas as pd
import pytest

import recolab as rl
from recolab.errors import RecoLabError
from recolab.models import BiasBaseline, GlobalMean, predict, scores

PAIRS = {"user": np.array([0, 1, 2]), "item": np.array([1, 0, 3])}


def test_the_global_mean_is_that_of_the_training_rows(split):
    assert GlobalMean(split).predict(PAIRS).tolist() == [3.25] * 3


def test_one_round_of_biases_is_what_the_closed_form_gives(split):
    baseline = BiasBaseline(split, l2_user=1, l2_item=2, rounds=1)
    # Training: (a,1,5) (a,2,3) (b,1,4) (b,3,1), mean 3.25. Items: 1 → (1.75 + .75) / 4, 2 → -.25 / 3, 3 → -2.25 / 3.
    items = [2.5 / 4, -0.25 / 3, -2.25 / 3, 0.0]
    users = [(1.75 - items[0] - 0.25 - items[1]) / 3, (0.75 - items[0] - 2.25 - items[2]) / 3, 0.0]
    assert baseline.item_bias == pytest.approx(items)
    assert baseline.user_bias == pytest.approx(users)
    expected = [3.25 + users[0] + items[1], 3.25 + users[1] + items[0], 3.25]
    assert baseline.predict(PAIRS) == pytest.approx(expected, rel=1e-6)


def test_the_biases_end_where_no_single_one_can_be_improved(split):
    baseline = BiasBaseline(split, l2_user=1, l2_item=2, rounds=200)
    train = split.train

    def objective(user_bias, item_bias):
        rest = train.rating - 3.25 - user_bias[train.user] - item_bias[train.item]
        return (rest**2).sum() + (user_bias**2).sum() + 2 * (item_bias**2).sum()

    best = objective(baseline.user_bias, baseline.item_bias)
    for code in range(3):
        for step in (-0.01, 0.01):
            moved = baseline.user_bias.copy()
            moved[code] += step
            assert objective(moved, baseline.item_bias) > best


def test_surprise_finds_the_same_biases():
    surprise = pytest.importorskip("surprise", reason="Surprise is of the `test` extra")
    ratings = rl.load("synthetic", seed=3)
    split = rl.split.random(ratings, test=0.2, valid=0, seed=0)
    reader = surprise.Reader(rating_scale=(1, 5))
    train = surprise.Dataset.load_from_df(split.train[["user", "item", "rating"]], reader).build_full_trainset()
    algorithm = surprise.BaselineOnly(
        bsl_options={"method": "als", "n_epochs": 10, "reg_u": 15, "reg_i": 10}, verbose=False
    )
    algorithm.fit(train)
    rows = split.test.head(500)
    theirs = [algorithm.predict(u, i, clip=False).est for u, i in zip(rows.user, rows.item, strict=True)]
    assert predict(BiasBaseline(split), rows) == pytest.approx(theirs, abs=1e-5)


def test_scores_and_predictions_agree(split):
    baseline = BiasBaseline(split)
    grid = scores(baseline, np.array([2, 0]))
    pairs = pd.DataFrame({"user": np.repeat([2, 0], 4), "item": np.tile(np.arange(4), 2)})
    assert grid.ravel().tolist() == predict(baseline, pairs).tolist()


def test_a_negative_penalty_is_refused(split):
    with pytest.raises(RecoLabError, match="at least 0, but -1 and 10"):
        BiasBaseline(split, l2_user=-1)
