"""Sampled candidates, and tables of candidates that somebody else published."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from recolab import evaluate
from recolab.errors import RecoLabError
from recolab.evaluate.candidates import pair_matrix, sampled
from recolab.evaluate.ranking_task import TO_FIND, RankingTask


class Same:
    """A model to which all items are alike."""

    def predict(self, pairs):
        return np.zeros(len(pairs["user"]))


def task(split, **changes):
    arguments = {"part": "test", "k": 5, "candidates": 9, "mask_seen": True, "relevant": None, "seed": 0}
    return RankingTask.of(split, **(arguments | changes))


def known(pairs, shape):
    return pair_matrix(*np.array(pairs, dtype=int).reshape(-1, 2).T, shape)


@settings(max_examples=50)
@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 7))), st.integers(1, 8), st.integers(0, 99))
def test_no_known_item_is_drawn_and_none_twice(pairs, n, seed):
    taken = known(sorted(pairs), (5, 8))
    users = np.flatnonzero(8 - np.diff(taken.indptr) >= n)
    if len(users):
        drawn = sampled(taken, users, n, np.random.default_rng(seed))
        assert np.diff(drawn.indptr).tolist() == [n if user in users else 0 for user in range(5)]
        assert (drawn.data == 1).all()
        assert drawn.multiply(taken).nnz == 0


def test_every_unknown_item_is_drawn_equally_often_together_with_every_other():
    taken = known([(user, item) for user in range(30_000) for item in (0, 3, 4)], (30_000, 8))
    drawn = sampled(taken, np.arange(30_000), 2, np.random.default_rng(0))
    pairs = drawn.indices.reshape(-1, 2) @ [8, 1]
    counts = np.unique(pairs, return_counts=True)[1]
    assert len(counts) == 5 * 4 / 2
    assert scipy.stats.chisquare(counts).pvalue > 0.001


def test_all_unknown_items_can_be_drawn():
    taken = known([(0, 1), (0, 2), (1, 4)], (2, 5))
    assert sampled(taken, np.array([0]), 3, np.random.default_rng(0)).indices.tolist() == [0, 3, 4]


def test_sampled_candidates_are_the_held_out_items_and_n_that_the_user_never_rated(little_split):
    listed = task(little_split).listed
    held_out = little_split.test.groupby("user")["item"].apply(set)
    rated = little_split.ratings.frame.groupby("user")["item"].apply(set)
    for user, items in held_out.items():
        row = listed[[user]]
        found, others = set(row.indices[row.data == TO_FIND]), set(row.indices[row.data == 1])
        assert found == items
        assert len(others) == 9
        assert not others & rated[user]


def test_the_draw_is_the_same_for_every_model_and_every_rule_of_relevance_and_another_for_another_seed(little_split):
    def others(**changes):
        listed = task(little_split, **changes).listed.tocoo()
        return set(zip(listed.row[listed.data == 1], listed.col[listed.data == 1], strict=True))

    assert others() == others()
    assert others() == others(relevant=5)
    assert others() == others(k=3)
    assert others() != others(seed=1)


def test_a_draw_for_validation_knows_nothing_of_the_test(little_split):
    def drawn(split):
        listed = task(split, part="valid", candidates=12).listed
        return listed.indptr.tolist(), listed.indices.tolist()

    assert drawn(little_split) == drawn(replace(little_split, test=little_split.test.iloc[:0]))
    listed = task(little_split, part="valid", candidates=12).listed
    test = pair_matrix(little_split.test["user"], little_split.test["item"], listed.shape)
    assert listed.multiply(test).nnz > 0  # so the test items are drawn like any other


def test_more_candidates_than_there_are_is_an_error(little_split):
    for n in (0, -3, 40):
        with pytest.raises(RecoLabError, match=rf"candidates={n} cannot be drawn: give 1 to \d+, because the user"):
            task(little_split, candidates=n)
    with pytest.raises(RecoLabError, match="mask_seen=False cannot be met"):
        task(little_split, mask_seen=False)


@pytest.mark.parametrize("wrong", ["some", 2.5, True, None, [1, 2]])
def test_candidates_that_are_nothing_of_the_kind_are_an_error(little_split, wrong):
    with pytest.raises(RecoLabError, match='Candidates must be "all", "published", a number'):
        task(little_split, candidates=wrong)


# ann: train a, valid b, test c and d; bob: train a and b, test f (see conftest).
PUBLISHED = [("ann", "c"), ("ann", "e"), ("ann", "d"), ("bob", "f"), ("bob", "c")]


def table(pairs):
    return pd.DataFrame(pairs, columns=["user_id", "item_id"])


def test_a_table_of_raw_ids_or_of_codes_is_ranked_as_it_stands(by_hand):
    raw = table(PUBLISHED)
    codes = pd.DataFrame(
        {"user": by_hand.ratings.user_codes(raw["user_id"]), "item": by_hand.ratings.item_codes(raw["item_id"])}
    )
    reports = [evaluate.rankings(Same(), by_hand, k=2, candidates=each, per_user=True) for each in (raw, codes)]
    assert reports[0] == reports[1]
    assert reports[0].users["candidates"].tolist() == [3, 2]
    assert reports[0].protocol["candidates"].startswith("a table of 5 pairs, sha256 ")
    published = evaluate.rankings(Same(), replace(by_hand, candidates=codes), k=2, candidates="published")
    assert published.metrics == reports[0].metrics
    assert published.protocol["candidates"] == "published"


def test_the_order_of_the_rows_of_a_table_does_not_matter(by_hand):
    one, other = (
        evaluate.rankings(Same(), by_hand, candidates=table(rows), k=2) for rows in (PUBLISHED, PUBLISHED[::-1])
    )
    assert one == other


def test_only_users_with_something_to_be_found_are_measured(by_hand):
    with_cem = table([*PUBLISHED, ("cem", "b")])
    assert task(by_hand, candidates=with_cem, k=2).users.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([*PUBLISHED, ("bob", "f")], r"names 1 pairs more than once, the first \(user 'bob', item 'f'\)"),
        (PUBLISHED[:3], "has no row for 1 of the users to measure, the first 'bob'"),
        (PUBLISHED[1:], r"lacks 1 held-out items of its users, the first \(user 'ann', item 'c'\)"),
        ([*PUBLISHED, ("ann", "b")], r"holds 1 items that its users rated before, the first \(user 'ann', item 'b'\)"),
        ([*PUBLISHED, ("ann", "z")], r"1 rows .* that by hand does not have, the first .*'item_id': 'z'"),
        ([*PUBLISHED, ("zoe", "a")], r"1 rows .* that by hand does not have, the first .*'user_id': 'zoe'"),
    ],
)
def test_a_table_that_is_not_one_clean_list_a_user_is_an_error(by_hand, rows, message):
    with pytest.raises(RecoLabError, match=message):
        task(by_hand, candidates=table(rows))


def test_seen_items_may_be_ranked_where_nothing_is_masked(by_hand):
    with_seen = table([*PUBLISHED, ("ann", "b")])
    assert task(by_hand, candidates=with_seen, mask_seen=False).protocol["masked"] == "nothing"


def test_other_columns_and_codes_are_an_error(by_hand):
    with pytest.raises(RecoLabError, match=r"needs the columns user_id and item_id.* but has \['who', 'what'\]"):
        task(by_hand, candidates=table(PUBLISHED).set_axis(["who", "what"], axis=1))
    for wrong in ({"user": [0, 9], "item": [0, 0]}, {"user": [0, 1], "item": [-1, 0]}):
        with pytest.raises(RecoLabError, match="1 rows of the table of candidates name a user or an item"):
            task(by_hand, candidates=pd.DataFrame(wrong))
    with pytest.raises(RecoLabError, match="must hold codes, not float64"):
        task(by_hand, candidates=pd.DataFrame({"user": [0.5], "item": [0]}))


def test_a_split_without_published_candidates_is_an_error(by_hand):
    with pytest.raises(RecoLabError, match="publishes no candidates"):
        task(by_hand, candidates="published")
