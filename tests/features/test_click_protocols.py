"""Click tasks by name: which rows, labels, fields and cuts they make."""

import numpy as np
import pandas as pd
import pytest

from recolab import load
from recolab.data import Ratings
from recolab.errors import RecoLabError
from recolab.features import click_task

SEVEN = ("gender", "age_group", "occupation", "zip_code", "release_period", "genres", "time")


@pytest.fixture(scope="module")
def ratings():
    return load("synthetic")


@pytest.fixture(scope="module")
def autoint(ratings):
    return click_task(ratings, "autoint", seed=1)


def parts(task):
    return pd.concat([task.train, task.valid, task.test])


def test_autoint_drops_ratings_of_3_and_cuts_the_others_8_1_1(ratings, autoint):
    rated = ratings.frame["rating"]
    assert (parts(autoint)["rating"] != 3).all()
    assert sorted(parts(autoint).index) == ratings.frame.index[rated != 3].tolist()
    tenth = round((rated != 3).sum() / 10)
    assert (len(autoint.valid), len(autoint.test)) == (tenth, tenth)
    assert parts(autoint)["click"].equals((parts(autoint)["rating"] > 3).astype("int32"))


def test_autoint_has_seven_fields_and_no_id(autoint):
    assert autoint.fields.names == SEVEN
    kinds = dict(zip(autoint.fields.names, autoint.fields.kinds, strict=True))
    assert (kinds.pop("genres"), kinds.pop("time")) == ("multi-valued", "numeric")
    assert set(kinds.values()) == {"categorical"}


def test_the_time_is_scaled_by_the_training_rows(autoint):
    seconds = autoint.train["time"].astype("int64").to_numpy()
    scaled = autoint.fields.encode(autoint.train)["weights"][:, -1]
    assert np.allclose(scaled, (seconds - seconds.min()) / (seconds.max() - seconds.min()), atol=1e-6)
    assert (scaled.min(), scaled.max()) == (0, 1)


def test_ages_in_years_become_the_groups_of_ml_1m(autoint):
    names = autoint.fields.feature_names
    groups = names.loc[names["field"] == "age_group", "value"].tolist()
    assert groups == ["(unknown)", "18-24", "25-34", "35-44", "45-49", "50-55", "56+", "under 18"]


def test_with_ids_the_rows_are_the_same_and_two_fields_come_first(ratings, autoint):
    with_ids = click_task(ratings, "autoint with ids", seed=1)
    assert with_ids.fields.names == ("user_id", "item_id", *SEVEN)
    assert with_ids.test.index.equals(autoint.test.index)
    assert with_ids.train.index.equals(autoint.train.index)


def test_refitting_adds_the_validation_rows_and_learns_the_fields_from_both(autoint):
    refitted = autoint.refit()
    assert refitted.train.index.tolist() == sorted([*autoint.train.index, *autoint.valid.index])
    assert refitted.test.drop(columns="cold").equals(autoint.test.drop(columns="cold"))
    assert refitted.valid.empty
    assert refitted.fields.names == autoint.fields.names
    for task in (autoint, refitted):
        zip_codes = task.fields.feature_names.query("field == 'zip_code'")["value"]
        assert set(zip_codes) == {"(unknown)", *task.train["zip_code"]}
    assert (autoint.test.attrs["refitted"], refitted.test.attrs["refitted"]) == (False, True)
    assert refitted.train.attrs["label"] == autoint.train.attrs["label"]
    assert "valid:" in repr(autoint)
    assert "valid:" not in repr(refitted)
    with pytest.raises(RecoLabError, match="no validation rows left"):
        refitted.refit()


def test_the_seed_draws_the_rows(ratings, autoint):
    assert click_task(ratings, "autoint", seed=1).test.equals(autoint.test)
    assert not click_task(ratings, "autoint", seed=2).test.index.equals(autoint.test.index)


def test_global_time_keeps_every_rating_and_sorts_by_time(ratings):
    task = click_task(ratings, "global time")
    assert [len(task.train), len(task.valid), len(task.test)] == [80_000, 10_000, 10_000]
    assert parts(task)["time"].is_monotonic_increasing
    assert parts(task)["click"].equals((parts(task)["rating"] >= 4).astype("int32"))
    assert task.fields.names == ("user_id", "item_id", "release_period", "hour", "weekday", "genres")


def test_users_and_films_without_training_rows_have_the_unknown_index(ratings):
    task = click_task(ratings, "global time")
    indices = task.fields.encode(task.test)["indices"]
    for slot, column in enumerate(("user_id", "item_id")):
        new = ~task.test[column].isin(task.train[column]).to_numpy()
        unknown, past = task.fields.runs[slot]
        assert new.any()
        assert np.array_equal(indices[:, slot] == unknown, new)
        assert indices[~new, slot].max() < past


def test_rare_values_can_be_pooled(ratings, autoint):
    pooled = click_task(ratings, "autoint", seed=1, min_count=50)
    assert pooled.fields.n_features < autoint.fields.n_features
    counts = autoint.train["zip_code"].value_counts()
    names = pooled.fields.feature_names
    assert set(names.loc[names["field"] == "zip_code", "value"]) == {"(unknown)", *counts.index[counts >= 50]}


def test_the_parts_say_where_they_come_from_and_how_they_were_labelled(autoint):
    for name in ("train", "valid", "test"):
        attrs = getattr(autoint, name).attrs
        assert attrs["part"] == name
        assert attrs["rows"] == len(getattr(autoint, name))
        assert attrs["label"] == "rating above 3 is 1, below 3 is 0, others dropped"


def test_the_words_for_people_hold_rows_base_rates_fields_features_and_the_rule(autoint):
    lines = repr(autoint).splitlines()
    assert lines[:3] == [
        "ClickTask(autoint, synthetic (seed 0))",
        "  label: rating above 3 is 1, below 3 is 0, others dropped",
        "  split: random, test 10 %, valid 10 %, seed 1",
    ]
    rate = autoint.test["click"].mean()
    assert f"  test: {len(autoint.test):,} rows, base rate {rate:.4f}, 0 rows with an unknown value" in lines
    assert f"  Fields(7 fields, {autoint.fields.n_features:,} features, 10 slots a row)" in lines
    assert lines[-1] == "  made-up ratings: no number here compares with a published one"


def test_rows_with_an_unknown_value_are_counted_by_part(ratings):
    task = click_task(ratings, "global time")
    new = ~(task.test["user_id"].isin(task.train["user_id"]) & task.test["item_id"].isin(task.train["item_id"]))
    described = task.describe()
    assert described.loc["test", "rows_with_unknown"] >= new.sum() > 0
    assert described.loc["train", "rows_with_unknown"] == 0
    assert described["rows"].tolist() == [80_000, 10_000, 10_000]
    assert described.loc["valid", "base_rate"] == pytest.approx(task.valid["click"].mean())


def test_a_misspelt_task_is_refused_with_the_nearest_name(ratings):
    with pytest.raises(RecoLabError, match=r"no click task 'autoint with id'.*did you mean 'autoint with ids'"):
        click_task(ratings, "autoint with id")
    with pytest.raises(RecoLabError, match=r"'autoint', 'autoint with ids', 'global time': choose one"):
        click_task(ratings, None)


@pytest.fixture
def plain():
    """Ratings of which no field is known but the ids."""
    rows = [(user, item, 1 + (user * item) % 5) for user in range(20) for item in range(10)]
    return pd.DataFrame(rows, columns=["user", "item", "rating"])


def test_ratings_without_the_fields_are_refused_by_name(plain):
    ratings = Ratings.from_frame(plain, scale=(1, 5))
    with pytest.raises(RecoLabError, match=r"your table has no gender, age_group, .*genres, time: take another"):
        click_task(ratings, "autoint")
    with pytest.raises(RecoLabError, match="has no release_period, hour, weekday, genres"):
        click_task(ratings, "global time")


def test_ratings_of_one_class_are_refused(plain):
    ratings = Ratings.from_frame(plain.assign(rating=5), scale=(1, 5))
    with pytest.raises(RecoLabError, match="one class"):
        click_task(ratings, "autoint")


def test_a_part_of_one_class_is_refused(plain):
    late = plain.assign(time=range(1, 201), rating=[1, 5] * 90 + [5] * 20)
    items = pd.DataFrame({"item": range(10), "year": 1990, "genres": "War"})
    ratings = Ratings.from_frame(late, time="time", scale=(1, 5), items=items)
    with pytest.raises(RecoLabError, match="All 20 test rows of the task 'global time' are of one class"):
        click_task(ratings, "global time")


def test_autoint_on_ml_1m_has_the_published_rows_and_base_rate(real_data):
    task = click_task(load("ml-1m", folder=real_data), "autoint", seed=0)
    rows = parts(task)
    assert len(rows) == 739_012
    assert round(rows["click"].mean(), 4) == 0.7784
    values = dict(zip(task.fields.names, (past - first - 1 for first, past in task.fields.runs), strict=True))
    assert values == {
        "gender": 2,
        "age_group": 7,
        "occupation": 21,
        "zip_code": 3439,
        "release_period": 36,
        "genres": 18,
        "time": 0,
    }
    # The published 3,529 less five empty genre places; six unknown indices and index 0 more.
    assert task.fields.n_features == 3_529 - 5 + 6 + 1
    assert task.fields.slots[-2][1] - task.fields.slots[-2][0] == 6


def test_autoint_works_on_ml_100k(real_data):
    ratings = load("ml-100k", folder=real_data)
    task = click_task(ratings, "autoint with ids")
    assert len(parts(task)) == (ratings.frame["rating"] != 3).sum() == 72_855
    names = task.fields.feature_names
    assert (names["field"] == "age_group").sum() == 8


def test_ml_latest_small_has_global_time_but_no_users_for_autoint(real_data):
    ratings = load("ml-latest-small", folder=real_data)
    with pytest.raises(RecoLabError, match=r"ml-latest-small has no gender, age_group, occupation, zip_code:"):
        click_task(ratings, "autoint")
    assert len(parts(click_task(ratings, "global time"))) == 100_836
