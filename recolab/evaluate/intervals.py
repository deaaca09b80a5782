"""How far a mean over users might have come out otherwise, had other users been asked."""

from __future__ import annotations

import numpy as np

COUNTS_PER_BLOCK = 1_000_000  # held at once: 8 MB, however many samples are asked for


def bootstrap(values: np.ndarray, *, samples: int = 1_000, level: float = 0.95, seed: int = 0) -> np.ndarray:
    """Percentile intervals of means, from samples of the users with replacement (Efron & Tibshirani 1993, 13.3).

    Args:
        values: one row a user, one column a metric, shape (users, metrics); NaN does not count into a mean.
        samples: how often as many users as there are are drawn.
        level: which share of the samples' means lies in an interval.
        seed: of the draws; all metrics share them.

    Returns:
        The lower and the upper end for each metric, shape (2, metrics).
    """
    users, rng = len(values), np.random.default_rng(seed)
    there = ~np.isnan(values)
    columns = np.hstack([np.where(there, values, 0.0), there])  # sums and numbers of what is there, side by side
    at_once = min(samples, max(1, COUNTS_PER_BLOCK // users))
    sums = [_times_drawn(users, min(at_once, samples - done), rng) @ columns for done in range(0, samples, at_once)]
    total, number = np.split(np.concatenate(sums), 2, axis=1)
    # Where hardly any user counts, a sample may hold none of those who do.
    means = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
    ends: np.ndarray = np.nanquantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return ends


def _times_drawn(users: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """How often each user is in each sample, shape (samples, users)."""
    times = np.empty((samples, users))
    for sample in times:
        sample[:] = np.bincount(rng.integers(users, size=users), minlength=users)
    return times
