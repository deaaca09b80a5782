"""Negatives: items a user has not touched, drawn anew every epoch, inside the compiled loop.

Which item a draw means is found as `recolab.features.free_items` describes, here by operations that XLA compiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recolab.backend import tf
from recolab.errors import RecoLabError
from recolab.features import code_limits, inputs, inputs_of
from recolab.features.free_items import DRAWS, FreeItems, check_drawing
from recolab.training.rows import Rows


@dataclass(frozen=True)
class Negatives:
    """How negatives are drawn for `fit`.

    Attributes:
        per_positive: how many for each positive row.
        popularity: items are drawn in proportion to (rows in training) ** popularity. 0 draws all items alike; with 1,
            or any other exponent above 0, an item without rows is never drawn.

    Raises:
        RecoLabError: fewer than one negative, or an exponent that is negative or not finite.
    """

    per_positive: int = 4
    popularity: float = 0.0

    def __post_init__(self) -> None:
        check_drawing(self.per_positive, self.popularity)


@dataclass(frozen=True)
class Draw:
    """The rule (see `Rows`) that makes rows of positives and drawn negatives: x as `{"user", "item"}`, y as 1 or 0.

    Attributes:
        per_positive: negatives for each positive.
        grouped: whether a position stands for a positive with all its negatives, side by side and the positive first,
            as losses need that compare the two. Otherwise each positive and each negative has a position of its own.
        depth: steps of the search among a user's positives.
        n_items: size of the catalogue.
        uniform: whether every item is as wide as every other.
    """

    per_positive: int
    grouped: bool
    depth: int
    n_items: int
    uniform: bool

    def __call__(self, tensors: Any, positions: Any, draws: Any) -> Any:
        size = 1 + self.per_positive
        if self.grouped:
            user = tf.repeat(tf.gather(tensors["user"], positions), self.per_positive)
            negative = tf.reshape(self._items(tensors, user, tf.reshape(draws, [-1])), [-1, self.per_positive])
            item = tf.concat([tf.gather(tensors["item"], positions)[:, None], negative], axis=1)
            label = tf.concat([tf.ones_like(item[:, :1]), tf.zeros_like(negative)], axis=1)
            user = tf.repeat(tf.gather(tensors["user"], positions), size)
            return {"user": user, "item": tf.reshape(item, [-1])}, tf.cast(tf.reshape(label, [-1]), tf.float32)
        positive = positions // size
        is_positive = positions % size == 0
        user = tf.gather(tensors["user"], positive)
        item = tf.where(is_positive, tf.gather(tensors["item"], positive), self._items(tensors, user, draws[:, 0]))
        return {"user": user, "item": item}, tf.cast(is_positive, tf.float32)

    def _items(self, tensors: Any, user: Any, draw: Any) -> Any:
        """The item each draw means for its user, shape (draws,), int32."""
        first, end = tf.gather(tensors["start"], user), tf.gather(tensors["start"], user + 1)
        share = tf.cast(draw, tf.int64) * tf.cast(tf.gather(tensors["free"], user), tf.int64)
        point = tf.cast(share // DRAWS, tf.int32)
        passed = _how_many_up_to(tensors["gap"], first, end - first, point, self.depth)
        # How wide the positives in front of the point are: all up to and with the last one passed.
        width = tf.gather(tensors["width"], tf.maximum(first + passed - 1, 0))
        point += tf.where(passed > 0, width, 0)
        if self.uniform:
            return point
        nobody = tf.zeros_like(user)
        return _how_many_up_to(tensors["ends"], nobody, self.n_items, point, _depth(self.n_items))


def sampled_rows(model: Any, frame: Any, negatives: Negatives, *, grouped: bool, part: str, known: Any = None) -> Rows:
    """Rows of positives and, drawn when they are visited, negatives.

    Args:
        model: what is to be trained; reads `user` and `item` and nothing else.
        frame: the positives, a table or a dict with the columns `user` and `item` (codes).
        negatives: how to draw.
        grouped: see `Draw`.
        part: what the rows are for, for error messages.
        known: further positives that are never drawn, in the same form.

    Raises:
        RecoLabError: no rows, unknown codes, other inputs, or a user with no item left to draw.
    """
    user, item = _pairs(model, frame, part)
    limits = code_limits(model)
    n_users, n_items = limits["user"], limits["item"]
    pairs = pd.DataFrame({"user": user, "item": item})
    if known is not None:
        pairs = pd.concat([pairs, pd.DataFrame(dict(zip(("user", "item"), _pairs(model, known, part), strict=True)))])
    lines = FreeItems.of(pairs, np.bincount(item, minlength=n_items), n_users, negatives.popularity)
    lines.check(user)
    degree = int(np.diff(lines.start).max())
    rule = Draw(negatives.per_positive, grouped, _depth(degree), n_items, negatives.popularity == 0)
    arrays = {"user": user, "item": item}
    arrays |= {name: getattr(lines, name) for name in ("start", "free", "gap", "width")}
    if not rule.uniform:
        arrays["ends"] = lines.ends
    tensors = {name: tf.constant(values, tf.int32) for name, values in arrays.items()}
    rows = len(user) if grouped else len(user) * (1 + negatives.per_positive)
    return Rows(tensors, rows, rule, negatives.per_positive if grouped else 1)


def _pairs(model: Any, frame: Any, part: str) -> tuple[np.ndarray, np.ndarray]:
    if set(inputs_of(model)) != {"user", "item"}:
        raise RecoLabError(
            "Negatives can be drawn for models with the inputs 'user' and 'item' alone, and this one reads "
            f"{sorted(inputs_of(model))}: give it rows with their negatives and targets, such as "
            "recolab.features.sampled_clicks makes."
        )
    frame = pd.DataFrame(frame)
    if frame.empty:
        raise RecoLabError(f"The {part} set is empty: give at least one row.")
    arrays = inputs(model, frame)
    return arrays["user"].astype(np.int32), arrays["item"].astype(np.int32)


def _depth(n: int) -> int:
    """Steps of a binary search among n values."""
    return max(n, 1).bit_length()


def _how_many_up_to(values: Any, first: Any, n: Any, point: Any, depth: int) -> Any:
    """How many of the n sorted values behind `first` are at most `point`; each of shape (draws,)."""

    def halve(step: Any, count: Any) -> tuple[Any, Any]:
        more = count + step
        value = tf.gather(values, tf.minimum(first + more - 1, tf.size(values) - 1))
        return step // 2, tf.where((more <= n) & (value <= point), more, count)

    largest = tf.constant(2 ** (depth - 1))
    return tf.while_loop(lambda step, count: step > 0, halve, (largest, tf.zeros_like(first)))[1]
