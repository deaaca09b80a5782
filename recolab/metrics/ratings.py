"""Errors of predicted ratings: MSE, RMSE and MAE."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from recolab.errors import RecoLabError


def mean_squared_error(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """`MSE = 1/n Σ (y_true − y_pred)²`, in squared units of the rating.

    Args:
        y_true: ratings, shape (rows,).
        y_pred: predictions in the same order, shape (rows,).

    Raises:
        RecoLabError: the arrays are empty, differ in shape, are not one-dimensional or hold a value that is not finite.
    """
    return float(np.mean(np.square(_errors(y_true, y_pred))))


def root_mean_squared_error(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """`RMSE = √MSE`, in units of the rating; takes and raises what `mean_squared_error` does."""
    return float(np.sqrt(mean_squared_error(y_true, y_pred)))


def mean_absolute_error(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """`MAE = 1/n Σ |y_true − y_pred|`, in units of the rating; takes and raises what `mean_squared_error` does."""
    return float(np.mean(np.abs(_errors(y_true, y_pred))))


def _errors(y_true: ArrayLike, y_pred: ArrayLike) -> np.ndarray:
    # float64: a sum of a million float32 squares loses digits.
    true, predicted = np.asarray(y_true, dtype=np.float64), np.asarray(y_pred, dtype=np.float64)
    if true.ndim != 1 or true.shape != predicted.shape:
        # (rows,) against (rows, 1) would broadcast to (rows, rows) and give a number without a word.
        raise RecoLabError(
            f"Ratings and predictions must both have the shape (rows,), got {true.shape} and {predicted.shape}: "
            "flatten them with .ravel()."
        )
    if true.size == 0:
        raise RecoLabError("There are no rows to measure: expected at least one rating and its prediction.")
    for name, values in (("ratings", true), ("predictions", predicted)):
        unusable = int((~np.isfinite(values)).sum())
        if unusable:
            raise RecoLabError(f"{unusable:,} of {values.size:,} {name} are NaN or infinite: expected finite numbers.")
    return true - predicted
