"""DMF: two towers that read whole rows and columns of the rating matrix in place of ids.

Xue, Dai, Zhang, Huang & Chen (2017), "Deep matrix factorization models for recommender systems", IJCAI 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models.building import code_inputs, compiled_for_ratings, dense_stack, glorot, table_seeds
from recolab.split import Split

LEAST = 1e-6
"""The lowest cosine, the paper's mu: the loss takes its logarithm."""

MOST_CELLS = 100_000_000
"""Users × items up to which the matrix is held densely, twice: 800 MB."""


@keras.saving.register_keras_serializable(package="recolab")
class NormalisedCrossEntropy(keras.losses.Loss):  # type: ignore[misc]  # Keras ships no types
    """Cross entropy of ratings divided by the highest one (Xue et al. 2017, eq. 12).

    `-(y log p + (1 - y) log(1 - p))`, with `y = rating / highest` and `p = prediction / highest`; p is kept 1e-6 away
    from 0 and 1. Lowest where the prediction is the rating, as the squared error is; but it does not become 0 there.

    Args:
        highest: the highest rating that can be given.
        **loss: what `keras.losses.Loss` takes besides.
    """

    def __init__(self, highest: float, name: str = "normalised_cross_entropy", **loss: Any) -> None:
        super().__init__(name=name, **loss)
        self.highest = float(highest)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        share = keras.ops.reshape(keras.ops.cast(y_true, y_pred.dtype), keras.ops.shape(y_pred)) / self.highest
        guess = keras.ops.clip(y_pred / self.highest, LEAST, 1 - LEAST)
        cells = share * keras.ops.log(guess) + (1 - share) * keras.ops.log(1 - guess)
        return -keras.ops.mean(cells, axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "highest": self.highest}


def DMF(
    split: Split, *, widths: Sequence[int] = (128, 64), dropout: float = 0.0, optimizer: Any = "adam", seed: int = 0
) -> Any:
    """Two towers on a user's row and an item's column of the rating matrix, compared by their cosine.

    `r = high · cos(DNN(R_u·), DNN'(R_·i))`, with 0 in the empty cells of R (Xue et al. 2017, eq. 5 to 9).

    There is no embedding of a user: what a user is stands in the ratings given. The first layer of each tower is
    linear and without bias, the others have relu; the loss is the paper's normalised cross entropy. The paper also
    draws empty cells as training rows with the rating 0, because it ranks; this model predicts ratings, and learns
    from the known ones alone.

    The training ratings, divided by the highest, are constants of the model. So a saved model contains them: do not
    pass it on where you may not pass on the ratings. And in training, though not in testing, the rating to be predicted
    is among what the towers read; `dropout` on what they read takes it away some of the time, as in a denoising
    autoencoder.

    Args:
        split: the split to be trained on, whose training rows are the matrix.
        widths: widths of each tower's layers, at least two.
        dropout: share of the ratings read, set to 0 while training; 0 as in the paper.
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given.
        seed: of the initial weights and the dropout masks.

    Returns:
        A compiled `keras.Model` as from `RatingMLP`; its tables `user_ratings` and `item_ratings` are not trained.

    Raises:
        RecoLabError: fewer than two widths or one below 1, `dropout` outside 0 to 1, a split without training rows,
            ratings below 0, or more cells than are held densely.
    """
    if len(widths) < 2 or min(widths) < 1:
        raise RecoLabError(f"`widths` must be two or more widths of at least 1, but {list(widths)} came.")
    inputs, high = code_inputs(), split.scale[1]
    matrix = _matrix(split)
    user_seed, item_seed = table_seeds(seed, 2)
    towers = [
        _tower(inputs["user"], matrix, widths, dropout, "user", user_seed),
        _tower(inputs["item"], matrix.T, widths, dropout, "item", item_seed),
    ]
    cosine = keras.layers.Dot(axes=1, normalize=True, name="cosine")(towers)
    rating = keras.layers.Rescaling(high, name="to_scale")(cosine)
    return compiled_for_ratings("dmf", inputs, rating, optimizer, loss=NormalisedCrossEntropy(high))


def _matrix(split: Split) -> np.ndarray:
    """The training ratings over the highest, 0 where there is none, shape (users, items), float32."""
    if split.train.empty:
        raise RecoLabError(f"A model needs training rows, but the split ({split.name}) has none.")
    if split.scale[0] < 0:
        raise RecoLabError(f"DMF reads 0 as an empty cell, so ratings must not be negative, but {split.scale} came.")
    cells = split.n_users * split.n_items
    if cells > MOST_CELLS:
        raise RecoLabError(
            f"DMF holds users × items densely and takes at most {MOST_CELLS:,} cells, but {cells:,} came: use a model "
            "with embeddings, such as DeepMF."
        )
    matrix = np.zeros((split.n_users, split.n_items), np.float32)
    matrix[split.train["user"], split.train["item"]] = split.train["rating"] / split.scale[1]
    return matrix


def _tower(codes: Any, table: np.ndarray, widths: Sequence[int], dropout: float, side: str, seed: int) -> Any:
    """The representation of a row of the table, shape (batch, last width)."""
    mask_seed, first_seed, stack_seed = table_seeds(seed, 3)
    read = keras.layers.Embedding(*table.shape, embeddings_initializer="zeros", trainable=False, name=f"{side}_ratings")
    tensor = read(codes)
    read.set_weights([table])  # not as an initializer, which would be written out in the model's configuration
    if dropout:
        tensor = keras.layers.Dropout(dropout, seed=mask_seed, name=f"{side}_dropout")(tensor)
    first = keras.layers.Dense(widths[0], use_bias=False, kernel_initializer=glorot(first_seed), name=f"{side}_first")
    return dense_stack(first(tensor), widths[1:], name=f"{side}_dense", seed=stack_seed)
