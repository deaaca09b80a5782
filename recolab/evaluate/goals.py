"""What a training can be watched and chosen by, and what is then tested."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError
from recolab.evaluate.on_clicks import clicks
from recolab.evaluate.on_rankings import rankings
from recolab.evaluate.on_ratings import ratings
from recolab.evaluate.report import Report
from recolab.features import ClickTask
from recolab.split import Split

RMSE = "val_rmse"
OF_CLICKS: dict[str, tuple[str, Literal["min", "max"]]] = {
    "val_auc": ("validation AUC", "max"),
    "val_log_loss": ("validation log loss", "min"),
}


@dataclass(frozen=True)
class Goal:
    """What to choose by.

    Attributes:
        watch: its name in the logs of an epoch.
        called: its name for people.
        mode: whether the lowest or the highest is best.
        callback: sees to it that the logs have it.
        validation: what `fit` must validate on for it, if anything.
        fitting: what `fit` needs besides, also where nothing is watched.
        test: the final report, given model and data.
    """

    watch: str
    called: str
    mode: Literal["min", "max"]
    callback: Any
    validation: pd.DataFrame | None
    fitting: Mapping[str, Any]
    test: Callable[[Any, Any], Report]

    def best(self, values: np.ndarray) -> int:
        """Where the best value stands; of equal ones the first."""
        return int(np.nanargmin(values) if self.mode == "min" else np.nanargmax(values))


def goal(
    watch: str | None,
    data: Split | ClickTask,
    *,
    clip: bool = True,
    valid_ranking: Mapping[str, Any] | None = None,
    test_ranking: Mapping[str, Any] | None = None,
) -> Goal:
    """The goal of a name; for the arguments see `choose_refit_test`.

    Raises:
        RecoLabError: the data have no validation rows, or nothing of that name is measured on them.
    """
    if data.valid.empty:
        cut = data.cut if isinstance(data, ClickTask) else data
        raise RecoLabError(
            f"There is nothing to choose on: {cut.name!r} has no validation rows"
            + (" left after refit()." if cut.refitted else "; make it with valid > 0.")
        )
    if isinstance(data, ClickTask):
        return _of_clicks(watch or "val_auc", data)
    if watch in (None, RMSE):
        return _of_ratings(data, clip)
    return _of_rankings(watch, data, valid_ranking or {}, test_ranking or {})


def _of_clicks(watch: str, task: ClickTask) -> Goal:
    from recolab.evaluate.watching_clicks import ClickCallback

    if watch not in OF_CLICKS:
        raise RecoLabError(f"watch={watch!r} is nothing to choose a model of clicks by: take {_either(OF_CLICKS)}.")
    called, mode = OF_CLICKS[watch]
    return Goal(
        watch,
        called,
        mode,
        ClickCallback(task.valid),
        None,
        {"target": "click"},
        lambda model, task: clicks(model, task.test),
    )


def _of_ratings(split: Split, clip: bool) -> Goal:
    from recolab.backend import keras

    return Goal(
        RMSE,
        "validation rmse",
        "min",
        keras.callbacks.LambdaCallback(on_epoch_end=_check_rmse),
        split.valid,
        {},
        lambda model, split: ratings(model, split.test, clip=clip),
    )


def _of_rankings(watch: str, split: Split, valid_ranking: Mapping[str, Any], test_ranking: Mapping[str, Any]) -> Goal:
    from recolab.evaluate.watching import WATCHED, RankingCallback

    name = re.fullmatch(rf"val_({'|'.join(WATCHED)})@(\d+)", watch)
    if name is None:
        raise RecoLabError(
            f"watch={watch!r} is nothing to choose by: take {RMSE!r}, or one of {', '.join(WATCHED)} as 'val_ndcg@10'; "
            f"with a click task {_either(OF_CLICKS)}."
        )
    k = int(name[2])
    callback = RankingCallback(split, **{**valid_ranking, "part": "valid", "k": k})
    called = f"validation {name[1]}@{k}, {callback.candidates}"
    return Goal(
        watch,
        called,
        "max",
        callback,
        None,
        {},
        lambda model, split: rankings(model, split, **{"k": k, **test_ranking}),
    )


def _either(names: Mapping[str, Any]) -> str:
    return " or ".join(map(repr, names))


def _check_rmse(_epoch: int, logs: Mapping[str, float]) -> None:
    if RMSE not in logs:
        raise RecoLabError(
            "The epoch is chosen on validation RMSE, which this model does not measure: compile it with "
            f'metrics=[keras.metrics.RootMeanSquaredError(name="rmse")]; it has {sorted(logs)}.'
        )
