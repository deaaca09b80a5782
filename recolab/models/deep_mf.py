"""DeepMF: biases as in matrix factorisation, and a network on both embeddings in place of their dot product.

The model of a public course notebook. It is not the DMF of Xue et al. (2017), which is `recolab.models.DMF`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recolab.backend import keras
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


def DeepMF(
    data: Split | Sizes,
    *,
    factors: int = 40,
    widths: Sequence[int] = (32,),
    dropout: float = 0.5,
    l2: float = 0.02,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """A network on both embeddings plus two biases, squeezed into the scale.

    `r = low + (high - low) · sigma(c + b_u + b_i + w · DNN([e_u ; e_i]) + c')`

    c is a constant, as in `SigmoidMF`. Dropout also falls on the embeddings, before the first dense layer.

    Args:
        data: the split to be trained on, or `Sizes` (whose `mean` must lie inside the scale).
        factors: length of the embeddings.
        widths: widths of the dense layers, with relu.
        dropout: share of the embeddings' entries, and of each layer's outputs, set to 0 while training.
        l2: penalty of `|e_u|² + |e_i|² + b_u² + b_i²` added to the squared error of each rating.
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given.
        seed: of the initial weights and the dropout masks; the biases start at 0.

    Returns:
        A compiled `keras.Model` as from `RatingMLP`; 110,250 parameters for 943 users and 1,682 items.

    Raises:
        RecoLabError: `factors` or a width below 1, `l2` below 0, `dropout` outside 0 to 1, a split without training
            rows, or a mean off the scale.
    """
    inputs, sizes = code_inputs(), Sizes.of(data)
    table_seed, mask_seed, stack_seed, last_seed = table_seeds(seed, 4)
    both = keras.layers.Concatenate(name="both")(
        look_up_both(inputs, sizes, factors, "embedding", l2=l2, seed=table_seed)
    )
    if dropout:
        both = keras.layers.Dropout(dropout, seed=mask_seed, name="both_dropout")(both)
    top = dense_stack(both, widths, dropout=dropout, seed=stack_seed)
    total = keras.layers.Dense(1, kernel_initializer=glorot(last_seed), name="weigh")(top)
    total = keras.layers.Add(name="add_biases")([total, *look_up_both(inputs, sizes, 1, "bias", l2=l2)])
    return compiled_for_ratings("deep_mf", inputs, rating_from(total, sizes, sigmoid=True), optimizer)
