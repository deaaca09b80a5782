"""BPR and WARP by hand."""

import numpy as np
import pytest

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models import BPR, WARP


def loss_of(loss, *groups):
    """The loss of groups of scores, the positive first."""
    scores = np.array(groups, np.float32).reshape(-1, 1)
    return float(loss(np.zeros_like(scores), scores))


def test_bpr_is_the_mean_of_minus_log_sigmoid_of_all_differences():
    expected = np.mean(
        [-np.log(1 / (1 + np.exp(-difference))) for difference in (2.0 - 1.0, 2.0 + 3.0, 0.0 - 0.5, 0.0)]
    )
    assert loss_of(BPR(negatives=2), [2, 1, -3], [0, 0.5, 0]) == pytest.approx(expected, rel=1e-6)


def test_bpr_stays_finite_for_large_differences():
    assert loss_of(BPR(), [-200, 200]) == pytest.approx(400)
    assert loss_of(BPR(), [200, -200]) == pytest.approx(0, abs=1e-30)


def test_warp_weighs_the_first_violator_by_the_rank_it_hints_at():
    # 11 items. The first negative keeps its distance of 1, the second comes within .4: rank floor(10 / 2) = 5.
    weight = 1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5
    assert loss_of(WARP(11, negatives=3), [2, 0.5, 1.4, 5]) == pytest.approx(weight * (1 - 2 + 1.4), rel=1e-5)
    # Violated at once: rank 10.
    assert loss_of(WARP(11, negatives=3), [0, 0, 9, 9]) == pytest.approx(np.sum(1 / np.arange(1, 11)), rel=1e-5)
    # A positive that keeps its distance costs nothing, and counts in the mean.
    assert loss_of(WARP(11, negatives=3), [3, 1, 1, 2], [0, 0, 9, 9]) == pytest.approx(
        np.sum(1 / np.arange(1, 11)) / 2, rel=1e-5
    )


def test_warp_moves_the_positive_and_its_first_violator_alone():
    tf = pytest.importorskip("tensorflow")
    scores = tf.Variable([[2.0], [0.5], [1.4], [5.0]])
    with tf.GradientTape() as tape:
        loss = WARP(11, negatives=3)(tf.zeros_like(scores), scores)
    weight = 1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5
    assert tape.gradient(loss, scores).numpy().ravel() == pytest.approx([-weight, 0, weight, 0], rel=1e-5)


def test_more_negatives_than_items_hint_at_no_rank():
    # 3 items: the third negative in a row would mean rank floor(2 / 3) = 0.
    assert loss_of(WARP(3, negatives=3), [2, 0, 0, 5]) == 0


@pytest.mark.parametrize("loss", [BPR(negatives=3), WARP(20, negatives=7)])
def test_a_loss_comes_back_from_its_config(loss):
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()


def test_numbers_that_make_no_sense_are_refused():
    with pytest.raises(RecoLabError, match="`negatives` must be at least 1, but 0"):
        BPR(negatives=0)
    with pytest.raises(RecoLabError, match="at least 2 items, but n_items=1"):
        WARP(1)
