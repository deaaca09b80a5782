"""The embedded set: its shape, its sameness everywhere, and whether its truth is the truth."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recolab.data.ratings import Ratings
from recolab.data.synthetic import synthetic
from recolab.data.synthetic.draws import Draws, along
from recolab.data.synthetic.exposure import UNIT, chances, observe, probability
from recolab.data.synthetic.films import GENRES
from recolab.data.synthetic.people import OCCUPATIONS
from recolab.errors import RecoLabError

RATINGS_OF_SEED = {
    0: "b2f2d2a9dcd998a620aaf134267d7a1bd7a6629e2a0d3c8a49ab5a50565059e8",
    7: "f42065fc0a27e70bb5e145d1def38b979aab88c1ed9f84bb8813add3c3ea5ec7",
}
TABLES_OF_SEED_0 = "40d342654ac958dea31882cc010f921908ea033a4d3116eaf65d1e7508f666c0"
ML_100K_HISTOGRAM = (0.061, 0.114, 0.271, 0.342, 0.212)


@pytest.fixture(scope="module", params=[0, 7], ids=["seed 0", "seed 7"])
def made(request: pytest.FixtureRequest) -> Ratings:
    return synthetic(request.param)


@pytest.fixture(scope="module")
def seed_0() -> Ratings:
    return synthetic(0)


def counts(made: Ratings, column: str) -> np.ndarray:
    return np.bincount(made.frame[column], minlength=made.n_users if column == "user" else made.n_items)


def gini(numbers: np.ndarray) -> float:
    ranked = np.sort(numbers)
    return float((2 * np.arange(1, len(ranked) + 1) - len(ranked) - 1) @ ranked / (len(ranked) * ranked.sum()))


def gain_of_biases(user: np.ndarray, item: np.ndarray, rating: np.ndarray) -> tuple[float, float]:
    """RMSE of the mean and of user and item biases (ridge 5, alternating) on a random fifth."""
    test = np.random.default_rng(0).random(len(rating)) < 0.2
    users, items, centred = user[~test], item[~test], rating[~test] - rating[~test].mean()
    user_bias, item_bias = np.zeros(user.max() + 1), np.zeros(item.max() + 1)
    for _ in range(6):
        user_bias = np.bincount(users, centred - item_bias[items], len(user_bias)) / (
            np.bincount(users, minlength=len(user_bias)) + 5
        )
        item_bias = np.bincount(items, centred - user_bias[users], len(item_bias)) / (
            np.bincount(items, minlength=len(item_bias)) + 5
        )
    error = rating[test] - rating[~test].mean()
    better = error - user_bias[user[test]] - item_bias[item[test]]
    return float(np.sqrt(np.mean(error**2))), float(np.sqrt(np.mean(better**2)))


# --- the same everywhere ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", RATINGS_OF_SEED)
def test_a_seed_gives_the_ratings_whose_hash_is_committed(seed: int) -> None:
    assert synthetic(seed).provenance.files["ratings"] == RATINGS_OF_SEED[seed]


def test_the_hash_is_that_of_the_rows_in_the_frame(seed_0: Ratings) -> None:
    frame = seed_0.frame
    seconds = frame["time"].astype("int64")
    rows = np.column_stack([frame["user"], frame["item"], frame["rating"].astype(np.int64), seconds]).astype("<i8")
    assert hashlib.sha256(rows.tobytes()).hexdigest() == RATINGS_OF_SEED[0]


def test_seed_0_gives_the_people_and_films_whose_hash_is_committed(seed_0: Ratings) -> None:
    tables = seed_0.users.to_csv(index=False) + seed_0.items.to_csv(index=False)
    assert hashlib.sha256(tables.replace("\r\n", "\n").encode()).hexdigest() == TABLES_OF_SEED_0


def test_another_process_makes_the_same_ratings() -> None:
    program = "from recolab.data.synthetic import synthetic; print(synthetic(7).provenance.files['ratings'])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == RATINGS_OF_SEED[7]


def test_draws_are_whole_numbers_with_the_stated_mean_and_spread() -> None:
    draws = Draws(1)
    bells, below, chosen = draws.bells(100_000), draws.below(7, 70_000), draws.choices([1, 0, 3], 40_000)
    assert {bells.dtype, below.dtype, chosen.dtype} == {np.dtype(np.int64)}
    assert bells.mean() == pytest.approx(0, abs=3)  # four standard errors
    assert bells.std() == pytest.approx((8 * (256**2 - 1) / 12) ** 0.5, rel=0.02)
    assert np.bincount(below) == pytest.approx(np.full(7, 10_000), rel=0.05)
    assert np.bincount(chosen) == pytest.approx([10_000, 0, 30_000], rel=0.05)


def test_orders_are_permutations_row_by_row() -> None:
    orders = Draws(1).orders(50, 23)
    assert (np.sort(orders, axis=1) == np.arange(23)).all()
    assert len({tuple(row) for row in orders.tolist()}) == 50


def test_a_broken_line_goes_through_its_knots() -> None:
    assert along([0, 10, 110], 5).tolist() == [0, 5, 10, 60, 110]


@pytest.mark.parametrize("seed", [-1, 0.5, "0", None, True])
def test_a_seed_that_is_no_whole_number_from_0_is_refused(seed: object) -> None:
    with pytest.raises(RecoLabError, match="whole number from 0"):
        synthetic(seed)  # type: ignore[arg-type]


# --- the shape of ML-100K --------------------------------------------------------------------------------------------


def test_size_and_codes_are_those_of_ml_100k(made: Ratings) -> None:
    assert (len(made), made.n_users, made.n_items) == (100_000, 943, 1_682)
    assert not made.frame.duplicated(["user", "item"]).any()
    assert made.frame.dtypes.astype(str).to_dict() == {
        "user": "int32",
        "item": "int32",
        "rating": "float32",
        "time": "datetime64[s]",
        "user_id": "int64",
        "item_id": "int64",
    }
    assert (made.users["user_id"].to_numpy()[made.frame["user"]] == made.frame["user_id"]).all()
    assert (made.items["item_id"].to_numpy()[made.frame["item"]] == made.frame["item_id"]).all()
    assert set(made.frame["rating"]) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert made.scale == (1.0, 5.0)


def test_users_and_items_have_a_long_tail(made: Ratings) -> None:
    users, items = counts(made, "user"), counts(made, "item")
    assert users.min() >= 20
    assert 640 <= users.max() <= 760
    assert items.min() >= 1
    assert 530 <= items.max() <= 620
    assert np.mean(items < 10) == pytest.approx(1 / 3, abs=0.03)


def test_the_histogram_is_near_that_of_ml_100k(made: Ratings) -> None:
    shares = np.bincount(made.frame["rating"].astype(int), minlength=6)[1:] / len(made)
    assert shares == pytest.approx(ML_100K_HISTOGRAM, abs=0.025)


def test_popular_films_are_rated_higher(made: Ratings) -> None:
    films = made.frame.groupby("item")["rating"].agg(["mean", "size"]).query("size >= 20")
    assert 0.25 < np.corrcoef(np.log(films["size"]), films["mean"])[0, 1] < 0.6


def test_titles_are_distinct_and_end_in_their_year(made: Ratings) -> None:
    titles, years = made.items["title"], made.items["year"]
    assert titles.str.replace(r" \(\d{4}\)$", "", regex=True).is_unique
    assert (titles.str.extract(r" \((\d{4})\)$")[0].astype(int) == years).all()
    assert years.between(1922, 1998).all()


def test_films_have_one_to_four_distinct_genres(made: Ratings) -> None:
    genres = made.items["genres"]
    assert genres.map(lambda words: len(words) == len(set(words))).all()
    assert set(genres.map(len)) == {1, 2, 3, 4}
    assert set(genres.explode()) == set(GENRES)
    assert len(GENRES) == 19


def test_users_have_an_age_a_gender_an_occupation_and_a_zip_code(made: Ratings) -> None:
    users = made.users
    assert users["age"].between(7, 75).all()
    assert (users["gender"] == "M").mean() == pytest.approx(0.71, abs=0.06)
    assert set(users["occupation"]) <= set(OCCUPATIONS)
    assert len(OCCUPATIONS) == 21
    assert users["zip_code"].str.fullmatch(r"\d{5}").all()
    assert users.loc[users["occupation"] == "student", "age"].mean() < users["age"].mean() - 5


def test_ratings_come_in_sittings_over_seven_months(made: Ratings) -> None:
    times = made.frame["time"]
    assert times.is_monotonic_increasing
    assert pd.Timestamp("1997-09-20") <= times.iloc[0]
    assert times.iloc[-1] < pd.Timestamp("1998-04-23")
    days = made.frame.groupby(["user", times.dt.floor("D")]).size()
    assert (days.groupby("user").max() / days.groupby("user").sum()).median() > 0.8
    weeks = made.frame.groupby(times.dt.to_period("W")).size()
    assert weeks.max() > 2 * weeks.median()


def test_the_last_rating_of_a_user_is_as_often_of_a_rare_film_as_any(made: Ratings) -> None:
    users = made.frame["user"]
    rare = pd.Series(counts(made, "item")[made.frame["item"]] < 30)
    last = rare[~users.duplicated(keep="last")].mean()
    share = rare.groupby(users).mean()
    assert last == pytest.approx(share.mean(), abs=4 * (share * (1 - share)).sum() ** 0.5 / made.n_users)


def test_its_provenance_says_that_it_is_made_up(made: Ratings) -> None:
    assert made.provenance.name == "synthetic"
    assert made.provenance.edition.startswith("seed ")
    assert made.provenance.source == "generated"
    assert made.provenance.notes == ("made-up ratings: no number here compares with a published one",)


def test_marginals_and_biases_are_near_those_of_the_real_ml_100k(real_data: Path, seed_0: Ratings) -> None:
    real = pd.read_csv(real_data / "ml-100k" / "u.data", sep="\t", names=["user", "item", "rating", "time"])
    for column in ("user", "item"):
        assert gini(counts(seed_0, column)) == pytest.approx(gini(real[column].value_counts().to_numpy()), abs=0.02)
    frame = seed_0.frame
    shares = [table["rating"].astype(int).value_counts(normalize=True).sort_index() for table in (frame, real)]
    assert shares[0].to_numpy() == pytest.approx(shares[1].to_numpy(), abs=0.01)
    mean, biases = gain_of_biases(*(frame[name].to_numpy() for name in ("user", "item", "rating")))
    real_mean, real_biases = gain_of_biases(*(real[name].to_numpy() for name in ("user", "item", "rating")))
    assert biases / mean == pytest.approx(real_biases / real_mean, abs=0.02)


# --- the truth -------------------------------------------------------------------------------------------------------


def test_a_rating_is_its_truth_plus_noise_of_mean_zero_in_every_tenth_of_the_truth(made: Ratings) -> None:
    assert made.truth is not None
    truth, frame = made.truth, made.frame
    expected = truth.preference[frame["user"], frame["item"]]
    stars = truth.probability(frame["user"].to_numpy(), frame["item"].to_numpy())
    variance = stars @ np.arange(1, 6) ** 2 - expected**2
    tenth = pd.qcut(expected, 10, labels=False)
    surplus = np.bincount(tenth, frame["rating"] - expected)
    assert np.abs(surplus / np.sqrt(np.bincount(tenth, variance))).max() < 4
    assert truth.best_rmse(frame) == pytest.approx(np.sqrt(variance.mean()), rel=0.01)


def test_every_number_of_stars_comes_as_often_as_its_probability_says(made: Ratings) -> None:
    assert made.truth is not None
    frame = made.frame
    stars = made.truth.probability(frame["user"].to_numpy(), frame["item"].to_numpy())
    came = np.bincount(frame["rating"].astype(int), minlength=6)[1:]
    assert np.abs((came - stars.sum(axis=0)) / np.sqrt((stars * (1 - stars)).sum(axis=0))).max() < 4


def test_preference_is_exact_by_counting_bytes(seed_0: Ratings) -> None:
    assert seed_0.truth is not None
    truth = seed_0.truth
    ways = Counter({0: 1})
    for _ in range(8):
        longer: Counter[int] = Counter()
        for total, count in ways.items():
            for byte in range(256):
                longer[total + byte] += count
        ways = longer
    for user, item in [(0, 0), (3, 100), (942, 1_681)]:
        latent = int(truth.latent[user, item])
        reached = sum(
            count for limit in truth.thresholds for total, count in ways.items() if latent + total - 1_020 >= limit
        )
        assert truth.preference[user, item] == pytest.approx(float(1 + Fraction(reached, 256**8)), abs=1e-12)


def test_preference_is_the_mean_of_the_probabilities(seed_0: Ratings) -> None:
    assert seed_0.truth is not None
    users, items = np.arange(943), np.arange(943)
    stars = seed_0.truth.probability(users, items)
    assert stars.sum(axis=1) == pytest.approx(np.ones(943), abs=1e-12)
    assert stars @ np.arange(1, 6) == pytest.approx(seed_0.truth.preference[users, items], abs=1e-12)


def test_liking_is_biases_plus_the_product_of_planted_factors(made: Ratings) -> None:
    assert made.truth is not None
    truth = made.truth
    liking = truth.user_bias[:, None] + truth.item_bias + truth.user_factors @ truth.item_factors.T
    assert (np.floor(liking + 1e-9) == truth.latent).all()
    assert len(truth.tastes) == truth.user_factors.shape[1] == truth.user_interests.shape[1] == 8


def test_observed_counts_follow_the_exposure(made: Ratings) -> None:
    assert made.truth is not None
    exposure = made.truth.exposure
    assert exposure.sum() == pytest.approx(100_000, abs=1e-6)
    assert 0 < exposure.min() < exposure.max() < 1
    seen = np.zeros_like(exposure)
    seen[made.frame["user"], made.frame["item"]] = 1
    tenth = pd.qcut(exposure.ravel(), 10, labels=False)
    surplus = np.bincount(tenth, (seen - exposure).ravel())
    assert np.abs(surplus / np.sqrt(np.bincount(tenth, (exposure * (1 - exposure)).ravel()))).max() < 4


def test_a_rare_film_has_its_expected_ratings_rounded_down_or_up(made: Ratings) -> None:
    assert made.truth is not None
    expected = made.truth.exposure.sum(axis=0)
    surplus = counts(made, "item") - expected
    assert np.abs(surplus[expected < 25]).max() < 1


def test_pairs_are_drawn_exactly_as_often_as_their_probability_says() -> None:
    rng = np.random.default_rng(0)
    chance = rng.integers(UNIT // 50, UNIT // 2, size=(6, 5))
    rare, rows, draws, repeats = np.array([False, True, False, True, False]), 6, Draws(3), 4_000
    likely = probability(chance, rows, rare)
    seen = np.zeros_like(likely)
    for _ in range(repeats):
        users, items = observe(draws, chance, rows, rare)
        assert len(set(zip(users.tolist(), items.tolist(), strict=True))) == rows
        seen[users, items] += 1
        common = np.bincount(users[~rare[items]], minlength=6)
        assert np.abs(common - likely[:, ~rare].sum(axis=1)).max() < 1
    error = np.sqrt(likely * (1 - likely) / repeats)
    assert likely.sum() == pytest.approx(rows)
    assert np.abs((seen / repeats - likely) / error).max() < 4


def test_chances_sum_to_the_activity_and_popularity_asked_for() -> None:
    rng = np.random.default_rng(0)
    interest = rng.integers(-30, 31, size=(200, 300))
    activity, popularity = np.full(200, 30), rng.integers(10, 31, size=300)
    popularity = popularity * 6_000 // popularity.sum()
    chance = chances(interest, activity, popularity) / UNIT
    assert chance.sum(axis=1) == pytest.approx(activity, rel=0.05)
    assert chance.sum(axis=0) == pytest.approx(popularity, rel=0.05)


def test_ratings_are_missing_not_at_random(made: Ratings) -> None:
    assert made.truth is not None
    assert made.frame["rating"].mean() > made.truth.preference.mean() + 0.3


def test_the_truth_ranks_better_than_popularity(made: Ratings) -> None:
    """By what is observed, exposure beats popularity; by what is liked, preference beats it."""
    assert made.truth is not None
    truth = made.truth
    popularity = np.broadcast_to(counts(made, "item"), truth.exposure.shape)

    def mean_of_best_ten(values: np.ndarray, by: np.ndarray) -> float:
        best = np.argpartition(-by, 10, axis=1)[:, :10]
        return float(np.take_along_axis(values, best, axis=1).mean())

    seen = np.zeros(truth.exposure.shape)
    seen[made.frame["user"], made.frame["item"]] = 1
    assert mean_of_best_ten(seen, truth.exposure) > 1.2 * mean_of_best_ten(seen, popularity)
    assert mean_of_best_ten(truth.preference, truth.preference) > 0.5 + mean_of_best_ten(truth.preference, popularity)


def test_tastes_lean_on_age_and_gender(made: Ratings) -> None:
    assert made.truth is not None
    tastes = dict(zip(made.truth.tastes, made.truth.user_factors.T, strict=True))
    assert np.corrcoef(made.users["age"], tastes["reflection"])[0, 1] > 0.2
    men = (made.users["gender"] == "M").to_numpy()
    assert tastes["spectacle"][men].mean() > tastes["spectacle"][~men].mean()
    assert tastes["tenderness"][men].mean() < tastes["tenderness"][~men].mean()
