"""Adam on embedding tables with half of the memory traffic."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from recolab.backend import keras, tf

Adam = keras.optimizers.Adam


@contextlib.contextmanager
def lean_adam() -> Iterator[None]:
    """While this is open, what is traced does Adam's step on embedding tables as `_on_rows` writes it.

    Keras' own step makes a table of zeros for the gradient of the few rows that a batch looks up, once for m and once
    for v, so that a training with Adam spends most of its time in moving empty rows.
    """
    of_keras = Adam.update_step

    def update_step(optimizer: Any, gradient: Any, variable: Any, learning_rate: Any) -> None:
        if isinstance(gradient, tf.IndexedSlices) and not optimizer.amsgrad:
            _on_rows(optimizer, gradient, variable, learning_rate)
        else:
            of_keras(optimizer, gradient, variable, learning_rate)

    Adam.update_step = update_step
    try:
        yield
    finally:
        Adam.update_step = of_keras


def _on_rows(optimizer: Any, gradient: Any, variable: Any, learning_rate: Any) -> None:
    """Keras' step, with `m + (1 - β₁)(g - m)` written as `β₁ m + (1 - β₁) g`, the second term on looked up rows alone.

    As in Keras, every row moves, looked up or not, and a row that is looked up several times in a batch adds the square
    of each of its gradients to v.
    """
    number = optimizer._get_variable_index(variable)
    m, v = optimizer._momentums[number], optimizer._velocities[number]
    beta_1, beta_2 = optimizer.beta_1, optimizer.beta_2
    step = tf.cast(optimizer.iterations + 1, variable.dtype)
    rate = tf.cast(learning_rate, variable.dtype) * tf.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    rows, values = gradient.indices, tf.cast(gradient.values, variable.dtype)

    optimizer.assign(m, m * beta_1)
    optimizer.assign_add(m, tf.IndexedSlices(values * (1 - beta_1), rows))
    optimizer.assign(v, v * beta_2)
    optimizer.assign_add(v, tf.IndexedSlices(tf.square(values) * (1 - beta_2), rows))
    optimizer.assign_sub(variable, m * rate / (tf.sqrt(v) + optimizer.epsilon))
