"""Choose on validation, refit on train + validation, test once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError, TrainingFailed
from recolab.evaluate.best_epoch import fit_watched
from recolab.evaluate.goals import Goal, goal
from recolab.evaluate.report import Plain, Report
from recolab.features import ClickTask
from recolab.split import Split


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of choosing, refitting and testing.

    Attributes:
        report: errors, rankings or click metrics on the test rows; its `details` hold the chosen setting and the number
            of epochs.
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
    data: Split | ClickTask,
    *,
    settings: Sequence[Mapping[str, Any]] = ({},),
    max_epochs: int = 50,
    batch_size: int = 256,
    patience: int = 5,
    seed: int = 0,
    clip: bool = True,
    progress: bool = True,
    watch: str | None = None,
    valid_ranking: Mapping[str, Any] | None = None,
    test_ranking: Mapping[str, Any] | None = None,
    **fitting: Any,
) -> Outcome:
    """Choose setting and number of epochs on validation, fit anew on train + validation with them, test once.

    Until then no test row is read: the data that `build` receives have an empty `test` and no published candidates.

    Models of ratings are chosen by their RMSE and tested by `ratings`, models of clicks by their AUC and `clicks`.
    Models that rank are chosen by a metric of ranked lists and tested by `rankings`:

        >>> choose_refit_test(build, split, watch="val_ndcg@10", negatives=4)

    Args:
        build: called as `build(data, **setting)`; returns a compiled Keras model. To be chosen by RMSE it needs the
            metric `RootMeanSquaredError(name="rmse")`.
        data: a split or a click task, with validation rows.
        settings: keyword arguments of `build`, one mapping a trial. Of equal trials the first wins.
        max_epochs: how long a trial may take.
        batch_size: rows a step.
        patience: a trial ends after this many epochs without a better value of what is watched.
        seed: seed of the order of rows, in trials and in the last fit; a builder's own seed is one of its arguments.
        clip: whether predicted ratings of the test rows are clipped to the rating scale.
        progress: whether to show progress bars.
        watch: what to choose by. For a split `"val_rmse"`, where the lowest is best, or a metric that `RankingCallback`
            writes, such as `"val_ndcg@10"`, where the highest is best; for a click task `"val_auc"` (the highest) or
            `"val_log_loss"` (the lowest). None is `"val_rmse"` or `"val_auc"`.
        valid_ranking: further arguments of `RankingCallback`, for example `{"candidates": "all"}`; 99 items are sampled
            otherwise.
        test_ranking: further arguments of `rankings` for the test, for example `{"candidates": "published"}`; all items
            are ranked otherwise.
        **fitting: further arguments of `recolab.fit`, for example `negatives=4`.

    Raises:
        RecoLabError: there are no validation rows or no setting, or what is to be watched is not measured.
        TrainingFailed: the loss of a trial became NaN.
    """
    if not settings or max_epochs < 1:
        raise RecoLabError(
            f"There is nothing to choose from: got {len(settings)} settings and max_epochs={max_epochs}, expected at "
            "least one of each."
        )
    fitting |= {"batch_size": batch_size, "seed": seed, "progress": progress}
    shown = _without_test(data)
    aim = goal(watch, shown, clip=clip, valid_ranking=valid_ranking, test_ranking=test_ranking)
    trials = _trials(build, shown, settings, aim, epochs=max_epochs, patience=patience, **fitting)
    best = aim.best(trials[aim.watch].to_numpy())
    setting, epochs = dict(settings[best]), int(trials["best_epoch"].iloc[best])

    refitted = data.refit()
    model = _refitted(build, _without_test(refitted), setting, aim, epochs=epochs, **fitting)
    details: dict[str, Plain] = {
        "chosen_on": aim.called,
        "setting": _written(setting),
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
    }
    report = replace(aim.test(model, refitted), details=details)
    return Outcome(report, setting, epochs, trials, model)


def _without_test(data: Any) -> Any:
    if isinstance(data, ClickTask):
        return replace(data, test=data.test.iloc[:0], cut=_without_test(data.cut))
    return replace(data, test=data.test.iloc[:0], candidates=None)


def _trials(
    build: Callable[..., Any], data: Any, settings: Sequence[Mapping[str, Any]], aim: Goal, **fitting: Any
) -> pd.DataFrame:
    """One row a setting: its values, the best of what is watched, the epoch that had it, and the epochs run."""
    rows = []
    for setting in settings:
        try:
            history = fit_watched(build(data, **setting), data.train, aim, **fitting)
        except TrainingFailed as error:
            raise TrainingFailed(f"With {_written(setting)}: {error}") from error
        curve = np.asarray(history.history[aim.watch])
        best = aim.best(curve)
        rows.append({**setting, aim.watch: curve[best], "best_epoch": best + 1, "epochs_run": len(curve)})
    return pd.DataFrame(rows)


def _refitted(build: Callable[..., Any], data: Any, setting: Mapping[str, Any], aim: Goal, **fitting: Any) -> Any:
    from recolab.training import fit

    model = build(data, **setting)
    fit(model, data.train, **aim.fitting, **fitting)
    return model


def _written(setting: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in setting.items()) or "the builder's defaults"
