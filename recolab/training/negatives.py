"""Negatives: items a user has not touched, drawn anew every epoch, inside the compiled loop.

Which item a draw means is found by binary search, so no draw is ever rejected and memory follows the number of
interactions, not users × items. Lay the items side by side on a line, each as wide as its weight, and cut out the
user's positives: a draw is a point on what is left. The search tells how many positives lie in front of that point,
which is how far it has to be moved to the right on the whole line, and whose stretch it then falls into.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recolab.backend import tf
from recolab.errors import RecoLabError
from recolab.features import code_limits, inputs, inputs_of, user_item_matrix
from recolab.training.rows import Rows

DRAWS = 2**31  # a draw is a whole number below this
LINE = 2**31 - 1  # the length that weights by popularity are scaled to


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
        if isinstance(self.per_positive, bool) or not isinstance(self.per_positive, int) or self.per_positive < 1:
            raise RecoLabError(f"`negatives` must be a whole number of at least 1, but {self.per_positive!r} came.")
        if not 0 <= self.popularity < np.inf:
            raise RecoLabError(f"`popularity` must be a finite exponent of at least 0, but {self.popularity} came.")


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
    count = np.bincount(item, minlength=n_items)
    width = _widths(count, negatives.popularity)
    ends = np.cumsum(width)

    pairs = pd.DataFrame({"user": user, "item": item})
    if known is not None:
        pairs = pd.concat([pairs, pd.DataFrame(dict(zip(("user", "item"), _pairs(model, known, part), strict=True)))])
    positives = user_item_matrix(pairs, n_users, n_items)
    start, items = positives.indptr.astype(np.int32), positives.indices
    taken = np.concatenate([[0], np.cumsum(width[items])])  # along all positives, user after user
    before = taken[:-1] - np.repeat(taken[start[:-1]], np.diff(start))  # of the same user
    free = ends[-1] - (taken[start[1:]] - taken[start[:-1]])
    nothing = np.flatnonzero((free <= 0) & (np.bincount(user, minlength=n_users) > 0))
    if len(nothing):
        raise RecoLabError(
            f"{len(nothing):,} users (the first has the code {nothing[0]}) have touched every item that could be "
            "drawn, so there is no negative for them: leave their rows out, or draw with popularity=0."
        )
    degree = int(np.diff(start).max())
    rule = Draw(negatives.per_positive, grouped, _depth(degree), n_items, negatives.popularity == 0)
    arrays = {
        "user": user,
        "item": item,
        "start": start,
        "free": free,
        "gap": ends[items] - width[items] - before,  # where on the user's line the positive was cut out
        "width": before + width[items],
    }
    if not rule.uniform:
        arrays["ends"] = ends
    tensors = {name: tf.constant(values, tf.int32) for name, values in arrays.items()}
    rows = len(user) if grouped else len(user) * (1 + negatives.per_positive)
    return Rows(tensors, rows, rule, negatives.per_positive if grouped else 1)


def _pairs(model: Any, frame: Any, part: str) -> tuple[np.ndarray, np.ndarray]:
    if set(inputs_of(model)) != {"user", "item"}:
        raise RecoLabError(
            "Negatives can be drawn for models with the inputs 'user' and 'item' alone, and this one reads "
            f"{sorted(inputs_of(model))}: give it rows with their negatives and targets."
        )
    frame = pd.DataFrame(frame)
    if frame.empty:
        raise RecoLabError(f"The {part} set is empty: give at least one row.")
    arrays = inputs(model, frame)
    return arrays["user"].astype(np.int32), arrays["item"].astype(np.int32)


def _widths(count: np.ndarray, popularity: float) -> np.ndarray:
    """How wide each item lies on the line, shape (items,), int64; 0 is never drawn."""
    if popularity == 0:
        return np.ones(len(count), np.int64)
    weight = np.where(count > 0, (count / count.max()) ** popularity, 0.0)
    # Whole numbers, so that every platform and both kinds of loop agree on who a point belongs to.
    width: np.ndarray = np.ceil(weight * ((LINE - len(count)) / weight.sum())).astype(np.int64)
    return width


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
