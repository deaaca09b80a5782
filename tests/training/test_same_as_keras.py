"""The compiled epochs learn what Keras' own loop learns from the same batches."""

import numpy as np
import pytest

from recolab import fit
from recolab.backend import keras, tf
from recolab.training import compiled

L = keras.layers

pytestmark = pytest.mark.slow  # every model is traced and compiled


class HalfSteps(keras.Model):
    """A model with a training step of its own: it minimises twice the error and reports a metric of its own."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = 2 * tf.reduce_mean((self(x, training=True) - y[:, None]) ** 2)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss, "twice": 2 * loss}


def with_own_step(build):
    plain = build(compiled=False)
    model = HalfSteps(plain.inputs, plain.outputs)
    model.compile(optimizer=keras.optimizers.Adam(0.01))
    return model


def seeded_dense(width, seed):
    return L.Dense(width, activation="relu", kernel_initializer=keras.initializers.GlorotUniform(seed=seed))


CASES = {
    "plain": lambda build: build(),
    "metrics": lambda build: build(metrics=[keras.metrics.RootMeanSquaredError(name="rmse"), "mae"]),
    "weighted metrics": lambda build: build(weighted_metrics=["mae"]),
    "schedule": lambda build: build(
        optimizer=keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5))
    ),
    "regulariser": lambda build: build(regularizer=keras.regularizers.L2(0.01)),
    "batch norm": lambda build: build([seeded_dense(8, 50), L.BatchNormalization()]),
    "averaged weights": lambda build: build(
        optimizer=keras.optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=5)
    ),
    "weight decay": lambda build: build(optimizer=keras.optimizers.AdamW(0.01, weight_decay=0.1)),
    "amsgrad": lambda build: build(optimizer=keras.optimizers.Adam(0.01, amsgrad=True)),
    "clipped gradients": lambda build: build(optimizer=keras.optimizers.Adam(0.01, global_clipnorm=0.1)),
    "own step": with_own_step,
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("batch_size", "ways"),
    [(32, {"in a loop": 0, "in a loop from the second epoch on": 8}), (203, {"in one step": 0})],
    ids=["many steps", "one step"],
)
def test_histories_and_weights_agree(case, batch_size, ways, build, table, at_every_batch, monkeypatch):
    settings = {
        "epochs": 3,
        "batch_size": batch_size,
        "seed": 4,
        "sample_weight": np.linspace(0.5, 2, len(table)) if case == "weighted metrics" else None,
        "validation": None if case == "own step" else table.iloc[:50],
        "progress": False,
    }
    theirs = CASES[case](build)
    with pytest.warns(UserWarning, match="AtEveryBatch asks to be called at every batch"):
        looped = fit(theirs, table, callbacks=[at_every_batch], **settings)
    assert at_every_batch.calls == 3 * -(-203 // batch_size)
    for way, plain_steps in ways.items():
        monkeypatch.setattr(compiled, "STEPS_BEFORE_COMPILING", plain_steps)
        ours = CASES[case](build)
        history = fit(ours, table, **settings)
        assert history.history.keys() == looped.history.keys(), way
        assert history.epoch == looped.epoch == [0, 1, 2], way
        for name, values in looped.history.items():
            assert history.history[name] == pytest.approx(values, rel=2e-5), (way, name)
        assert len(ours.weights) == len(theirs.weights), way
        for one, other in zip(ours.weights, theirs.weights, strict=True):
            assert one.numpy() == pytest.approx(other.numpy(), abs=2e-5), (way, one.path)


def test_a_classifier_with_auc_agrees(build, table, at_every_batch):
    table = table.assign(click=(table.rating > 3).astype(np.float32))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    settings = {"epochs": 2, "batch_size": 64, "target": "click", "progress": False}
    models = [build(loss=loss, metrics=[keras.metrics.AUC(from_logits=True, name="auc")]) for _ in range(2)]
    history = fit(models[0], table, **settings)
    with pytest.warns(UserWarning, match="every batch"):
        looped = fit(models[1], table, callbacks=[at_every_batch], **settings)
    assert history.history["auc"] == pytest.approx(looped.history["auc"], rel=1e-5)
    assert 0.5 < history.history["auc"][-1] < 1


def test_dropout_is_at_work_in_training_and_at_rest_in_validation():
    """XLA draws other masks than Keras outside of it, from the same seeds: their share is what can be compared."""

    def share_dropped(y, prediction):
        return keras.ops.mean(keras.ops.cast(prediction == 0, "float32"), axis=-1)

    row = keras.Input((50,))
    scaled = L.Dense(50, kernel_initializer="identity", use_bias=False)(row)
    model = keras.Model(row, L.Dropout(0.3, seed=1)(scaled))
    model.compile(keras.optimizers.SGD(0.0), "mse", metrics=[share_dropped])
    x = np.ones((200, 50), np.float32)
    history = fit(model, x, x, validation=(x, x), epochs=2, batch_size=64, progress=False).history
    # 10,000 draws: a standard deviation of .0046
    assert history["share_dropped"] == pytest.approx([0.3, 0.3], abs=0.02)
    assert history["share_dropped"][0] != history["share_dropped"][1]
    assert history["val_share_dropped"] == [0, 0]
    assert not hasattr(tf.nn.experimental.stateless_dropout, "func")  # TensorFlow is left as it was found


def test_every_row_is_visited_once_an_epoch(table):
    """A model that remembers how often it saw each user: with a learning rate of 1 and the sum as loss it counts."""
    user = keras.Input((), dtype="int32", name="user")
    model = keras.Model({"user": user}, L.Embedding(11, 1, embeddings_initializer="zeros")(user))
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss=lambda y, prediction: -keras.ops.sum(prediction))
    x = {"user": table.user.to_numpy()}
    fit(model, x, np.zeros(len(table)), epochs=2, batch_size=10, progress=False)
    assert model.layers[-1].get_weights()[0].ravel().tolist() == (2 * np.bincount(table.user, minlength=11)).tolist()


def test_arrays_a_list_of_arrays_and_a_table_are_one(build, table):
    settings = {"epochs": 2, "progress": False}
    user, item, rating = (table[name].to_numpy() for name in ("user", "item", "rating"))
    histories = [
        fit(build(), table, **settings),
        fit(build(), {"user": user, "item": item}, rating, **settings),
        fit(build(), table.drop(columns="rating"), rating, **settings),
    ]
    assert histories[0].history == histories[1].history == histories[2].history


def test_a_sequential_model_trains_too():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 3))
    model = keras.Sequential([L.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss="mse")
    history = fit(model, x, x @ [1.0, -2.0, 0.5], epochs=30, batch_size=10, progress=False)
    assert history.history["loss"][-1] < 0.01
