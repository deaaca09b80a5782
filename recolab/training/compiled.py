"""Epochs as compiled loops.

Keras' own `train_step` and `test_step` run inside, so that whatever a model compiles with (losses, metrics, schedules,
regularisers, the state of dropout and batch normalisation, a step of its own) means here what it means in `model.fit`.

XLA needs fixed shapes and seconds to compile. So the first steps of a training, the last batch of every epoch, short or
not, and validation, in large batches, run as plain graphs for any number of rows. A training that goes on gets what
repeats, the batches of an epoch but the last, as one loop of XLA's.
"""

from __future__ import annotations

import math
import warnings
import weakref
from typing import Any

import numpy as np

from recolab.backend import keras, tf
from recolab.training.lean_adam import lean_adam
from recolab.training.masks import fast_masks
from recolab.training.ordered_sums import ordered_sums
from recolab.training.rows import Rows

VALIDATION_BATCH = 16_384
"""Rows of a step of validation, which is a matter of memory alone: Keras weighs every batch by its rows."""


STEPS_BEFORE_COMPILING = 300
"""An epoch that ends within so many steps, counted from the start of epoch 0, would be over before XLA had compiled."""


class Epochs:
    """The training and validation epochs of one model at one batch size, over rows of one kind."""

    def __init__(self, model: Any, batch_size: int, rule: Any) -> None:
        self._batch_size = batch_size
        # What was traced: a model that is compiled again, or thawed, is traced again.
        self._state = _compiled_state(model)
        self._compilable = True
        model = weakref.proxy(model)  # the cache below must not keep its own key alive

        def train_step(*visits: Any) -> Any:
            return model.train_step(rule(*visits))

        def in_order(*visits: Any) -> Any:
            with ordered_sums():
                return train_step(*visits)

        def in_loop(*visits: Any) -> Any:
            with fast_masks(), lean_adam():
                return _loop(train_step, *visits)

        self._train_step = tf.function(in_order, autograph=False)
        self._loop = tf.function(in_loop, jit_compile=True, autograph=False)
        self._test_step = tf.function(lambda data: model.test_step(data), autograph=False)

    @classmethod
    def of(cls, model: Any, batch_size: int, rows: Rows) -> Epochs:
        """The epochs of a model: those of an earlier call, unless something has changed since."""
        known, key = _known.setdefault(model, {}), (batch_size, rows.rule)
        epochs = known.get(key)
        if epochs is None or not _same(epochs._state, _compiled_state(model)):
            epochs = known[key] = cls(model, batch_size, rows.rule)
        return epochs

    def train(self, rows: Rows, epoch: int, order: np.ndarray, draws: np.ndarray) -> tuple[dict[str, float], int]:
        """One pass over the rows in the given order, shape (rows,), with the draws of each visit, (rows, draws).

        Returns:
            The logs of the epoch, and the number of the first batch (from 0) whose loss was not finite, or -1.
        """
        before_last = (rows.n - 1) // self._batch_size
        first = 0
        if before_last and (epoch + 1) * before_last > STEPS_BEFORE_COMPILING and self._compilable:
            bad = self._train_in_loop(rows, order, draws, before_last)
            if bad is not None and bad >= 0:
                return {}, bad
            first = 0 if bad is None else before_last
        logs: Any = {}
        step = _for_any_rows(self._train_step, rows.tensors, tf.constant(order), tf.constant(draws))
        for number in range(first, before_last + 1):
            batch = slice(number * self._batch_size, (number + 1) * self._batch_size)
            logs = step(rows.tensors, tf.constant(order[batch]), tf.constant(draws[batch]))
            if not math.isfinite(logs.get("loss", 0.0)):
                return {}, number
        return _floats(logs), -1

    def _train_in_loop(self, rows: Rows, order: np.ndarray, draws: np.ndarray, steps: int) -> int | None:
        """Train on the full batches but the last: the first bad step, or -1; None if XLA cannot compile the model."""
        end = steps * self._batch_size
        visits = [tf.constant(of[:end].reshape(steps, self._batch_size, *of.shape[1:])) for of in (order, draws)]
        try:
            return int(self._loop.get_concrete_function(rows.tensors, *visits)(rows.tensors, *visits))
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError, tf.errors.NotFoundError) as error:
            self._compilable = False
            why = str(error).splitlines()[0]
            warnings.warn(f"Training in slower, uncompiled steps: XLA cannot compile the model ({why}).", stacklevel=5)
            return None

    def test(self, rows: Rows, draws: np.ndarray) -> dict[str, float]:
        """Loss and metrics over the rows, with their draws, shape (rows, draws); nothing learnt."""
        logs: Any = {}
        for start in range(0, rows.n, VALIDATION_BATCH):
            positions = np.arange(start, min(start + VALIDATION_BATCH, rows.n))
            data = rows.take(positions, draws[positions])
            logs = _for_any_rows(self._test_step, data)(data)
        return _floats(logs)


_known: weakref.WeakKeyDictionary[Any, dict[Any, Epochs]] = weakref.WeakKeyDictionary()


def build(model: Any, rows: Rows) -> None:
    """Make every variable that training needs: none can be made inside a compiled function."""
    first = rows.take(np.zeros(1, np.int32), np.zeros((1, rows.draws_per_row), np.int32))
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(first)
    prediction = model(x, training=False)
    if model.loss is not None:  # a model with a training step of its own may compile without
        model.compute_loss(x, y, prediction, sample_weight, training=False)
    model.compute_metrics(x, y, prediction, sample_weight)
    model.reset_metrics()
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def _loop(step: Any, tensors: Any, order: Any, draws: Any) -> Any:
    """Train on every row of `order`, shape (steps, batch size); the number of the first bad step, or -1."""

    def healthy(number: Any, bad: Any) -> Any:
        return (number < order.shape[0]) & (bad < 0)

    def one_more(number: Any, bad: Any) -> tuple[Any, Any]:
        loss = step(tensors, order[number], draws[number]).get("loss", 0.0)
        return number + 1, tf.where(tf.math.is_finite(loss), bad, number)

    return tf.while_loop(healthy, one_more, (tf.constant(0), tf.constant(-1)))[1]


def _for_any_rows(step: Any, *arguments: Any) -> Any:
    """A step as a graph for any number of rows.

    It is asked for by name, because every model brings a graph of its own, which the usual call takes for a mistake and
    warns of.
    """
    any_rows = keras.tree.map_structure(lambda each: tf.TensorSpec([None, *each.shape[1:]], each.dtype), arguments)
    return step.get_concrete_function(*any_rows)


def _floats(logs: Any) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}


def _compiled_state(model: Any) -> list[Any]:
    return [model.optimizer, *model.metrics, *model.trainable_variables]


def _same(one: list[Any], other: list[Any]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
