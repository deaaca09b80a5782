"""Baselines: what every model has to beat."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recolab.errors import RecoLabError
from recolab.models.sizes import Sizes
from recolab.split import Split


class GlobalMean:
    """Predicts the mean of the training ratings, r = mu, for everybody and everything.

    Args:
        split: whose training rows are averaged.

    Raises:
        RecoLabError: there are no training rows.
    """

    def __init__(self, split: Split) -> None:
        self.mean = Sizes.of(split).mean

    def predict(self, pairs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Predictions for pairs of codes `{"user": …, "item": …}`, shape (pairs,), float32."""
        return np.full(len(pairs["user"]), self.mean, np.float32)


class BiasBaseline:
    """Predicts `r = mu + b_u + b_i`, with the regularised biases that minimise the squared error (Koren 2010, 2.1).

    It minimises `Σ (r - mu - b_u - b_i)² + l2_user Σ b_u² + l2_item Σ b_i²`, the first sum over the training rows, by
    alternating between the two sides, each of which has a closed form: `b_i = Σ (r - mu - b_u) / (l2_item + n_i)`. A
    user or an item without training rows has the bias 0.

    Args:
        split: whose training rows are learnt from.
        l2_user, l2_item: how strongly the biases are pulled to 0, in ratings: a bias made of n ratings shrinks by
            n / (n + l2). The defaults are those of the Surprise library.
        rounds: how often to alternate.

    Attributes:
        mean: mu.
        user_bias: b_u by user code, shape (users,), float64.
        item_bias: b_i by item code, shape (items,), float64.

    Raises:
        RecoLabError: there are no training rows, or a penalty is negative.
    """

    def __init__(self, split: Split, *, l2_user: float = 15.0, l2_item: float = 10.0, rounds: int = 10) -> None:
        sizes = Sizes.of(split)
        if not (l2_user >= 0 and l2_item >= 0):
            raise RecoLabError(f"`l2_user` and `l2_item` must be at least 0, but {l2_user} and {l2_item} came.")
        self.mean = sizes.mean
        user, item = split.train["user"].to_numpy(), split.train["item"].to_numpy()
        rest = split.train["rating"].to_numpy(np.float64) - self.mean
        self.user_bias, self.item_bias = np.zeros(sizes.n_users), np.zeros(sizes.n_items)
        for _ in range(rounds):
            self.item_bias = _shrunk_mean(rest - self.user_bias[user], item, sizes.n_items, l2_item)
            self.user_bias = _shrunk_mean(rest - self.item_bias[item], user, sizes.n_users, l2_user)

    def predict(self, pairs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Predictions for pairs of codes `{"user": …, "item": …}`, shape (pairs,), float32."""
        ratings: np.ndarray = self.mean + self.user_bias[pairs["user"]] + self.item_bias[pairs["item"]]
        return ratings.astype(np.float32)

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Predictions of every item for some users (codes), shape (users, items), float32."""
        ratings: np.ndarray = self.mean + self.user_bias[users, None] + self.item_bias[None, :]
        return ratings.astype(np.float32)


def _shrunk_mean(values: np.ndarray, codes: np.ndarray, n: int, l2: float) -> np.ndarray:
    """Sum of the values of each code over (l2 + their number); 0 where there is none."""
    sums, counts = np.bincount(codes, values, n), np.bincount(codes, minlength=n)
    means: np.ndarray = np.divide(sums, l2 + counts, out=np.zeros(n), where=counts > 0)
    return means
