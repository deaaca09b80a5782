"""Crossed features: a weight for every combination of two fields' values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.features import Fields


@keras.saving.register_keras_serializable(package="recolab")
class CrossedFields(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """`Σ_c w_c[value of one field, value of the other]` over pairs of categorical fields c: the φ(x) of Wide & Deep.

    The paper's cross-product transformation (Cheng et al. 2016, eq. 1) is 1 where all its features are, so that each
    combination has a weight of its own. One table holds the combinations of all pairs. Of a pair with more than
    `most` combinations several share a weight (the remainder of a division decides which), as in common practice.

    Args:
        fields: the `recolab.features.Fields` of the rows, or their config.
        crosses: pairs of names of categorical fields.
        most: rows of the table a pair may take.
        l2: penalty of the squared weights looked up, per row of the batch.
        **layer: what a Keras layer takes besides, such as `name`.

    Called on:
        indices: shape (batch, slots), integers.

    Returns:
        Shape (batch, 1).

    Raises:
        RecoLabError: a name is unknown, or its field is not categorical.
    """

    def __init__(
        self, fields: Any, crosses: Sequence[Sequence[str]], most: int = 1_000_000, l2: float = 0.0, **layer: Any
    ) -> None:
        super().__init__(**layer)
        self.fields = fields if isinstance(fields, Fields) else Fields.from_config(fields)
        self.crosses = tuple(tuple(pair) for pair in crosses)
        self.most, self.l2 = most, float(l2)
        sizes = [self._size(one) * self._size(other) for one, other in self.crosses]
        self._rows = np.minimum(sizes, most).astype(np.int64)

    def build(self, shape: Any) -> None:
        self.table = self.add_weight(shape=(int(self._rows.sum()), 1), initializer="zeros", name="table")

    def call(self, indices: Any) -> Any:
        starts = np.cumsum(self._rows) - self._rows
        combined = [
            start + self._combination(indices, pair) % rows
            for pair, start, rows in zip(self.crosses, starts.tolist(), self._rows.tolist(), strict=True)
        ]
        weights = keras.ops.take(self.table, keras.ops.stack(combined, axis=1), axis=0)
        if self.l2:
            batch = keras.ops.cast(keras.ops.shape(weights)[0], weights.dtype)
            self.add_loss(self.l2 * keras.ops.sum(keras.ops.square(weights)) / batch)
        return keras.ops.sum(weights, axis=1)

    def compute_output_shape(self, shape: Any) -> Any:
        return (shape[0], 1)

    def get_config(self) -> dict[str, Any]:
        config = {"fields": self.fields.to_config(), "crosses": self.crosses, "most": self.most, "l2": self.l2}
        return {**super().get_config(), **config}

    def _combination(self, indices: Any, pair: Sequence[str]) -> Any:
        """A number for each row's combination of the values of two fields, counted from 0."""
        one, other = (indices[:, self.fields.slots[self._number(name)][0]] - self._first(name) for name in pair)
        return one * self._size(pair[1]) + other

    def _number(self, name: str) -> int:
        if name not in self.fields.names:
            raise RecoLabError(f"There is no field {name!r} to be crossed; there are {list(self.fields.names)}.")
        number = self.fields.names.index(name)
        if self.fields.kinds[number] != "categorical":
            raise RecoLabError(f"Only categorical fields can be crossed, but {name!r} is {self.fields.kinds[number]}.")
        return number

    def _first(self, name: str) -> int:
        return int(self.fields.runs[self._number(name)][0])

    def _size(self, name: str) -> int:
        first, past = self.fields.runs[self._number(name)]
        return int(past - first)
