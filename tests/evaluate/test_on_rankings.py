"""Held-out items ranked among others."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recolab import evaluate
from recolab.errors import RecoLabError
from recolab.evaluate import ranking_task
from recolab.evaluate.ranked_lists import drawn_for

LOG3 = np.log2(3)
#                 a  b  c  d  e  f
SCORES = [[9, 8, 3, 5, 4, 1], [9, 8, 1, 2, 3, 4], [1, 2, 3, 4, 5, 6]]
# What was not rated before, best first: ann d* e c* f, bob f* e d c. The items to be found have a star.


class Scorer:
    """A model that knows the score of every user for every item."""

    def __init__(self, table):
        self.table = np.array(table, dtype=np.float32)

    def scores(self, users):
        return self.table[users]


class PairScorer:
    """The same, for those who ask for pairs."""

    def __init__(self, table):
        self.table = table

    def predict(self, pairs):
        return self.table[pairs["user"], pairs["item"]]


@pytest.fixture(scope="module")
def scorer(little_split):
    """Random scores, no two of a user alike."""
    shape = (little_split.n_users, little_split.n_items)
    return Scorer(np.random.default_rng(1).permuted(np.tile(np.arange(shape[1]), (shape[0], 1)), axis=1))


def test_two_users_worked_out_by_hand(by_hand):
    report = evaluate.rankings(Scorer(SCORES), by_hand, k=2, per_user=True)
    best_of_two = 1 + 1 / LOG3
    assert report.users.set_index("user_id").to_dict("index") == {
        "ann": pytest.approx(
            {
                "relevant": 2,
                "candidates": 4,
                "hr@2": 1,
                "precision@2": 1 / 2,
                "recall@2": 1 / 2,
                "ndcg@2": 1 / best_of_two,
                "map@2": 1 / 2,
                "mrr@2": 1,
                "auc": 3 / 4,
                "popularity@2": (1 + 1) / 2,
            }
        ),
        "bob": pytest.approx(
            {
                "relevant": 1,
                "candidates": 4,
                "hr@2": 1,
                "precision@2": 1 / 2,
                "recall@2": 1,
                "ndcg@2": 1,
                "map@2": 1,
                "mrr@2": 1,
                "auc": 1,
                "popularity@2": (1 + 1) / 2,
            }
        ),
    }
    assert report.metrics["coverage@2"] == 3 / 6  # d, e and f
    for name in ("hr@2", "ndcg@2", "map@2", "auc"):
        assert report.metrics[name] == pytest.approx(report.users[name].mean())


def test_the_protocol_says_what_was_ranked_for_whom(by_hand):
    assert evaluate.rankings(Scorer(SCORES), by_hand, k=2).protocol == {
        "data": "by hand (as given)",
        "split": "by hand",
        "part": "test",
        "refitted": False,
        "rows": 3,
        "cold_rows": 1,  # nobody has c in training
        "relevant": "every held-out row",
        "users": 2,
        "users_left_out": 1,  # cem has no test row
        "k": 2,
        "candidates": "all 6 items",
        "masked": "train and valid",
        "ties": "in random order, seed 0; half in auc",
    }
    assert evaluate.rankings(Scorer(SCORES), by_hand, k=2, part="valid").protocol["masked"] == "train"
    refitted = evaluate.rankings(Scorer(SCORES), by_hand.refit(), k=2).protocol
    assert (refitted["refitted"], refitted["masked"]) == (True, "train")


def test_below_the_threshold_a_held_out_item_is_one_like_all_others(by_hand):
    report = evaluate.rankings(Scorer(SCORES), by_hand, k=2, relevant=4, per_user=True)
    assert report.users["relevant"].tolist() == [1, 1]
    assert report.users["hr@2"].tolist() == [0, 1]  # d comes before c, which is third
    assert (report.protocol["rows"], report.protocol["relevant"]) == (2, "rating ≥ 4")
    only_ann = evaluate.rankings(Scorer(SCORES), by_hand, k=2, relevant=5)
    assert (only_ann.protocol["users"], only_ann.protocol["users_left_out"]) == (1, 2)


def test_what_was_rated_before_comes_back_when_it_is_not_masked(by_hand):
    report = evaluate.rankings(Scorer(SCORES), by_hand, k=2, mask_seen=False, per_user=True)
    assert report.users["candidates"].tolist() == [6, 6]
    assert report.users["hr@2"].tolist() == [0, 0]  # a and b come first
    assert report.protocol["masked"] == "nothing"


def test_for_validation_the_test_items_are_candidates_like_others(by_hand):
    users = evaluate.rankings(Scorer(SCORES), by_hand, part="valid", k=2, per_user=True).users
    assert users["user_id"].tolist() == ["ann", "cem"]
    assert users["candidates"].tolist() == [5, 3]
    assert users["hr@2"].tolist() == [1, 0]  # ann: b d e c f; cem: c b a


def test_a_held_out_item_is_ranked_even_when_it_was_rated_before_too(by_hand):
    twice = replace(by_hand, train=pd.concat([by_hand.train, by_hand.test[by_hand.train.columns]]))
    assert evaluate.rankings(Scorer(SCORES), twice, k=2).metrics["hr@2"] == 1


def test_lists_shorter_than_k_end_where_the_candidates_do(by_hand):
    report = evaluate.rankings(Scorer(SCORES), by_hand, k=6, per_user=True)
    assert report.users["precision@6"].tolist() == [2 / 6, 1 / 6]
    assert report.users["hr@6"].tolist() == [1, 1]
    assert report.metrics["coverage@6"] == 4 / 6  # nobody is shown a or b


def of_candidates(split, model, pairs, k, seed):
    """HR and NDCG of one user after another, sorted in Python."""
    results = []
    for user, group in pairs.groupby("user"):
        scored = [
            (-model.table[user, item], int(drawn_for(np.array([user]), np.array([item]), seed)[0]), item)
            for item in group["item"]
        ]
        shown = [item for _, _, item in sorted(scored)][:k]
        truth = set(split.test.loc[split.test["user"] == user, "item"])
        gains = [item in truth for item in shown]
        best = sum(1 / np.log2(place + 2) for place in range(min(k, len(truth))))
        results.append((any(gains), sum(gain / np.log2(place + 2) for place, gain in enumerate(gains)) / best))
    return np.mean(results, axis=0)


@pytest.mark.parametrize("levels", [40, 3])  # without ties, and with many
def test_it_agrees_with_sorting_one_user_after_another(little_split, scorer, levels):
    model = Scorer(scorer.table % levels)
    taken = pd.concat([little_split.train, little_split.valid])
    grid = pd.DataFrame(np.indices(model.table.shape).reshape(2, -1).T, columns=["user", "item"])
    left = grid.merge(taken[["user", "item"]], how="left", indicator=True).query("_merge == 'left_only'")
    expected = of_candidates(little_split, model, left, 5, seed=3)
    report = evaluate.rankings(model, little_split, k=5, seed=3)
    assert [report.metrics["hr@5"], report.metrics["ndcg@5"]] == pytest.approx(expected)


@pytest.mark.parametrize("candidates", ["all", 7])
def test_blocks_do_not_matter(little_split, scorer, candidates, monkeypatch):
    model = Scorer(scorer.table // 6)  # with ties
    whole = evaluate.rankings(model, little_split, candidates=candidates, per_user=True)
    monkeypatch.setattr(ranking_task, "CELLS_PER_BLOCK", 100)
    parts = evaluate.rankings(model, little_split, candidates=candidates, per_user=True)
    pd.testing.assert_frame_equal(parts.users, whole.users, check_exact=True)
    assert parts.metrics == whole.metrics


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from(["all", 6]))
def test_stretching_the_scores_changes_nothing(little_split, seed, candidates):
    scores = np.random.default_rng(seed).integers(-9, 9, size=(little_split.n_users, little_split.n_items))
    one, other = (
        evaluate.rankings(Scorer(table), little_split, candidates=candidates) for table in (scores, 3.5 * scores**3 + 1)
    )
    assert one.metrics == other.metrics


@settings(max_examples=25)
@given(st.permutations(range(20)))
def test_the_numbering_of_the_users_does_not_matter(little_split, scorer, order):
    def renumbered(frame):
        return frame.assign(user=np.argsort(order)[frame["user"]])

    users = little_split.ratings.users.iloc[list(order)].reset_index(drop=True)
    ratings = replace(little_split.ratings, frame=renumbered(little_split.ratings.frame), users=users)
    parts = {part: renumbered(getattr(little_split, part)) for part in ("train", "valid", "test")}
    other = evaluate.rankings(Scorer(scorer.table[list(order)]), replace(little_split, ratings=ratings, **parts))
    assert dict(other.metrics) == pytest.approx(dict(evaluate.rankings(scorer, little_split).metrics))


def test_models_that_answer_pairs_get_the_same_numbers(little_split, scorer):
    for candidates in ("all", 7):
        grid = evaluate.rankings(scorer, little_split, candidates=candidates)
        assert evaluate.rankings(PairScorer(scorer.table), little_split, candidates=candidates) == grid


@pytest.fixture(scope="module")
def many_users():
    """2,000 users of 50 items: one test item each, no two of a user alike, four items rated before."""
    from recolab import split
    from recolab.data import Ratings

    items = np.random.default_rng(0).permuted(np.tile(np.arange(50), (2_000, 1)), axis=1)[:, :5]
    frame = pd.DataFrame({"user": np.repeat(np.arange(2_000), 5), "item": items.ravel(), "rating": 3.0})
    ratings = Ratings.from_frame(frame, scale=(1, 5), name="many")
    last = frame.iloc[4::5].rename(columns={"user": "user_id", "item": "item_id"})
    return split.given(ratings, test=last[["user_id", "item_id"]], valid=0)


@pytest.mark.parametrize(("candidates", "ranked"), [("all", 46), (9, 10)])
@pytest.mark.parametrize("scores", ["constant", "random"])
def test_scores_that_know_nothing_get_what_guessing_gets(many_users, candidates, ranked, scores):
    table = np.zeros((2_000, 50)) if scores == "constant" else np.random.default_rng(5).random((2_000, 50))
    report = evaluate.rankings(Scorer(table), many_users, k=5, candidates=candidates)
    places = np.arange(1, 6)
    theory = {
        "hr@5": 5 / ranked,
        "precision@5": 1 / ranked,
        "ndcg@5": (1 / np.log2(places + 1)).sum() / ranked,
        "mrr@5": (1 / places).sum() / ranked,
        "auc": 1 / 2,
    }
    for name, value in theory.items():
        low, high = report.intervals[name]
        four_errors = max(high - low, 1e-9)  # the interval is about four standard errors wide
        assert report.metrics[name] == pytest.approx(value, abs=four_errors), name
    if scores == "constant":
        assert report.metrics["auc"] == 0.5


def test_the_order_of_ties_depends_on_the_seed_alone(many_users):
    constant, shifted = Scorer(np.zeros((2_000, 50))), Scorer(np.full((2_000, 50), 7.0))
    first = evaluate.rankings(constant, many_users, per_user=True).users
    assert evaluate.rankings(shifted, many_users, per_user=True).users.equals(first)
    assert not evaluate.rankings(constant, many_users, seed=1, per_user=True).users.equals(first)


def test_the_intervals_lie_around_the_means_and_coverage_has_none(little_split, scorer):
    report = evaluate.rankings(scorer, little_split)
    assert set(report.metrics) - set(report.intervals) == {"coverage@10"}
    for name, (low, high) in report.intervals.items():
        assert low <= report.metrics[name] <= high
    assert report.users is None


def test_reports_of_other_protocols_are_not_compared(little_split, scorer):
    def run(**options):
        return evaluate.rankings(scorer, little_split, **options)

    table = pd.DataFrame(np.indices((20, 40)).reshape(2, -1).T, columns=["user", "item"])
    others = {
        "candidates": [run(candidates=9), run(candidates=table, mask_seen=False)],
        "k": [run(k=5)],
        "relevant": [run(relevant=4)],
        "masked": [run(mask_seen=False)],
        "ties": [run(seed=1)],
        "part": [run(part="valid")],
    }
    for name, reports in others.items():
        for report in reports:
            with pytest.raises(RecoLabError, match=rf"do not compare: .*{name}"):
                evaluate.compare({"all": run(), "other": report})
    other_seed = [run(candidates=9, seed=seed) for seed in (0, 1)]
    with pytest.raises(RecoLabError, match="candidates"):
        evaluate.compare(dict(zip("ab", other_seed, strict=True)))
    held_out = table.merge(little_split.test[["user", "item"]])
    shorter = run(candidates=pd.concat([held_out, table.head(1)]).drop_duplicates(), mask_seen=False)
    with pytest.raises(RecoLabError, match="candidates"):
        evaluate.compare({"one": others["candidates"][1], "other": shorter})


def test_the_seed_of_other_draws_leaves_the_metrics_alone(little_split, scorer):
    """Without ties and without sampled candidates the seed moves the intervals only."""
    one, other = (evaluate.rankings(scorer, little_split, seed=seed) for seed in (0, 1))
    assert one.metrics == other.metrics
    assert one.intervals != other.intervals


def test_a_keras_model_is_ranked_like_its_own_predictions(little_split):
    from recolab.models import BiasedMF, scores

    model = BiasedMF(little_split, factors=4, seed=3)
    table = Scorer(scores(model, np.arange(20)))
    for candidates in ("all", 7):
        one, other = (evaluate.rankings(each, little_split, candidates=candidates) for each in (model, table))
        assert dict(one.metrics) == pytest.approx(dict(other.metrics))


def test_an_empty_part_is_an_error(little_split, scorer):
    with pytest.raises(RecoLabError, match=r"The part 'valid' of the split .* is empty"):
        evaluate.rankings(scorer, little_split.refit(), part="valid")
    with pytest.raises(RecoLabError, match="must be 'valid' or 'test'"):
        evaluate.rankings(scorer, little_split, part="train")


@pytest.mark.parametrize("k", [0, -1, 41, 2.5, "ten"])
def test_k_out_of_range_is_an_error(little_split, scorer, k):
    with pytest.raises(RecoLabError, match=r"k must (lie between 1 and 40|be a whole number)"):
        evaluate.rankings(scorer, little_split, k=k)


def test_a_threshold_that_leaves_nobody_is_an_error(little_split, scorer):
    with pytest.raises(RecoLabError, match=r"has a rating of 5\.5 or more, so nobody is left to measure"):
        evaluate.rankings(scorer, little_split, relevant=5.5)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("candidates", ["all", 9])
def test_scores_that_are_no_numbers_are_an_error(little_split, scorer, bad, candidates):
    table = scorer.table.copy()
    table[3] = bad
    with pytest.raises(RecoLabError, match="predicts NaN or infinity"):
        evaluate.rankings(Scorer(table), little_split, candidates=candidates)


def test_a_model_of_another_catalogue_is_an_error(little_split, scorer):
    with pytest.raises(RecoLabError, match=r"shape \(20, 40\), but gave \(20, 39\)"):
        evaluate.rankings(Scorer(scorer.table[:, :39]), little_split)


def test_candidates_that_are_all_to_be_found_are_an_error(by_hand):
    only = pd.DataFrame({"user_id": ["ann", "ann", "bob"], "item_id": ["c", "d", "f"]})
    with pytest.raises(RecoLabError, match="Every candidate is an item to be found"):
        evaluate.rankings(Scorer(SCORES), by_hand, k=1, candidates=only)
