"""What `choose_refit_test` can choose by, and what it then tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from recolab.errors import RecoLabError
from recolab.evaluate.on_rankings import rankings
from recolab.evaluate.on_ratings import ratings
from recolab.evaluate.report import Report
from recolab.split import Split

RMSE = "val_rmse"


@dataclass(frozen=True)
class Goal:
    """What to choose by.

    Attributes:
        watch: its name in the logs of an epoch.
        called: its name for people.
        mode: whether the lowest or the highest is best.
        callback: sees to it that the logs have it.
        needs_validation: whether `fit` has to be given the validation rows for it.
        test: the final report, given model and split.
    """

    watch: str
    called: str
    mode: Literal["min", "max"]
    callback: Any
    needs_validation: bool
    test: Callable[[Any, Split], Report]

    def best(self, values: np.ndarray) -> int:
        """Where the best value stands; of equal ones the first."""
        return int(np.nanargmin(values) if self.mode == "min" else np.nanargmax(values))


def goal(
    watch: str, split: Split, clip: bool, valid_ranking: Mapping[str, Any], test_ranking: Mapping[str, Any]
) -> Goal:
    """The goal of a name; for the arguments see `choose_refit_test`.

    Raises:
        RecoLabError: nothing of that name is measured.
    """
    from recolab.backend import keras
    from recolab.evaluate.watching import WATCHED, RankingCallback

    if watch == RMSE:
        callback = keras.callbacks.LambdaCallback(on_epoch_end=_check_rmse)
        return Goal(
            RMSE, "validation rmse", "min", callback, True, lambda model, split: ratings(model, split.test, clip=clip)
        )
    name = re.fullmatch(rf"val_({'|'.join(WATCHED)})@(\d+)", watch)
    if name is None:
        raise RecoLabError(
            f"watch={watch!r} is nothing to choose by: take {RMSE!r}, or one of {', '.join(WATCHED)} as 'val_ndcg@10'."
        )
    k = int(name[2])
    callback = RankingCallback(split, **{**valid_ranking, "part": "valid", "k": k})
    called = f"validation {name[1]}@{k}, {callback.candidates}"
    return Goal(
        watch, called, "max", callback, False, lambda model, split: rankings(model, split, **{"k": k, **test_ranking})
    )


def _check_rmse(_epoch: int, logs: Mapping[str, float]) -> None:
    if RMSE not in logs:
        raise RecoLabError(
            "The epoch is chosen on validation RMSE, which this model does not measure: compile it with "
            f'metrics=[keras.metrics.RootMeanSquaredError(name="rmse")]; it has {sorted(logs)}.'
        )
