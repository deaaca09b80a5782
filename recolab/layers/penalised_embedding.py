"""The penalty of matrix factorisation: on the rows looked up, once for every rating."""

from __future__ import annotations

from typing import Any

from recolab.backend import keras


@keras.saving.register_keras_serializable(package="recolab")
class PenalisedEmbedding(keras.layers.Embedding):  # type: ignore[misc]  # Keras ships no types
    """An embedding that adds an l2 penalty of the rows it looks up to the loss.

    `penalty = l2 / B · Σ_b |e_b|²`, summed over the B rows of the batch.

    Each known rating pays `l2 |e_u|²` beside its squared error, as in Koren, Bell & Volinsky (2009), eq. 2: the
    vector of somebody with many ratings is held back by each of them, a vector that no row of the batch looks up is
    left alone, and the strength does not depend on the batch size. Keras' `embeddings_regularizer` penalises the
    whole table at every step; what its `activity_regularizer` is divided by changed between Keras 3.13 and 3.15.

    Args:
        input_dim: rows of the table.
        output_dim: length of a row.
        l2: strength of the penalty, at least 0.
        **embedding: what `keras.layers.Embedding` takes besides.

    Example:
        >>> table = PenalisedEmbedding(943, 40, l2=0.05)
        >>> table(np.array([3, 14, 15])).shape
        TensorShape([3, 40])

    Raises:
        ValueError: `l2` is negative or NaN.
    """

    def __init__(self, input_dim: int, output_dim: int, l2: float, **embedding: Any) -> None:
        if not l2 >= 0:
            raise ValueError(f"`l2` must be a number of at least 0. Received: l2={l2}")
        super().__init__(input_dim, output_dim, **embedding)
        self.l2 = float(l2)

    def call(self, inputs: Any) -> Any:
        rows = super().call(inputs)
        # Codes of shape (B,) or (B, n): the sum goes over everything, the mean over the first axis alone.
        batch = keras.ops.cast(keras.ops.shape(rows)[0], rows.dtype)
        self.add_loss(self.l2 * keras.ops.sum(keras.ops.square(rows)) / batch)
        return rows

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "l2": self.l2}
