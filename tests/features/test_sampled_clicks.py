"""Clicks from positives and sampled items: who may be drawn, how often, and what a row of such a table holds."""

import numpy as np
import pandas as pd
import pytest

import recolab as rl
from recolab.errors import RecoLabError
from recolab.features import sampled_clicks, with_fields
from recolab.features.free_items import DRAWS, FreeItems
from recolab.training import Negatives
from recolab.training.negatives import sampled_rows

USERS, ITEMS = 5, 6


@pytest.fixture(scope="module")
def ratings():
    """The catalogue; user 4, who rated item 4, is in no other fixture."""
    pairs = [(0, 0), (0, 5), (1, 1), (1, 2), (1, 3), *((2, item) for item in (0, 1, 2, 3, 5)), (3, 2), (4, 4)]
    frame = pd.DataFrame(pairs, columns=["user", "item"])
    frame = pd.DataFrame(
        {
            "user": frame["user"].map("u{}".format),
            "item": frame["item"].map("i{}".format),
            "rating": np.arange(len(frame)) % 5 + 1.0,
            "time": pd.to_datetime(np.arange(len(frame)) * 3_600, unit="s"),
        }
    )
    users = pd.DataFrame({"user": [f"u{i}" for i in range(USERS)], "gender": list("FMFMF")})
    items = pd.DataFrame({"item": [f"i{i}" for i in range(ITEMS)], "year": 1990 + np.arange(ITEMS)})
    return rl.Ratings.from_frame(frame, time="time", users=users, items=items, scale=(1, 5))


@pytest.fixture
def frame(ratings):
    """User 0 rated items 0 and 5, user 1 items 1, 2 and 3, user 2 all but item 4, user 3 item 2; nobody item 4."""
    return ratings.frame[:-1]


def pairs(rows):
    return set(zip(rows["user"], rows["item"], strict=True))


def test_by_hand_where_one_item_is_left(ratings, frame):
    of_user_2 = frame[frame["user"] == 2]
    table = sampled_clicks(of_user_2, ratings, negatives=2)
    expected = [row for item in (0, 1, 2, 3, 5) for row in ([2, item, 1], [2, 4, 0], [2, 4, 0])]
    assert table[["user", "item", "click"]].to_numpy().tolist() == expected
    assert table["item_id"].tolist() == [f"i{item}" for _, item, _ in expected]
    assert (table["user_id"] == "u2").all()
    assert table["time"].tolist() == of_user_2["time"].repeat(3).tolist()  # a negative has its positive's
    assert table.columns.tolist() == ["user", "item", "user_id", "item_id", "time", "click"]
    assert table.index.tolist() == list(range(15))
    assert table["click"].dtype == "int32"


def test_where_each_draw_falls_by_hand():
    """User 0 lacks the items 1 and 3 of four; widths 1: the line left is [0, 2), its halves stand for 0 and 2."""
    lines = FreeItems.of(pd.DataFrame({"user": [0, 0], "item": [1, 3]}), np.ones(4, int), 2)
    draws = np.array([0, DRAWS // 2 - 1, DRAWS // 2, DRAWS - 1])
    assert lines.items(np.zeros(4, int), draws).tolist() == [0, 0, 2, 2]
    assert lines.items(np.ones(4, int), draws).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("popularity", [0.0, 0.5, 1.0])
def test_the_compiled_loop_draws_by_the_same_rule(ratings, frame, popularity):
    some = frame[frame["user"] != 2]  # with popularity, item 4 is never drawn: nothing is left for user 2
    model = rl.models.GMF(rl.models.Sizes(USERS, ITEMS), factors=1)
    rows = sampled_rows(model, some, Negatives(50, popularity), grouped=True, part="training")
    draws = rows.draws(0, 0)
    x, _ = rows.take(np.arange(rows.n), draws)
    theirs = x["item"].numpy().reshape(rows.n, 51)[:, 1:]
    lines = FreeItems.of(some, np.bincount(some["item"], minlength=ITEMS), USERS, popularity)
    ours = lines.items(some["user"].to_numpy().repeat(50), draws.ravel()).reshape(theirs.shape)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("popularity", [0.0, 0.75])
@pytest.mark.parametrize("seed", range(3))
def test_a_known_positive_is_never_drawn_and_every_positive_has_its_number(popularity, seed):
    rng = np.random.default_rng(seed)
    ratings = rl.load("synthetic")
    frame = ratings.frame.sample(2_000, random_state=seed)
    held = ratings.frame.drop(frame.index).sample(300, random_state=seed)
    n = int(rng.integers(1, 6))
    table = sampled_clicks(held, ratings, negatives=n, popularity=popularity, known=frame, seed=seed)
    drawn = table[table["click"] == 0]
    assert not pairs(drawn) & (pairs(frame) | pairs(held))
    assert table["click"].sum() == len(held)
    assert len(drawn) == n * len(held)
    positive = table[table["click"] == 1]
    assert positive[["user", "item"]].to_numpy().tolist() == held[["user", "item"]].to_numpy().tolist()
    assert drawn["user"].tolist() == held["user"].repeat(n).tolist()


def test_negatives_follow_their_weights(ratings, frame):
    """User 3 rated item 2; of the others items 0, 1, 3 and 5 have 2 rows each, item 4 none."""
    once = frame[frame["user"] == 3]
    known = frame[frame["user"] != 3]
    n = 30_000
    uniform = sampled_clicks(once, ratings, negatives=n)["item"][1:].value_counts()
    assert sorted(uniform.index) == [0, 1, 3, 4, 5]
    assert (abs(uniform - n / 5) < 5 * np.sqrt(n / 5)).all()
    some = pd.concat([known, known[known["item"] == 0]])  # item 0 counts twice as much now
    popular = sampled_clicks(once, ratings, negatives=n, popularity=1.0, known=some)["item"][1:].value_counts()
    expected = pd.Series({0: 4, 1: 2, 3: 2, 5: 2}) / 10 * n
    assert sorted(popular.index) == [0, 1, 3, 5]
    assert (abs(popular.sort_index() - expected) < 5 * np.sqrt(expected)).all()


def test_training_rows_know_nothing_of_held_out_ones(ratings, frame):
    """What is left out of the table is drawn like any other item."""
    train = frame[frame["item"] != 5]
    drawn = sampled_clicks(train, ratings, negatives=20).query("click == 0")
    assert (0, 5) in pairs(drawn)
    knowing = sampled_clicks(train, ratings, negatives=20, known=frame).query("click == 0")
    assert (0, 5) not in pairs(knowing)


def test_the_seed_decides_every_row(ratings, frame):
    first = sampled_clicks(frame, ratings, seed=1)
    pd.testing.assert_frame_equal(first, sampled_clicks(frame, ratings, seed=1))
    assert (first["item"] != sampled_clicks(frame, ratings, seed=2)["item"]).any()


def test_the_table_says_its_rule_and_keeps_what_it_was(ratings, frame):
    liked = rl.features.clicks(frame[frame["user"] != 2], at_least=2, rest="drop")  # popularity leaves user 2 no item
    liked.attrs["split"] = "mine"
    table = sampled_clicks(liked, ratings, negatives=1, popularity=0.75)
    assert table.attrs["split"] == "mine"
    assert table.attrs["label"] == (
        "rating of at least 2 is 1, others dropped; for each, 1 sampled item is 0 (by popularity to the power of 0.75)"
    )
    assert "every row is 1; for each, 4 sampled items are 0 (uniform)" in sampled_clicks(frame, ratings).attrs["label"]
    assert "click" not in frame


def test_fields_of_a_negative_are_those_of_the_drawn_item(ratings, frame):
    table = with_fields(sampled_clicks(frame, ratings, negatives=3), ratings)
    assert (table["year"] == 1990 + table["item"]).all()
    assert (table["gender"] == table["user"].map(dict(enumerate("FMFM")))).all()
    assert (table["hour"] == np.repeat(np.arange(len(frame)), 4)).all()


@pytest.mark.slow
def test_a_model_of_fields_learns_from_them():
    """In the synthetic ratings some items are rated far more often: rows alone tell clicks from sampled items."""
    ratings = rl.load("synthetic")
    split = rl.split.leave_last_out(ratings)
    train = with_fields(sampled_clicks(split.train, ratings, seed=1), ratings)
    test = with_fields(sampled_clicks(split.test, ratings, known=split.train, seed=2), ratings)
    fields = rl.features.Fields.learn(
        train, {"user_id": "categorical", "item_id": "categorical", "genres": "multi-valued"}
    )
    model = rl.models.FM(fields, width=8)
    rl.fit(model, train, target="click", epochs=5, batch_size=256, progress=False)
    report = rl.evaluate.clicks(model, test)
    assert report.metrics["auc"] > 0.6
    assert "4 sampled items are 0" in str(report.protocol)


def test_an_item_that_is_left_for_nobody_is_an_error(ratings, frame):
    everything = pd.DataFrame({"user": 3, "item": np.arange(ITEMS)})
    with pytest.raises(RecoLabError, match=r"1 users \(the first has the code 3\) have touched every item"):
        sampled_clicks(everything, ratings)
    with pytest.raises(RecoLabError, match="code 2"):  # item 4 is left, but has no row: popularity never reaches it
        sampled_clicks(frame, ratings, popularity=1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"negatives": 0}, "`negatives` must be a whole number of at least 1, but 0 came"),
        ({"negatives": 2.5}, "whole number of at least 1, but 2.5"),
        ({"popularity": -1.0}, "finite exponent"),
        ({"frame": lambda frame: frame[:0]}, "has no rows"),
        ({"frame": lambda frame: frame.assign(click=0)}, r"11 of 11 have another click than 1.*rest='drop'"),
        ({"frame": lambda frame: frame.assign(click=[1] * 10 + [0])}, "1 of 11 have another click"),
        ({"frame": lambda frame: frame.drop(columns="item")}, "no column 'item'"),
        ({"frame": lambda frame: frame.assign(item=ITEMS)}, "does not hold codes of your table, which has 6 items"),
        ({"frame": lambda frame: frame.assign(user=0)}, "does not hold codes"),  # not those of their raw ids
        ({"known": lambda frame: frame.assign(user=-1)}, "does not hold codes"),
    ],
)
def test_bad_input_is_one_clear_error(ratings, frame, change, message):
    given = {"frame": frame, **change}
    given = {name: value(frame) if callable(value) else value for name, value in given.items()}
    with pytest.raises(RecoLabError, match=message):
        sampled_clicks(given.pop("frame"), ratings, **given)
