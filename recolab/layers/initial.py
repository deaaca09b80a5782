"""Initial weights: drawn from seeds, and from the range that suits the formula."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from recolab.backend import keras


def several(seed: int | None, number: int) -> list[int | None]:
    """A seed for each of a layer's weights, so that no two start alike; None for each if the layer has none."""
    if seed is None:
        return [None] * number
    return [int(each) for each in np.random.SeedSequence(seed).generate_state(number)]


def glorot(seed: int | None) -> Any:
    """For a matrix: uniform with variance `2 / (rows + columns)` (Glorot & Bengio 2010), Keras' default for Dense."""
    return keras.initializers.GlorotUniform(seed)


def glorot_each(rows: int, columns: int, seed: int | None) -> Any:
    """For a stack of matrices, shape (n, rows, columns): what `glorot` gives one of them.

    Keras' initialiser would take the stack for the kernel of a convolution and start it √n times smaller.
    """
    limit = math.sqrt(6 / (rows + columns))
    return keras.initializers.RandomUniform(-limit, limit, seed)
