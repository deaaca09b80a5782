"""The compressed interaction network of xDeepFM: products of more and more fields, whole vectors at a time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from recolab.backend import keras
from recolab.layers.initial import glorot, several
from recolab.layers.shapes import fields_and_width


@keras.saving.register_keras_serializable(package="recolab")
class CIN(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """The compressed interaction network (xDeepFM; Lian et al. 2018, eq. 6 to 8).

    The rows of X^0 are the fields' embeddings. Layer k makes rows, called feature maps, out of products of a row of the
    layer before and a field: `X^k_h = Σ_ij W^{k,h}_ij (X^{k-1}_i ∘ X^0_j)`. The output has the sum over the coordinates
    of each feature map, `p^k_h = Σ_d X^k_hd`, of all layers; the fields themselves (k = 0) are not among them.

    There is no bias, and all feature maps of a layer go both into the output and into the next layer. The authors' code
    can split them into halves; the paper does not.

    Args:
        sizes: number of feature maps of each layer.
        activation: what is applied to the feature maps, as Keras takes it; None for nothing, which the paper
            found best.
        seed: of the initial weights; None draws others each time.
        **layer: what `keras.layers.Layer` takes besides.

    Weights:
        kernel_1, kernel_2, …: shape (H F, H'), H feature maps of the layer before (at first the F fields), H' of this
            one: row `i F + j`, column h holds `W_ij` of feature map h.

    Called on:
        embeddings: shape (batch, fields, width), at least 2 fields.

    Returns:
        Shape (batch, sum of `sizes`).

    Example:
        >>> CIN((100, 50), seed=0)(np.ones((5, 7, 16))).shape
        TensorShape([5, 150])

    Raises:
        ValueError: no sizes, a size below 1, or an unknown activation.
        RecoLabError: another rank, or fewer than two fields.
    """

    def __init__(self, sizes: Sequence[int], activation: Any = None, seed: int | None = None, **layer: Any) -> None:
        if not len(sizes) or not min(sizes) >= 1:
            raise ValueError(f"`sizes` must name at least one layer, each of at least 1. Received: sizes={sizes}")
        super().__init__(**layer)
        self.sizes = [int(size) for size in sizes]
        self.activation = keras.activations.get(activation)
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        fields, _ = fields_and_width(self, input_shape)
        seeds = several(self.seed, len(self.sizes))
        self.kernels = [
            self.add_weight(shape=(before * fields, size), initializer=glorot(seed), name=f"kernel_{number}")
            for number, ((before, size), seed) in enumerate(
                zip(pairwise([fields, *self.sizes]), seeds, strict=True), start=1
            )
        ]

    def call(self, embeddings: Any) -> Any:
        fields = keras.ops.swapaxes(
            embeddings, 1, 2
        )  # (batch, width, fields): feature maps last, for one large product
        maps, pooled = fields, []
        linear = self.activation is keras.activations.linear
        for number, kernel in enumerate(self.kernels, start=1):
            if linear and number == len(self.sizes):
                pooled.append(_pooled_only(maps, fields, kernel))
            else:
                maps = self.activation(_next(maps, fields, kernel))
                pooled.append(keras.ops.sum(maps, axis=1))
        return keras.ops.concatenate(pooled, axis=1)

    def get_config(self) -> dict[str, Any]:
        own = {"sizes": self.sizes, "activation": keras.activations.serialize(self.activation), "seed": self.seed}
        return {**super().get_config(), **own}


def _next(maps: Any, fields: Any, kernel: Any) -> Any:
    """The feature maps of the next layer, shape (batch, width, H'), from those before, (batch, width, H)."""
    products = keras.ops.expand_dims(maps, 3) * keras.ops.expand_dims(fields, 2)
    return keras.ops.matmul(keras.ops.reshape(products, (-1, fields.shape[1], kernel.shape[0])), kernel)


def _pooled_only(maps: Any, fields: Any, kernel: Any) -> Any:
    """The sums over the width of the next feature maps, shape (batch, H'), at a `width`-th of the cost.

    Sums may change places: `Σ_d Σ_ij W_ij X_id X^0_jd = Σ_ij W_ij (X_i · X^0_j)`. It takes linear feature maps that no
    further layer reads.
    """
    products = keras.ops.matmul(keras.ops.swapaxes(maps, 1, 2), fields)
    return keras.ops.matmul(keras.ops.reshape(products, (-1, kernel.shape[0])), kernel)
