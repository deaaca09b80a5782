"""Click metrics after every epoch of a training."""

from __future__ import annotations

from typing import Any

import pandas as pd
from scipy import special

from recolab import metrics
from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.features import inputs, target
from recolab.models import predict


class ClickCallback(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Writes AUC and log loss of held-out rows into the logs of each epoch, as `val_auc` and `val_log_loss`.

    The AUC is exact, while Keras' metric of that name sums up 200 thresholds, and costs a compiled training nothing.
    The history has both numbers, and so have the callbacks listed after this one:

        >>> watch = ClickCallback(task.valid)
        >>> stop = keras.callbacks.EarlyStopping("val_auc", mode="max", patience=2, restore_best_weights=True)
        >>> recolab.fit(model, task.train, target="click", epochs=20, callbacks=[watch, stop])

    Args:
        frame: rows with the columns that the model reads and `click`, of both classes. They are encoded once.
        name: what stands in front of the names.

    Raises:
        RecoLabError: the table is empty, has no column `click`, or its rows are of one class.
    """

    def __init__(self, frame: pd.DataFrame, name: str = "val") -> None:
        super().__init__()
        self._frame, self._name = frame, name
        self._clicks = target(frame, "click")
        if len(set(self._clicks.tolist())) < 2:
            raise RecoLabError(
                f"AUC is not defined for rows of one class, and the {len(frame):,} rows to watch have no two: hold "
                "back more rows."
            )

    def on_train_begin(self, logs: Any = None) -> None:
        self._arrays = inputs(self.model, self._frame)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logits = predict(self.model, self._arrays)
        measured = {
            f"{self._name}_auc": metrics.auc(self._clicks, logits),
            f"{self._name}_log_loss": metrics.log_loss(self._clicks, special.expit(logits.astype("float64"))),
        }
        if logs is not None:
            logs.update(measured)
