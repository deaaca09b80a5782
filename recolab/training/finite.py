"""A loss that is NaN or infinite ends a training, and the reader is told where."""

from __future__ import annotations

import math
from typing import Any

from recolab.backend import keras
from recolab.errors import TrainingFailed


def failed(epoch: int, batch: int, batches: int) -> TrainingFailed:
    """The error for a loss that is not finite; `epoch` and `batch` count from 0."""
    return TrainingFailed(
        f"The loss became NaN or infinite in epoch {epoch + 1}, batch {batch + 1} of {batches}, and the model's "
        "weights with it: build the model again and train it with a smaller learning rate, or look for wild values in "
        "the data."
    )


class StopAtBadLoss(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Raises `TrainingFailed` in Keras' own loop."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if not math.isfinite(float((logs or {}).get("loss", 0.0))):
            raise failed(self._epoch, batch, self.params["steps"])
