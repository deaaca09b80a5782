"""Matrix factorisation: one vector a user, one vector an item, their dot product.

Koren, Bell & Volinsky (2009), "Matrix factorization techniques for recommender systems", IEEE Computer 42(8).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.layers import PenalisedEmbedding
from recolab.models.sizes import Sizes
from recolab.split import Split


START = 0.01
"""Standard deviation of the initial embeddings: small, so that the first predictions are the mean and the biases."""


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
    tables = _Tables(Sizes.of(data), factors, l2, seed)
    return _compiled("explicit_mf", tables.inputs, tables.dot(), optimizer)


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
    sizes = Sizes.of(data)
    tables = _Tables(sizes, factors, l2, seed)
    rating = keras.layers.Rescaling(1.0, offset=sizes.mean, name="add_mean")(tables.biased_dot())
    return _compiled("biased_mf", tables.inputs, rating, optimizer)


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
    sizes = Sizes.of(data)
    low, high = sizes.scale
    if not low < sizes.mean < high:
        raise RecoLabError(f"The mean of the ratings must lie inside the scale {sizes.scale}, but {sizes.mean} came.")
    share = (sizes.mean - low) / (high - low)
    tables = _Tables(sizes, factors, l2, seed)
    logit = keras.layers.Rescaling(1.0, offset=float(np.log(share / (1 - share))), name="add_mean")(tables.biased_dot())
    inside = keras.layers.Activation("sigmoid", name="sigmoid")(logit)
    rating = keras.layers.Rescaling(high - low, offset=low, name="to_scale")(inside)
    return _compiled("sigmoid_mf", tables.inputs, rating, optimizer)


class _Tables:
    """The inputs of the three models and the embeddings they look up."""

    def __init__(self, sizes: Sizes, factors: int, l2: float, seed: int) -> None:
        if factors < 1:
            raise RecoLabError(f"`factors` must be at least 1, but {factors} came.")
        if not l2 >= 0:
            raise RecoLabError(f"`l2` must be at least 0, but {l2} came.")
        self._sizes, self._factors, self._l2 = sizes, factors, l2
        self._seeds = iter(np.random.SeedSequence(seed).generate_state(2).tolist())
        self.user = keras.Input((), dtype="int32", name="user")
        self.item = keras.Input((), dtype="int32", name="item")
        self.inputs = {"user": self.user, "item": self.item}

    def dot(self) -> Any:
        """e_u · e_i, shape (batch, 1)."""
        initial = [keras.initializers.RandomNormal(stddev=START, seed=seed) for seed in self._seeds]
        e_user = self._look_up(self.user, self._sizes.n_users, self._factors, "user_embedding", initial[0])
        e_item = self._look_up(self.item, self._sizes.n_items, self._factors, "item_embedding", initial[1])
        return keras.layers.Dot(axes=1, name="dot")([e_user, e_item])

    def biased_dot(self) -> Any:
        """b_u + b_i + e_u · e_i, shape (batch, 1)."""
        b_user = self._look_up(self.user, self._sizes.n_users, 1, "user_bias", "zeros")
        b_item = self._look_up(self.item, self._sizes.n_items, 1, "item_bias", "zeros")
        return keras.layers.Add(name="add_biases")([self.dot(), b_user, b_item])

    def _look_up(self, codes: Any, rows: int, width: int, name: str, initial: Any) -> Any:
        kind, penalty = (PenalisedEmbedding, {"l2": self._l2}) if self._l2 else (keras.layers.Embedding, {})
        table = kind(rows, width, embeddings_initializer=initial, name=name, **penalty)
        return table(codes)


def _compiled(name: str, inputs: dict[str, Any], output: Any, optimizer: Any) -> Any:
    if getattr(optimizer, "built", False):
        raise RecoLabError("The optimizer belongs to another model already: make a new one for each model.")
    model = keras.Model(inputs, output, name=name)
    model.compile(
        optimizer=optimizer,
        loss="mse",
        metrics=[keras.metrics.RootMeanSquaredError(name="rmse"), keras.metrics.MeanAbsoluteError(name="mae")],
    )
    model.optimizer.build(model.trainable_variables)  # or a model saved before its training would load with a warning
    return model
