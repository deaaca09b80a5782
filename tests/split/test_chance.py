"""Splits drawn by chance."""

import numpy as np
import pandas as pd
import pytest

from recolab import split
from recolab.errors import RecoLabError


def test_random_may_leave_a_user_without_training_rows_and_marks_it_cold(make_ratings):
    ratings = make_ratings([("ann", item) for item in range(9)] + [("bob", 0)])
    lost = [
        made
        for seed in range(40)
        if "bob" in set((made := split.random(ratings, test=0.1, valid=0, seed=seed)).test["user_id"])
    ]
    assert lost
    assert all(made.test["cold"].all() for made in lost)


def test_by_user_keeps_the_rows_of_users_with_fewer_than_three_in_train_and_counts_them(make_ratings):
    ratings = make_ratings([("ann", item) for item in range(20)] + [("bob", 1), ("bob", 2), ("cy", 3)])
    made = split.by_user(ratings)
    assert (made.train["user_id"] == "bob").sum() == 2
    assert (made.train["user_id"] == "cy").sum() == 1
    assert (len(made.test), len(made.valid)) == (4, 2)  # of ann's twenty
    assert made.notes == ("Users with too few rows to be cut: 2; their 3 rows stay in train.",)


def test_by_user_counts_nobody_where_all_have_enough(make_ratings):
    assert split.by_user(make_ratings([(user, item) for user in "ab" for item in range(10)])).notes == ()


def test_by_user_lets_chance_decide_whose_share_is_rounded_up(make_ratings):
    ratings = make_ratings([(user, item) for user in "abcdefghij" for item in range(5)])
    tested = [set(split.by_user(ratings, test=0.1, valid=0, seed=seed).test["user_id"]) for seed in range(30)]
    assert {len(users) for users in tested} == {5}  # half a row each: five of ten users give one
    assert set.union(*tested) == set("abcdefghij")
    assert set.intersection(*tested) == set()


def test_by_user_draws_every_row_of_a_user_equally_often(make_ratings):
    ratings = make_ratings([(user, item) for user in "ab" for item in range(10)])
    drawn = pd.concat([split.by_user(ratings, seed=seed).test for seed in range(150)])
    assert drawn["item_id"].value_counts().between(32, 90).all()  # 60 expected, standard deviation about 7


def test_folds_test_every_row_once_in_parts_of_equal_size(draw_ratings):
    ratings = draw_ratings(rows=103, users=5, items=50, seed=0)
    made = split.folds(ratings, 4, seed=3)
    assert sorted(len(fold.test) for fold in made) == [25, 26, 26, 26]
    assert sorted(np.concatenate([fold.test.index for fold in made])) == list(range(103))
    assert made[0].name == "fold 1 of 4, valid 10 % of its training rows, seed 3"


def test_folds_take_validation_rows_as_a_share_of_the_training_rows(draw_ratings):
    for fold in split.folds(draw_ratings(rows=100, users=5, items=50, seed=0), 5, valid=0.25):
        assert (len(fold.train), len(fold.valid), len(fold.test)) == (60, 20, 20)


@pytest.mark.parametrize("k", [-1, 0, 1, 41])
def test_fewer_than_two_folds_or_more_than_rows_are_an_error(draw_ratings, k):
    with pytest.raises(RecoLabError, match=f"k={k} folds cannot be cut from 40 ratings"):
        split.folds(draw_ratings(rows=40, users=5, items=50, seed=0), k)


@pytest.mark.parametrize("cut", [split.random, split.by_user, split.by_time])
@pytest.mark.parametrize(
    ("test", "valid"), [(0, 0.1), (-0.1, 0.1), (0.2, -0.1), (0.7, 0.3), (1.0, 0), (20, 10), (float("nan"), 0.1)]
)
def test_shares_that_leave_nothing_to_train_or_to_test_are_an_error(draw_ratings, cut, test, valid):
    with pytest.raises(RecoLabError, match=r"shares test=.* and valid=.* do not fit"):
        cut(draw_ratings(rows=100, users=5, items=50, seed=0), test=test, valid=valid)


@pytest.mark.parametrize("cut", [split.random, split.by_user, split.by_time])
def test_a_share_of_less_than_half_a_row_is_an_error(draw_ratings, cut):
    ratings = draw_ratings(rows=40, users=3, items=50, seed=0)
    with pytest.raises(RecoLabError, match=r"'valid' would be empty: 0\.01 of 40 ratings"):
        cut(ratings, valid=0.01)


def test_a_split_that_leaves_no_training_row_is_an_error(make_ratings):
    with pytest.raises(RecoLabError, match="leaves no train row of the 2 ratings of little"):
        split.random(make_ratings([("ann", 1), ("bob", 2)]), test=0.5, valid=0.4)
