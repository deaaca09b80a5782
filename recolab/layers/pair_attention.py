"""The attention of AFM: some pairs of fields count more than others, and which ones depends on the row."""

from __future__ import annotations

from typing import Any

from recolab.backend import keras
from recolab.layers.initial import glorot, several
from recolab.layers.shapes import check_dropout, fields_and_width


@keras.saving.register_keras_serializable(package="recolab")
class PairAttention(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """The weighted sum of all pairs of fields, `Σ_{i<j} a_ij (v_i ∘ v_j)` (AFM; Xiao et al. 2017, eq. 3 to 5).

    The weights come from a small network that reads the pair, `a'_ij = h · relu(W (v_i ∘ v_j) + b)`, and are a softmax
    over the pairs of a row, so that they sum to 1. AFM multiplies the result by a last vector p, a `Dense(1)` without
    bias. All weights equal and p all ones would be FM, divided by the number of pairs.

    Args:
        units: width of the attention network, the paper's t.
        dropout: share of the coordinates of the products `v_i ∘ v_j` set to 0 while training (section 3.3), at least
            0 and below 1.
        seed: of the initial weights and of dropout; None draws others each time.
        **layer: what `keras.layers.Layer` takes besides.

    Weights:
        kernel: Wᵀ, shape (width, units).
        bias: b, shape (units,), starts at 0.
        h: shape (units, 1).

    Called on:
        embeddings: shape (batch, fields, width), at least 3 fields: two make one pair, and its weight is always 1.

    Returns:
        Shape (batch, width).

    Example:
        >>> layer = PairAttention(8, seed=0)
        >>> layer(np.ones((5, 4, 16))).shape
        TensorShape([5, 16])
        >>> layer.pair_weights(np.ones((5, 4, 16))).shape  # of (0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)
        TensorShape([5, 6])

    Raises:
        ValueError: `units` below 1, or `dropout` outside its range.
        RecoLabError: another rank, or fewer than three fields.
    """

    def __init__(self, units: int, dropout: float = 0.0, seed: int | None = None, **layer: Any) -> None:
        if not units >= 1:
            raise ValueError(f"`units` must be at least 1. Received: units={units}")
        check_dropout(dropout)
        super().__init__(**layer)
        self.units = int(units)
        self.dropout = float(dropout)
        self.seed = seed
        *self._weight_seeds, mask_seed = several(seed, 3)
        self._dropped = keras.layers.Dropout(self.dropout, seed=mask_seed)

    def build(self, input_shape: Any) -> None:
        _, width = fields_and_width(self, input_shape, at_least=3)
        of_kernel, of_h = self._weight_seeds
        self.kernel = self.add_weight(shape=(width, self.units), initializer=glorot(of_kernel), name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        self.h = self.add_weight(shape=(self.units, 1), initializer=glorot(of_h), name="h")

    def call(self, embeddings: Any, training: bool | None = None) -> Any:
        products = self._dropped(_pairs(embeddings), training=training)
        return keras.ops.sum(self._weights_of(products) * products, axis=1)

    def pair_weights(self, embeddings: Any) -> Any:
        """The weights a_ij of each row, without dropout.

        Args:
            embeddings: an array or a tensor as the layer is called on.

        Returns:
            Shape (batch, F (F - 1) / 2), in the order (0, 1), (0, 2), …, (1, 2), …; each row sums to 1.
        """
        embeddings = keras.ops.convert_to_tensor(embeddings, self.compute_dtype)
        fields_and_width(self, embeddings.shape, at_least=3)
        if not self.built:
            self.build(embeddings.shape)
        return keras.ops.squeeze(self._weights_of(_pairs(embeddings)), axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units, "dropout": self.dropout, "seed": self.seed}

    def _weights_of(self, products: Any) -> Any:
        hidden = keras.ops.relu(keras.ops.matmul(products, self.kernel) + self.bias)
        return keras.ops.softmax(keras.ops.matmul(hidden, self.h), axis=1)  # over the pairs


def _pairs(embeddings: Any) -> Any:
    """`v_i ∘ v_j` for i < j, row after row of the upper triangle: shape (batch, pairs, width)."""
    fields = embeddings.shape[1]
    products = [embeddings[:, i : i + 1] * embeddings[:, i + 1 :] for i in range(fields - 1)]
    return keras.ops.concatenate(products, axis=1)
