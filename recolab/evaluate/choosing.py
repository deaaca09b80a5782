"""Choose on validation, refit on train + validation, test once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError, TrainingFailed
from recolab.evaluate.goals import RMSE, Goal, goal
from recolab.evaluate.report import Plain, Report
from recolab.split import Split


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of choosing, refitting and testing.

    Attributes:
        report: errors or rankings on the test rows; its `details` hold the chosen setting and the number of epochs.
        setting: the chosen keyword arguments of the builder.
        epochs: the chosen number of epochs.
        trials: one row a setting, in the order they were tried: its values, what was watched (the best of all epochs;
            a `val_rmse` is that of predictions as they are, not clipped), `best_epoch` (from 1) and `epochs_run`.
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
    watch: str = RMSE,
    valid_ranking: Mapping[str, Any] | None = None,
    test_ranking: Mapping[str, Any] | None = None,
    **fitting: Any,
) -> Outcome:
    """Choose setting and number of epochs on validation, fit anew on train + validation with them, test once.

    Until then no test row is read: the split that `build` receives has an empty `test` and no published candidates.

    Models of ratings are chosen by their RMSE and tested by `ratings`. Models that rank are chosen by a metric of
    ranked lists and tested by `rankings`:

        >>> choose_refit_test(build, split, watch="val_ndcg@10", negatives=4)

    Args:
        build: called as `build(split, **setting)`; returns a compiled Keras model. To be chosen by RMSE it needs the
            metric `RootMeanSquaredError(name="rmse")`.
        split: a split with validation rows.
        settings: keyword arguments of `build`, one mapping a trial. Of equal trials the first wins.
        max_epochs: how long a trial may take.
        batch_size: rows a step.
        patience: a trial ends after this many epochs without a better value of what is watched.
        seed: seed of the order of rows, in trials and in the last fit; a builder's own seed is one of its arguments.
        clip: whether predicted ratings of the test rows are clipped to the rating scale.
        progress: whether to show progress bars.
        watch: what to choose by: `"val_rmse"`, where the lowest is best, or a metric that `RankingCallback` writes,
            such as `"val_ndcg@10"`, where the highest is best.
        valid_ranking: further arguments of `RankingCallback`, for example `{"candidates": "all"}`; 99 items are sampled
            otherwise.
        test_ranking: further arguments of `rankings` for the test, for example `{"candidates": "published"}`; all items
            are ranked otherwise.
        **fitting: further arguments of `recolab.fit`, for example `negatives=4`.

    Raises:
        RecoLabError: the split has no validation rows, there is no setting, or what is to be watched is not measured.
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
    fitting |= {"batch_size": batch_size, "seed": seed, "progress": progress}
    shown = _without_test(split)
    aim = goal(watch, shown, clip, valid_ranking or {}, test_ranking or {})
    curves = [_validation_curve(build, shown, setting, max_epochs, patience, aim, fitting) for setting in settings]
    trials = pd.DataFrame(
        [
            {**setting, watch: curve[aim.best(curve)], "best_epoch": aim.best(curve) + 1, "epochs_run": len(curve)}
            for setting, curve in zip(settings, curves, strict=True)
        ]
    )
    best = aim.best(trials[watch].to_numpy())
    setting, epochs = dict(settings[best]), int(trials["best_epoch"].iloc[best])

    refitted = split.refit()
    model = _fitted(build, _without_test(refitted), setting, epochs, fitting)
    details: dict[str, Plain] = {
        "chosen_on": aim.called,
        "setting": _written(setting),
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
    }
    report = replace(aim.test(model, refitted), details=details)
    return Outcome(report, setting, epochs, trials, model)


def _without_test(split: Split) -> Split:
    return replace(split, test=split.test.iloc[:0], candidates=None)


def _validation_curve(
    build: Callable[..., Any],
    split: Split,
    setting: Mapping[str, Any],
    max_epochs: int,
    patience: int,
    aim: Goal,
    fitting: Mapping[str, Any],
) -> np.ndarray:
    """What is watched after each epoch of a trial, shape (epochs run,)."""
    from recolab.backend import keras
    from recolab.training import fit

    stop = keras.callbacks.EarlyStopping(monitor=aim.watch, mode=aim.mode, patience=patience)
    validation = split.valid if aim.needs_validation else None
    model = build(split, **setting)
    try:
        history = fit(
            model, split.train, validation=validation, epochs=max_epochs, callbacks=[aim.callback, stop], **fitting
        )
    except TrainingFailed as error:
        raise TrainingFailed(f"With {_written(setting)}: {error}") from error
    return np.asarray(history.history[aim.watch])


def _fitted(
    build: Callable[..., Any], split: Split, setting: Mapping[str, Any], epochs: int, fitting: Mapping[str, Any]
) -> Any:
    from recolab.training import fit

    model = build(split, **setting)
    fit(model, split.train, epochs=epochs, **fitting)
    return model


def _written(setting: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in setting.items()) or "the builder's defaults"
