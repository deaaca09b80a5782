"""What holds for every split of every table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recolab import split

TABLES = st.fixed_dictionaries(
    {
        "rows": st.integers(40, 150),
        "users": st.integers(3, 12),
        "items": st.integers(50, 60),
        "seed": st.integers(0, 99),
    }
)
SHARES = st.sampled_from([(0.2, 0.1), (0.25, 0.25), (0.1, 0.0), (0.5, 0.3), (0.07, 0.13)])


def all_splits(ratings, test, valid, seed):
    yield split.random(ratings, test=test, valid=valid, seed=seed)
    yield split.by_user(ratings, test=test, valid=valid, seed=seed)
    yield split.leave_last_out(ratings, valid=valid > 0)
    yield split.by_time(ratings, test=test, valid=valid)
    yield from split.folds(ratings, 3, valid=valid, seed=seed)
    yield split.given(ratings, test=ratings.frame.iloc[::4], valid=valid, seed=seed)


def pairs(frame):
    return set(zip(frame["user_id"], frame["item_id"], strict=True))


def parts_of(made):
    return [pairs(part) for part in (made.train, made.valid, made.test)]


@settings(max_examples=12, deadline=None)
@given(table=TABLES, shares=SHARES, seed=st.integers(0, 9))
def test_parts_share_no_row_and_together_hold_every_row_unchanged(draw_ratings, table, shares, seed):
    ratings = draw_ratings(**table)
    for made in all_splits(ratings, *shares, seed):
        together = pd.concat([part[ratings.frame.columns] for part in (made.train, made.valid, made.test)])
        assert together.index.is_unique, made
        pd.testing.assert_frame_equal(together.sort_index(), ratings.frame)


@settings(max_examples=12, deadline=None)
@given(table=TABLES, shares=SHARES, seed=st.integers(0, 9))
def test_cold_marks_exactly_the_rows_whose_user_or_item_has_no_training_row(draw_ratings, table, shares, seed):
    for made in all_splits(draw_ratings(**table), *shares, seed):
        for part in (made.valid, made.test):
            warm = part["user_id"].isin(made.train["user_id"]) & part["item_id"].isin(made.train["item_id"])
            assert (part["cold"] == ~warm).all()


@settings(max_examples=12, deadline=None)
@given(table=TABLES, shares=SHARES, seed=st.integers(0, 9))
def test_the_same_seed_gives_the_same_parts(draw_ratings, table, shares, seed):
    ratings = draw_ratings(**table)
    for one, other in zip(all_splits(ratings, *shares, seed), all_splits(ratings, *shares, seed), strict=True):
        assert parts_of(one) == parts_of(other)


@pytest.mark.parametrize("cut", [split.random, split.by_user])
def test_another_seed_gives_other_parts(draw_ratings, cut):
    ratings = draw_ratings(rows=150, users=5, items=50, seed=0)
    assert pairs(cut(ratings, seed=0).test) != pairs(cut(ratings, seed=1).test)


@settings(max_examples=40, deadline=None)
@given(table=TABLES, shares=SHARES, seed=st.integers(0, 9))
def test_by_user_gives_each_user_its_share_rounded_up_or_down_and_the_exact_total(draw_ratings, table, shares, seed):
    test, valid = shares
    ratings = draw_ratings(**table)
    made = split.by_user(ratings, test=test, valid=valid, seed=seed)
    rows = ratings.frame.groupby("user").size()
    enough = rows[np.ceil((rows * test).round(9)) + np.ceil((rows * valid).round(9)) < rows]
    for share, part in ((test, made.test), (valid, made.valid)):
        given_rows = part.groupby("user").size().reindex(rows.index, fill_value=0)
        assert (given_rows.drop(enough.index) == 0).all()
        assert ((given_rows[enough.index] - enough * share).abs() < 1).all()
        assert abs(len(part) - enough.sum() * share) <= 0.5 + 1e-9


@settings(max_examples=12, deadline=None)
@given(table=TABLES, shares=SHARES, seed=st.integers(0, 9))
def test_random_and_by_time_give_the_exact_share_rounded_to_whole_rows(draw_ratings, table, shares, seed):
    test, valid = shares
    ratings = draw_ratings(**table)
    for made in (
        split.random(ratings, test=test, valid=valid, seed=seed),
        split.by_time(ratings, test=test, valid=valid),
    ):
        assert abs(len(made.test) - test * len(ratings)) <= 0.5 + 1e-9
        assert abs(len(made.valid) - valid * len(ratings)) <= 0.5 + 1e-9


@settings(max_examples=12, deadline=None)
@given(table=TABLES, shuffle=st.integers(0, 99))
def test_where_times_are_distinct_the_order_of_the_file_changes_no_split_in_time(draw_ratings, table, shuffle):
    one, other = draw_ratings(**table, ties=False), draw_ratings(**table, ties=False, shuffle=shuffle)
    assert parts_of(split.leave_last_out(one)) == parts_of(split.leave_last_out(other))
    assert parts_of(split.by_time(one)) == parts_of(split.by_time(other))


@settings(max_examples=12, deadline=None)
@given(table=TABLES, shuffle=st.integers(0, 99))
def test_the_order_of_rows_changes_no_given_split(draw_ratings, table, shuffle):
    one, other = draw_ratings(**table), draw_ratings(**table, shuffle=shuffle)
    test, valid = one.frame.iloc[::5], one.frame.iloc[1::5]
    shuffled = test.sample(frac=1, random_state=shuffle)
    assert parts_of(split.given(one, test=test, valid=valid)) == parts_of(
        split.given(other, test=shuffled, valid=valid)
    )


@settings(max_examples=12, deadline=None)
@given(table=TABLES, shares=SHARES)
def test_no_part_of_by_time_is_older_than_the_one_before(draw_ratings, table, shares):
    test, valid = shares
    made = split.by_time(draw_ratings(**table), test=test, valid=valid)
    older = pd.concat([made.train, made.valid])
    assert made.train["time"].max() <= made.valid["time"].min() or made.valid.empty
    assert older["time"].max() <= made.test["time"].min()
