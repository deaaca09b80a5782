"""Train and keep the epoch that is best on validation rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recolab.evaluate.goals import Goal, goal
from recolab.features import ClickTask
from recolab.split import Split


def fit_to_best_epoch(
    model: Any,
    data: Split | ClickTask,
    *,
    epochs: int,
    patience: int | None = None,
    watch: str | None = None,
    valid_ranking: Mapping[str, Any] | None = None,
    **fitting: Any,
) -> Any:
    """Train on the training rows, watch the validation rows, and end with the weights of the epoch that was best there.

        >>> model = rl.models.FM(task.fields, seed=0)
        >>> history = rl.evaluate.fit_to_best_epoch(model, task, epochs=10, batch_size=1024, seed=0)

    Numbers on the same validation rows flatter the model then, the more so the more epochs there were to choose from;
    those on test rows do not.

    Args:
        model: a compiled Keras model.
        data: a split or a click task with validation rows. Its test rows are not read.
        epochs: how long the training may take.
        patience: it ends after this many epochs without a better value; None never ends it early.
        watch, valid_ranking: as in `choose_refit_test`.
        **fitting: further arguments of `recolab.fit`: `batch_size`, `seed`, `progress`, `negatives`, `callbacks`.

    Returns:
        The `History` of `recolab.fit`, of all epochs that ran; a click task's has `val_auc` and `val_log_loss`.

    Raises:
        RecoLabError: there are no validation rows, or what is to be watched is not measured.
        TrainingFailed: the loss became NaN.
    """
    aim = goal(watch, data, valid_ranking=valid_ranking)
    patience = epochs if patience is None else patience
    return fit_watched(model, data.train, aim, epochs=epochs, patience=patience, **fitting)


def fit_watched(
    model: Any, train: Any, aim: Goal, *, epochs: int, patience: int, callbacks: Sequence[Any] = (), **fitting: Any
) -> Any:
    """`fit_to_best_epoch`, for a goal that is set."""
    from recolab.backend import keras
    from recolab.training import fit

    stop = keras.callbacks.EarlyStopping(aim.watch, mode=aim.mode, patience=patience, restore_best_weights=True)
    callbacks = [aim.callback, stop, *callbacks]
    return fit(model, train, validation=aim.validation, epochs=epochs, callbacks=callbacks, **aim.fitting, **fitting)
