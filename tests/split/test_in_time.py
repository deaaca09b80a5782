"""Splits in time."""

import numpy as np
import pytest

from recolab import split
from recolab.data import load
from recolab.errors import RecoLabError


def test_of_a_users_rows_in_one_second_the_one_further_down_the_file_is_the_later(make_ratings):
    pairs = [("ann", 1), ("bob", 1), ("ann", 2), ("ann", 3), ("bob", 2), ("bob", 3), ("ann", 4)]
    made = split.leave_last_out(make_ratings(pairs, time=[9, 5, 9, 9, 5, 5, 1]))
    assert made.test[["user_id", "item_id"]].to_numpy().tolist() == [["ann", 3], ["bob", 3]]
    assert made.valid[["user_id", "item_id"]].to_numpy().tolist() == [["ann", 2], ["bob", 2]]


def test_without_validation_two_rows_are_enough(make_ratings):
    made = split.leave_last_out(make_ratings([("ann", 1), ("ann", 2), ("bob", 1)], time=[2, 1, 3]), valid=False)
    assert made.test.index.tolist() == [0]
    assert made.valid.empty
    assert made.notes == ("Users with too few rows to be cut: 1; their 1 rows stay in train.",)


def test_no_user_is_cold_after_leave_last_out(draw_ratings):
    made = split.leave_last_out(draw_ratings(rows=150, users=12, items=50, seed=4))
    assert set(made.test["user"]) <= set(made.train["user"])


def test_where_no_user_has_enough_rows_leave_last_out_is_an_error(make_ratings):
    with pytest.raises(RecoLabError, match="leaves no test row of the 4 ratings"):
        split.leave_last_out(make_ratings([("ann", 1), ("ann", 2), ("bob", 1), ("bob", 2)], time=[1, 2, 3, 4]))


def test_by_time_cuts_at_two_moments_with_ties_in_file_order(make_ratings):
    pairs = [("ann", item) for item in range(5)] + [("bob", item) for item in range(5)]
    made = split.by_time(make_ratings(pairs, time=[7, 7, 7, 7, 1, 2, 3, 4, 5, 6]), test=0.3, valid=0.2)
    assert made.train.index.tolist() == [4, 5, 6, 7, 8]
    assert made.valid.index.tolist() == [0, 9]
    assert made.test.index.tolist() == [1, 2, 3]


def test_a_user_who_comes_after_the_cut_is_cold(make_ratings):
    pairs = [("ann", item) for item in range(8)] + [("new", 0), ("new", 1)]
    made = split.by_time(make_ratings(pairs, time=range(10)), test=0.2, valid=0.1)
    assert made.test["user_id"].tolist() == ["new", "new"]
    assert made.test["cold"].all()


@pytest.mark.parametrize("cut", [split.leave_last_out, split.by_time])
def test_ratings_without_times_are_an_error_that_says_what_to_do(make_ratings, cut):
    with pytest.raises(RecoLabError, match=r"needs to know when .* little has no times: name their column"):
        cut(make_ratings([("ann", 1), ("ann", 2), ("ann", 3), ("bob", 1)]))


def test_ml_1m_has_2831_users_whose_last_item_only_the_tie_rule_decides(real_data):
    ratings = load("ml-1m", folder=real_data)
    made = split.leave_last_out(ratings)
    last = ratings.frame.groupby("user")["time"].transform("max") == ratings.frame["time"]
    tied = ratings.frame[last].groupby("user").size()
    assert (tied > 1).sum() == 2831
    by_hand = ratings.frame[last].drop_duplicates("user", keep="last").index  # the file's last of the last second
    assert np.array_equal(np.sort(by_hand), made.test.index)
    assert (len(made.test), len(made.valid)) == (6040, 6040)
