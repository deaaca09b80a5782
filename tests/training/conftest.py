"""A small regression on two codes, and the models to be trained on it."""

import numpy as np
import pandas as pd
import pytest

from recolab.backend import keras
from recolab.training import compiled

ROWS, USERS, ITEMS = 203, 11, 17  # no batch size divides 203 but 7 and 29: the last batch is short


@pytest.fixture(autouse=True)
def compiled_from_the_first_step(monkeypatch):
    """These trainings are short: without this, none of them would reach the loop."""
    monkeypatch.setattr(compiled, "STEPS_BEFORE_COMPILING", 0)


@pytest.fixture(scope="session")
def table():
    """Codes and a rating that a user and an item bias explain, with noise."""
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, USERS, ROWS), rng.integers(0, ITEMS, ROWS)
    signal = rng.normal(0, 1, USERS)[user] + rng.normal(0, 1, ITEMS)[item]
    rating = (3 + signal + rng.normal(0, 0.3, ROWS)).astype(np.float32)
    return pd.DataFrame({"user": user.astype(np.int32), "item": item.astype(np.int32), "rating": rating})


@pytest.fixture
def build():
    """A compiled model on two embeddings; every call with the same arguments gives the same weights."""

    def build(middle=(), compiled=True, regularizer=None, **compile_arguments):
        codes = {name: keras.Input((), dtype="int32", name=name) for name in ("user", "item")}
        seeds = iter(range(100))

        def table(name, rows):
            start = keras.initializers.RandomNormal(stddev=0.3, seed=next(seeds))
            return keras.layers.Embedding(rows, 4, embeddings_initializer=start, embeddings_regularizer=regularizer)(
                codes[name]
            )

        hidden = keras.layers.Concatenate()([table("user", USERS), table("item", ITEMS)])
        for layer in middle:
            hidden = layer(hidden)
        output = keras.layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)))(hidden)
        model = keras.Model(codes, output)
        if compiled:
            model.compile(**{"optimizer": keras.optimizers.Adam(0.01), "loss": "mse", **compile_arguments})
        return model

    return build


class AtEveryBatch(keras.callbacks.Callback):
    """A callback that lives on batches: with it, `fit` has to take Keras' own loop."""

    calls = 0

    def on_train_batch_end(self, batch, logs=None):
        self.calls += 1


@pytest.fixture
def at_every_batch():
    return AtEveryBatch()
