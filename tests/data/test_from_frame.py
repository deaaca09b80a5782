"""Anybody's table: what is understood, and one clear sentence for what is not."""

import numpy as np
import pandas as pd
import pytest

from recolab.data import Ratings
from recolab.errors import RecoLabError


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "who": ["Zoë", "Ann", "Ann", "Bob"],
            "what": [30, 10, 30, 20],
            "stars": [5, 1, 3, 4],
            "when": ["2024-05-01 10:00", "2024-05-02 11:30", "2024-05-03 12:00", "2024-05-04 13:00"],
        },
        index=[7, 8, 9, 11],
    )


def made(table, **options):
    return Ratings.from_frame(table, **{"user": "who", "item": "what", "rating": "stars", "scale": (1, 5)} | options)


def test_column_names_are_mapped_and_codes_follow_the_sorted_ids(table):
    ratings = made(table, time="when")
    assert ratings.users["user_id"].tolist() == ["Ann", "Bob", "Zoë"]
    assert ratings.frame["user"].tolist() == [2, 0, 0, 1]
    assert ratings.frame["item"].tolist() == [2, 0, 2, 1]
    assert ratings.frame["user_id"].tolist() == ["Zoë", "Ann", "Ann", "Bob"]
    assert ratings.frame["time"].tolist()[1] == pd.Timestamp("2024-05-02 11:30")
    assert [str(kind) for kind in ratings.frame.dtypes[:4]] == ["int32", "int32", "float32", "datetime64[s]"]
    assert ratings.frame.index.tolist() == [0, 1, 2, 3]
    assert ratings.items.fillna({"year": 0}).to_dict("list") == {
        "item_id": [10, 20, 30],
        "title": ["10", "20", "30"],
        "year": [0, 0, 0],
        "genres": [()] * 3,
    }


def test_a_table_without_times_has_no_column_of_times(table):
    assert "time" not in made(table).frame


def test_the_given_table_is_not_changed(table):
    before = table.copy()
    made(table, time="when", duplicates="mean")
    pd.testing.assert_frame_equal(table, before)


def test_what_is_known_of_users_and_items_is_kept_in_its_order(table):
    users = pd.DataFrame({"age": [40, 30, 20], "who": ["Zoë", "Bob", "Ann"]})
    items = pd.DataFrame(
        {
            "item_id": [30, 99, 20, 10],
            "title": ["Tea", "Unrated", "Jam", "Bun"],
            "genres": ["Hot|Wet", "", ["Sweet"], None],
            "year": [1990, 1991, None, 1993],
            "price": [1, 2, 3, 4],
        }
    )
    ratings = made(table, users=users, items=items)
    assert ratings.users.to_dict("list") == {"user_id": ["Zoë", "Bob", "Ann"], "age": [40, 30, 20]}
    assert ratings.items.fillna({"year": 0}).to_dict("list") == {
        "item_id": [30, 20, 10],
        "title": ["Tea", "Jam", "Bun"],
        "year": [1990, 0, 1993],
        "genres": [("Hot", "Wet"), ("Sweet",), ()],
        "price": [1, 3, 4],
    }
    assert ratings.frame["item"].tolist() == [0, 2, 0, 1]
    assert ratings.provenance.notes == ("Items without any rating, left out of the catalogue: 1.",)


def test_the_scale_is_taken_from_the_data_if_not_given_and_a_note_says_so(table):
    ratings = made(table, scale=None)
    assert ratings.scale == (1.0, 5.0)
    assert ratings.provenance.notes == ("The scale is the lowest and the highest rating in the table.",)
    assert made(table).provenance.notes == ()


@pytest.mark.parametrize(
    "when",
    [
        [1714557600, 1714557601, 1714557602, 1714557603],
        pd.date_range("2024-05-01 10:00", periods=4, freq="s"),
        pd.date_range("2024-05-01 12:00", periods=4, freq="s", tz="Europe/Paris"),
        ["2024-05-01T10:00:00Z", "2024-05-01T10:00:01Z", "2024-05-01T10:00:02Z", "2024-05-01T10:00:03Z"],
    ],
    ids=["Unix seconds", "dates", "dates of a time zone", "text"],
)
def test_times_are_read_as_utc_whatever_their_form(table, when):
    times = made(table.assign(when=when), time="when").frame["time"]
    assert times.tolist() == [pd.Timestamp(f"2024-05-01 10:00:0{second}") for second in range(4)]


def test_numbers_written_as_text_are_numbers(table):
    assert made(table.assign(stars=["5", "1", "3.5", "4"])).frame["rating"].tolist() == [5, 1, 3.5, 4]


def test_a_missing_column_suggests_the_nearest_and_says_how_to_map_it(table):
    with pytest.raises(RecoLabError, match=r"no column 'star' for the rating; it has .* Did you mean rating='stars'\?"):
        made(table, rating="star")
    with pytest.raises(RecoLabError, match=r"no column 'user' for the user; it has 'who', .* Say which it is: user=…"):
        Ratings.from_frame(table, item="what", rating="stars")


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("stars", np.nan, r"'stars' must be numbers, but 1 of 4 are NaN, first \"nan\" \(row 9 of your table\)"),
        ("stars", "good", r"'stars' must be numbers, but 1 of 4 are text, first \"good\" \(row 9 of your table\)"),
        ("stars", np.inf, r"'stars' must be numbers, but 1 of 4 are infinite"),
        ("stars", 5.5, r"scale from 1 to 5, but 1 of 4 do not, first 5\.5 \(row 9 of your table\)"),
        ("stars", 0, r"scale from 1 to 5, but 1 of 4 do not, first 0 \(row 9 of your table\)"),
        (
            "what",
            10,
            r"1 of 4 rows repeat a pair, first user Ann and item 10 \(row 9 of your table\).*duplicates=\"last\"",
        ),
        ("who", None, r"needs its 'who', but 1 of 4 rows have none, first row 9 of your table"),
        ("who", 3, r"ids in 'who' must be of one kind, but they are int and str"),
        ("when", "soon", r"'when' must be dates or Unix seconds, but 1 of 4 cannot be read, first \"soon\" \(row 9"),
    ],
)
def test_one_bad_value_is_counted_and_named_by_its_row(table, column, value, sentence):
    table[column] = table[column].astype(object)
    table.loc[9, column] = value
    with pytest.raises(RecoLabError, match=sentence):
        made(table, time="when")


def test_times_in_milliseconds_are_noticed(table):
    with pytest.raises(RecoLabError, match=r"must be Unix seconds, but look like milliseconds"):
        made(table.assign(when=[1714557600000] * 4), time="when")


@pytest.mark.parametrize(
    ("column", "what", "count"), [("who", "users", 1), ("what", "items", 1)], ids=["one user", "one item"]
)
def test_too_few_users_or_items_are_refused(table, column, what, count):
    table[column] = table[column].iloc[0]
    with pytest.raises(RecoLabError, match=rf"too few {what} to learn from: {count}, where at least 2 are needed"):
        made(table, duplicates="last")


def test_no_rows_and_no_table_are_refused(table):
    with pytest.raises(RecoLabError, match=r"your table has no rows"):
        made(table.iloc[:0])
    with pytest.raises(RecoLabError, match=r"must be a pandas DataFrame, not list"):
        made([1, 2, 3])


def test_one_and_the_same_rating_everywhere_gives_no_scale(table):
    with pytest.raises(RecoLabError, match=r"every rating of your table is 3: give scale=\(low, high\)"):
        made(table.assign(stars=3), scale=None)
    assert made(table.assign(stars=3)).scale == (1, 5)


@pytest.mark.parametrize("scale", [(5, 1), (1, 1), (np.nan, 5)])
def test_a_scale_runs_upwards(table, scale):
    with pytest.raises(RecoLabError, match=r"A scale runs from its lowest to a higher rating, but .* came"):
        made(table, scale=scale)


@pytest.fixture
def repeated():
    """Ann rated item 1 three times: 2 first, then 5, and 3 is the latest although not the last row."""
    return pd.DataFrame(
        {
            "user": ["Ann", "Ann", "Bob", "Ann"],
            "item": [1, 1, 2, 1],
            "rating": [2, 3, 4, 5],
            "time": [100, 300, 150, 200],
        }
    )


def test_the_last_of_repeated_ratings_is_the_latest_where_there_are_times(repeated):
    ratings = Ratings.from_frame(repeated, time="time", scale=(1, 5), duplicates="last")
    assert ratings.frame[["user_id", "rating"]].to_numpy().tolist() == [["Ann", 3], ["Bob", 4]]
    assert ratings.provenance.notes == ("2 rows repeated a pair of user and item; the last rating of each was kept.",)


def test_the_last_of_repeated_ratings_is_the_last_row_without_times_and_in_a_tie(repeated):
    for options in ({}, {"time": "time"}):
        ratings = Ratings.from_frame(repeated.assign(time=100), scale=(1, 5), duplicates="last", **options)
        assert ratings.frame[["user_id", "rating"]].to_numpy().tolist() == [["Bob", 4], ["Ann", 5]]


def test_the_mean_of_repeated_ratings_has_the_time_of_the_latest(repeated):
    frame = Ratings.from_frame(repeated, time="time", scale=(1, 5), duplicates="mean").frame
    assert frame["rating"].tolist() == [pytest.approx(10 / 3), 4]
    assert frame["time"].tolist() == [pd.Timestamp(300, unit="s"), pd.Timestamp(150, unit="s")]


def test_an_unknown_way_with_duplicates_is_refused(repeated):
    with pytest.raises(RecoLabError, match=r'must be "error", "last" or "mean", not \'first\''):
        Ratings.from_frame(repeated, duplicates="first")


def test_a_row_is_still_named_rightly_when_repeats_were_dropped(repeated):
    with pytest.raises(RecoLabError, match=r"first 4 \(row 2 of your table\)"):
        Ratings.from_frame(repeated, scale=(1, 3), duplicates="last")


@pytest.mark.parametrize("what", ["user", "item"])
def test_a_catalogue_must_hold_every_id_once_under_a_known_name(repeated, what):
    def given(ids, column=what):
        catalogue = {f"{what}s": pd.DataFrame({column: ids})}
        Ratings.from_frame(repeated, scale=(1, 5), duplicates="last", **catalogue)

    known = ["Ann", "Bob"] if what == "user" else [1, 2]
    given(known)
    with pytest.raises(RecoLabError, match=rf"needs its {what} in the {what} table, but 1 of 2 have none there"):
        given(known[:1])
    with pytest.raises(
        RecoLabError, match=rf'must hold each id once, but {what} "{known[0]}" stands there more than once'
    ):
        given([*known, known[0]])
    with pytest.raises(RecoLabError, match=rf"needs its ids in a column '{what}' or '{what}_id'; it has 'number'"):
        given(known, "number")
