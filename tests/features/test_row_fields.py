"""Columns of users, items and moments beside the rows of a table."""

import pandas as pd
import pytest

from recolab import load, split
from recolab.data import Ratings
from recolab.errors import RecoLabError
from recolab.features import with_fields

USERS = pd.DataFrame(
    {
        "who": ["Ann", "Bob", "Cem"],
        "age": [17, 56, None],
        "zip_code": ["V3N4P", "00501", None],
        "income": [1, 2, 3],
    }
)
ITEMS = pd.DataFrame(
    {
        "what": ["tea", "jam", "rum", "gin"],
        "year": [1929, 1930, 1970, None],
        "genres": ["Hot|Wet", "Sweet", "", "Wet"],
    }
)
ROWS = pd.DataFrame(
    {
        "who": ["Ann", "Bob", "Cem", "Ann"],
        "what": ["tea", "jam", "rum", "gin"],
        "stars": [5, 2, 3, 4],
        "when": ["1970-01-01 23:59:59", "2000-02-29 00:00:00", "2024-12-25 12:00:00", "2024-12-29 12:00:00"],
    }
)
NAMES = {"user": "who", "item": "what", "rating": "stars"}


@pytest.fixture
def ratings():
    rows = ROWS.assign(when=pd.to_datetime(ROWS["when"]))
    return Ratings.from_frame(rows, **NAMES, time="when", users=USERS, items=ITEMS)


@pytest.fixture
def rows(ratings):
    return with_fields(ratings.frame, ratings)


def test_users_bring_their_columns_age_group_and_zip_region(rows):
    assert rows["income"].tolist() == [1, 2, 3, 1]
    assert rows["age_group"].fillna("?").tolist() == ["under 18", "56+", "?", "under 18"]
    assert rows["zip_region"].fillna("?").tolist() == ["V", "0", "?", "V"]


def test_items_bring_genres_decade_and_release_period_but_no_title(rows):
    assert rows["genres"].tolist() == [("Hot", "Wet"), ("Sweet",), (), ("Wet",)]
    assert rows["decade"].fillna(0).tolist() == [1920, 1930, 1970, 0]
    assert rows["release_period"].fillna("?").tolist() == ["before 1930", "1930s", "1970", "?"]
    assert "title" not in rows


def test_moments_bring_hour_and_weekday_in_utc(rows):
    assert rows["hour"].tolist() == [23, 0, 12, 12]
    assert rows["weekday"].tolist() == ["Thursday", "Tuesday", "Wednesday", "Sunday"]


@pytest.mark.parametrize(
    ("age", "group"),
    [
        *((1, "under 18"), (17, "under 18"), (18, "18-24"), (24, "18-24"), (25, "25-34"), (34, "25-34"), (35, "35-44")),
        *((44, "35-44"), (45, "45-49"), (49, "45-49"), (50, "50-55"), (55, "50-55"), (56, "56+"), (99, "56+")),
    ],
)
def test_age_groups_are_those_of_the_readme_of_ml_1m(age, group):
    ratings = Ratings.from_frame(ROWS, **NAMES, users=USERS.assign(age=age))
    assert set(with_fields(ratings.frame, ratings)["age_group"]) == {group}


@pytest.mark.parametrize(
    ("year", "period"),
    [(1902, "before 1930"), (1929, "before 1930"), (1930, "1930s"), (1969, "1960s"), (1970, "1970"), (2018, "2018")],
)
def test_release_periods_are_those_of_autoint(year, period):
    ratings = Ratings.from_frame(ROWS, **NAMES, items=ITEMS.assign(year=year))
    assert set(with_fields(ratings.frame, ratings)["release_period"]) == {period}


def test_what_the_data_does_not_know_has_no_column():
    ratings = Ratings.from_frame(ROWS, **NAMES)
    assert with_fields(ratings.frame, ratings).columns.tolist() == ratings.frame.columns.tolist()


def test_parts_of_a_split_keep_their_rows_and_say_where_they_come_from():
    ratings = load("synthetic")
    part = split.random(ratings, seed=3).test
    rows = with_fields(part, ratings)
    assert rows.index.equals(part.index)
    assert rows.attrs == part.attrs
    assert rows[part.columns].equals(part)
    assert "genres" not in part
    some = rows.iloc[[0, 7, -1]]
    assert some["occupation"].tolist() == ratings.users["occupation"].iloc[some["user"]].tolist()
    assert some["genres"].tolist() == ratings.items["genres"].iloc[some["item"]].tolist()


def test_doing_it_twice_changes_nothing(ratings, rows):
    assert with_fields(rows, ratings).equals(rows)


def test_rows_of_other_ratings_are_refused(ratings):
    other = Ratings.from_frame(ROWS.assign(who=["Ann", "Ann", "Dan", "Eve"]), **NAMES)
    with pytest.raises(RecoLabError, match="'user' does not hold codes of your table, which has 3 users"):
        with_fields(other.frame, ratings)
    with pytest.raises(RecoLabError, match="'item' does not hold codes"):
        with_fields(ratings.frame.assign(item=[0, 1, 2, 4]), ratings)
    with pytest.raises(RecoLabError, match="no column 'user'"):
        with_fields(ratings.frame.drop(columns="user"), ratings)


@pytest.mark.parametrize(
    ("users", "items"), [({"rating": 1}, {}), ({"genres": "x"}, {}), ({"origin": 1}, {"origin": 2})]
)
def test_two_columns_of_one_name_are_refused(users, items):
    ratings = Ratings.from_frame(ROWS, **NAMES, users=USERS.assign(**users), items=ITEMS.assign(**items))
    with pytest.raises(RecoLabError, match=f"more than one column {next(iter(users))!r}"):
        with_fields(ratings.frame, ratings)
