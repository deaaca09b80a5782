"""The interacting layer of AutoInt: each field looks at all fields and takes over what concerns it."""

from __future__ import annotations

import math
from typing import Any

from recolab.backend import keras
from recolab.layers.initial import glorot, several
from recolab.layers.shapes import check_dropout, fields_and_width

FEW_FIELDS = 10
"""Up to so many fields the values are mixed by a sum that is written out, and beyond by products of matrices."""


@keras.saving.register_keras_serializable(package="recolab")
class InteractingLayer(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Self-attention between fields, in several heads (AutoInt; Song et al. 2019, eq. 5 to 8).

    For a head h, `a_mk = softmax_k(⟨W_Q e_m, W_K e_k⟩)` and `ẽ_m = Σ_k a_mk W_V e_k`; the heads side by side and what
    came in give `e'_m = relu([ẽ_m of each head] + W_Res e_m)`.

    This is the paper's layer: the scores are not divided by `√d`, d the width of a head, and nothing follows the heads
    but the sum. `keras.layers.MultiHeadAttention` divides, has biases and projects once more. The code of the paper's
    authors, with which their numbers were made, divides too; it puts a bias and a relu into each of the four maps, and
    a layer normalisation behind the sum.

    Args:
        width: of the result, over all heads; a multiple of `heads`.
        heads: how many.
        residual: whether `W_Res e_m` is added.
        activation: what is applied to the sum, as Keras takes it; None for nothing.
        scaled: whether the scores are divided by `√d` (Vaswani et al. 2017).
        dropout: share of the attention weights set to 0 while training, at least 0 and below 1.
        seed: of the initial weights and of dropout; None draws others each time.
        **layer: what `keras.layers.Layer` takes besides.

    Weights:
        query, key, value: the W_Qᵀ, W_Kᵀ and W_Vᵀ of all heads side by side, each of shape (incoming width, width).
        shortcut: W_Resᵀ, shape (incoming width, width), with `residual` only.

    Called on:
        embeddings: shape (batch, fields, incoming width), at least 2 fields.

    Returns:
        Shape (batch, fields, width).

    Example:
        >>> layer = InteractingLayer(32, heads=2, seed=0)
        >>> layer(np.ones((5, 7, 16))).shape
        TensorShape([5, 7, 32])
        >>> layer.attention(np.ones((5, 7, 16))).shape
        TensorShape([5, 2, 7, 7])

    Raises:
        ValueError: `width` or `heads` below 1, a `width` that does not divide by `heads`, an unknown activation, or
            `dropout` outside its range.
        RecoLabError: another rank, or fewer than two fields.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        residual: bool = True,
        activation: Any = "relu",
        scaled: bool = False,
        dropout: float = 0.0,
        seed: int | None = None,
        **layer: Any,
    ) -> None:
        if not (width >= 1 and heads >= 1 and width % heads == 0):
            raise ValueError(
                "`width` is shared out among the heads, so it must be a multiple of `heads`, both at least 1. "
                f"Received: width={width}, heads={heads}"
            )
        check_dropout(dropout)
        super().__init__(**layer)
        self.width = int(width)
        self.heads = int(heads)
        self.residual = bool(residual)
        self.activation = keras.activations.get(activation)
        self.scaled = bool(scaled)
        self.dropout = float(dropout)
        self.seed = seed
        *self._weight_seeds, mask_seed = several(seed, 5)
        self._dropped = keras.layers.Dropout(self.dropout, seed=mask_seed)

    def build(self, input_shape: Any) -> None:
        _, incoming = fields_and_width(self, input_shape)

        def matrix(name: str, seed: int | None) -> Any:
            return self.add_weight(shape=(incoming, self.width), initializer=glorot(seed), name=name)

        of_query, of_key, of_value, of_shortcut = self._weight_seeds
        self.query = matrix("query", of_query)
        self.key = matrix("key", of_key)
        self.value = matrix("value", of_value)
        if self.residual:
            self.shortcut = matrix("shortcut", of_shortcut)

    def call(self, embeddings: Any, training: bool | None = None) -> Any:
        weights = self._dropped(self._attention(embeddings), training=training)
        mixed = _mixed(weights, self._by_head(embeddings, self.value))
        result = keras.ops.reshape(mixed, (-1, embeddings.shape[1], self.width))
        if self.residual:
            result = result + keras.ops.matmul(embeddings, self.shortcut)
        return self.activation(result)

    def attention(self, embeddings: Any) -> Any:
        """The attention weights of each row, without dropout.

        Args:
            embeddings: an array or a tensor as the layer is called on.

        Returns:
            Shape (batch, heads, fields, fields): how much the first field takes over from the second; sums to 1 over
            the last axis.
        """
        embeddings = keras.ops.convert_to_tensor(embeddings, self.compute_dtype)
        fields_and_width(self, embeddings.shape)
        if not self.built:
            self.build(embeddings.shape)
        return keras.ops.transpose(self._attention(embeddings), (0, 3, 1, 2))

    def get_config(self) -> dict[str, Any]:
        own = {
            "width": self.width,
            "heads": self.heads,
            "residual": self.residual,
            "activation": keras.activations.serialize(self.activation),
            "scaled": self.scaled,
            "dropout": self.dropout,
            "seed": self.seed,
        }
        return {**super().get_config(), **own}

    def _attention(self, embeddings: Any) -> Any:
        """The attention weights, heads last: shape (batch, fields, fields looked at, heads)."""
        queries, keys = self._by_head(embeddings, self.query), self._by_head(embeddings, self.key)
        if self.scaled:
            queries = queries / math.sqrt(self.width // self.heads)
        return keras.ops.softmax(keras.ops.einsum("bmhd,bkhd->bmkh", queries, keys), axis=2)

    def _by_head(self, embeddings: Any, matrix: Any) -> Any:
        """The embeddings through a matrix, head by head: shape (batch, fields, heads, width of a head)."""
        through = keras.ops.matmul(embeddings, matrix)
        return keras.ops.reshape(through, (-1, embeddings.shape[1], self.heads, self.width // self.heads))


def _mixed(weights: Any, values: Any) -> Any:
    """The sums of what each field takes over, shape (batch, fields, heads, width of a head).

    XLA multiplies matrices as small as a few fields slowly, and a sum that is written out fast, without keeping its
    terms. A graph outside of XLA keeps them, `fields` times what comes out, so with many fields it is matrices again.
    """
    if values.shape[1] > FEW_FIELDS:
        return keras.ops.einsum("bmkh,bkhd->bmhd", weights, values)
    return keras.ops.sum(keras.ops.expand_dims(weights, 4) * keras.ops.expand_dims(values, 1), axis=2)
