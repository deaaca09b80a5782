"""The `Split` itself: what it says of its parts, and what `refit` does."""

import numpy as np
import pandas as pd
import pytest

from recolab import split
from recolab.errors import RecoLabError

PAIRS = [("ann", 1), ("ann", 2), ("ann", 3), ("bob", 1), ("bob", 4), ("bob", 2), ("cy", 5), ("cy", 1)]


@pytest.fixture
def ratings(make_ratings):
    return make_ratings(PAIRS, time=[10, 20, 30, 40, 50, 60, 70, 80])


@pytest.fixture
def last_out(ratings):
    return split.leave_last_out(ratings)


def test_leave_last_out_of_eight_ratings_is_as_worked_out_by_hand(last_out):
    assert last_out.train.index.tolist() == [0, 3, 6, 7]  # cy has two rows only and keeps them
    assert last_out.valid.index.tolist() == [1, 4]
    assert last_out.test.index.tolist() == [2, 5]


def test_cold_rows_stay_in_their_part_and_are_marked(last_out):
    assert last_out.valid["cold"].tolist() == [True, True]  # items 2 and 4 were rated in train by nobody
    assert last_out.test["cold"].tolist() == [True, True]  # items 3 and 2


def test_refit_moves_the_validation_rows_into_train_and_marks_cold_rows_again(last_out):
    refitted = last_out.refit()
    assert refitted.train.index.tolist() == [0, 1, 3, 4, 6, 7]
    assert refitted.valid.empty
    assert refitted.test.index.tolist() == last_out.test.index.tolist()
    assert refitted.test["cold"].tolist() == [True, False]  # item 2 is trained on now, item 3 still is not
    assert refitted.refitted
    assert not last_out.refitted
    assert refitted.name == last_out.name
    assert refitted.train.columns.tolist() == last_out.train.columns.tolist()


def test_refit_leaves_the_first_split_as_it_was(last_out):
    before = last_out.train.copy()
    last_out.refit()
    pd.testing.assert_frame_equal(last_out.train, before)


def test_refit_without_validation_rows_is_an_error(ratings, last_out):
    for made in (split.leave_last_out(ratings, valid=False), last_out.refit()):
        with pytest.raises(RecoLabError, match="no validation rows left"):
            made.refit()


def test_every_part_says_in_plain_values_where_it_comes_from(last_out):
    assert last_out.test.attrs == {
        "data": "little (as given)",
        "split": "leave last out, valid the row before",
        "part": "test",
        "rows": 2,
        "scale": [1.0, 5.0],
        "refitted": False,
    }
    assert last_out.train.attrs["part"] == "train"
    assert last_out.refit().test.attrs["refitted"] is True


def test_the_mean_is_that_of_the_training_rows(last_out):
    assert last_out.mean == np.mean([1, 4, 2, 3])


def test_the_catalogue_is_that_of_all_ratings(last_out):
    assert (last_out.n_users, last_out.n_items, last_out.scale) == (3, 5, (1, 5))


def test_describe_counts_rows_users_items_and_cold_rows_and_gives_the_time_span(last_out):
    table = last_out.describe()
    assert table.index.tolist() == ["train", "valid", "test"]
    assert table[["rows", "users", "items", "cold"]].to_numpy().tolist() == [[4, 3, 2, 0], [2, 2, 2, 2], [2, 2, 2, 2]]
    assert table.loc["train", "first"] == pd.Timestamp(10, unit="s")
    assert table.loc["test", "last"] == pd.Timestamp(60, unit="s")


def test_describe_of_ratings_without_times_has_no_times(make_ratings):
    table = split.random(make_ratings(PAIRS), valid=0).describe()
    assert table.columns.tolist() == ["rows", "users", "items", "cold"]
    assert table.loc["valid"].tolist() == [0, 0, 0, 0]


def test_repr_says_what_was_cut_and_how_and_who_was_left_uncut(last_out):
    assert repr(last_out) == (
        "Split(little, leave last out, valid the row before: 4 train, 2 valid, 2 test rows, 2 of test cold)\n"
        "  Users with too few rows to be cut: 1; their 2 rows stay in train."
    )
    assert "refitted" in repr(last_out.refit())
