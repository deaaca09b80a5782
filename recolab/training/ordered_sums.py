"""Sums of gradients in one order, so that a training gives the same digits every time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from recolab.backend import keras, tf

Optimizer = keras.optimizers.Optimizer


@contextlib.contextmanager
def ordered_sums() -> Iterator[None]:
    """While this is open, optimizers that are traced add up the gradients of a table's rows in one order.

    Outside of XLA, TensorFlow shares the rows that a batch looked up among threads, and adds those that meet in the
    order in which they arrive: the last digits would differ from run to run. Here they are added up first, by an
    operation that is not shared out, into a gradient of the whole table.
    """
    add, subtract = Optimizer.assign_add, Optimizer.assign_sub
    Optimizer.assign_add = lambda self, variable, value: add(self, variable, _summed(variable, value))
    Optimizer.assign_sub = lambda self, variable, value: subtract(self, variable, _summed(variable, value))
    try:
        yield
    finally:
        del Optimizer.assign_add, Optimizer.assign_sub  # which shadowed those of a base class


def _summed(variable: Any, value: Any) -> Any:
    if not isinstance(value, tf.IndexedSlices):
        return value
    return tf.math.unsorted_segment_sum(value.values, value.indices, variable.shape[0])
