"""The linear part of all models of fields: a weight for every feature."""

from __future__ import annotations

from typing import Any

from recolab.backend import keras
from recolab.layers.field_embedding import FieldEmbedding


@keras.saving.register_keras_serializable(package="recolab")
class FirstOrder(FieldEmbedding):
    """`w_0 + Σ_i w_i x_i` over the features of a row: logistic regression on fields, and what an FM adds to its pairs.

    One weight a feature, of a table of its own, and one for all. All start at 0.

    Args:
        fields: the `recolab.features.Fields` of the rows, or their config.
        l2: penalty of the weights looked up, as `FieldEmbedding` has it.
        **layer: what a Keras layer takes besides, such as `name`.

    Called on:
        indices, weights: as `FieldEmbedding`.

    Returns:
        Shape (batch, 1).
    """

    def __init__(self, fields: Any, l2: float = 0.0, **layer: Any) -> None:
        super().__init__(fields, 1, initial=0.0, l2=l2, **layer)

    def build(self, indices_shape: Any, weights_shape: Any = None) -> None:
        super().build(indices_shape, weights_shape)
        self.bias = self.add_weight(shape=(1,), initializer="zeros", name="bias")

    def call(self, indices: Any, weights: Any = None) -> Any:
        return keras.ops.sum(super().call(indices, weights), axis=1) + self.bias

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {name: value for name, value in config.items() if name not in ("width", "initial", "seed", "pooled")}
