"""What a factorisation machine says about pairs of features, or of fields."""

from __future__ import annotations

from typing import Any

from recolab.backend import keras
from recolab.layers.shapes import fields_and_width


@keras.saving.register_keras_serializable(package="recolab")
class FMSecondOrder(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """The sum of all inner products of two rows, `Σ_{i<j} v_i · v_j = ½ Σ_f [(Σ_i v_if)² - Σ_i v_if²]`.

    The right side costs F k in place of F² k: the square of a sum holds every pair twice and every row with itself
    (Rendle 2010, eq. 5 and lemma 3.1). It has no weights; those are in the embeddings, with `v_i x_i` for `v_i`.

    Called on `FieldEmbedding(…, pooled=False)` it is Rendle's sum over the pairs of features. Called on a vector for
    each field, as in DeepFM, it is the sum over pairs of fields: a multi-valued field is one vector then, so that its
    values have no inner products with one another.

    Called on:
        embeddings: shape (batch, features or fields, width), at least 2 of them.

    Returns:
        Shape (batch, 1).

    Example:
        >>> FMSecondOrder()(np.array([[[1.0, 2.0], [3.0, 4.0]]])).numpy()  # 1 · 3 + 2 · 4
        array([[11.]], dtype=float32)

    Raises:
        RecoLabError: another rank, or fewer than two fields.
    """

    def build(self, input_shape: Any) -> None:
        fields_and_width(self, input_shape)

    def call(self, embeddings: Any) -> Any:
        square_of_sum = keras.ops.square(keras.ops.sum(embeddings, axis=1))
        sum_of_squares = keras.ops.sum(keras.ops.square(embeddings), axis=1)
        return 0.5 * keras.ops.sum(square_of_sum - sum_of_squares, axis=-1, keepdims=True)
