"""Click metrics: by hand, against scikit-learn, and what theory says of constant and random predictions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from recolab import RecoLabError, metrics

CLICKS = np.array([1, 0, 1, 1, 0])
P = np.array([0.9, 0.8, 0.8, 0.3, 0.1])


@st.composite
def labelled(draw):
    """Clicks of both classes, and scores with ties."""
    rows = draw(st.integers(2, 40))
    clicks = draw(st.lists(st.integers(0, 1), min_size=rows, max_size=rows).filter(lambda of: 0 < sum(of) < rows))
    scores = draw(st.lists(st.sampled_from([0.05, 0.2, 0.5, 0.51, 0.9]), min_size=rows, max_size=rows))
    return np.array(clicks), np.array(scores)


def test_auc_by_hand():
    # Six pairs of a click and none: .9 wins both, .8 wins one and ties with .8, .3 wins one and loses one.
    assert metrics.auc(CLICKS, P) == pytest.approx((2 + 1.5 + 1) / 6)


def test_log_loss_by_hand():
    logs = [math.log(0.9), math.log(0.2), math.log(0.8), math.log(0.3), math.log(0.9)]
    assert metrics.log_loss(CLICKS, P) == pytest.approx(-sum(logs) / 5)


def test_what_is_called_a_click_by_hand():
    assert metrics.accuracy(CLICKS, P) == pytest.approx(3 / 5)
    assert metrics.precision_at_threshold(CLICKS, P) == pytest.approx(2 / 3)
    assert metrics.recall_at_threshold(CLICKS, P) == pytest.approx(2 / 3)
    assert metrics.recall_at_threshold(CLICKS, P, threshold=0.3) == 1  # .3 itself is a click
    assert math.isnan(metrics.precision_at_threshold(CLICKS, P, threshold=0.95))


def test_calibration_by_hand():
    clicks, p = np.array([1, 0, 1, 1]), np.array([0.25, 0.15, 0.75, 1.0])
    table = metrics.reliability(clicks, p, bins=2)
    assert table["predicted"].tolist() == pytest.approx([0.2, 0.875])
    assert table["happened"].tolist() == [0.5, 1.0]
    assert table["rows"].tolist() == [2, 2]
    assert metrics.calibration_error(clicks, p, bins=2) == pytest.approx((0.3 + 0.125) / 2)


def test_grouped_auc_by_hand():
    clicks, scores = np.array([1, 0, 1, 0, 0, 1, 1]), np.array([0.9, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7])
    users = np.array(["a", "a", "b", "b", "b", "c", "c"])  # c clicked everything and is left out
    assert metrics.grouped_auc(clicks, scores, users) == pytest.approx((2 * 1 + 3 * 0) / 5)


@given(labelled())
def test_equal_to_scikit_learn(rows):
    clicks, p = rows
    assert metrics.auc(clicks, p) == pytest.approx(sklearn_metrics.roc_auc_score(clicks, p))
    assert metrics.log_loss(clicks, p) == pytest.approx(sklearn_metrics.log_loss(clicks, p))
    called = p >= 0.5
    assert metrics.accuracy(clicks, p) == pytest.approx(sklearn_metrics.accuracy_score(clicks, called))
    assert metrics.recall_at_threshold(clicks, p) == pytest.approx(sklearn_metrics.recall_score(clicks, called))
    if called.any():
        precision = sklearn_metrics.precision_score(clicks, called)
        assert metrics.precision_at_threshold(clicks, p) == pytest.approx(precision)


@given(labelled())
def test_auc_is_about_order_alone(rows):
    clicks, scores = rows
    assert metrics.auc(clicks, np.exp(5 * scores)) == pytest.approx(metrics.auc(clicks, scores))
    assert metrics.auc(clicks, -scores) == pytest.approx(1 - metrics.auc(clicks, scores))
    assert metrics.auc(1 - clicks, scores) == pytest.approx(1 - metrics.auc(clicks, scores))


@given(labelled(), st.integers(0, 3))
def test_grouped_auc_is_the_mean_of_the_groups_that_have_both_classes(rows, seed):
    clicks, scores = rows
    groups = np.random.default_rng(seed).integers(0, 4, len(clicks))
    parts = [(clicks[groups == group], scores[groups == group]) for group in range(4)]
    parts = [(c, s) for c, s in parts if len(set(c.tolist())) == 2]
    if not parts:
        with pytest.raises(RecoLabError, match="none has both"):
            metrics.grouped_auc(clicks, scores, groups)
        return
    expected = sum(len(c) * metrics.auc(c, s) for c, s in parts) / sum(len(c) for c, _ in parts)
    assert metrics.grouped_auc(clicks, scores, groups) == pytest.approx(expected)


def test_a_constant_gets_what_theory_says():
    clicks = np.random.default_rng(0).integers(0, 4, 1000) > 0
    share = clicks.mean()
    always = np.full(1000, share)
    assert metrics.auc(clicks, always) == 0.5
    entropy = -(share * math.log(share) + (1 - share) * math.log(1 - share))
    assert metrics.log_loss(clicks, always) == pytest.approx(entropy)
    assert metrics.calibration_error(clicks, always) == pytest.approx(0, abs=1e-12)
    assert metrics.accuracy(clicks, always) == share


def test_random_scores_are_chance():
    rng = np.random.default_rng(0)
    clicks, scores = rng.integers(0, 2, 20_000), rng.random(20_000)
    spread = math.sqrt((20_001) / (12 * 10_000 * 10_000))  # of the AUC of random scores (Mann & Whitney 1947)
    assert abs(metrics.auc(clicks, scores) - 0.5) < 4 * spread


def test_who_clicks_a_lot_helps_auc_and_not_grouped_auc():
    users = np.repeat([0, 1], 500)
    clicks = np.random.default_rng(0).random(1000) < np.where(users, 0.9, 0.1)
    of_user = users.astype(float)
    assert metrics.auc(clicks, of_user) > 0.8
    assert metrics.grouped_auc(clicks, of_user, users) == 0.5


@pytest.mark.parametrize(
    ("clicks", "p", "message"),
    [
        ([1, 1], [0.5, 0.6], "one class, and all 2 rows are clicks"),
        ([0, 0], [0.5, 0.6], "all 2 rows are without a click"),
        ([1, 0], [0.5], "one number a row each"),
        ([], [], "give at least one row"),
        ([1, 2], [0.5, 0.6], "must be 0 or 1, but hold .*2"),
        ([1, 0], [0.5, float("nan")], "NaN or infinity"),
    ],
)
def test_what_cannot_be_measured(clicks, p, message):
    with pytest.raises(RecoLabError, match=message):
        metrics.auc(clicks, p)


def test_logits_are_no_probabilities():
    with pytest.raises(RecoLabError, match="are they logits"):
        metrics.log_loss([1, 0], [3.0, -2.0])


def test_a_sure_mistake_is_not_infinite():
    assert metrics.log_loss([0, 1], [1.0, 1.0]) == pytest.approx(-math.log(1e-7) / 2, rel=1e-3)
