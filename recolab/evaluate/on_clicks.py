"""Metrics of a model's predicted clicks on one table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from recolab import metrics
from recolab.errors import RecoLabError
from recolab.evaluate.protocol import origin
from recolab.evaluate.report import Plain, Report
from recolab.features import target


def clicks(model: Any, frame: pd.DataFrame, *, threshold: float = 0.5, per_user: bool = False) -> Report:
    """AUC, log loss, accuracy, precision, recall and calibration error of a model's predictions; AUC within users too.

    Args:
        model: a click model, or any object that `recolab.models.predict` takes; its predictions are read as logits.
        frame: rows to measure on, with the column `click` of 0 and 1; usually the `test` of a click task. What its
            `attrs` say of data, split and label rule becomes the protocol. Where it has the column `user` or
            `user_id`, the AUC within users (`grouped_auc`) is measured as well, if any user has rows of both classes.
        threshold: the probability from which on a row is called a click, for accuracy, precision and recall.
        per_user: whether to keep the table of the users as `report.users`: one row a user with `user_id`, the number of
            its `rows`, `log_loss` and `grouped_auc`, which is NaN where all its rows are of one class. None without
            users.

    Returns:
        A report with the metrics `auc`, `log_loss`, `accuracy`, `precision`, `recall`, `calibration_error` and, with
        users, `grouped_auc`; its protocol says the label rule, the threshold and the share of clicks, which is what
        accuracy has to be compared with.

    Raises:
        RecoLabError: the table is empty or has no column `click`, its rows are of one class, the threshold does not
            lie between 0 and 1, or the predictions are not finite.
    """
    from recolab.models import predict  # here, because it brings in TensorFlow

    if not 0 < threshold < 1:
        raise RecoLabError(f"`threshold` is a probability between 0 and 1, but {threshold} came.")
    if frame.empty:
        raise RecoLabError("The table to measure on is empty: there is nothing to measure.")
    clicked = target(frame, "click")
    logits = predict(model, frame)  # which are in order even where float32 has no probability between them and 1
    p = special.expit(logits.astype(np.float64))
    measured = {
        "auc": metrics.auc(clicked, logits),
        "log_loss": metrics.log_loss(clicked, p),
        "accuracy": metrics.accuracy(clicked, p, threshold),
        "precision": metrics.precision_at_threshold(clicked, p, threshold),
        "recall": metrics.recall_at_threshold(clicked, p, threshold),
        "calibration_error": metrics.calibration_error(clicked, p),
    }
    users = next((frame[name].to_numpy() for name in ("user_id", "user") if name in frame), None)
    if users is not None and _some_user_has_both(clicked, users):
        measured["grouped_auc"] = metrics.grouped_auc(clicked, logits, users)
    protocol: dict[str, Plain] = {
        **origin(frame),
        "click": str(frame.attrs.get("label", "as the table has it")),
        "threshold": threshold,
        "share_of_clicks": round(float(clicked.mean()), 4),
    }
    kept = _by_user(clicked, logits, p, users) if per_user and users is not None else None
    return Report(measured, protocol, users=kept)


def _by_user(clicked: Any, logits: np.ndarray, p: np.ndarray, users: Any) -> pd.DataFrame:
    """Log loss and AUC of each user."""
    of_users = metrics.auc_of_groups(clicked, logits, users).sort_index()
    losses = pd.Series(metrics.log_losses(clicked, p)).groupby(users).mean()  # sorted by user as well
    return pd.DataFrame(
        {"user_id": of_users.index, "rows": of_users["rows"].to_numpy(), "log_loss": losses.to_numpy()}
    ).assign(grouped_auc=of_users["auc"].to_numpy())


def _some_user_has_both(clicked: Any, users: Any) -> bool:
    of_users = pd.Series(clicked).groupby(users)
    return bool((of_users.min() < of_users.max()).any())
