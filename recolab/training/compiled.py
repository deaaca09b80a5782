"""Epochs as single compiled functions.

Keras' own `train_step` and `test_step` run inside, so that whatever a model compiles with (losses, metrics, schedules,
regularisers, the state of dropout and batch normalisation, a step of its own) means here what it means in `model.fit`.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from recolab.backend import keras, tf
from recolab.training.rows import Rows


class NotCompilable(Exception):
    """XLA cannot compile a model; says why."""


class Epochs:
    """The compiled training and validation epochs of one model at one batch size."""

    def __init__(self, model: Any, batch_size: int) -> None:
        # What was traced: a model that is compiled again, or thawed, is traced again.
        self._state = _compiled_state(model)
        model = weakref.proxy(model)  # the cache below must not keep its own key alive
        self._train = _compile(lambda *data: _over_batches(model.train_step, batch_size, *data))
        self._test = _compile(lambda *data: _over_batches(model.test_step, batch_size, *data))

    @classmethod
    def of(cls, model: Any, batch_size: int) -> Epochs:
        """The epochs of a model: those of an earlier call, unless something has changed since."""
        known = _known.setdefault(model, {})
        epochs = known.get(batch_size)
        if epochs is None or not _same(epochs._state, _compiled_state(model)):
            epochs = known[batch_size] = cls(model, batch_size)
        return epochs

    def train(self, rows: Rows, order: np.ndarray) -> tuple[dict[str, float], int]:
        """One pass over the rows in the given order.

        Returns:
            The logs of the epoch, and the number of the first batch (from 0) whose loss was not finite, or -1.

        Raises:
            NotCompilable: XLA has something against the model; nothing was trained.
        """
        try:
            logs, bad = self._train(rows.tensors, tf.constant(order))
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError, tf.errors.NotFoundError) as error:
            raise NotCompilable(f"XLA cannot compile the model ({str(error).splitlines()[0]})") from error
        return _floats(logs), int(bad)

    def test(self, rows: Rows) -> dict[str, float]:
        """Loss and metrics over the rows, nothing learnt."""
        logs, _ = self._test(rows.tensors, tf.range(rows.n))
        return _floats(logs)


_known: weakref.WeakKeyDictionary[Any, dict[int, Epochs]] = weakref.WeakKeyDictionary()


def build(model: Any, rows: Rows) -> None:
    """Make every variable that training needs: none can be made inside a compiled function."""
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(rows.take([0]))
    prediction = model(x, training=False)
    if model.loss is not None:  # a model with a training step of its own may compile without
        model.compute_loss(x, y, prediction, sample_weight, training=False)
    model.compute_metrics(x, y, prediction, sample_weight)
    model.reset_metrics()
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def _compile(function: Any) -> Any:
    return tf.function(function, jit_compile=True, autograph=False)


def _over_batches(step: Any, batch_size: int, tensors: tuple[Any, ...], order: Any) -> Any:
    rows = Rows(tensors, order.shape[0])
    before_last, last = divmod(rows.n - 1, batch_size)
    batches = tf.reshape(order[: before_last * batch_size], (before_last, batch_size))
    bad = tf.constant(-1)

    def one_more(number: Any, bad: Any) -> tuple[Any, Any]:
        logs = step(rows.take(batches[number]))
        return number + 1, tf.where(_finite(logs), bad, number)

    if before_last:
        healthy = lambda number, bad: (number < before_last) & (bad < 0)  # noqa: E731
        _, bad = tf.while_loop(healthy, one_more, (tf.constant(0), bad))
    # The last batch, short or not, stands outside of the loop: its logs are those of the epoch.
    logs = step(rows.take(order[rows.n - 1 - last :]))
    return logs, tf.where((bad < 0) & ~_finite(logs), before_last, bad)


def _finite(logs: Any) -> Any:
    loss = logs.get("loss") if isinstance(logs, dict) else logs
    return tf.constant(True) if loss is None else tf.reduce_all(tf.math.is_finite(loss))


def _floats(logs: Any) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}


def _compiled_state(model: Any) -> list[Any]:
    return [model.optimizer, *model.metrics, *model.trainable_variables]


def _same(one: list[Any], other: list[Any]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
