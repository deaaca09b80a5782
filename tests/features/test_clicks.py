"""Ratings to clicks: which side of the threshold a rating falls on, and which thresholds are refused."""

import pandas as pd
import pytest

from recolab.errors import RecoLabError
from recolab.features import clicks


@pytest.fixture
def table():
    rows = pd.DataFrame({"user": [0, 0, 1, 1], "item": [0, 1, 0, 2], "rating": [3.5, 4.0, 4.5, 1.0]})
    return rows.set_axis([7, 3, 5, 9])


def test_at_least_counts_the_threshold_itself(table):
    assert clicks(table, at_least=4)["click"].tolist() == [0, 1, 1, 0]


def test_above_does_not_count_the_threshold_itself(table):
    assert clicks(table, above=4)["click"].tolist() == [0, 0, 1, 0]


def test_the_rest_can_be_dropped(table):
    kept = clicks(table, at_least=4, rest="drop")
    assert kept.index.tolist() == [3, 5]
    assert kept["click"].tolist() == [1, 1]


def test_dropping_may_keep_every_row(table):
    assert clicks(table, at_least=1, rest="drop")["click"].tolist() == [1, 1, 1, 1]


def test_ratings_between_the_two_thresholds_are_dropped(table):
    labelled = clicks(table, above=3.5, below=3.5)
    assert labelled.index.tolist() == [3, 5, 9]
    assert labelled["click"].tolist() == [1, 1, 0]
    assert clicks(table, at_least=4, below=3.6)["click"].tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"at_least": 4}, "rating of at least 4 is 1, others are 0"),
        ({"above": 3.5, "rest": "drop"}, "rating above 3.5 is 1, others dropped"),
        ({"above": 3, "below": 3}, "rating above 3 is 1, below 3 is 0, others dropped"),
    ],
)
def test_the_table_says_by_which_rule_it_was_labelled(table, rule, words):
    assert clicks(table, **rule).attrs["label"] == words


def test_a_row_cannot_be_above_and_below(table):
    with pytest.raises(RecoLabError, match=r"more than the threshold 4 .* below=4.5"):
        clicks(table, at_least=4, below=4.5)


def test_the_rest_cannot_be_zero_and_dropped(table):
    with pytest.raises(RecoLabError, match=r"beside rest='drop'"):
        clicks(table, at_least=4, below=3, rest="drop")


def test_one_class_is_refused_where_no_rating_lies_below(table):
    with pytest.raises(RecoLabError, match=r"every row that is kept becomes a click.*one class"):
        clicks(table, at_least=4, below=1)


def test_the_table_keeps_its_rows_columns_and_attributes(table):
    table.attrs = {"split": "mine"}
    labelled = clicks(table, at_least=4)
    assert labelled.columns.tolist() == ["user", "item", "rating", "click"]
    assert labelled.index.tolist() == [7, 3, 5, 9]
    assert labelled.attrs == {"split": "mine", "label": "rating of at least 4 is 1, others are 0"}
    assert table.attrs == {"split": "mine"}
    assert labelled["click"].dtype == "int32"
    assert "click" not in table


@pytest.mark.parametrize("threshold", [{"at_least": 5}, {"above": 4.5}])
@pytest.mark.parametrize("rest", ["zero", "drop"])
def test_a_threshold_that_no_rating_reaches_is_refused(table, threshold, rest):
    with pytest.raises(RecoLabError, match=r"no row .* a click.*from 1 to 4.5"):
        clicks(table, **threshold, rest=rest)


@pytest.mark.parametrize("threshold", [{"at_least": 1}, {"above": 0.5}])
def test_a_threshold_that_every_rating_reaches_is_refused(table, threshold):
    with pytest.raises(RecoLabError, match=r"every row .* a click.*one class"):
        clicks(table, **threshold)


def test_an_empty_table_is_refused(table):
    with pytest.raises(RecoLabError, match="holds no rows"):
        clicks(table.iloc[:0], at_least=4)


@pytest.mark.parametrize("thresholds", [{}, {"at_least": 4, "above": 3}])
def test_not_exactly_one_threshold_is_refused(table, thresholds):
    with pytest.raises(RecoLabError, match="one threshold"):
        clicks(table, **thresholds)


def test_an_unknown_rest_is_refused(table):
    with pytest.raises(RecoLabError, match=r"'zero' or 'drop', but 'keep' came"):
        clicks(table, at_least=4, rest="keep")
