"""`fit`: train a compiled Keras model fast, and as Keras would."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models import PairwiseLoss
from recolab.training.bar import Bar
from recolab.training.compiled import Epochs, build
from recolab.training.finite import StopAtBadLoss, failed
from recolab.training.negatives import Negatives, sampled_rows
from recolab.training.own_loop import Batches, reason
from recolab.training.rows import Rows, order


def fit(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    sample_weight: Any = None,
    validation: Any = None,
    epochs: int = 1,
    batch_size: int = 256,
    callbacks: Sequence[Any] = (),
    initial_epoch: int = 0,
    seed: int = 0,
    target: str = "rating",
    negatives: int | Negatives | None = None,
    progress: bool = True,
) -> Any:
    """Train a compiled Keras model, one XLA-compiled loop an epoch.

    Does what `model.fit` does (the model's own `train_step` runs inside the loop), several times as fast, because
    Python is asked once an epoch in place of once a batch. Epochs within the first few hundred steps run step by step:
    they would be over before the loop was compiled, which takes a second or more. A model that XLA cannot compile goes
    on like that, with a warning that says why.

    Adam moves every row of a table at every step. With millions of rows compile with `recolab.models.LazyAdam`, whose
    step costs what the batch looks up.

    Keras callbacks are called at the edges of training and epochs. A callback that lives on batches gets Keras' own
    loop, with the same batches in the same order, and a warning too.

    Args:
        model: any compiled `keras.Model`.
        x: a table such as `split.train`, of which the columns named like the model's inputs are read; or arrays as
            Keras takes them (one, a list, a dict by input name), each with the rows as first axis.
        y: targets, when `x` is not a table.
        sample_weight: a weight for each row, shape (rows,).
        validation: what to measure at the end of each epoch: a table, (x, y) or (x, y, sample_weight).
        epochs: the epoch to stop after, counted from 0 whatever `initial_epoch` is.
        batch_size: rows a step; the last batch of an epoch holds what is left.
        callbacks: Keras callbacks.
        initial_epoch: the epoch to start at, when a training is taken up again.
        seed: of the order of the rows. Dropout masks and initial weights have the seeds of their layers.
        target: the column of a table that is to be learnt.
        negatives: how many negatives to draw for each row of `x`, or `Negatives` to say how. The rows of `x` are
            positives then, whatever their ratings, with the target 1; negatives have the target 0. They are items that
            `x` does not hold for the user, drawn anew every epoch; nothing else is known of held-out rows. A row of a
            batch is one positive or one negative; for a pairwise loss (`recolab.models.PairwiseLoss`), which brings its
            own number of negatives, it is a positive with all of them. A table as `validation` gets negatives too,
            the same in every epoch.
        progress: whether to show a bar.

    Returns:
        A `keras.callbacks.History`: `history.history` holds each metric by epoch, those of validation as `val_…`.

    Raises:
        RecoLabError: something given cannot be trained on; the message says what.
        TrainingFailed: the loss became NaN or infinite; the message says where.
    """
    _check(model, epochs, batch_size, initial_epoch)
    how = _negatives(model, negatives)
    if how is None:
        rows = Rows.of(model, x, y, sample_weight, "training", target)
    else:
        rows = _positives(model, x, y, sample_weight, how)
    watched = None
    if how is not None and isinstance(validation, pd.DataFrame):
        watched = sampled_rows(model, validation, how, grouped=_pairwise(model), part="validation", known=x)
    elif validation is not None:
        watched = Rows.of(model, *_three(validation), "validation", target)
    build(model, rows)
    callbacks = [*callbacks, Bar(epochs - initial_epoch, shown=progress)]
    plan = _Plan(model, rows, watched, callbacks, initial_epoch, epochs, batch_size, seed)
    why = reason(model, callbacks)
    if why is None:
        return _compiled(plan)
    warnings.warn(f"Training in Keras' own, slower loop: {why}.", stacklevel=2)
    return _uncompiled(plan)


@dataclass(frozen=True)
class _Plan:
    model: Any
    rows: Rows
    watched: Rows | None
    callbacks: list[Any]
    first: int
    last: int
    batch_size: int
    seed: int


def _compiled(plan: _Plan) -> Any:
    model, loop = plan.model, Epochs.of(plan.model, plan.batch_size, plan.rows)
    steps = -(-plan.rows.n // plan.batch_size)
    callbacks = keras.callbacks.CallbackList(
        plan.callbacks, add_history=True, model=model, epochs=plan.last, steps=steps, verbose=0
    )
    model.stop_training = False
    callbacks.on_train_begin()
    logs: dict[str, float] = {}
    for epoch in range(plan.first, plan.last):
        callbacks.on_epoch_begin(epoch)
        model.reset_metrics()
        visits = order(plan.rows.n, plan.seed, epoch), plan.rows.draws(plan.seed, epoch)
        logs, bad = loop.train(plan.rows, epoch, *visits)
        if bad >= 0:
            callbacks.on_train_end(logs)  # files are closed, best weights given back
            raise failed(epoch, bad, steps)
        if plan.watched is not None:
            measured = _validate(model, loop, plan.watched, plan.seed, callbacks)
            logs |= {f"val_{name}": value for name, value in measured.items()}
        callbacks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    model.optimizer.finalize_variable_values(model.trainable_variables)  # averaged weights take their place
    callbacks.on_train_end(logs)
    return model.history


def _validate(model: Any, loop: Epochs, watched: Rows, seed: int, callbacks: Any) -> dict[str, float]:
    callbacks.on_test_begin()
    model.reset_metrics()
    logs = loop.test(watched, watched.draws(seed, 0))
    callbacks.on_test_end(logs)
    return logs


def _uncompiled(plan: _Plan) -> Any:
    return plan.model.fit(
        Batches(plan.rows, plan.batch_size, plan.seed, plan.first),
        validation_data=plan.watched and Batches(plan.watched, plan.batch_size, plan.seed, shuffled=False),
        initial_epoch=plan.first,
        epochs=plan.last,
        callbacks=[*plan.callbacks, StopAtBadLoss()],
        shuffle=False,
        verbose=0,
    )


def _check(model: Any, epochs: int, batch_size: int, initial_epoch: int) -> None:
    if not isinstance(model, keras.Model):
        raise RecoLabError(f"`fit` trains a keras.Model, but a {type(model).__name__} came.")
    if not model.compiled:
        raise RecoLabError("The model has no optimizer and no loss yet: call model.compile(...) first.")
    if batch_size < 1:
        raise RecoLabError(f"`batch_size` must be at least 1, but {batch_size} came.")
    if not 0 <= initial_epoch < epochs:
        raise RecoLabError(
            f"`epochs` is the epoch to stop after, so it must be larger than `initial_epoch`, but {epochs} and "
            f"{initial_epoch} came."
        )


def _negatives(model: Any, negatives: int | Negatives | None) -> Negatives | None:
    """How to draw negatives, or None; a pairwise loss has its own number of them."""
    own = model.loss.negatives if _pairwise(model) else None
    if negatives is None:
        return None if own is None else Negatives(own)
    how = negatives if isinstance(negatives, Negatives) else Negatives(negatives)
    if own not in (None, how.per_positive):
        raise RecoLabError(
            f"The model's loss compares each positive with {own} negatives, but negatives={how.per_positive} came: "
            "leave it out, or build the model with that number."
        )
    return how


def _pairwise(model: Any) -> bool:
    return isinstance(model.loss, PairwiseLoss)


def _positives(model: Any, x: Any, y: Any, sample_weight: Any, how: Negatives) -> Rows:
    if y is not None or sample_weight is not None:
        raise RecoLabError(
            "With negatives every row of `x` is a positive, so targets and weights have no place: leave out "
            f"{'`y`' if y is not None else '`sample_weight`'}, or leave out `negatives`."
        )
    return sampled_rows(model, x, how, grouped=_pairwise(model), part="training")


def _three(validation: Any) -> tuple[Any, Any, Any]:
    """x, y and sample weights of a validation set."""
    if isinstance(validation, pd.DataFrame):
        return validation, None, None
    if isinstance(validation, tuple) and len(validation) in (2, 3):
        return (*validation, None)[:3]
    raise RecoLabError(
        f"`validation` must be a table, (x, y) or (x, y, sample_weight), but a {type(validation).__name__} came."
    )
