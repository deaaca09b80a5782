"""The product layers of PNN: inner, outer and kernel products of field embeddings."""

from __future__ import annotations

from typing import Any

import numpy as np

from recolab.backend import keras
from recolab.layers.initial import glorot_each
from recolab.layers.shapes import fields_and_width


@keras.saving.register_keras_serializable(package="recolab")
class InnerProducts(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """The inner product of every pair of fields, `p_ij = f_i · f_j` for i < j (IPNN; Qu et al. 2016, section III-A).

    The pairs stand in the order (0, 1), (0, 2), …, (1, 2), …; a field's product with itself is left out.

    Called on:
        embeddings: shape (batch, fields, width), at least 2 fields.

    Returns:
        Shape (batch, F (F - 1) / 2).

    Example:
        >>> InnerProducts()(np.array([[[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]])).numpy()
        array([[11.,  2.,  4.]], dtype=float32)

    Raises:
        RecoLabError: another rank, or fewer than two fields.
    """

    def build(self, input_shape: Any) -> None:
        fields_and_width(self, input_shape)

    def call(self, embeddings: Any) -> Any:
        fields = embeddings.shape[1]
        products = keras.ops.matmul(embeddings, keras.ops.swapaxes(embeddings, 1, 2))
        first, second = np.triu_indices(fields, k=1)
        return keras.ops.take(keras.ops.reshape(products, (-1, fields**2)), first * fields + second, axis=1)


@keras.saving.register_keras_serializable(package="recolab")
class OuterProduct(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """The outer product of the summed fields, `f_Σ f_Σᵀ` with `f_Σ = Σ_i f_i` (OPNN; Qu et al. 2016, section III-B).

    The sum over all pairs of `f_i f_jᵀ`, superposed to cost k² in place of F² k². What is often called "outer product"
    in public code is the kernel product: see `KernelProducts`.

    Called on:
        embeddings: shape (batch, fields, width), at least 2 fields.

    Returns:
        Shape (batch, width²), row after row.

    Example:
        >>> OuterProduct()(np.array([[[1.0, 2.0], [0.0, 1.0]]])).numpy()  # of (1, 3)
        array([[1., 3., 3., 9.]], dtype=float32)

    Raises:
        RecoLabError: another rank, or fewer than two fields.
    """

    def build(self, input_shape: Any) -> None:
        fields_and_width(self, input_shape)

    def call(self, embeddings: Any) -> Any:
        total = keras.ops.sum(embeddings, axis=1)
        products = keras.ops.expand_dims(total, 2) * keras.ops.expand_dims(total, 1)
        return keras.ops.reshape(products, (-1, total.shape[1] ** 2))


@keras.saving.register_keras_serializable(package="recolab")
class KernelProducts(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """The product of every pair of fields through a kernel of its own, `p_ij = f_iᵀ W_ij f_j` for i < j.

    The kernel product of KPNN (Qu et al. 2018, "Product-based neural networks for user response prediction over
    multi-field categorical data"). With the identity for every kernel it gives `InnerProducts`.

    Args:
        seed: of the initial kernels; None draws others each time.
        **layer: what `keras.layers.Layer` takes besides.

    Weights:
        kernels: shape (F (F - 1) / 2, width, width), the pairs in the order (0, 1), (0, 2), …, (1, 2), ….

    Called on:
        embeddings: shape (batch, fields, width), at least 2 fields.

    Returns:
        Shape (batch, F (F - 1) / 2).

    Example:
        >>> KernelProducts(seed=0)(np.ones((5, 4, 8))).shape
        TensorShape([5, 6])

    Raises:
        RecoLabError: another rank, or fewer than two fields.
    """

    def __init__(self, seed: int | None = None, **layer: Any) -> None:
        super().__init__(**layer)
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        fields, width = fields_and_width(self, input_shape)
        self.kernels = self.add_weight(
            shape=(fields * (fields - 1) // 2, width, width),
            initializer=glorot_each(width, width, self.seed),
            name="kernels",
        )

    def call(self, embeddings: Any) -> Any:
        fields = embeddings.shape[1]
        products, first = [], 0
        for i in range(fields - 1):
            past = first + fields - 1 - i
            through = keras.ops.einsum("bk,jkl->bjl", embeddings[:, i], self.kernels[first:past])
            products.append(keras.ops.sum(through * embeddings[:, i + 1 :], axis=-1))
            first = past
        return keras.ops.concatenate(products, axis=1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}
