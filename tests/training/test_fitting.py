"""What `fit` promises besides being Keras: seeds, resuming, speed of the second call, and clear refusals."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from recolab import fit
from recolab.backend import keras, tf
from recolab.errors import RecoLabError, TrainingFailed
from recolab.training import compiled
from recolab.training.compiled import Epochs
from recolab.training.rows import Rows, order

L = keras.layers

pytestmark = pytest.mark.slow  # every model is traced and compiled


def digest(model):
    return hashlib.sha256(b"".join(weight.numpy().tobytes() for weight in model.weights)).hexdigest()


def test_the_seed_decides_every_digit(build, table):
    def trained(seed):
        model = build([L.Dropout(0.3, seed=1)])
        return fit(model, table, epochs=2, batch_size=32, seed=seed, progress=False).history, digest(model)

    first = trained(1)
    assert first == trained(1)
    assert first[0]["loss"] != trained(2)[0]["loss"]


SCRIPT = """
import hashlib, recolab as rl
split = rl.split.random(rl.load("synthetic"), test=0.9, valid=0.05, seed=1)
for model in rl.models.BiasedMF(split, factors=4, seed=2), rl.models.NeuralCF(split, factors=4, seed=2):
    history = rl.fit(model, split.train, validation=split.valid, epochs=2, batch_size=512, seed=3, progress=False)
    print(history.history, hashlib.sha256(b"".join(w.numpy().tobytes() for w in model.weights)).hexdigest())
"""


def test_another_process_gives_the_same_digits(monkeypatch, capsys):
    monkeypatch.undo()  # compiled from as many steps on as there
    exec(SCRIPT, {})
    here = capsys.readouterr()
    other = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert other.stdout == here.out
    assert "val_rmse" in other.stdout
    assert other.stderr == here.err == ""


@pytest.mark.parametrize(("chosen", "expected"), [({}, "0"), ({"TF_ENABLE_ONEDNN_OPTS": "1"}, "1")])
def test_onednn_whose_sums_vary_is_off_unless_the_reader_wants_it(chosen, expected):
    script = "import os, recolab; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    others = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=others | chosen, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected


@pytest.mark.parametrize("plain_steps", [0, 8])
def test_a_training_taken_up_again_goes_on_as_if_never_stopped(plain_steps, build, table, monkeypatch):
    monkeypatch.setattr(compiled, "STEPS_BEFORE_COMPILING", plain_steps)
    whole, parts = build(), build()
    history = fit(whole, table, epochs=4, batch_size=32, seed=5, progress=False).history["loss"]
    first = fit(parts, table, epochs=2, batch_size=32, seed=5, progress=False)
    second = fit(parts, table, initial_epoch=2, epochs=4, batch_size=32, seed=5, progress=False)
    assert second.epoch == [2, 3]
    assert first.history["loss"] + second.history["loss"] == history
    assert digest(parts) == digest(whole)


def test_an_order_is_a_permutation_of_its_own_for_each_epoch_and_seed():
    orders = [order(50, seed, epoch) for seed in (0, 1) for epoch in (0, 1)]
    assert all(sorted(each) == list(range(50)) for each in orders)
    assert len({each.tobytes() for each in orders}) == 4


def test_nothing_compiles_twice_but_what_changed(build, table):
    model = build()
    fit(model, table, epochs=1, progress=False)
    rows = Rows.of(model, table, None, None, "training", "rating")
    known = Epochs.of(model, 256, rows)
    fit(model, table, epochs=1, progress=False)
    assert Epochs.of(model, 256, rows) is known
    model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mae")
    assert Epochs.of(model, 256, rows) is not known
    before = digest(model)
    fit(model, table, epochs=1, progress=False)
    assert [w.numpy().tolist() for w in model.trainable_variables] != []
    assert before == digest(model)  # a rate of 0 moves nothing: the new optimizer is at work, not the old one


def test_a_short_training_is_over_before_anything_is_compiled(build, table, monkeypatch):
    monkeypatch.setattr(compiled, "STEPS_BEFORE_COMPILING", 12)
    model = build()
    loop = Epochs.of(model, 32, Rows.of(model, table, None, None, "training", "rating"))._loop
    fit(model, table, epochs=2, batch_size=32, progress=False)  # six full batches an epoch
    assert loop.experimental_get_tracing_count() == 0
    fit(model, table, initial_epoch=2, epochs=3, batch_size=32, progress=False)
    assert loop.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adagrad"])
def test_no_step_outside_of_xla_adds_up_rows_in_any_order(optimizer, build, table):
    """TensorFlow's scatter shares rows out among threads: one training in forty had other last digits."""
    model = build(optimizer=optimizer)
    rows = Rows.of(model, table, None, None, "training", "rating")
    fit(model, table, epochs=1, batch_size=256, progress=False)
    numbers = tf.zeros(8, tf.int32), tf.zeros((8, 0), tf.int32)
    graph = compiled._for_any_rows(Epochs.of(model, 256, rows)._train_step, rows.tensors, *numbers).graph
    used = {operation.type for operation in graph.get_operations()}
    assert not used & {"ResourceScatterAdd", "ResourceScatterSub", "ResourceScatterUpdate"}
    assert "UnsortedSegmentSum" in used


def test_a_frozen_table_stays_as_it_is(build, table):
    model = build()
    model.layers[2].trainable = False
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    frozen, free = (model.layers[number].get_weights()[0].copy() for number in (2, 3))
    fit(model, table, epochs=1, progress=False)
    assert (model.layers[2].get_weights()[0] == frozen).all()
    assert (model.layers[3].get_weights()[0] != free).any()


@pytest.mark.parametrize(("own_loop", "plain_steps"), [(False, 0), (False, 100), (True, 0)])
def test_a_nan_loss_stops_and_says_where(own_loop, plain_steps, build, table, at_every_batch, monkeypatch):
    monkeypatch.setattr(compiled, "STEPS_BEFORE_COMPILING", plain_steps)
    y = table.rating.to_numpy().copy()
    y[order(203, seed=7, epoch=0)[70]] = np.nan  # batch 3 of those of 32 rows holds the 65th to the 96th
    callbacks = [at_every_batch] if own_loop else []
    with pytest.raises(TrainingFailed, match=r"epoch 1, batch 3 of 7"):  # noqa: SIM117
        with pytest.warns(UserWarning, match="every batch") if own_loop else _nothing():
            fit(build(), table, y, batch_size=32, epochs=2, seed=7, callbacks=callbacks, progress=False)


class _nothing:
    def __enter__(self):
        pass

    def __exit__(self, *error):
        pass


def test_a_nan_in_the_last_batch_is_seen_too(build, table):
    y = table.rating.to_numpy().copy()
    y[order(203, seed=0, epoch=0)[202]] = np.nan
    with pytest.raises(TrainingFailed, match=r"batch 7 of 7"):
        fit(build(), table, y, batch_size=32, progress=False)


def test_a_model_xla_cannot_compile_trains_step_by_step(build, table):
    class OutOfGraph(L.Layer):
        def call(self, x):
            return tf.ensure_shape(tf.numpy_function(lambda value: value * np.float32(1), [x], tf.float32), x.shape) + x

    model = build([OutOfGraph()])
    with pytest.warns(UserWarning, match="XLA cannot compile the model"):
        history = fit(model, table, epochs=3, batch_size=32, progress=False)
    assert history.history["loss"][-1] < history.history["loss"][0]


def test_a_layer_that_says_it_cannot_be_compiled_is_believed(build, table):
    class Shy(L.Layer):
        def __init__(self):
            super().__init__()
            self.supports_jit = False

        def call(self, x):
            return x

    with pytest.warns(UserWarning, match="the layer 'shy.*' says that it cannot be compiled"):
        fit(build([Shy()]), table, epochs=1, progress=False)


def test_an_eager_model_stays_eager(build, table):
    with pytest.warns(UserWarning, match="run_eagerly=True"):
        fit(build(run_eagerly=True), table.head(40), epochs=1, progress=False)


def test_the_bar_is_shown_unless_told_otherwise(build, table, capsys):
    fit(build(), table, epochs=1, progress=False)
    assert capsys.readouterr().err == ""
    fit(build(), table, epochs=1)
    assert "1/1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": None, "y": np.ones(1)}, "arrays of numbers with a row each, but None came"),
        ({"epochs": 0}, "`epochs` is the epoch to stop after"),
        ({"initial_epoch": 1}, "larger than `initial_epoch`, but 1 and 1"),
        ({"batch_size": 0}, "`batch_size` must be at least 1"),
        ({"target": "stars"}, "no column 'stars', the target"),
        ({"validation": [1]}, r"`validation` must be a table, \(x, y\)"),
        ({"sample_weight": np.ones(3)}, "same number of rows"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(change, message, build, table):
    given = {"x": table, "epochs": 1, **change}
    with pytest.raises(RecoLabError, match=message):
        fit(build(), given.pop("x"), given.pop("y", None), progress=False, **given)


def test_empty_parts_are_refused_by_name(build, table):
    with pytest.raises(RecoLabError, match="The training set is empty"):
        fit(build(), table.head(0))
    with pytest.raises(RecoLabError, match="The validation set is empty"):
        fit(build(), table, validation=table.head(0))
    with pytest.raises(RecoLabError, match="The training set needs targets"):
        fit(build(), {"user": [1], "item": [1]})


def test_codes_from_another_split_never_reach_the_compiled_model(build, table):
    with pytest.raises(RecoLabError, match="between 0 and 10, the rows of the model's table, but 11 came"):
        fit(build(), table.assign(user=table.user + 1))
    with pytest.raises(RecoLabError, match="'item' must lie"):
        fit(build(), table, validation=table.assign(item=-1))
    with pytest.raises(RecoLabError, match="'item' must lie"):
        fit(build(), {"user": np.array([0]), "item": np.array([99])}, np.ones(1))


def test_a_model_without_loss_is_sent_to_compile(build, table):
    with pytest.raises(RecoLabError, match=r"call model.compile\(...\) first"):
        fit(build(compiled=False), table)
    with pytest.raises(RecoLabError, match="but a str came"):
        fit("model", table)
