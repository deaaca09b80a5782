"""Choose on validation, refit on train + validation, test once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError, TrainingFailed
from recolab.evaluate.on_ratings import ratings
from recolab.evaluate.report import Plain, Report
from recolab.split import Split

WATCHED = "val_rmse"


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of choosing, refitting and testing.

    Attributes:
        report: errors on the test rows; its `details` hold the chosen setting and the number of epochs.
        setting: the chosen keyword arguments of the builder.
        epochs: the chosen number of epochs.
        trials: one row a setting, in the order they were tried: its values, `val_rmse` (the best of all epochs, of
            predictions as they are, not clipped), `best_epoch` (from 1) and `epochs_run`.
        model: the model fitted on train + validation, which was tested.
    """

    report: Report
    setting: dict[str, Any]
    epochs: int
    trials: pd.DataFrame
    model: Any


def choose_refit_test(
    build: Callable[..., Any],
    split: Split,
    *,
    settings: Sequence[Mapping[str, Any]] = ({},),
    max_epochs: int = 50,
    batch_size: int = 256,
    patience: int = 5,
    seed: int = 0,
    clip: bool = True,
    progress: bool = True,
) -> Outcome:
    """Choose setting and number of epochs on validation, fit anew on train + validation with them, test once.

    Until then no test row is read: the split that `build` receives has an empty `test`.

    Args:
        build: called as `build(split, **setting)`; returns a compiled Keras model that has the metric
            `RootMeanSquaredError(name="rmse")`.
        split: a split with validation rows.
        settings: keyword arguments of `build`, one mapping a trial. Of equal trials the first wins.
        max_epochs: how long a trial may take.
        batch_size: rows a step.
        patience: a trial ends after this many epochs without a better validation RMSE.
        seed: seed of the order of rows, in trials and in the last fit; a builder's own seed is one of its arguments.
        clip: whether predictions on the test rows are clipped to the rating scale.
        progress: whether to show progress bars.

    Raises:
        RecoLabError: the split has no validation rows, there is no setting, or the model lacks the metric.
        TrainingFailed: the loss of a trial became NaN.
    """
    if split.valid.empty:
        raise RecoLabError(
            f"There is nothing to choose on: the split {split.name!r} has no validation rows"
            + (" left after refit()." if split.refitted else "; make it with valid > 0.")
        )
    if not settings or max_epochs < 1:
        raise RecoLabError(
            f"There is nothing to choose from: got {len(settings)} settings and max_epochs={max_epochs}, expected at "
            "least one of each."
        )
    fitting = {"batch_size": batch_size, "seed": seed, "progress": progress}
    curves = [
        _validation_curve(build, _without_test(split), setting, max_epochs, patience, fitting) for setting in settings
    ]
    trials = pd.DataFrame(
        [
            {**setting, WATCHED: curve.min(), "best_epoch": curve.argmin() + 1, "epochs_run": len(curve)}
            for setting, curve in zip(settings, curves, strict=True)
        ]
    )
    best = int(trials[WATCHED].argmin())
    setting, epochs = dict(settings[best]), int(trials["best_epoch"].iloc[best])

    refitted = split.refit()
    model = _fitted(build, _without_test(refitted), setting, epochs, fitting)
    report = ratings(model, refitted.test, clip=clip)
    details: dict[str, Plain] = {
        "chosen_on": "validation rmse",
        "setting": _written(setting),
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
    }
    return Outcome(replace(report, details=details), setting, epochs, trials, model)


def _without_test(split: Split) -> Split:
    return replace(split, test=split.test.iloc[:0])


def _validation_curve(
    build: Callable[..., Any],
    split: Split,
    setting: Mapping[str, Any],
    max_epochs: int,
    patience: int,
    fitting: Mapping[str, Any],
) -> np.ndarray:
    """Validation RMSE after each epoch of a trial, shape (epochs run,)."""
    from recolab.backend import keras
    from recolab.training import fit

    callbacks = [
        keras.callbacks.LambdaCallback(on_epoch_end=_check_watched),
        keras.callbacks.EarlyStopping(monitor=WATCHED, mode="min", patience=patience),
    ]
    model = build(split, **setting)
    try:
        history = fit(model, split.train, validation=split.valid, epochs=max_epochs, callbacks=callbacks, **fitting)
    except TrainingFailed as error:
        raise TrainingFailed(f"With {_written(setting)}: {error}") from error
    return np.asarray(history.history[WATCHED])


def _check_watched(_epoch: int, logs: Mapping[str, float]) -> None:
    if WATCHED not in logs:
        raise RecoLabError(
            "The epoch is chosen on validation RMSE, which this model does not measure: compile it with "
            f'metrics=[keras.metrics.RootMeanSquaredError(name="rmse")]; it has {sorted(logs)}.'
        )


def _fitted(
    build: Callable[..., Any], split: Split, setting: Mapping[str, Any], epochs: int, fitting: Mapping[str, Any]
) -> Any:
    from recolab.training import fit

    model = build(split, **setting)
    fit(model, split.train, epochs=epochs, **fitting)
    return model


def _written(setting: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in setting.items()) or "the builder's defaults"
