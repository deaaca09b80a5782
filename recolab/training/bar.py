"""The progress bar of a training."""

from __future__ import annotations

from typing import Any

from tqdm import tqdm

from recolab.backend import keras


class Bar(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """A bar over the epochs with the newest metrics beside it; TQDM_DISABLE=1 in the environment hides it."""

    def __init__(self, epochs: int, *, shown: bool) -> None:
        super().__init__()
        self._epochs, self._shown = epochs, shown

    def on_train_begin(self, logs: Any = None) -> None:
        # Left out, the environment decides.
        self._bar = tqdm(total=self._epochs, unit="epoch") if self._shown else tqdm(disable=True)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._bar.set_postfix({name: f"{value:.4f}" for name, value in (logs or {}).items()}, refresh=False)
        self._bar.update()

    def on_train_end(self, logs: Any = None) -> None:
        self._bar.close()
