"""Reports on clicks, and the callback that watches them."""

import numpy as np
import pandas as pd
import pytest

import recolab as rl
from recolab import RecoLabError, metrics
from recolab.backend import keras
from recolab.evaluate import ClickCallback
from recolab.features import Fields


@pytest.fixture(scope="module")
def frame():
    """Two fields that say all there is to know of a click, and users who click differently often."""
    rng, rows = np.random.default_rng(0), 2_000
    frame = pd.DataFrame({name: rng.integers(0, 3, rows).astype(np.int32) for name in ("one", "other")})
    frame["user"] = rng.integers(0, 20, rows)
    frame["click"] = (rng.random(rows) < 0.2 + 0.3 * frame["one"]).astype(np.int32)
    return frame


@pytest.fixture
def model():
    return rl.models.FM(Fields.of_sizes({"one": 3, "other": 3}), width=2, seed=0)


class Logits:
    """Any object that predicts: the column `one`, as logits."""

    def predict(self, pairs):
        return pairs["user"] * 0.5 - 1


def test_the_metrics_are_those_of_the_predictions(model, frame):
    report = rl.evaluate.clicks(model, frame, threshold=0.45)
    p = rl.models.predict(model, frame, probabilities=True)
    assert report.metrics["auc"] == pytest.approx(metrics.auc(frame["click"], p))
    assert report.metrics["log_loss"] == pytest.approx(metrics.log_loss(frame["click"], p), rel=1e-5)
    assert report.metrics["accuracy"] == metrics.accuracy(frame["click"], p, 0.45)
    assert report.metrics["recall"] == metrics.recall_at_threshold(frame["click"], p, 0.45)
    assert report.metrics["grouped_auc"] == pytest.approx(metrics.grouped_auc(frame["click"], p, frame["user"]))
    assert report.protocol["threshold"] == 0.45
    assert report.protocol["share_of_clicks"] == round(frame["click"].mean(), 4)


def test_sure_logits_keep_their_order():
    """In float32 both logits are the probability 1; their order is not lost."""
    frame = pd.DataFrame({"user": [100, 200, 0], "item": 0, "click": [0, 1, 0]})
    assert rl.evaluate.clicks(Logits(), frame).metrics["auc"] == 1


def test_the_rule_of_the_labels_travels_with_the_numbers(model, frame):
    labelled = frame.copy()
    labelled.attrs["label"] = "a rating of at least 4"
    assert rl.evaluate.clicks(model, labelled).protocol["click"] == "a rating of at least 4"


def test_without_users_there_is_no_auc_within_users(model, frame):
    assert "grouped_auc" not in rl.evaluate.clicks(model, frame.drop(columns="user")).metrics
    alone = frame.assign(user=np.arange(len(frame)))
    assert "grouped_auc" not in rl.evaluate.clicks(model, alone).metrics


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        (lambda frame: frame.iloc[:0], {}, "is empty"),
        (lambda frame: frame.assign(click=1), {}, "one class"),
        (lambda frame: frame.drop(columns="click"), {}, "no column 'click'"),
        (lambda frame: frame.drop(columns="one"), {}, "'one'"),
        (lambda frame: frame, {"threshold": 1.0}, "between 0 and 1, but 1.0 came"),
    ],
)
def test_what_cannot_be_measured(change, arguments, message, model, frame):
    with pytest.raises(RecoLabError, match=message):
        rl.evaluate.clicks(model, change(frame), **arguments)


def test_the_callback_writes_what_the_report_says(model, frame):
    valid = frame[:500]
    log = rl.fit(
        model, frame[500:], target="click", epochs=3, batch_size=256, callbacks=[ClickCallback(valid)], progress=False
    )
    assert len(log.history["val_auc"]) == 3
    report = rl.evaluate.clicks(model, valid)
    assert log.history["val_auc"][-1] == pytest.approx(report.metrics["auc"])
    assert log.history["val_log_loss"][-1] == pytest.approx(report.metrics["log_loss"], rel=1e-5)


def test_it_works_in_keras_own_loop(model, frame):
    arrays = Fields.of_sizes({"one": 3, "other": 3}).encode(frame)
    log = model.fit(arrays, frame["click"].to_numpy(), epochs=1, callbacks=[ClickCallback(frame)], verbose=0)
    assert log.history["val_auc"][0] > 0.4


def test_the_best_weights_come_back(model, frame):
    """With a rate that ruins the model later on, early stopping gives the best epoch back."""
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([24], [0.5, 30.0])
    model.compile(optimizer=keras.optimizers.SGD(rate), loss=keras.losses.BinaryCrossentropy(from_logits=True))
    stop = keras.callbacks.EarlyStopping("val_log_loss", mode="min", patience=2, restore_best_weights=True)
    log = rl.fit(
        model,
        frame,
        target="click",
        epochs=8,
        batch_size=256,
        callbacks=[ClickCallback(frame), stop],
        progress=False,
    )
    losses = log.history["val_log_loss"]
    assert losses[-1] > min(losses)
    assert rl.evaluate.clicks(model, frame).metrics["log_loss"] == pytest.approx(min(losses), rel=1e-5)


def test_rows_of_one_class_cannot_be_watched(frame):
    with pytest.raises(RecoLabError, match="one class"):
        ClickCallback(frame.assign(click=0))
