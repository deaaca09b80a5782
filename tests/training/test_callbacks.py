"""Keras callbacks at the edges of training and epochs."""

import csv

import pytest

from recolab import fit
from recolab.backend import keras, tf

C = keras.callbacks

pytestmark = pytest.mark.slow  # every model is traced and compiled


def test_early_stopping_stops_and_gives_back_the_best_weights(build, table):
    model = build(optimizer=keras.optimizers.SGD(0.05), metrics=["mae"])
    seen = []
    note = C.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append([w.numpy() for w in model.weights]))
    # A learning rate that explodes after epoch 2 makes the later epochs worse.
    rate = C.LearningRateScheduler(lambda epoch: 0.05 if epoch < 3 else 1.2)
    stop = C.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True)
    history = fit(model, table, validation=table.head(60), epochs=20, callbacks=[rate, note, stop], progress=False)
    losses = history.history["val_loss"]
    best = losses.index(min(losses))
    assert len(losses) == best + 1 + 2 < 20
    for now, then in zip(model.weights, seen[best], strict=True):
        assert now.numpy().tolist() == then.tolist()


def test_files_are_written_each_epoch(build, table, tmp_path):
    callbacks = [
        C.CSVLogger(tmp_path / "log.csv"),
        C.ModelCheckpoint(tmp_path / "epoch{epoch}.weights.h5", save_weights_only=True),
        C.TensorBoard(tmp_path / "board", histogram_freq=1),
    ]
    history = fit(build(), table, validation=table.head(60), epochs=2, callbacks=callbacks, progress=False)
    rows = list(csv.DictReader((tmp_path / "log.csv").open()))
    assert [float(row["val_loss"]) for row in rows] == pytest.approx(history.history["val_loss"])
    assert sorted(file.name for file in tmp_path.glob("*.h5")) == ["epoch1.weights.h5", "epoch2.weights.h5"]
    events = [
        value.tag
        for file in (tmp_path / "board" / "validation").iterdir()
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
    ]
    assert events.count("epoch_loss") == 2


def test_a_rate_that_a_callback_changes_is_used(build, table):
    frozen = fit(
        build(optimizer=keras.optimizers.SGD(0.05)),
        table,
        epochs=3,
        callbacks=[C.LearningRateScheduler(lambda epoch: 0.05 if epoch == 0 else 0.0)],
        progress=False,
    ).history["loss"]
    assert frozen[1] == pytest.approx(frozen[2], rel=1e-5)
    assert frozen[1] < frozen[0]


@pytest.mark.parametrize(
    "callback",
    [
        lambda folder: C.ModelCheckpoint(folder / "x.keras", save_freq=3),
        lambda folder: C.TensorBoard(folder / "board", update_freq="batch"),
        lambda folder: C.LambdaCallback(on_train_batch_end=lambda batch, logs: None),
        lambda folder: C.BackupAndRestore(folder / "backup", save_freq=2),
    ],
)
def test_what_lives_on_batches_gets_keras_own_loop(callback, build, table, tmp_path):
    with pytest.warns(UserWarning, match="slower loop: the callback .* at every batch"):
        history = fit(build(), table, epochs=1, callbacks=[callback(tmp_path)], progress=False)
    assert len(history.history["loss"]) == 1


def test_hooks_are_called_in_keras_order(build, table):
    calls = []
    names = ("train_begin", "epoch_begin", "test_begin", "test_end", "epoch_end", "train_end")

    class Notes(C.Callback):
        pass

    for name in names:
        setattr(Notes, f"on_{name}", lambda self, *given, name=name, **more: calls.append(name))
    fit(build(), table, validation=table.head(10), epochs=2, callbacks=[Notes()], progress=False)
    assert calls == [names[0], *2 * names[1:5], names[5]]
