"""How far the difference of two runs might have come out otherwise, had other users been asked."""

from __future__ import annotations

import numpy as np
import pandas as pd

# Private there, because a new name would change the fingerprint of a room that recorded numbers passed through.
from recolab.evaluate.intervals import COUNTS_PER_BLOCK, _times_drawn

WEIGHT = "rows"


def paired_intervals(
    one: pd.DataFrame, other: pd.DataFrame, *, samples: int = 2_000, level: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Percentile intervals of the differences between two runs, from samples of their users with replacement.

    A sample holds the same users for both runs, so what a user does to both cancels (a paired bootstrap; Efron &
    Tibshirani 1993, 13.3).

    Args:
        one, other: the metrics of the same users in the same order, as `recolab.runs.records.user_tables` keeps them.
        samples: how often as many users as there are are drawn.
        level: which share of the samples' differences lies in an interval.
        seed: of the draws; all metrics share them.

    Returns:
        Index: the metrics that `means` finds in both. Columns `low` and `high`.
    """
    names, columns = _columns(one, other)
    users, rng = len(columns), np.random.default_rng(seed)
    at_once = max(1, COUNTS_PER_BLOCK // max(1, users))
    sums = [_times_drawn(users, min(at_once, samples - done), rng) @ columns for done in range(0, samples, at_once)]
    ours, theirs = _means(names, np.concatenate(sums))
    differences = ours - theirs
    low, high = np.nanquantile(differences, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return pd.DataFrame({"low": low, "high": high}, index=_index(names))


def means(table: pd.DataFrame) -> pd.Series:
    """The metrics of a run from those of its users: means, weighted by `rows` where the table has them.

    The RMSE is the root of the mean of `mse`. A user without a value (NaN) does not count.
    """
    names, columns = _columns(table, table)
    ours, _ = _means(names, columns.sum(axis=0, keepdims=True))
    return pd.Series(ours[0], index=_index(names))


def _columns(one: pd.DataFrame, other: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    """Names of the metrics, and for each user the sums that means are made of: of one, of the other, and of weights."""
    names = [
        str(name)
        for name in one
        if name in other and name != WEIGHT and (one[name].notna() & other[name].notna().to_numpy()).any()
    ]
    ours, theirs = (table[names].to_numpy(np.float64) for table in (one, other))
    there = ~(np.isnan(ours) | np.isnan(theirs))
    weights = one[WEIGHT].to_numpy(np.float64)[:, None] if WEIGHT in one else 1.0
    counted = np.where(there, weights, 0.0)
    return names, np.hstack([np.where(there, ours, 0.0) * counted, np.where(there, theirs, 0.0) * counted, counted])


def _means(names: list[str], sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means of one and of the other, shape (samples, metrics); NaN where a sample holds nobody who counts."""
    ours, theirs, weights = np.split(sums, 3, axis=1)
    both = []
    for total in (ours, theirs):
        mean = np.divide(total, weights, out=np.full(total.shape, np.nan), where=weights > 0)
        root = [np.sqrt(mean[:, [names.index("mse")]])] if "mse" in names else []
        both.append(np.hstack([mean, *root]))
    return both[0], both[1]


def _index(names: list[str]) -> pd.Index:
    return pd.Index([*names, *(["rmse"] if "mse" in names else [])], name="metric")
