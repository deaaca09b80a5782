"""A network on two embeddings: from the linear model to deep ones with batch norm, dropout and residual blocks."""

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


def RatingMLP(
    data: Split | Sizes,
    *,
    factors: int = 40,
    widths: Sequence[int] = (),
    batch_norm: bool = False,
    dropout: float = 0.0,
    residual: bool = False,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """A network on both embeddings: `r = mu + w · DNN([e_u ; e_i]) + c`.

    Without layers (`widths=()`) this is the linear model `r = mu + w · e_u + w' · e_i + c`: a number that depends on
    the user alone plus a number that depends on the item alone. It can say no more than two biases can, however many
    factors it has.

    mu, the mean of the training ratings, is a constant of the model, not a parameter.

    Args:
        data: the split to be trained on, or `Sizes`.
        factors: length of the embeddings.
        widths: widths of the dense layers, each Dense → batch norm → relu → dropout.
        batch_norm: whether each layer is normalised over the batch.
        dropout: share of each layer's outputs set to 0 while training.
        residual: whether each layer is a residual block, `y = x + F(x)`.
        l2: penalty of `|e_u|² + |e_i|²` added to the squared error of each rating.
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given.
        seed: of the initial weights and the dropout masks.

    Returns:
        A compiled `keras.Model` with the inputs `user` and `item`, codes of shape (batch,), and an output of shape
        (batch, 1).

    Raises:
        RecoLabError: `factors` or a width below 1, `l2` below 0, `dropout` outside 0 to 1, or a split without training
            rows.
    """
    inputs, sizes = code_inputs(), Sizes.of(data)
    table_seed, stack_seed, last_seed = table_seeds(seed, 3)
    both = keras.layers.Concatenate(name="both")(
        look_up_both(inputs, sizes, factors, "embedding", l2=l2, seed=table_seed)
    )
    top = dense_stack(both, widths, batch_norm=batch_norm, dropout=dropout, residual=residual, seed=stack_seed)
    total = keras.layers.Dense(1, kernel_initializer=glorot(last_seed), name="weigh")(top)
    return compiled_for_ratings("rating_mlp", inputs, rating_from(total, sizes, sigmoid=False), optimizer)
