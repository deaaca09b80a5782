"""Ranking metrics after every epoch of a training."""

from __future__ import annotations

from typing import Any

import numpy as np

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.evaluate.ranking_task import Candidates, RankingTask
from recolab.split import Split

WATCHED = ("hr", "ndcg", "recall", "map", "mrr")


class RankingCallback(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Writes how well the model ranks held-out items into the logs of each epoch.

    The names are `val_hr@10`, `val_ndcg@10`, `val_recall@10`, `val_map@10` and `val_mrr@10` (with the k in use). The
    history has them, and so have the callbacks listed after this one:

        >>> watch = RankingCallback(split, k=10, candidates=99)
        >>> stop = keras.callbacks.EarlyStopping("val_ndcg@10", mode="max", patience=5, restore_best_weights=True)
        >>> recolab.fit(model, split.train, negatives=4, epochs=50, callbacks=[watch, stop])

    It works with `recolab.fit`, whose compiled loop it does not slow down, and with Keras' own `model.fit`. The
    candidates are prepared here, once: every epoch ranks the same ones.

    Args:
        split: what the model is trained on.
        part: `"valid"`, or `"test"`, whose metrics are named `test_…`: for showing what choosing the epoch on the test
            would do.
        k, candidates, mask_seen, relevant, seed: as in `recolab.evaluate.rankings`.
        every: measure the first epoch and then every so many. The epochs between have NaN, which counts as no
            improvement.

    Attributes:
        candidates: what is ranked, for people.

    Raises:
        RecoLabError: as from `recolab.evaluate.rankings`, or `every` below 1.
    """

    def __init__(
        self,
        split: Split,
        *,
        part: str = "valid",
        k: int = 10,
        candidates: Candidates = 99,
        every: int = 1,
        mask_seen: bool = True,
        relevant: float | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if every < 1:
            raise RecoLabError(f"`every` must be at least 1 epoch, but {every} came.")
        self._task = RankingTask.of(
            split, part=part, k=k, candidates=candidates, mask_seen=mask_seen, relevant=relevant, seed=seed
        )
        self.candidates = self._task.protocol["candidates"]
        self._every = every
        prefix = "val" if part == "valid" else part
        self._names = {f"{prefix}_{name}@{self._task.k}": f"{name}@{self._task.k}" for name in WATCHED}

    def on_train_begin(self, logs: Any = None) -> None:
        self._epochs = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self._epochs % self._every == 0:
            values, _ = self._task.measure(self.model)
            measured = {shown: float(values[name].mean()) for shown, name in self._names.items()}
        else:
            measured = dict.fromkeys(self._names, np.nan)
        self._epochs += 1
        if logs is not None:
            logs.update(measured)
