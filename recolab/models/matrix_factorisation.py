"""Matrix factorisation: one vector a user, one vector an item, their dot product.

Koren, Bell & Volinsky (2009), "Matrix factorization techniques for recommender systems", IEEE Computer 42(8).
"""

from __future__ import annotations

from typing import Any

from recolab.backend import keras
from recolab.models.building import code_inputs, compiled_for_ratings, look_up_both, rating_from
from recolab.models.sizes import Sizes
from recolab.split import Split


def ExplicitMF(
    data: Split | Sizes, *, factors: int = 40, l2: float = 0.0, optimizer: Any = "adam", seed: int = 0
) -> Any:
    """Matrix factorisation without biases: `r = e_u · e_i` (Koren et al. 2009, eq. 1).

    Args:
        data: the split to be trained on, or `Sizes`.
        factors: length of the embeddings.
        l2: penalty of `|e_u|² + |e_i|²` added to the squared error of each rating (eq. 2).
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given.
        seed: of the initial embeddings.

    Returns:
        A compiled `keras.Model` with the inputs `user` and `item`, codes of shape (batch,), and an output of shape
        (batch, 1); (users + items) × factors parameters.

    Raises:
        RecoLabError: `factors` below 1, `l2` below 0, or a split without training rows.
    """
    inputs = code_inputs()
    return compiled_for_ratings("explicit_mf", inputs, _dot(inputs, Sizes.of(data), factors, l2, seed), optimizer)


def BiasedMF(
    data: Split | Sizes, *, factors: int = 40, l2: float = 0.08, optimizer: Any = "adam", seed: int = 0
) -> Any:
    """Matrix factorisation with biases: `r = mu + b_u + b_i + e_u · e_i` (Koren et al. 2009, eq. 4).

    mu, the mean of the training ratings, is a constant of the model, not a parameter.

    Args:
        data: the split to be trained on, or `Sizes`.
        factors: length of the embeddings.
        l2: penalty of `|e_u|² + |e_i|² + b_u² + b_i²` added to the squared error of each rating (eq. 5).
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given.
        seed: of the initial embeddings; the biases start at 0.

    Returns:
        A compiled `keras.Model` as from `ExplicitMF`; (users + items) × (factors + 1) parameters.

    Raises:
        RecoLabError: `factors` below 1, `l2` below 0, or a split without training rows.
    """
    inputs, sizes = code_inputs(), Sizes.of(data)
    rating = rating_from(_biased_dot(inputs, sizes, factors, l2, seed), sizes, sigmoid=False)
    return compiled_for_ratings("biased_mf", inputs, rating, optimizer)


def SigmoidMF(
    data: Split | Sizes, *, factors: int = 40, l2: float = 0.08, optimizer: Any = "adam", seed: int = 0
) -> Any:
    """Biased matrix factorisation whose predictions cannot leave the scale.

    `r = low + (high - low) · sigma(c + b_u + b_i + e_u · e_i)`

    c is a constant, chosen so that a prediction without biases and embeddings is the mean of the training ratings, as
    mu is in `BiasedMF`. The public notebook this model comes from has no c; its biases have to learn it, and no
    penalty can be put on them without pulling every prediction to the middle of the scale.

    Args:
        data: the split to be trained on, or `Sizes` (whose `mean` must lie inside the scale).
        factors: length of the embeddings.
        l2: penalty of `|e_u|² + |e_i|² + b_u² + b_i²` added to the squared error of each rating.
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given.
        seed: of the initial embeddings; the biases start at 0.

    Returns:
        A compiled `keras.Model` as from `BiasedMF`, with as many parameters.

    Raises:
        RecoLabError: `factors` below 1, `l2` below 0, a split without training rows, or a mean off the scale.
    """
    inputs, sizes = code_inputs(), Sizes.of(data)
    rating = rating_from(_biased_dot(inputs, sizes, factors, l2, seed), sizes, sigmoid=True)
    return compiled_for_ratings("sigmoid_mf", inputs, rating, optimizer)


def _dot(inputs: dict[str, Any], sizes: Sizes, factors: int, l2: float, seed: int) -> Any:
    """e_u · e_i, shape (batch, 1)."""
    embeddings = look_up_both(inputs, sizes, factors, "embedding", l2=l2, seed=seed)
    return keras.layers.Dot(axes=1, name="dot")(embeddings)


def _biased_dot(inputs: dict[str, Any], sizes: Sizes, factors: int, l2: float, seed: int) -> Any:
    """b_u + b_i + e_u · e_i, shape (batch, 1)."""
    dot = _dot(inputs, sizes, factors, l2, seed)
    return keras.layers.Add(name="add_biases")([dot, *look_up_both(inputs, sizes, 1, "bias", l2=l2)])
