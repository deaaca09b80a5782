"""Raw ids and titles to codes and back, and what `Ratings` says of itself."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recolab.data import Ratings
from recolab.errors import RecoLabError


@pytest.fixture
def films():
    frame = pd.DataFrame({"user": [5, 5, 9], "item": [1, 2, 3], "rating": [1, 2, 5]})
    items = pd.DataFrame({"item": [1, 2, 3], "title": ["Tea (1990)", "Twins", "Twins"]})
    return Ratings.from_frame(frame, items=items, name="films & <more>")


ids = st.one_of(
    st.lists(st.integers(-(2**62), 2**62), min_size=2, max_size=30, unique=True),
    st.lists(
        st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=8), min_size=2, max_size=30, unique=True
    ),
)


@settings(max_examples=30, deadline=None)
@given(users=ids, items=ids, data=st.data())
def test_ids_survive_the_way_into_codes_and_back(users, items, data):
    n = max(len(users), len(items))
    frame = pd.DataFrame({"user": np.resize(users, n), "item": np.resize(items, n), "rating": np.arange(n) % 5})
    frame = frame.drop_duplicates(["user", "item"])
    ratings = Ratings.from_frame(frame, scale=(0, 4))

    assert ratings.users["user_id"].to_numpy()[ratings.frame["user"]].tolist() == frame["user"].tolist()
    assert ratings.items["item_id"].to_numpy()[ratings.frame["item"]].tolist() == frame["item"].tolist()
    assert ratings.frame["rating"].tolist() == frame["rating"].tolist()
    assert sorted(ratings.frame["user"].unique()) == list(range(ratings.n_users))

    asked = data.draw(st.lists(st.sampled_from(users)))
    codes = ratings.user_codes(asked)
    assert codes.dtype == np.int32
    assert ratings.users["user_id"].to_numpy()[codes].tolist() == asked


def test_an_item_is_found_by_id_or_by_exact_title(films):
    assert films.item_codes([3, "Tea (1990)", 1]).tolist() == [2, 0, 0]


def test_a_title_of_several_items_asks_for_an_id(films):
    with pytest.raises(RecoLabError, match=r"'Twins' belongs to 2 items of .*: give an id of \[2, 3\]"):
        films.item_codes(["Twins"])


def test_an_unknown_title_suggests_near_ones(films):
    with pytest.raises(RecoLabError, match=r"no item with the id or title 'Tea'\. Near: 'Tea \(1990\)'"):
        films.item_codes(["Tea"])
    with pytest.raises(RecoLabError, match=r"Near: 'Twins'"):
        films.item_codes(["Tiwns"])


def test_an_unknown_id_is_an_error_that_says_what_there_is(films):
    with pytest.raises(
        RecoLabError, match=r"has no user id 6 \(nor 1 more of those given\): its 2 user ids run from 5 to 9"
    ):
        films.user_codes([5, 6, 7])
    with pytest.raises(RecoLabError, match=r"has no item id 4: its 3 item ids run from 1 to 3"):
        films.item_codes([4])


def test_ratings_say_what_they_are_with_their_notes(films):
    assert repr(films) == (
        "Ratings(films & <more>, as given: 3 ratings from 1 to 5 by 2 users of 3 items)\n"
        "  The scale is the lowest and the highest rating in the table."
    )
    assert films._repr_html_() == (
        "<p><strong>films &amp; &lt;more&gt;</strong>, as given: 3 ratings from 1 to 5 by 2 users of 3 items</p>"
        "<ul><li>The scale is the lowest and the highest rating in the table.</li></ul>"
    )
