"""Epochs as compiled loops.

Keras' own `train_step` and `test_step` run inside, so that whatever a model compiles with (losses, metrics, schedules,
regularisers, the state of dropout and batch normalisation, a step of its own) means here what it means in `model.fit`.

XLA needs fixed shapes and seconds to compile, so it gets what repeats: the batches of an epoch but the last, as one
loop. The last batch, short or not, and validation, in large batches, run as plain graphs for any number of rows.
"""

from __future__ import annotations

import math
import weakref
from typing import Any

import numpy as np

from recolab.backend import keras, tf
from recolab.training.lean_adam import lean_adam
from recolab.training.masks import fast_masks
from recolab.training.rows import Rows

VALIDATION_BATCH = 16_384
"""Rows of a step of validation, which is a matter of memory alone: Keras weighs every batch by its rows."""


class NotCompilable(Exception):
    """XLA cannot compile a model; says why."""


class Epochs:
    """The training and validation epochs of one model at one batch size, over rows of one kind."""

    def __init__(self, model: Any, batch_size: int, rule: Any) -> None:
        self._batch_size = batch_size
        # What was traced: a model that is compiled again, or thawed, is traced again.
        self._state = _compiled_state(model)
        model = weakref.proxy(model)  # the cache below must not keep its own key alive
        self._loop = tf.function(
            lambda *arguments: _loop(model.train_step, rule, *arguments), jit_compile=True, autograph=False
        )
        self._train_step = tf.function(lambda data: model.train_step(data), autograph=False)
        self._test_step = tf.function(lambda data: model.test_step(data), autograph=False)

    @classmethod
    def of(cls, model: Any, batch_size: int, rows: Rows) -> Epochs:
        """The epochs of a model: those of an earlier call, unless something has changed since."""
        known, key = _known.setdefault(model, {}), (batch_size, rows.rule)
        epochs = known.get(key)
        if epochs is None or not _same(epochs._state, _compiled_state(model)):
            epochs = known[key] = cls(model, batch_size, rows.rule)
        return epochs

    def train(self, rows: Rows, order: np.ndarray, draws: np.ndarray) -> tuple[dict[str, float], int]:
        """One pass over the rows in the given order, shape (rows,), with the draws of each visit, (rows, draws).

        Returns:
            The logs of the epoch, and the number of the first batch (from 0) whose loss was not finite, or -1.

        Raises:
            NotCompilable: XLA has something against the model; nothing was trained.
        """
        before_last = (rows.n - 1) // self._batch_size
        end = before_last * self._batch_size
        if before_last:
            bad = self._train_in_loop(rows, _batches(order[:end], before_last), _batches(draws[:end], before_last))
            if bad >= 0:
                return {}, bad
        logs = _floats(_run(self._train_step, rows.take(order[end:], draws[end:])))
        return logs, -1 if math.isfinite(logs.get("loss", 0.0)) else before_last

    def _train_in_loop(self, rows: Rows, *batches: np.ndarray) -> int:
        arguments = (rows.tensors, *map(tf.constant, batches))
        try:
            with fast_masks(), lean_adam():
                function = self._loop.get_concrete_function(*arguments)
            return int(function(*arguments))
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError, tf.errors.NotFoundError) as error:
            raise NotCompilable(f"XLA cannot compile the model ({str(error).splitlines()[0]})") from error

    def test(self, rows: Rows, draws: np.ndarray) -> dict[str, float]:
        """Loss and metrics over the rows, with their draws, shape (rows, draws); nothing learnt."""
        logs: Any = {}
        for start in range(0, rows.n, VALIDATION_BATCH):
            positions = np.arange(start, min(start + VALIDATION_BATCH, rows.n))
            logs = _run(self._test_step, rows.take(positions, draws[positions]))
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


def _loop(step: Any, rule: Any, tensors: Any, batches: Any, draws: Any) -> Any:
    """Train on every row of `batches`, shape (steps, batch size); the number of the first bad step, or -1."""

    def healthy(number: Any, bad: Any) -> Any:
        return (number < batches.shape[0]) & (bad < 0)

    def one_more(number: Any, bad: Any) -> tuple[Any, Any]:
        loss = step(rule(tensors, batches[number], draws[number])).get("loss", 0.0)
        return number + 1, tf.where(tf.math.is_finite(loss), bad, number)

    return tf.while_loop(healthy, one_more, (tf.constant(0), tf.constant(-1)))[1]


def _batches(visits: np.ndarray, steps: int) -> np.ndarray:
    return visits.reshape(steps, len(visits) // steps, *visits.shape[1:])


def _run(step: Any, data: tuple[Any, ...]) -> Any:
    """A step as a graph for any number of rows.

    It is asked for by name, because every model brings a graph of its own, which the usual call takes for a mistake and
    warns of.
    """
    any_rows = keras.tree.map_structure(lambda tensor: tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype), data)
    return step.get_concrete_function(any_rows)(data)


def _floats(logs: Any) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}


def _compiled_state(model: Any) -> list[Any]:
    return [model.optimizer, *model.metrics, *model.trainable_variables]


def _same(one: list[Any], other: list[Any]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
