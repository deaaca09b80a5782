"""Metrics of ranked lists: by hand, by property, and as ranx and scikit-learn have them."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recolab.errors import RecoLabError
from recolab.metrics import (
    auc_of_ranks,
    average_precision,
    coverage,
    hit_rate,
    ndcg,
    popularity,
    precision,
    recall,
    reciprocal_rank,
)

# Five places. Ann: 3 relevant items, two of them found, at places 1 and 4. Bob: one, found at place 3. Cem: two, none
# found. Dee: only two candidates, so three places are empty; her one relevant item is at place 2.
HITS = np.array([[1, 0, 0, 1, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0], [0, 1, 0, 0, 0]])
N_RELEVANT = np.array([3, 1, 2, 1])
LOG3, LOG5 = np.log2(3), np.log2(5)


def ideal(n_relevant, width=8):
    return np.arange(width) < np.asarray(n_relevant)[:, None]


def test_four_users_worked_out_by_hand():
    assert hit_rate(HITS).tolist() == [1, 1, 0, 1]
    assert precision(HITS) == pytest.approx([2 / 5, 1 / 5, 0, 1 / 5])
    assert recall(HITS, N_RELEVANT) == pytest.approx([2 / 3, 1, 0, 1])
    assert average_precision(HITS, N_RELEVANT) == pytest.approx([(1 + 2 / 4) / 3, 1 / 3, 0, 1 / 2])
    assert reciprocal_rank(HITS) == pytest.approx([1, 1 / 3, 0, 1 / 2])
    best_of_three = 1 + 1 / LOG3 + 1 / 2
    assert ndcg(HITS, ideal(N_RELEVANT)) == pytest.approx([(1 + 1 / LOG5) / best_of_three, 1 / 2, 0, 1 / LOG3])


def test_a_list_shorter_than_k_counts_as_filled_up_with_items_that_are_not_relevant():
    short, filled_up = np.array([[0, 1]]), np.array([[0, 1, 0, 0, 0]])
    for metric in (hit_rate, reciprocal_rank):
        assert metric(short) == metric(filled_up)
    assert precision(filled_up) == 1 / 5
    assert ndcg(short, [[1, 0]]) == ndcg(filled_up, [[1, 0]])


def test_the_ideal_list_is_cut_at_k_like_the_real_one():
    assert ndcg([[1, 1]], [[1, 1, 1, 1]]) == 1


def test_a_hit_at_the_first_place_is_worth_one_because_the_logarithm_is_that_of_base_two():
    assert ndcg([[1, 0, 0]], [[1]]) == 1
    assert ndcg([[0, 0, 1]], [[1]]) == pytest.approx(1 / 2)


def test_graded_relevance_worked_out_by_hand():
    # Found: gains 1, 0, 3; relevant: gains 3, 2, 1 (given out of order).
    dcg, best = 1 + 3 / 2, 3 + 2 / LOG3 + 1 / 2
    assert ndcg([[1, 0, 3]], [[2, 1, 3, 0]]) == pytest.approx(dcg / best)
    exponential = (2**1 - 1) + (2**3 - 1) / 2
    assert ndcg([[1, 0, 7]], [[3, 1, 7, 0]]) == pytest.approx(exponential / (7 + 3 / LOG3 + 1 / 2))


def test_what_an_empty_truth_leaves_undefined_is_nan_and_the_rest_is_zero():
    nothing, none = np.zeros((1, 3)), np.array([0])
    assert [metric(nothing).tolist() for metric in (hit_rate, precision, reciprocal_rank)] == [[0], [0], [0]]
    assert np.isnan([recall(nothing, none), average_precision(nothing, none), ndcg(nothing, nothing)]).all()
    assert np.isnan(auc_of_ranks([0], [0], [5]))


def test_auc_counts_the_pairs_in_the_right_order_by_hand():
    # Of five candidates the relevant ones have ranks 1 and 4: of six pairs, 3 + 1 are in the right order.
    assert auc_of_ranks([1 + 4], [2], [5]) == pytest.approx(4 / 6)
    assert auc_of_ranks([1, 5, 3], [1, 1, 1], [5, 5, 5]).tolist() == [1, 0, 0.5]
    assert np.isnan(auc_of_ranks([3], [2], [2]))  # no other candidate to be compared with


def test_coverage_and_popularity_by_hand():
    items = np.array([[0, 1, 2], [1, 0, 3], [4, -1, -1]])
    assert coverage(items, 10) == 5 / 10
    assert popularity(items, [8, 4, 0, 3, 1]) == pytest.approx([4, 5, 1])
    assert np.isnan(popularity([[-1, -1]], [8])).all()


BINARY = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 12)), elements=st.integers(0, 1))


@given(BINARY, st.integers(0, 3))
def test_all_lie_between_0_and_1_and_keep_their_order(hits, missed):
    n_relevant = hits.sum(axis=1) + missed
    there = n_relevant > 0
    hits, n_relevant = hits[there], n_relevant[there]
    if len(hits):
        shares = [
            hit_rate(hits),
            precision(hits),
            recall(hits, n_relevant),
            average_precision(hits, n_relevant),
            ndcg(hits, ideal(n_relevant, 16)),
            reciprocal_rank(hits),
        ]
        assert np.min(shares) >= 0
        assert np.max(shares) <= 1 + 1e-12
        assert (average_precision(hits, n_relevant) <= recall(hits, n_relevant) + 1e-12).all()
        assert (recall(hits, n_relevant) <= hit_rate(hits)).all()
        assert (reciprocal_rank(hits) <= hit_rate(hits)).all()


@given(BINARY, st.randoms(use_true_random=False))
def test_the_order_of_users_does_not_matter(hits, rng):
    order = rng.sample(range(len(hits)), len(hits))
    n_relevant = hits.sum(axis=1) + 1
    for values, shuffled in (
        (ndcg(hits, ideal(n_relevant, 16)), ndcg(hits[order], ideal(n_relevant[order], 16))),
        (average_precision(hits, n_relevant), average_precision(hits[order], n_relevant[order])),
        (recall(hits, n_relevant), recall(hits[order], n_relevant[order])),
        (reciprocal_rank(hits), reciprocal_rank(hits[order])),
    ):
        np.testing.assert_array_equal(values[order], shuffled)


@given(BINARY)
def test_moving_a_hit_up_never_makes_anything_worse(hits):
    n_relevant = hits.sum(axis=1) + 1
    better = -np.sort(-hits, axis=1)
    assert (ndcg(better, ideal(n_relevant, 16)) >= ndcg(hits, ideal(n_relevant, 16)) - 1e-12).all()
    assert (average_precision(better, n_relevant) >= average_precision(hits, n_relevant) - 1e-12).all()
    assert (reciprocal_rank(better) >= reciprocal_rank(hits)).all()
    np.testing.assert_array_equal(precision(better), precision(hits))


def ranked(seed, users=40, items=30, k=10, graded=False):
    """Scores without ties and grades of items of 0 to 3; each user has at least one relevant item."""
    rng = np.random.default_rng(seed)
    scores = rng.permuted(np.tile(np.arange(items, dtype=float), (users, 1)), axis=1)
    grades = rng.choice([0, 0, 0, 0, 1, 2, 3] if graded else [0, 0, 0, 1], size=(users, items))
    grades[np.arange(users), rng.integers(items, size=users)] = 1
    gains = np.take_along_axis(grades, np.argsort(-scores, axis=1), axis=1)
    return scores, grades, gains[:, :k]


ASK_RANX = """
import json, sys
import ranx
cases = json.load(sys.stdin)
answers = [ranx.evaluate(ranx.Qrels(c["truth"]), ranx.Run(c["run"]), c["names"], return_mean=False) for c in cases]
json.dump([{name: values.tolist() for name, values in answer.items()} for answer in answers], sys.stdout)
"""


def ranx_says(cases):
    """What ranx measures; in a process of its own, where Numba does not compile it for minutes."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK_RANX],
        input=json.dumps(cases),
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(asked.stdout)


@pytest.mark.slow
def test_ranx_agrees():
    cases, ours = [], []
    for seed, graded in ((1, False), (2, True)):
        scores, grades, gains = ranked(seed, graded=graded)
        n_relevant = (grades > 0).sum(axis=1)
        ours.append(
            {
                "hit_rate@10": hit_rate(gains),
                "precision@10": precision(gains),
                "recall@10": recall(gains, n_relevant),
                "map@10": average_precision(gains, n_relevant),
                "mrr@10": reciprocal_rank(gains),
                "ndcg@10": ndcg(gains, grades),
                "ndcg_burges@10": ndcg(2**gains - 1, 2**grades - 1),
            }
        )
        truth = {f"{u:03}": {f"{i}": int(g) for i, g in enumerate(row) if g} for u, row in enumerate(grades)}
        run = {f"{u:03}": {f"{i}": s for i, s in enumerate(row)} for u, row in enumerate(scores)}
        cases.append({"truth": truth, "run": run, "names": list(ours[-1])})
    # Two candidates for five places: dee finds her one item, eve one of two.
    gains, n_relevant = np.array([[0, 1, 0, 0, 0], [1, 0, 0, 0, 0]]), np.array([1, 2])
    ours.append(
        {
            "precision@5": precision(gains),
            "recall@5": recall(gains, n_relevant),
            "map@5": average_precision(gains, n_relevant),
            "ndcg@5": ndcg(gains, ideal(n_relevant)),
        }
    )
    run = {"dee": {"a": 2.0, "b": 1.0}, "eve": {"a": 2.0, "b": 1.0}}
    cases.append({"truth": {"dee": {"b": 1}, "eve": {"a": 1, "c": 1}}, "run": run, "names": list(ours[-1])})
    for mine, theirs in zip(ours, ranx_says(cases), strict=True):
        for name, values in mine.items():
            assert values == pytest.approx(theirs[name]), name


def test_scikit_learn_agrees_on_ndcg():
    scores, grades, gains = ranked(2, graded=True)
    assert ndcg(gains, grades).mean() == pytest.approx(sklearn.metrics.ndcg_score(grades, scores, k=10))


def test_scikit_learn_agrees_on_auc():
    scores, grades, _ = ranked(3)
    ranks = scores.shape[1] - scores  # the highest score has rank 1
    n_relevant = grades.sum(axis=1)
    ours = auc_of_ranks((ranks * grades).sum(axis=1), n_relevant, np.full(len(grades), grades.shape[1]))
    theirs = [sklearn.metrics.roc_auc_score(truth, row) for truth, row in zip(grades, scores, strict=True)]
    assert ours == pytest.approx(theirs)


@pytest.mark.parametrize("gains", [[1, 0], np.zeros((2, 0)), 1.0])
def test_gains_of_another_shape_are_an_error(gains):
    with pytest.raises(RecoLabError, match=r"must have the shape \(users, k\) with k at least 1"):
        hit_rate(gains)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1])
def test_gains_that_are_no_gains_are_an_error(bad):
    with pytest.raises(RecoLabError, match="must be finite and at least 0"):
        precision([[1, bad]])


def test_fewer_relevant_items_than_hits_are_an_error():
    for metric in (recall, average_precision):
        with pytest.raises(RecoLabError, match="count every relevant item"):
            metric([[1, 1]], [1])
        with pytest.raises(RecoLabError, match=r"must have the shape \(1,\)"):
            metric([[1, 1]], [2, 2])
    with pytest.raises(RecoLabError, match="worth more than the ideal one"):
        ndcg([[1, 1]], [[1, 0]])
    with pytest.raises(RecoLabError, match="1 users and `ideal` 2"):
        ndcg([[1, 1]], [[1], [1]])


def test_unknown_items_are_an_error():
    for ask in (lambda items: coverage(items, 3), lambda items: popularity(items, [1, 2, 3])):
        for wrong in (3, -2):
            with pytest.raises(RecoLabError, match="must lie between 0 and 2"):
                ask([[0, wrong]])
        with pytest.raises(RecoLabError, match=r"codes of the shape \(users, k\)"):
            ask([0, 1])
