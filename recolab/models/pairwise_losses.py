"""Losses that compare a positive with negatives of the same user: BPR and WARP."""

from __future__ import annotations

from typing import Any

import numpy as np

from recolab.backend import keras
from recolab.errors import RecoLabError


class PairwiseLoss(keras.losses.Loss):  # type: ignore[misc]  # Keras ships no types
    """What BPR and WARP have in common: batches in which each positive is followed by its negatives.

    `recolab.fit` sees from this class how batches have to be made. The targets are not read: the first of every
    1 + `negatives` predictions is that of the positive.

    Args:
        negatives: how many negatives each positive is compared with.

    Raises:
        RecoLabError: `negatives` below 1.
    """

    def __init__(self, negatives: int, name: str) -> None:
        if negatives < 1:
            raise RecoLabError(f"`negatives` must be at least 1, but {negatives} came.")
        super().__init__(name=name)
        self.negatives = int(negatives)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        scores = keras.ops.reshape(y_pred, (-1, 1 + self.negatives))
        return self.compared(scores[:, :1], scores[:, 1:])

    def compared(self, positive: Any, negative: Any) -> Any:
        """Losses of scores of positives, shape (positives, 1), and of their negatives, (positives, negatives)."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        return {"negatives": self.negatives, "name": self.name}


@keras.saving.register_keras_serializable(package="recolab")
class BPR(PairwiseLoss):
    """Bayesian personalised ranking: `-log σ(s_ui - s_uj)` for a positive i and a negative j (Rendle et al. 2009, 4.1).

    The mean is taken over all pairs. The paper's regularisation is a matter of the model (`l2` of `RankingMF`).

    Args:
        negatives: how many negatives each positive is compared with; 1 in the paper.
    """

    def __init__(self, negatives: int = 1, name: str = "bpr") -> None:
        super().__init__(negatives, name)

    def compared(self, positive: Any, negative: Any) -> Any:
        return keras.ops.softplus(negative - positive)  # -log σ(x) = log(1 + exp(-x))


@keras.saving.register_keras_serializable(package="recolab")
class WARP(PairwiseLoss):
    """Weighted approximate-rank pairwise loss (Weston, Bengio & Usunier 2011, eq. 5 and algorithm 1).

    For a positive i negatives are looked at one after another, until one violates the margin, `s_uj > s_ui - 1`. If
    that is the N-th, the positive has a rank of about `floor((items - 1) / N)`, and the loss is

    `L(rank) · (1 - s_ui + s_uj)` with `L(r) = 1 + 1/2 + … + 1/r`;

    it is 0 if none of the `negatives` violates. The paper looks at up to items - 1 negatives. Here there is an upper
    limit, as in LightFM (10), and all are scored at once. The mean is taken over the positives.

    Args:
        n_items: how many items there are.
        negatives: how many negatives are looked at at most.
    """

    def __init__(self, n_items: int, negatives: int = 10, name: str = "warp") -> None:
        super().__init__(negatives, name)
        if n_items < 2:
            raise RecoLabError(f"WARP ranks at least 2 items, but n_items={n_items} came.")
        self.n_items = int(n_items)
        ranks = (self.n_items - 1) // np.arange(1, self.negatives + 1)
        harmonic = np.cumsum(1 / np.arange(1, self.n_items))
        self._weight_after = np.where(ranks > 0, harmonic[np.maximum(ranks, 1) - 1], 0.0).astype(np.float32)

    def compared(self, positive: Any, negative: Any) -> Any:
        margin = 1 - positive + negative
        violates = keras.ops.cast(margin > 0, margin.dtype)
        is_first = violates * keras.ops.cast(keras.ops.cumsum(violates, axis=1) == 1, margin.dtype)
        return keras.ops.sum(is_first * self._weight_after * margin, axis=1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "n_items": self.n_items}
