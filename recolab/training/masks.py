"""Dropout masks that XLA draws fast."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

from recolab.backend import tf


@contextlib.contextmanager
def fast_masks() -> Iterator[None]:
    """While this is open, what is traced draws its dropout masks with the ThreeFry generator.

    The generator TensorFlow chooses by itself makes a compiled loop with dropout 20 to 100 times slower than one
    without (TensorFlow 2.21 on CPU). Keras' `Dropout` leaves TensorFlow the choice, so the choice is made for it here,
    for the length of a trace. ThreeFry is as good a generator, and has no CPU kernel outside of XLA.
    """
    experimental: Any = tf.nn.experimental
    chosen_by_tensorflow = experimental.stateless_dropout
    experimental.stateless_dropout = functools.partial(chosen_by_tensorflow, rng_alg="threefry")
    try:
        yield
    finally:
        experimental.stateless_dropout = chosen_by_tensorflow
