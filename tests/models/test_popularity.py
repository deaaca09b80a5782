"""Popularity against counts worked out by hand, of all time and of the user's time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import recolab as rl
from recolab.errors import RecoLabError
from recolab.models import Popularity, popularity

# One row a second, but for the two of second 3.
ROWS = [("ann", 1, 0), ("bob", 1, 1), ("ann", 2, 2), ("cat", 2, 3), ("bob", 3, 3), ("cat", 1, 4), ("dan", 3, 9)]


def made(rows, test=("dan", 3), time="time"):
    frame = pd.DataFrame(rows, columns=["user", "item", "time"]).assign(rating=3)
    ratings = rl.Ratings.from_frame(frame, time=time, scale=(1, 5), name="tiny")
    return rl.split.given(ratings, test=pd.DataFrame([test], columns=["user_id", "item_id"]), valid=0)


def test_an_item_is_scored_by_its_training_rows():
    scores = Popularity(made(ROWS)).scores(np.array([2, 0]))
    assert scores.tolist() == [[3, 2, 1], [3, 2, 1]]
    assert scores.dtype == np.float32


def test_at_the_users_time_only_rows_up_to_the_users_last_one_count():
    scores = Popularity(made(ROWS), at_users_time=True).scores(np.arange(4))
    # Ann leaves in second 2, Bob in second 3, Cat in second 4; Dan's only row is the test.
    assert scores.tolist() == [[2, 1, 0], [2, 2, 1], [3, 2, 1], [3, 2, 1]]
    assert scores.dtype == np.float32


def test_the_order_in_which_users_are_asked_for_does_not_matter():
    model = Popularity(made(ROWS), at_users_time=True)
    assert model.scores(np.array([2, 0, 2])).tolist() == [[3, 2, 1], [2, 1, 0], [3, 2, 1]]
    assert model.scores(np.array([], int)).shape == (0, 3)


@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 5), st.integers(0, 9)),
        min_size=4,
        max_size=40,
        unique_by=lambda row: row[:2],
    ),
    st.integers(1, 20),
)
def test_blocks_of_users_add_up_to_what_a_plain_count_gives(rows, cells):
    catalogue = [(8, item, 20) for item in range(7)]  # so that every item has rows, and the test row is known
    split = made(rows + catalogue, test=(8, 6))
    train = split.train
    expected = [
        np.bincount(train.item[train.time <= train.time[train.user == user].max()], minlength=7)
        for user in range(split.n_users)
    ]
    before = popularity.CELLS_PER_BLOCK
    try:
        popularity.CELLS_PER_BLOCK = cells
        scores = Popularity(split, at_users_time=True).scores(np.arange(split.n_users))
    finally:
        popularity.CELLS_PER_BLOCK = before
    assert scores.tolist() == [counts.tolist() for counts in expected]


def test_ratings_without_times_are_refused_where_times_are_needed():
    split = made(ROWS, time=None)
    assert Popularity(split).scores(np.array([0])).tolist() == [[3, 2, 1]]
    with pytest.raises(RecoLabError, match="tiny has no times"):
        Popularity(split, at_users_time=True)


@pytest.mark.parametrize("user", [-1, 4])
def test_a_user_the_split_does_not_know_is_refused(user):
    with pytest.raises(RecoLabError, match=f"between 0 and 3, .* {user} came"):
        Popularity(made(ROWS)).scores(np.array([0, user]))
