"""What every builder of a model of ratings does: read codes, look them up in tables, compile."""

from __future__ import annotations

from typing import Any

import numpy as np

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.layers import PenalisedEmbedding

START = 0.01
"""Standard deviation of the initial vectors: small, so that the first predictions are the mean and the biases."""


def code_inputs() -> dict[str, Any]:
    """The inputs `user` and `item`: codes, shape (batch,), int32. Tables of ratings have columns of these names."""
    return {name: keras.Input((), dtype="int32", name=name) for name in ("user", "item")}


def table_seeds(seed: int, tables: int) -> list[int]:
    """A seed for each of a model's tables, so that no two start alike."""
    return [int(each) for each in np.random.SeedSequence(seed).generate_state(tables)]


def look_up(codes: Any, rows: int, width: int, name: str, *, l2: float = 0.0, seed: int | None = None) -> Any:
    """The rows of a new embedding table that belong to some codes, shape (batch, width).

    Args:
        codes: one of `code_inputs`.
        rows: rows of the table.
        width: length of a row.
        name: name of the layer: `user_embedding`, `item_embedding`, `user_bias` or `item_bias`, which is where
            `recommend` and `charts` look, or one of your own.
        l2: penalty of each row looked up (`recolab.layers.PenalisedEmbedding`).
        seed: of the initial rows, drawn from N(0, START²); None starts at 0, as biases do.

    Raises:
        RecoLabError: a width (`factors`) below 1, or a penalty below 0.
    """
    if width < 1:
        raise RecoLabError(f"`factors` must be at least 1, but {width} came.")
    if not l2 >= 0:
        raise RecoLabError(f"`l2` must be at least 0, but {l2} came.")
    start = "zeros" if seed is None else keras.initializers.RandomNormal(stddev=START, seed=seed)
    kind, penalty = (PenalisedEmbedding, {"l2": l2}) if l2 else (keras.layers.Embedding, {})
    return kind(rows, width, embeddings_initializer=start, name=name, **penalty)(codes)


def compiled_for_ratings(name: str, inputs: dict[str, Any], output: Any, optimizer: Any) -> Any:
    """The model, compiled for squared error, with the metrics `rmse` and `mae`.

    Raises:
        RecoLabError: the optimizer belongs to another model.
    """
    if getattr(optimizer, "built", False):
        raise RecoLabError("The optimizer belongs to another model already: make a new one for each model.")
    model = keras.Model(inputs, output, name=name)
    model.compile(
        optimizer=optimizer,
        loss="mse",
        metrics=[keras.metrics.RootMeanSquaredError(name="rmse"), keras.metrics.MeanAbsoluteError(name="mae")],
    )
    model.optimizer.build(model.trainable_variables)  # or a model saved before its training would load with a warning
    return model
