"""When a training has to run in Keras' own loop, and how: with the same batches in the same order."""

from __future__ import annotations

from typing import Any

import numpy as np

from recolab.backend import keras
from recolab.training.rows import Rows, order

_BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")


def reason(model: Any, callbacks: list[Any]) -> str | None:
    """Why this training cannot be compiled into one loop an epoch; None when it can."""
    if model.run_eagerly:
        return "the model was compiled with run_eagerly=True"
    for callback in callbacks:
        if _lives_on_batches(callback):
            return f"the callback {type(callback).__name__} asks to be called at every batch"
    for layer in model._flatten_layers():  # public `layers` leaves out the layers inside of layers
        if not getattr(layer, "supports_jit", True):
            return f"the layer {layer.name!r} says that it cannot be compiled"
    return None


def _lives_on_batches(callback: Any) -> bool:
    match callback:
        case keras.callbacks.TerminateOnNaN():
            return False  # a loss that is not finite is caught anyway
        case keras.callbacks.ModelCheckpoint():
            return bool(callback.save_freq != "epoch")
        case keras.callbacks.TensorBoard():
            return bool(callback.update_freq != "epoch" or getattr(callback, "_should_trace", False))
    return any(_own(callback, hook) for hook in _BATCH_HOOKS)


def _own(callback: Any, hook: str) -> bool:
    default = getattr(keras.callbacks.Callback, hook).__qualname__
    return bool(getattr(getattr(callback, hook), "__qualname__", None) != default)


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """The batches of the compiled epochs, in the same order, for `model.fit` and `model.evaluate`.

    Args:
        rows: the rows to be visited.
        batch_size: rows a batch; the last one may be shorter.
        seed: of the order and of the draws.
        epoch: the first epoch to be visited.
        shuffled: False visits the rows as they stand, with the draws of the first epoch every time.
    """

    def __init__(self, rows: Rows, batch_size: int, seed: int = 0, epoch: int = 0, *, shuffled: bool = True) -> None:
        super().__init__()
        self._rows, self._batch_size, self._seed, self._shuffled = rows, batch_size, seed, shuffled
        self._next_epoch = epoch
        self.on_epoch_begin()
        self._next_epoch = epoch  # Keras looks into the first batches before the first epoch begins

    def __len__(self) -> int:
        return -(-self._rows.n // self._batch_size)

    def __getitem__(self, number: int) -> tuple[Any, ...]:
        visits = slice(number * self._batch_size, (number + 1) * self._batch_size)
        batch = self._rows.take(self._order[visits], self._draws[visits])
        return keras.tree.map_structure(lambda tensor: tensor.numpy(), batch)  # type: ignore[no-any-return]

    def on_epoch_begin(self) -> None:
        rows, epoch = self._rows, self._next_epoch if self._shuffled else 0
        self._order = order(rows.n, self._seed, epoch) if self._shuffled else np.arange(rows.n)
        self._draws = rows.draws(self._seed, epoch)
        self._next_epoch += 1
