"""Errors of a model's predicted ratings on one part of a split."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError
from recolab.evaluate.protocol import origin
from recolab.evaluate.report import Report
from recolab.metrics import mean_absolute_error, mean_squared_error, root_mean_squared_error


def ratings(
    model: Any,
    frame: pd.DataFrame,
    *,
    clip: bool = True,
    scale: tuple[float, float] | None = None,
    per_user: bool = False,
) -> Report:
    """MSE, RMSE and MAE of a model's predictions.

    The errors are computed from the predictions alone: a model's l2 terms, which Keras counts into its `loss`, are not
    in them. Rows whose user or item had no training row are measured like all others and counted as `cold_rows`.

    Args:
        model: a Keras model with the inputs `user` and `item`, or any object whose `predict({"user": codes, "item":
            codes})` returns one rating a row.
        frame: rows to measure on, with the columns `user`, `item` (codes) and `rating`; usually `split.test`. What its
            `attrs` say of data and split becomes the protocol.
        clip: whether predictions outside the rating scale are moved to its ends first.
        scale: lowest and highest rating, to clip to; None means the one in the frame's `attrs`.
        per_user: whether to keep the table of the users as `report.users`: one row a user with `user_id` (the code,
            where the frame has no ids), the number of its `rows`, `mse` and `mae`.

    Raises:
        RecoLabError: the frame is empty or lacks a column, predictions are not finite numbers, one a row, or the
            scale to clip to is unknown.
    """
    from recolab.models import predict  # here, because it brings in TensorFlow

    _check(frame)
    predictions = np.asarray(predict(model, frame))
    protocol = origin(frame)
    if clip:
        low, high = _scale(frame, scale)
        predictions = np.clip(predictions, low, high)
        protocol["predictions"] = f"clipped to {low:g} – {high:g}"
    else:
        protocol["predictions"] = "not clipped"
    true = frame["rating"].to_numpy()
    metrics = {
        "mse": mean_squared_error(true, predictions),
        "rmse": root_mean_squared_error(true, predictions),
        "mae": mean_absolute_error(true, predictions),
    }
    return Report(metrics, protocol, users=_by_user(frame, predictions - true) if per_user else None)


def _by_user(frame: pd.DataFrame, errors: np.ndarray) -> pd.DataFrame:
    """Errors of each user, in the order of their ids."""
    ids = frame["user_id" if "user_id" in frame else "user"].to_numpy()
    table = pd.DataFrame({"user_id": ids, "mse": errors**2, "mae": np.abs(errors), "rows": 1})
    return table.groupby("user_id", as_index=False).agg({"rows": "sum", "mse": "mean", "mae": "mean"})


def _check(frame: pd.DataFrame) -> None:
    missing = [column for column in ("user", "item", "rating") if column not in frame]
    if missing:
        raise RecoLabError(
            f"The table to measure on lacks {', '.join(map(repr, missing))}, it has {list(frame.columns)}: give a part "
            "of a split, such as split.test."
        )
    if frame.empty:
        raise RecoLabError(
            f"The table to measure on ({frame.attrs.get('part', 'without a name')}) is empty: there is nothing to "
            "measure. A split made with valid=0, and a refitted one, has no validation rows."
        )


def _scale(frame: pd.DataFrame, scale: tuple[float, float] | None) -> tuple[float, float]:
    bounds = scale if scale is not None else frame.attrs.get("scale")
    if bounds is None:
        raise RecoLabError(
            "The table to measure on does not say on which scale its ratings are, so predictions cannot be clipped: "
            "give scale=(lowest, highest), or clip=False."
        )
    low, high = bounds
    if not low < high:
        raise RecoLabError(
            f"scale=({low}, {high}) is no scale: the lowest rating must stand first, the highest second."
        )
    return low, high
