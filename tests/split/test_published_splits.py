"""Published splits, checked on the real files."""

import numpy as np
import pandas as pd
import pytest

from recolab import split
from recolab.data import load
from recolab.errors import RecoLabError


@pytest.fixture(scope="module")
def ml_100k(real_data):
    return load("ml-100k", folder=real_data)


@pytest.fixture(scope="module")
def ncf(real_data):
    return split.published(load("ml-1m", folder=real_data), "ncf", folder=real_data)


@pytest.mark.parametrize("name", ["u1", "u2", "u3", "u4", "u5", "ua"])
def test_the_test_rows_are_those_of_the_published_file(ml_100k, real_data, name):
    made = split.published(ml_100k, name, folder=real_data)
    columns = ["user_id", "item_id", "rating"]
    file = pd.read_csv(real_data / "ml-100k" / f"{name}.test", sep="\t", names=[*columns, "time"])[columns]
    ours = made.test[columns].astype(file.dtypes)
    pd.testing.assert_frame_equal(
        *(frame.sort_values(columns).reset_index(drop=True) for frame in (ours, file)), check_names=False
    )


def test_the_five_tests_hold_every_row_once(ml_100k, real_data):
    tests = [split.published(ml_100k, f"u{fold}", folder=real_data).test for fold in range(1, 6)]
    assert [len(test) for test in tests] == [20_000] * 5
    assert sorted(np.concatenate([test.index for test in tests])) == list(range(100_000))


def test_ua_tests_ten_items_a_user(ml_100k, real_data):
    made = split.published(ml_100k, "ua", folder=real_data)
    assert made.test.groupby("user").size().eq(10).all()
    assert made.test["user"].nunique() == 943


def test_validation_is_a_seeded_tenth_of_the_published_training_rows(ml_100k, real_data):
    made, other = (split.published(ml_100k, "u1", folder=real_data, seed=seed) for seed in (0, 1))
    assert (len(made.train), len(made.valid)) == (72_000, 8_000)
    assert not made.valid.index.equals(other.valid.index)
    assert made.test.index.equals(other.test.index)
    assert len(made.refit().train) == 80_000
    assert made.name == "published u1, valid 10 % of its training rows, seed 0"


def test_the_ncf_split_tests_one_row_a_user_and_chooses_on_the_last_of_the_others(ncf):
    assert (len(ncf.train), len(ncf.valid), len(ncf.test)) == (1_000_209 - 2 * 6040, 6040, 6040)
    rest = pd.concat([ncf.train, ncf.valid]).sort_index().sort_values("time", kind="stable")
    last = rest.drop_duplicates("user", keep="last").index
    assert np.array_equal(np.sort(last), ncf.valid.index)


def test_ncf_candidates_are_the_test_item_and_then_its_negatives_each_once(ncf):
    candidates = ncf.candidates
    first = candidates.drop_duplicates("user").set_index("user")["item"]
    assert first.sort_index().equals(ncf.test.set_index("user")["item"].sort_index())
    assert candidates.groupby("user").size().value_counts().to_dict() == {100: 6040 - 156, 99: 156}
    assert not candidates.duplicated().any()
    assert candidates.dtypes.tolist() == [np.int32, np.int32]


def test_no_ncf_negative_was_rated_by_its_user(ncf):
    rated = ncf.ratings.frame[["user", "item"]]
    both = ncf.candidates.merge(rated)
    assert len(both) == 6040  # the test items alone


def test_popularity_reaches_its_published_hit_rate_on_the_ncf_candidates(ncf):
    """.4535 in Rendle et al. 2020; a shift of the item numbering by one would give chance, .10."""
    popularity = ncf.refit().train["item"].value_counts().reindex(range(ncf.n_items), fill_value=0).to_numpy()
    scored = ncf.candidates.assign(score=popularity[ncf.candidates["item"]])
    own = scored.groupby("user")["score"].transform("first")
    better = (scored["score"] > own).groupby(scored["user"]).sum()
    assert (better < 10).mean() == pytest.approx(0.4535, abs=0.002)


def test_ncf_takes_no_validation_share(make_ratings):
    with pytest.raises(RecoLabError, match="'ncf' has its own validation rows"):
        split.published(make_ratings([("ann", 1), ("bob", 2)], name="ml-1m"), "ncf", valid=0.1)


@pytest.mark.parametrize(("given", "near"), [("u6", "ua"), ("U1", "u1"), ("nfc", "ncf")])
def test_an_unknown_name_is_an_error_that_suggests_the_nearest(make_ratings, given, near):
    with pytest.raises(RecoLabError, match=f"no published split '{given}', did you mean '{near}'"):
        split.published(make_ratings([("ann", 1), ("bob", 2)]), given)


def test_a_name_like_no_other_is_an_error_that_lists_the_names(make_ratings):
    with pytest.raises(RecoLabError, match=r"no published split 'mine': Known are u1, .*, ncf\."):
        split.published(make_ratings([("ann", 1), ("bob", 2)]), "mine")


@pytest.mark.parametrize(("data", "name"), [("ml-1m", "u1"), ("synthetic", "ua"), ("ml-100k", "ncf")])
def test_a_split_of_other_ratings_is_an_error(make_ratings, data, name):
    with pytest.raises(RecoLabError, match=f"{name!r} cuts ml-.*, and these ratings are {data}"):
        split.published(make_ratings([("ann", 1), ("bob", 2)], name=data), name)


def test_a_part_of_the_ratings_that_were_cut_is_an_error(ml_100k, real_data):
    few = type(ml_100k).from_frame(
        ml_100k.frame.iloc[:5000], user="user_id", item="item_id", scale=(1, 5), name="ml-100k"
    )
    with pytest.raises(RecoLabError, match="are not among the 5,000 ratings of ml-100k"):
        split.published(few, "u1", folder=real_data)
