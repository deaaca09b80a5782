"""Fold-in: recommendations for somebody who was not there when the model was trained.

The model stays as it is. Only the rows a user has of their own (embedding, bias, ...) are found for the newcomer. Each
is written as `row = mean + spread * z`, with mean and spread (standard deviation) of each coordinate over the trained
users, and `z` minimises

    J(z) = sum over the ratings given of (rating - prediction(z))^2  +  l2 * |z|^2 .

This is the most probable row if users scatter normally around the mean user and ratings around their predictions with
variance `l2`. It lies at the mean user without ratings and moves away from it as ratings come in. For a plain dot
product it is ridge regression, the user step of alternating least squares (Hu, Koren & Volinsky, ICDM 2008, eq. 4).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize

from recolab import models
from recolab.backend import keras, tf
from recolab.errors import RecoLabError
from recolab.features import embedding_tables, fed_by, inputs_of
from recolab.metrics.ordering import best, checked_k
from recolab.recommend.top import described
from recolab.split import Split


def new_user(model: Any, split: Split, ratings: Mapping[Any, float], k: int = 10, *, l2: float = 1.0) -> pd.DataFrame:
    """The k best items for a new user who has given a handful of ratings.

    Nothing is drawn at random and the model is not changed: the same ratings always give the same answer. Dropout is
    off and batch normalisation uses its stored statistics.

    Args:
        model: a functional Keras model with the inputs `user` and `item`, in which `user` is read by embedding layers
            only.
        split: what the model was trained on.
        ratings: what the newcomer says: raw item id or exact title to rating.
        k: how many items.
        l2: how strongly the newcomer is held at the average user, in squared rating units (see the formula above); the
            model's mean squared error is a good value.

    Returns:
        One row an item: `rank`, `item_id`, `title` and `score`, without the items rated. Fewer than k rows when fewer
        than k items remain.

    Raises:
        RecoLabError: no ratings, an unknown item, one item rated twice (by id and by title), a rating off the scale, k
            out of range, a model without user embeddings or with such that are not trainable, or one whose predictions
            are not finite.
    """
    k = checked_k(k, split.n_items)
    items, values = _checked_ratings(split, ratings)
    if not (isinstance(l2, Real) and 0 < l2 < math.inf):
        raise RecoLabError(f"l2 must be a positive number, not {l2!r}.")
    personal = _with_one_user(model, split)
    _fit_rows(personal, items, values, l2)

    scores = models.predict(personal, pd.DataFrame({"user": 0, "item": np.arange(split.n_items)}))
    scores[items] = -np.inf
    chosen = best(scores[np.newaxis], k)[0]
    chosen = chosen[scores[chosen] > -np.inf]
    return described(split, chosen, rank=np.arange(1, len(chosen) + 1), score=scores[chosen])


class _NewRow(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """The row of one new user, whatever user code comes in: mean + spread * z."""

    def __init__(self, mean: np.ndarray, spread: np.ndarray, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mean, self.spread = mean, spread
        self.z = self.add_weight(shape=(1, len(mean)), initializer="zeros", name="z")

    def call(self, codes: Any) -> Any:
        row = self.z * self.spread + self.mean  # z first, or NumPy would try to multiply
        return keras.ops.take(row, keras.ops.zeros_like(codes), axis=0)


def _with_one_user(model: Any, split: Split) -> Any:
    """A copy of the model in which every user table is replaced by a `_NewRow`; all else is equal to the original."""
    tables = {name for name, of in embedding_tables(model).items() if of == "user"}
    inputs = set(inputs_of(model))
    if not tables or inputs != {"user", "item"} or {layer.name for layer in fed_by(model, "user")} != tables:
        raise RecoLabError(
            "A new user can be folded in only where a model has the inputs 'user' and 'item' and its 'user' is read by "
            f"embedding layers alone; this one has the inputs {sorted(inputs)} and the user tables {sorted(tables)}."
        )
    fixed = sorted(name for name in tables if not model.get_layer(name).trainable)
    if fixed:
        raise RecoLabError(
            f"A new user's rows are found as training would find them, but the tables {fixed} of this model are not "
            "trainable: what they hold of a user, such as the ratings given, cannot be guessed. Fold new users into a "
            "model whose user tables are all learnt, and thaw them if you have frozen them."
        )
    trained_users = np.unique(split.train["user"])

    def copied(layer: Any) -> Any:
        if layer.name not in tables:
            return layer.__class__.from_config(layer.get_config())
        rows = layer.get_weights()[0][trained_users]
        return _NewRow(rows.mean(axis=0), rows.std(axis=0), name=layer.name)

    copy = keras.models.clone_model(model, clone_function=copied)
    for layer in model.layers:
        if layer.name not in tables:
            copy.get_layer(layer.name).set_weights(layer.get_weights())
    return copy


def _fit_rows(personal: Any, items: np.ndarray, values: np.ndarray, l2: float) -> None:
    """Minimise J over the rows of `personal`, from the mean user on."""
    rows = [layer.z for layer in personal.layers if isinstance(layer, _NewRow)]
    ends = np.cumsum([row.shape[1] for row in rows])
    inputs = {"user": tf.zeros(len(items), tf.int32), "item": tf.constant(items)}

    def stand_at(z: np.ndarray) -> None:
        for row, part in zip(rows, np.split(z, ends[:-1]), strict=True):
            row.assign(part[np.newaxis])

    def objective(z: np.ndarray) -> tuple[float, np.ndarray]:
        stand_at(z)
        with tf.GradientTape() as tape:
            errors = values - tf.reshape(personal(inputs, training=False), [-1])
            j = tf.reduce_sum(errors**2) + l2 * sum(tf.reduce_sum(row**2) for row in rows)
        slopes = tape.gradient(j, [row.value for row in rows])
        return float(j), np.concatenate([np.asarray(slope, np.float64)[0] for slope in slopes])

    stand_at(optimize.minimize(objective, np.zeros(ends[-1]), jac=True, method="L-BFGS-B").x)


def _checked_ratings(split: Split, ratings: Mapping[Any, float]) -> tuple[np.ndarray, np.ndarray]:
    """Item codes (int32) and ratings (float32) of the newcomer."""
    if not isinstance(ratings, Mapping) or not ratings:
        raise RecoLabError("A new user needs at least one rating: ratings={item id or title: rating}.")
    codes = split.ratings.item_codes(ratings)
    names, first_at = list(ratings), pd.Series(codes).drop_duplicates()
    if len(first_at) < len(codes):
        again = next(place for place in range(len(codes)) if place not in first_at.index)
        raise RecoLabError(f"The item {names[again]!r} is rated twice, by id and by title: give one rating an item.")
    low, high = split.scale
    for name, value in ratings.items():
        # NaN fails the comparison as well.
        if not (isinstance(value, Real) and low <= value <= high):
            raise RecoLabError(f"The rating of {name!r} must lie on the scale from {low:g} to {high:g}, not {value!r}.")
    return codes, np.array(list(ratings.values()), dtype=np.float32)
