"""Cross layers: each multiplies what it gets with the input of the network once more."""

from __future__ import annotations

from typing import Any

from recolab.backend import keras
from recolab.layers.initial import glorot, several
from recolab.layers.shapes import crossed_width


@keras.saving.register_keras_serializable(package="recolab")
class Cross(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """A cross layer of DCN, `x' = x_0 (x · w) + b + x` (Wang et al. 2017, eq. 3).

    After l layers the output holds products of up to l + 1 coordinates of x_0. The `+ x` carries those of lower degree
    along; without it everything shrinks towards 0 from layer to layer.

    Args:
        seed: of the initial w; None draws another each time.
        **layer: what `keras.layers.Layer` takes besides.

    Weights:
        w: shape (width, 1).
        b: shape (width,), starts at 0.

    Called on:
        [x0, x]: what enters the network and what left the layer before, each of shape (batch, width); the first layer
            is called on [x0, x0].

    Returns:
        Shape (batch, width).

    Example:
        >>> x0 = np.ones((5, 8))
        >>> x1 = Cross(seed=0)([x0, x0])
        >>> Cross(seed=1)([x0, x1]).shape
        TensorShape([5, 8])

    Raises:
        RecoLabError: not two tensors of one shape (batch, width).
    """

    def __init__(self, seed: int | None = None, **layer: Any) -> None:
        super().__init__(**layer)
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        width = crossed_width(self, input_shape)
        self.w = self.add_weight(shape=(width, 1), initializer=glorot(self.seed), name="w")
        self.b = self.add_weight(shape=(width,), initializer="zeros", name="b")

    def call(self, inputs: Any) -> Any:
        x0, x = inputs
        return x0 * keras.ops.matmul(x, self.w) + self.b + x

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}


@keras.saving.register_keras_serializable(package="recolab")
class CrossV2(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """A cross layer of DCN-v2, `x' = x_0 ∘ (W x + b) + x` (Wang et al. 2021, eq. 1).

    Where the first version has one number for all of x_0, this one has a number for each coordinate. The bias stands
    inside the product now. With a rank it is `W = U Vᵀ` (eq. 2), 2 r d weights in place of d². With `W = 1 wᵀ` and
    b = 0 it is the layer of DCN.

    Args:
        rank: columns of U and V; None gives the full matrix W.
        seed: of the initial W, or U and V; None draws others each time.
        **layer: what `keras.layers.Layer` takes besides.

    Weights:
        w: shape (width, width): row a, column b weighs `x_0[a] x[b]`. With a rank `u` and `v` instead, each of shape
            (width, rank).
        b: shape (width,), starts at 0.

    Called on:
        [x0, x]: as `Cross`.

    Returns:
        Shape (batch, width).

    Example:
        >>> x0 = np.ones((5, 8))
        >>> CrossV2(rank=2, seed=0)([x0, x0]).shape
        TensorShape([5, 8])

    Raises:
        ValueError: `rank` below 1.
        RecoLabError: not two tensors of one shape (batch, width).
    """

    def __init__(self, rank: int | None = None, seed: int | None = None, **layer: Any) -> None:
        if rank is not None and not rank >= 1:
            raise ValueError(f"`rank` must be at least 1, or None for a full matrix. Received: rank={rank}")
        super().__init__(**layer)
        self.rank = rank
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        width = crossed_width(self, input_shape)
        first, second = several(self.seed, 2)
        if self.rank is None:
            self.w = self.add_weight(shape=(width, width), initializer=glorot(first), name="w")
        else:
            self.u = self.add_weight(shape=(width, self.rank), initializer=glorot(first), name="u")
            self.v = self.add_weight(shape=(width, self.rank), initializer=glorot(second), name="v")
        self.b = self.add_weight(shape=(width,), initializer="zeros", name="b")

    def call(self, inputs: Any) -> Any:
        x0, x = inputs
        # Rows of a batch stand on the left, so W x is written x Wᵀ.
        left, right = (x, self.w) if self.rank is None else (keras.ops.matmul(x, self.v), self.u)
        return x0 * (keras.ops.matmul(left, keras.ops.transpose(right)) + self.b) + x

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rank": self.rank, "seed": self.seed}
