"""Mixed models: matrix factorisation with a network in one of its parts, the biases or the vectors.

The models are those of a public study of MovieLens 1M.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models.building import (
    code_inputs,
    compiled_for_ratings,
    dense_stack,
    glorot,
    look_up_both,
    rating_from,
    table_seeds,
)
from recolab.models.sizes import Sizes
from recolab.split import Split


def MixedBiasMF(
    data: Split | Sizes,
    *,
    factors: int = 40,
    bias_factors: int = 10,
    widths: Sequence[int] = (),
    dropout: float = 0.0,
    sigmoid: bool = False,
    l2: float = 0.08,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """Matrix factorisation whose biases are vectors that a network turns into one number.

    `r = mu + e_u · e_i + w · DNN([b_u ; b_i]) + c`

    Without layers (`widths=()`) the network is linear, and the model is `BiasedMF` in another guise.

    Args:
        data: the split to be trained on, or `Sizes`.
        factors: length of the embeddings.
        bias_factors: length of the bias vectors b.
        widths: widths of the network's dense layers, with relu.
        dropout: share of each layer's outputs set to 0 while training.
        sigmoid: whether the sum is squeezed into the scale, as in `SigmoidMF`.
        l2: penalty of `|e_u|² + |e_i|² + |b_u|² + |b_i|²` added to the squared error of each rating.
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given.
        seed: of the initial weights and the dropout masks.

    Returns:
        A compiled `keras.Model` as from `RatingMLP`.

    Raises:
        RecoLabError: `factors`, `bias_factors` or a width below 1, `l2` below 0, `dropout` outside 0 to 1, a split
            without training rows, or with the sigmoid a mean off the scale.
    """
    if bias_factors < 1:
        raise RecoLabError(f"`bias_factors` must be at least 1, but {bias_factors} came.")
    inputs, sizes, layers = code_inputs(), Sizes.of(data), keras.layers
    vector_seed, bias_seed, stack_seed, last_seed = table_seeds(seed, 4)
    dot = layers.Dot(axes=1, name="dot")(look_up_both(inputs, sizes, factors, "embedding", l2=l2, seed=vector_seed))
    biases = layers.Concatenate(name="both_biases")(
        look_up_both(inputs, sizes, bias_factors, "bias_embedding", l2=l2, seed=bias_seed)
    )
    top = dense_stack(biases, widths, dropout=dropout, seed=stack_seed)
    bias = layers.Dense(1, kernel_initializer=glorot(last_seed), name="weigh")(top)
    total = layers.Add(name="add_bias")([dot, bias])
    return compiled_for_ratings("mixed_bias_mf", inputs, rating_from(total, sizes, sigmoid=sigmoid), optimizer)


def MixedTowersMF(
    data: Split | Sizes,
    *,
    factors: int = 40,
    widths: Sequence[int] = (),
    dropout: float = 0.0,
    sigmoid: bool = False,
    l2: float = 0.08,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """Matrix factorisation with a network on each side of the dot product.

    `r = mu + b_u + b_i + t_u · t_i`, where `t_u = W DNN(e_u) + a` and `t_i = W' DNN'(e_i) + a'`

    The last map of each tower is linear, or all entries of t would be positive. Without layers (`widths=()`) the towers
    are these maps alone.

    Args:
        data: the split to be trained on, or `Sizes`.
        factors: length of the embeddings e and of the towers' outputs t.
        widths: widths of each tower's dense layers, with relu.
        dropout: share of each layer's outputs set to 0 while training.
        sigmoid: whether the sum is squeezed into the scale, as in `SigmoidMF`.
        l2: penalty of `|e_u|² + |e_i|² + b_u² + b_i²` added to the squared error of each rating.
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given.
        seed: of the initial weights and the dropout masks; the biases start at 0.

    Returns:
        A compiled `keras.Model` as from `RatingMLP`.

    Raises:
        RecoLabError: `factors` or a width below 1, `l2` below 0, `dropout` outside 0 to 1, a split without training
            rows, or with the sigmoid a mean off the scale.
    """
    inputs, sizes = code_inputs(), Sizes.of(data)
    table_seed, *tower_seeds = table_seeds(seed, 3)
    embeddings = look_up_both(inputs, sizes, factors, "embedding", l2=l2, seed=table_seed)
    towers = [
        _tower(embedding, widths, factors, dropout, side, tower_seed)
        for embedding, side, tower_seed in zip(embeddings, ("user", "item"), tower_seeds, strict=True)
    ]
    dot = keras.layers.Dot(axes=1, name="dot")(towers)
    total = keras.layers.Add(name="add_biases")([dot, *look_up_both(inputs, sizes, 1, "bias", l2=l2)])
    return compiled_for_ratings("mixed_towers_mf", inputs, rating_from(total, sizes, sigmoid=sigmoid), optimizer)


def _tower(embedding: Any, widths: Sequence[int], factors: int, dropout: float, side: str, seed: int) -> Any:
    """t, shape (batch, factors)."""
    stack_seed, last_seed = table_seeds(seed, 2)
    top = dense_stack(embedding, widths, dropout=dropout, name=f"{side}_dense", seed=stack_seed)
    return keras.layers.Dense(factors, kernel_initializer=glorot(last_seed), name=f"{side}_tower")(top)
