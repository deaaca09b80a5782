"""Somebody else's split."""

import pandas as pd
import pytest

from recolab import split
from recolab.errors import RecoLabError

PAIRS = [("ann", 11), ("ann", 12), ("bob", 11), ("bob", 12), ("cy", 11), ("cy", 13)]


def table(*pairs):
    return pd.DataFrame(pairs, columns=["user_id", "item_id"])


@pytest.fixture
def ratings(make_ratings):
    return make_ratings(PAIRS)


def test_train_is_all_that_no_other_part_has(ratings):
    made = split.given(ratings, test=table(("cy", 13), ("ann", 12)), valid=table(("bob", 11)))
    assert made.train.index.tolist() == [0, 3, 4]
    assert made.valid.index.tolist() == [2]
    assert made.test.index.tolist() == [1, 5]
    assert made.test["cold"].tolist() == [False, True]  # item 13 is rated nowhere else


def test_rating_and_time_are_those_of_the_ratings_whatever_the_table_says(ratings):
    test = table(("ann", 12)).assign(rating=1)
    assert split.given(ratings, test=test, valid=0).test["rating"].tolist() == [2]


def test_with_a_training_table_rows_in_no_part_are_left_out_and_counted(ratings):
    made = split.given(ratings, test=table(("cy", 13)), train=table(("ann", 11), ("bob", 12)), valid=0)
    assert made.train.index.tolist() == [0, 3]
    assert made.notes == ("3 ratings in no given part are left out.",)


def test_a_share_of_validation_is_drawn_from_the_training_rows_alone(ratings):
    made = split.given(ratings, test=table(("cy", 13), ("cy", 11)), valid=0.25, seed=5, name="theirs")
    assert (len(made.train), len(made.valid), made.test.index.tolist()) == (3, 1, [4, 5])
    assert made.name == "theirs, valid 25 % of its training rows, seed 5"


@pytest.mark.parametrize("stranger", [("dee", 11), ("ann", 99), ("ann", 13), ("11", "ann")])
def test_a_pair_that_is_not_among_the_ratings_is_an_error(ratings, stranger):
    with pytest.raises(
        RecoLabError, match=r"1 of the 2 pairs of the table 'test' are not among the 6 ratings of little"
    ):
        split.given(ratings, test=table(("ann", 11), stranger))


def test_ids_of_another_kind_are_pairs_that_are_not_there(ratings):
    with pytest.raises(RecoLabError, match=r"the first \(user 'ann', item '11'\)"):
        split.given(ratings, test=table(("ann", "11")))


def test_a_pair_given_twice_is_an_error(ratings):
    with pytest.raises(RecoLabError, match=r"repeats 1 of its pairs, the first \(user 'ann', item 11\)"):
        split.given(ratings, test=table(("ann", 11), ("bob", 11), ("ann", 11)))


def test_a_pair_in_two_parts_is_an_error(ratings):
    with pytest.raises(RecoLabError, match=r"1 pairs of the table 'test' are in another part as well"):
        split.given(ratings, test=table(("ann", 11)), valid=table(("ann", 11), ("bob", 11)))


def test_a_table_without_raw_ids_is_an_error(ratings):
    with pytest.raises(RecoLabError, match=r"has no column 'user_id', only .*rename"):
        split.given(ratings, test=pd.DataFrame({"user": ["ann"], "item_id": [11]}))


@pytest.mark.parametrize("valid", [-0.1, 1, 1.5])
def test_a_validation_share_that_is_none_is_an_error(ratings, valid):
    with pytest.raises(RecoLabError, match="is no share of the training rows"):
        split.given(ratings, test=table(("ann", 11)), valid=valid)


def test_an_empty_test_table_is_an_error(ratings):
    with pytest.raises(RecoLabError, match="leaves no test row"):
        split.given(ratings, test=table(), valid=0)
