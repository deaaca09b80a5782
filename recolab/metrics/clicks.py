"""Metrics of predicted clicks: how well they are put in order, and how well they are meant as probabilities.

Each function takes `clicks`, shape (rows,), of 0 and 1, and `scores` or `probabilities` of the same shape.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from recolab.errors import RecoLabError


def auc(clicks: ArrayLike, scores: ArrayLike) -> float:
    """Area under the ROC curve: how often a row with a click has a higher score than one without; a tie counts half.

    It is computed from the sum of the ranks of the clicks (Hanley & McNeil 1982). 1 is perfect, .5 is chance, and any
    increasing function of the scores gives the same.

    Raises:
        RecoLabError: arrays of different lengths, NaN, clicks that are not 0 or 1, or rows of one class alone, for
            which it is not defined.
    """
    clicked, values = _pair(clicks, scores, "scores")
    _both_classes(clicked, "AUC")
    return float(_from_ranks(stats.rankdata(values)[clicked].sum(), clicked.sum(), (~clicked).sum()))


def grouped_auc(clicks: ArrayLike, scores: ArrayLike, groups: ArrayLike) -> float:
    """Mean of the AUCs within each group, weighted by its rows (Zhu et al. 2017, eq. 13).

    With users as groups it asks what a ranking asks: are the films of one user in the right order? A model that only
    knows who clicks a lot gets .5. Groups with clicks alone or none are left out.

    Args:
        clicks, scores: as for `auc`.
        groups: what each row belongs to, shape (rows,).

    Raises:
        RecoLabError: as for `auc`, or no group has rows of both classes.
    """
    of_groups = auc_of_groups(clicks, scores, groups).dropna()
    if of_groups.empty:
        raise RecoLabError(
            "The grouped AUC needs a group with a click and a row without one, and none has both: give more rows."
        )
    return float(np.average(of_groups["auc"], weights=of_groups["rows"]))


def auc_of_groups(clicks: ArrayLike, scores: ArrayLike, groups: ArrayLike) -> pd.DataFrame:
    """The AUC within each group, and how many rows it has; NaN for a group with clicks alone or none.

    Args:
        clicks, scores, groups: as for `grouped_auc`.

    Returns:
        Index: the groups, in the order of their first rows. Columns `auc` and `rows`.
    """
    clicked, values = _pair(clicks, scores, "scores")
    table = pd.DataFrame({"group": np.asarray(groups), "clicked": clicked, "score": values})
    table["rank"] = table.groupby("group", sort=False)["score"].rank()
    table["rank of click"] = table["rank"].where(table["clicked"], 0.0)
    sums = table.groupby("group", sort=False).agg(
        ranks=("rank of click", "sum"), positive=("clicked", "sum"), rows=("clicked", "size")
    )
    both = sums["positive"].between(1, sums["rows"] - 1)
    ranks, positive, n = (sums.loc[both, name].to_numpy() for name in ("ranks", "positive", "rows"))
    auc = pd.Series(_from_ranks(ranks, positive, n - positive), index=sums.index[both])
    return pd.DataFrame({"auc": auc.reindex(sums.index), "rows": sums["rows"]})


def log_loss(clicks: ArrayLike, probabilities: ArrayLike) -> float:
    """`-mean(y log p + (1 - y) log(1 - p))`, the cross entropy; always guessing the share of clicks gives its entropy.

    Probabilities are kept away from 0 and 1 by 1e-7, the precision of float32: one sure and wrong row does not make it
    infinite.

    Raises:
        RecoLabError: as for `auc`, one class excepted, or probabilities outside of 0 to 1.
    """
    return float(np.mean(log_losses(clicks, probabilities)))


def log_losses(clicks: ArrayLike, probabilities: ArrayLike) -> np.ndarray:
    """The log loss of each row, shape (rows,); for the rest see `log_loss`."""
    clicked, p = _pair(clicks, probabilities, "probabilities")
    p = np.clip(p, 1e-7, 1 - 1e-7)
    losses: np.ndarray = -np.where(clicked, np.log(p), np.log1p(-p))
    return losses


def accuracy(clicks: ArrayLike, probabilities: ArrayLike, threshold: float = 0.5) -> float:
    """Share of the rows that are called right when a probability of `threshold` or more is called a click.

    Say beside it what always guessing the more frequent class gets.
    """
    clicked, p = _pair(clicks, probabilities, "probabilities")
    return float(np.mean((p >= threshold) == clicked))


def precision_at_threshold(clicks: ArrayLike, probabilities: ArrayLike, threshold: float = 0.5) -> float:
    """Share of clicks among the rows that are called clicks; NaN when no row is."""
    clicked, p = _pair(clicks, probabilities, "probabilities")
    called = p >= threshold
    return float(clicked[called].mean()) if called.any() else float("nan")


def recall_at_threshold(clicks: ArrayLike, probabilities: ArrayLike, threshold: float = 0.5) -> float:
    """Share of the clicks that are called clicks; NaN when there is no click."""
    clicked, p = _pair(clicks, probabilities, "probabilities")
    return float((p >= threshold)[clicked].mean()) if clicked.any() else float("nan")


def reliability(clicks: ArrayLike, probabilities: ArrayLike, bins: int = 10) -> pd.DataFrame:
    """What came of rows to which similar probabilities were given: the data of a reliability curve.

    Args:
        clicks, probabilities: shape (rows,).
        bins: into how many parts of equal width 0 to 1 is cut; 1 belongs to the last one.

    Returns:
        A row for each part that holds any: `predicted` (mean probability), `happened` (share of clicks), `rows`.
    """
    clicked, p = _pair(clicks, probabilities, "probabilities")
    if bins < 1:
        raise RecoLabError(f"`bins` must be at least 1, but {bins} came.")
    table = pd.DataFrame({"part": np.minimum((p * bins).astype(int), bins - 1), "p": p, "clicked": clicked})
    return table.groupby("part").agg(predicted=("p", "mean"), happened=("clicked", "mean"), rows=("p", "size"))


def calibration_error(clicks: ArrayLike, probabilities: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: `Σ_b n_b / n |predicted_b - happened_b|` over the parts of `reliability`.

    Naeini, Cooper & Hauskrecht (2015). 0 means that of the rows given 30 %, 30 % are clicks.
    """
    parts = reliability(clicks, probabilities, bins)
    return float(np.average((parts["predicted"] - parts["happened"]).abs(), weights=parts["rows"]))


def _from_ranks(ranks: Any, positive: Any, negative: Any) -> Any:
    """AUC from the sum of the ranks of the positive rows, counted from 1; numbers, or an array of each."""
    return (ranks - positive * (positive + 1) / 2) / (positive * negative)


def _pair(clicks: ArrayLike, values: ArrayLike, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Clicks as booleans and values as float64, checked."""
    labels, numbers = np.asarray(clicks), np.asarray(values, np.float64)
    if labels.shape != numbers.shape or labels.ndim != 1:
        raise RecoLabError(
            f"Clicks and {name} must be one number a row each, but have the shapes {labels.shape} and {numbers.shape}."
        )
    if not len(labels):
        raise RecoLabError("There is nothing to measure: give at least one row.")
    if not np.isin(labels, (0, 1)).all():
        raise RecoLabError(f"Clicks must be 0 or 1, but hold {labels[~np.isin(labels, (0, 1))][0]!r}.")
    if not np.isfinite(numbers).all():
        raise RecoLabError(f"The {name} hold NaN or infinity: the model's training went wrong.")
    if name == "probabilities" and (numbers.min() < 0 or numbers.max() > 1):
        raise RecoLabError(
            f"Probabilities must lie between 0 and 1, but reach from {numbers.min():g} to {numbers.max():g}: are they "
            "logits? The sigmoid makes them probabilities."
        )
    return labels.astype(bool), numbers


def _both_classes(clicked: np.ndarray, metric: str) -> None:
    if clicked.all() or not clicked.any():
        raise RecoLabError(
            f"{metric} is not defined for rows of one class, and all {len(clicked):,} rows are "
            f"{'clicks' if clicked.all() else 'without a click'}: are the labels right?"
        )
