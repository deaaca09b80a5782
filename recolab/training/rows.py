"""What is to be learnt from, as tensors that stay in place for the whole training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recolab.backend import keras, tf
from recolab.errors import RecoLabError
from recolab.features import check_codes, inputs, inputs_of, target


def gather(tensors: Any, positions: Any, draws: Any) -> Any:
    """The rows at some positions, in the same nesting; nothing is left to chance."""
    return keras.tree.map_structure(lambda tensor: tf.gather(tensor, positions), tensors)


@dataclass(frozen=True)
class Rows:
    """Rows of one part of the data.

    Attributes:
        tensors: what the rows are made of, nested: (x, y) or (x, y, sample_weight) with the rows as first axis, or
            whatever `rule` reads.
        n: how many rows.
        rule: makes data for Keras, (x, y) or (x, y, sample_weight), of the tensors, positions of shape (batch,) and
            draws of shape (batch, draws_per_row). It runs inside compiled loops too, and rows with an equal rule share
            one.
        draws_per_row: how many random numbers a row needs.
    """

    tensors: Any
    n: int
    rule: Callable[[Any, Any, Any], Any] = gather
    draws_per_row: int = 0

    @classmethod
    def of(cls, model: Any, x: Any, y: Any, sample_weight: Any, part: str, target_column: str) -> Rows:
        """Rows from a table or from Keras' own x, y and sample weights.

        Args:
            model: what is to be trained; says which columns are its inputs.
            x: a table, or arrays as Keras takes them.
            y: the targets; None when `x` is a table.
            sample_weight: a weight for each row, or None.
            part: what these rows are for, for error messages.
            target_column: the column of a table that is to be learnt.

        Raises:
            RecoLabError: no rows, rows of different numbers, unknown codes, NaN.
        """
        if isinstance(x, pd.DataFrame):
            if x.empty:
                raise RecoLabError(f"The {part} set is empty: give at least one row.")
            if y is None:
                y = target(x, target_column)
            x = inputs(model, x)
        elif y is None:
            raise RecoLabError(f"The {part} set needs targets: give a table, or x and y.")
        data = (x, y) if sample_weight is None else (x, y, sample_weight)
        arrays = keras.tree.map_structure(_array, data)
        lengths = {len(array) for array in keras.tree.flatten(arrays)}
        if len(lengths) > 1:
            raise RecoLabError(
                f"x, y and weights of the {part} set must have the same number of rows, but have {lengths}."
            )
        if lengths == {0}:
            raise RecoLabError(f"The {part} set is empty: give at least one row.")
        if getattr(model, "inputs", None):
            check_codes(model, _named(model, arrays[0]))
        return cls(keras.tree.map_structure(tf.constant, arrays), lengths.pop())

    def take(self, positions: Any, draws: Any) -> Any:
        """The rows at some positions as data for Keras."""
        return self.rule(self.tensors, positions, draws)

    def draws(self, seed: int, epoch: int) -> np.ndarray:
        """The random numbers of an epoch, shape (n, draws_per_row), int32 from 0 to 2³¹ - 1, in the order of visits."""
        generator = np.random.default_rng([seed, epoch, 1])  # not the numbers of the order
        return generator.integers(0, 2**31, (self.n, self.draws_per_row), np.int32)


def order(n: int, seed: int, epoch: int) -> np.ndarray:
    """The order in which an epoch visits its rows, shape (n,), int32: a function of seed and epoch alone.

    A training that is resumed at a later epoch therefore visits the rows as it would have without the pause.
    """
    return np.random.default_rng([seed, epoch]).permutation(n).astype(np.int32)


def _array(values: Any) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "iufb" or array.ndim == 0:
        raise RecoLabError(f"Training needs arrays of numbers with a row each, but {values!r} came: encode it first.")
    # As Keras does: float64 data train a float32 model.
    return array.astype(keras.config.floatx()) if array.dtype == np.float64 else array


def _named(model: Any, x: Any) -> dict[str, np.ndarray]:
    if isinstance(x, dict):
        return x
    return dict(zip(inputs_of(model), keras.tree.flatten(x), strict=True))
