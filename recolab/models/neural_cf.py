"""Neural collaborative filtering for ratings: a product of embeddings and a network, side by side.

He, Liao, Zhang, Nie, Hu & Chua (2017), "Neural collaborative filtering", WWW 2017, eq. 12, with ratings in place of
clicks and biases added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

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


def NeuralCF(
    data: Split | Sizes,
    *,
    factors: int = 40,
    widths: Sequence[int] = (50, 20),
    variant: Literal["paper", "source"] = "paper",
    l2: float = 0.02,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """Two paths with embeddings of their own, weighed together, plus two biases, squeezed into the scale.

    `r = low + (high - low) · sigma(c + b_u + b_i + w · [p ; DNN([m_u ; m_i])] + c')`

    In the paper p is the vector `g_u ∘ g_i`, whose entries w weighs one by one, and the network has relu activations.
    A public course notebook, the source of this model for ratings, sums p up to the scalar `g_u · g_i` and leaves out
    the activations; its network is then a linear map, whatever its depth, and says no more than two biases.

    Args:
        data: the split to be trained on, or `Sizes` (whose `mean` must lie inside the scale).
        factors: length of the embeddings of each path.
        widths: widths of the network's dense layers.
        variant: `"paper"` or `"source"`.
        l2: penalty of `|g_u|² + |g_i|² + |m_u|² + |m_i|² + b_u² + b_i²` added to the squared error of each rating.
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given.
        seed: of the initial weights; the biases start at 0.

    Returns:
        A compiled `keras.Model` as from `RatingMLP`; for 943 users and 1,682 items 217,756 parameters, 217,717 as the
        source has it.

    Raises:
        RecoLabError: an unknown variant, `factors` or a width below 1, `l2` below 0, a split without training rows, or
            a mean off the scale.
    """
    if variant not in ("paper", "source"):
        raise RecoLabError(f"`variant` must be 'paper' or 'source', but {variant!r} came.")
    inputs, sizes, layers = code_inputs(), Sizes.of(data), keras.layers
    product_seed, network_seed, stack_seed, last_seed = table_seeds(seed, 4)
    factors_of_both = look_up_both(inputs, sizes, factors, "product_embedding", l2=l2, seed=product_seed)
    if variant == "paper":
        product = layers.Multiply(name="product")(factors_of_both)
    else:
        product = layers.Dot(axes=1, name="product")(factors_of_both)
    both = layers.Concatenate(name="both")(
        look_up_both(inputs, sizes, factors, "network_embedding", l2=l2, seed=network_seed)
    )
    top = dense_stack(both, widths, activation="relu" if variant == "paper" else None, seed=stack_seed)
    paths = layers.Concatenate(name="paths")([product, top])
    total = layers.Dense(1, kernel_initializer=glorot(last_seed), name="weigh")(paths)
    total = layers.Add(name="add_biases")([total, *look_up_both(inputs, sizes, 1, "bias", l2=l2)])
    return compiled_for_ratings("neural_cf", inputs, rating_from(total, sizes, sigmoid=True), optimizer)
