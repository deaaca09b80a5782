"""One door to every model: what does it predict for these rows, what for these users and all items.

A model is a functional `keras.Model` with the inputs `user` and `item`, or any object with one of two methods, each of
which takes and gives NumPy arrays: `predict({"user": codes, "item": codes})` → (rows,), or `scores(user_codes)` →
(users, items).
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from recolab.errors import RecoLabError
from recolab.features import check_codes, code_limits, inputs

# Rows fed to a model at once: enough to be fast, few enough for what is between a model's layers to stay in the cache.
BLOCK = 32_768
# Users whose scores for all items are held at once, where only some of them are asked for.
USERS = 1_024


def predict(model: Any, frame: pd.DataFrame | Mapping[str, np.ndarray], *, probabilities: bool = False) -> np.ndarray:
    """Predictions for the rows of a table, shape (rows,), float32.

    Args:
        model: a Keras model or any object with `predict` or `scores` (see the module).
        frame: a table with the columns `user` and `item` (codes), or whatever the Keras model's inputs are named; of a
            model of fields, a table with these fields. A Keras model takes arrays by input name as well, each with the
            rows as first axis.
        probabilities: whether to take the predictions for logits, as models of clicks give them, and make them
            probabilities, `1 / (1 + exp(-logit))`.

    Raises:
        RecoLabError: a column is missing, a code is unknown to the model, or the model gives NaN or another shape.
    """
    predictions = _predictions(model, frame)
    return special.expit(predictions) if probabilities else predictions


def _predictions(model: Any, frame: pd.DataFrame | Mapping[str, np.ndarray]) -> np.ndarray:
    if not isinstance(frame, pd.DataFrame):
        arrays = {name: np.asarray(values) for name, values in frame.items()}
        check_codes(model, arrays)
        return _finite(_predict_keras(model, arrays), (len(next(iter(arrays.values()))),))
    if _is_keras(model):
        return _finite(_predict_keras(model, inputs(model, frame)), (len(frame),))
    pairs = {name: frame[name].to_numpy() for name in ("user", "item")}
    if hasattr(model, "predict"):
        return _finite(model.predict(pairs), (len(frame),))
    return _picked_from_scores(model, pairs)


def scores(model: Any, users: np.ndarray, n_items: int | None = None) -> np.ndarray:
    """Predictions of every item for some users, shape (users, items), float32.

    Args:
        model: a Keras model or any object with `scores` or `predict` (see the module).
        users: codes of users, shape (users,).
        n_items: how many items the catalogue holds; not needed for a model with a method `scores` or an item table.

    Raises:
        RecoLabError: a code is unknown to the model, the number of items cannot be told, or the model gives NaN or
            another shape.
    """
    users = np.asarray(users)
    if hasattr(model, "scores"):
        table = np.asarray(model.scores(users))
        return _finite(table, (len(users), n_items or table.shape[-1]))
    n_items = n_items or _items_of(model)
    if _is_keras(model):
        from recolab.models.grid import Grid

        check_codes(model, {"user": users, "item": np.array([n_items - 1])})
        return _finite(Grid.of(model)(users, n_items), (len(users), n_items))
    return _finite(_predict_grid(model, users, n_items), (len(users), n_items))


def _is_keras(model: Any) -> bool:
    from recolab.backend import keras

    return isinstance(model, keras.Model)


def _predict_grid(model: Any, users: np.ndarray, n_items: int) -> np.ndarray:
    """Predictions of every item of a model that answers for pairs, some users at a time."""
    table = np.empty((len(users), n_items), np.float32)
    step = max(1, BLOCK // n_items)
    items = np.arange(n_items, dtype=np.int32)
    for start in range(0, len(users), step):
        block = users[start : start + step]
        pairs = {"user": np.repeat(block, n_items).astype(np.int32), "item": np.tile(items, len(block))}
        table[start : start + step] = np.asarray(model.predict(pairs), np.float32).reshape(len(block), n_items)
    return table


def _picked_from_scores(model: Any, pairs: dict[str, np.ndarray]) -> np.ndarray:
    """Predictions for pairs of a model that answers for all items of a user, some users at a time."""
    users, rows = np.unique(pairs["user"], return_inverse=True)
    picked = np.empty(len(rows), np.float32)
    for start in range(0, len(users), USERS):
        here = np.flatnonzero((rows >= start) & (rows < start + USERS))
        picked[here] = scores(model, users[start : start + USERS])[rows[here] - start, pairs["item"][here]]
    return picked


def _predict_keras(model: Any, arrays: dict[str, np.ndarray]) -> np.ndarray:
    rows = len(next(iter(arrays.values())))
    forward = _forward(model)
    parts = [np.asarray(forward(_block(arrays, start)), np.float32).reshape(-1) for start in range(0, rows, BLOCK)]
    return np.concatenate(parts) if parts else np.empty(0, np.float32)


_known: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def _forward(model: Any) -> Any:
    """The model's forward pass as one graph for any number of rows; traced once a model."""
    from recolab.backend import tf

    if model not in _known:
        weak = weakref.proxy(model)  # or the graph would keep its own key alive
        signature = {tensor.name: tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in model.inputs}
        forward = tf.function(lambda arrays: weak(arrays, training=False), input_signature=[signature], autograph=False)
        # A graph for every model is what we want. TensorFlow takes it for a mistake and warns, unless asked outright.
        forward.get_concrete_function()
        _known[model] = forward
    return _known[model]


def _block(arrays: dict[str, np.ndarray], start: int) -> dict[str, np.ndarray]:
    return {name: values[start : start + BLOCK] for name, values in arrays.items()}


def _items_of(model: Any) -> int:
    limits = code_limits(model) if _is_keras(model) else {}
    if "item" not in limits:
        raise RecoLabError("How many items this model ranks cannot be told from it: give `n_items`.")
    return limits["item"]


def _finite(values: Any, shape: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(values, np.float32)
    if array.shape != shape:
        raise RecoLabError(f"The model should have given predictions of shape {shape}, but gave {array.shape}.")
    if not np.isfinite(array).all():
        raise RecoLabError(
            f"The model predicts NaN or infinity for {np.count_nonzero(~np.isfinite(array)):,} of {array.size:,} "
            "pairs: its training went wrong; train it again with a smaller learning rate."
        )
    return array
