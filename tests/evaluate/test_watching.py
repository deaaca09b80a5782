"""Ranking metrics after every epoch."""

import warnings

import numpy as np
import pytest

from recolab import evaluate
from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.evaluate import RankingCallback
from recolab.models import BiasedMF
from recolab.training import fit

NAMES = ["val_hr@5", "val_ndcg@5", "val_recall@5", "val_map@5", "val_mrr@5"]


class Keep(keras.callbacks.Callback):
    """Keeps the weights of each epoch."""

    def on_train_begin(self, logs=None):
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())


def model_of(split):
    return BiasedMF(split, factors=4, l2=0.0, optimizer=keras.optimizers.Adam(0.05), seed=2)


def with_fit(split, callbacks, epochs=3):
    return fit(model_of(split), split.train, epochs=epochs, batch_size=32, callbacks=callbacks, progress=False).history


def with_keras(split, callbacks, epochs=3):
    x = {name: split.train[name].to_numpy() for name in ("user", "item")}
    model = model_of(split)
    return model.fit(x, split.train["rating"].to_numpy(), epochs=epochs, callbacks=callbacks, verbose=0).history


@pytest.mark.parametrize("train", [with_fit, with_keras])
def test_each_epoch_gets_what_a_report_on_its_weights_says(little_split, train):
    keep = Keep()
    history = train(little_split, [RankingCallback(little_split, k=5, candidates=9), keep])
    model = model_of(little_split)
    for epoch, weights in enumerate(keep.weights):
        model.set_weights(weights)
        metrics = evaluate.rankings(model, little_split, part="valid", k=5, candidates=9).metrics
        for name in NAMES:
            assert history[name][epoch] == pytest.approx(metrics[name.removeprefix("val_")])


def test_the_compiled_loop_takes_it(little_split):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with_fit(little_split, [RankingCallback(little_split, k=5, candidates=9)])


@pytest.mark.parametrize("train", [with_fit, with_keras])
def test_callbacks_listed_after_it_can_watch_it(little_split, train, tmp_path):
    watch, keep = RankingCallback(little_split, k=5, candidates=9), Keep()
    stop = keras.callbacks.EarlyStopping("val_ndcg@5", mode="max", patience=2, restore_best_weights=True)
    path = tmp_path / "best.weights.h5"
    save = keras.callbacks.ModelCheckpoint(
        path, monitor="val_ndcg@5", mode="max", save_best_only=True, save_weights_only=True
    )
    history = train(little_split, [watch, keep, save, stop], epochs=30)
    curve = history["val_ndcg@5"]
    best = int(np.argmax(curve))
    assert len(curve) == min(30, best + 1 + 2)
    saved = model_of(little_split)
    saved.load_weights(path)
    for weights in (stop.model.get_weights(), saved.get_weights()):
        for ours, theirs in zip(weights, keep.weights[best], strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_epochs_that_are_not_measured_have_nan_and_the_first_is_measured(little_split):
    watch = RankingCallback(little_split, k=5, candidates=9, every=2)
    for _ in range(2):  # a callback may be used again
        values = with_fit(little_split, [watch], epochs=4)["val_hr@5"]
        assert np.isnan(values).tolist() == [False, True, False, True]


def test_metrics_of_the_test_are_called_that(little_split):
    history = with_fit(little_split, [RankingCallback(little_split, part="test", k=5, candidates="all")], epochs=1)
    assert "test_ndcg@5" in history
    assert "val_ndcg@5" not in history


def test_what_rankings_refuses_is_refused_before_the_training(little_split):
    with pytest.raises(RecoLabError, match="The part 'valid' of the split"):
        RankingCallback(little_split.refit())
    with pytest.raises(RecoLabError, match="k must lie between"):
        RankingCallback(little_split, k=0)
    with pytest.raises(RecoLabError, match="`every` must be at least 1"):
        RankingCallback(little_split, candidates=9, every=0)
