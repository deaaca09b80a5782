"""Matrix factorisation for rankings: what it computes, and that each loss teaches it to rank."""

import numpy as np
import pandas as pd
import pytest

import recolab as rl
from recolab.errors import RecoLabError
from recolab.models import BPR, WARP, RankingMF, Sizes, load_model

LOSSES = ("logistic", "bpr", "warp")
PAIRS = {"user": np.array([0, 1, 2]), "item": np.array([0, 3, 1])}
DOTS = np.array([2.5, -1.0, -1.0])
USER_BIAS, ITEM_BIAS = np.array([0.5, 0, -0.25]), np.array([0, -1.0, 0.25])


@pytest.mark.parametrize("loss", LOSSES)
def test_the_score_is_the_dot_product_and_the_biases_that_matter(loss, with_weights):
    model = with_weights(RankingMF(Sizes(3, 4), factors=2, loss=loss))
    expected = DOTS + ITEM_BIAS + (USER_BIAS if loss == "logistic" else 0)
    assert np.asarray(model(PAIRS)).ravel() == pytest.approx(expected, rel=1e-6)
    assert model.count_params() == 7 * 2 + 4 + (3 if loss == "logistic" else 0)


def test_each_loss_has_its_own_number_of_negatives():
    assert RankingMF(Sizes(3, 40), loss="bpr").loss.negatives == 1
    assert RankingMF(Sizes(3, 40), loss="warp").loss.negatives == 10
    warp = RankingMF(Sizes(3, 40), loss="warp", negatives=5).loss
    assert isinstance(warp, WARP)
    assert (warp.negatives, warp.n_items) == (5, 40)
    assert isinstance(RankingMF(Sizes(3, 4)).loss, BPR)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_saved_model_comes_back_whole_with_its_loss(loss, tmp_path):
    model = RankingMF(Sizes(3, 4), factors=2, loss=loss, l2=0.1, seed=1)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(PAIRS), model(PAIRS))
    assert again.loss.get_config() == model.loss.get_config()


@pytest.fixture(scope="module")
def groups():
    """40 users and 30 items of two kinds; users take half of the items of their own kind."""
    rng = np.random.default_rng(0)
    user, item = np.indices((40, 30)).reshape(2, -1)
    own = user % 2 == item % 2
    taken = own & (rng.random(len(user)) < 0.5)
    frame = pd.DataFrame({"user": user, "item": item}, dtype=np.int32)
    return frame[taken], own.reshape(40, 30), taken.reshape(40, 30)


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_learns_who_likes_what(loss, groups):
    train, own, taken = groups
    model = RankingMF(
        Sizes(40, 30), factors=4, loss=loss, l2=0.01, optimizer=rl.backend.keras.optimizers.Adam(0.05), seed=0
    )
    rl.fit(model, train, negatives=4 if loss == "logistic" else None, epochs=30, batch_size=64, progress=False)
    scores = rl.models.scores(model, np.arange(40))
    # Of the items not taken, those of one's own kind are to stand above the others: the share of such pairs.
    one, other = (np.where(kind & ~taken, scores, np.nan) for kind in (own, ~own))
    difference = one[:, :, None] - other[:, None, :]
    assert np.mean(difference[np.isfinite(difference)] > 0) > 0.9  # .5 by chance


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"loss": "hinge"}, "`loss` must be 'logistic', 'bpr' or 'warp', but 'hinge' came"),
        ({"loss": "logistic", "negatives": 4}, "leave negatives=4 out here and give it there"),
        ({"loss": "bpr", "negatives": 0}, "`negatives` must be at least 1"),
        ({"factors": 0}, "`factors` must be at least 1"),
        ({"l2": -1.0}, "`l2` must be at least 0"),
    ],
)
def test_bad_input_is_one_clear_error(given, message):
    with pytest.raises(RecoLabError, match=message):
        RankingMF(Sizes(3, 4), **given)
