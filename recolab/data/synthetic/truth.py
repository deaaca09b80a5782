"""What the synthetic ratings were generated from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np
import pandas as pd

from recolab.data.synthetic.draws import BELL_HALF_RANGE


@dataclass(frozen=True, eq=False)
class Truth:
    """The planted truth behind the synthetic ratings; the docstring of `recolab.data.synthetic` tells the story.

    Attributes:
        latent: how much every user likes every item before noise, whole latent units, (users, items).
        thresholds: latent units at which a rating becomes 2, 3, 4 and 5 stars.
        user_bias: what a user adds to the liking of everything, latent units, (users,).
        item_bias: what an item adds to everybody's liking, latent units, (items,).
        user_factors: planted tastes, (users, 8): `user_bias + item_bias + user_factors @ item_factors.T`, with the
            product rounded down, is `latent`.
        user_interests: planted interests, (users, 8): `user_interests @ item_factors.T` is how often the odds of being
            seen double (cut off at six times).
        item_factors: planted traits, (items, 8).
        tastes: the names of the eight factors.
        exposure: how likely every pair was to be among those observed, float64 (users, items), to within one part in a
            million.
    """

    latent: np.ndarray
    thresholds: tuple[int, ...]
    user_bias: np.ndarray
    item_bias: np.ndarray
    user_factors: np.ndarray
    user_interests: np.ndarray
    item_factors: np.ndarray
    tastes: tuple[str, ...]
    exposure: np.ndarray

    @cached_property
    def preference(self) -> np.ndarray:
        """The expected rating of every user for every item, E[r | u, i], float64 (users, items), to within 10⁻¹².

        The noise does not depend on whether the pair was observed, so this is also the mean of observed ratings.
        """
        stars = np.ones(self.latent.shape)
        for threshold in self.thresholds:
            stars += _noise_reaches(threshold - self.latent)
        return stars

    def probability(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """How likely each number of stars is.

        Args:
            users: user codes, (rows,).
            items: item codes, (rows,).

        Returns:
            P(r = 1 … 5 | u, i), float64 (rows, 5), to within 10⁻¹².
        """
        at_least = [_noise_reaches(threshold - self.latent[users, items]) for threshold in self.thresholds]
        edges = np.column_stack([np.ones(len(users)), *at_least, np.zeros(len(users))])
        likely: np.ndarray = edges[:, :-1] - edges[:, 1:]
        return likely

    def best_rmse(self, frame: pd.DataFrame) -> float:
        """The RMSE of the truth itself on these rows: no model can expect to do better.

        Args:
            frame: columns `user` and `item` (codes) and `rating`.
        """
        error = frame["rating"].to_numpy(float) - self.preference[frame["user"], frame["item"]]
        return float(np.sqrt(np.mean(error**2)))


def _noise_reaches(level: np.ndarray) -> np.ndarray:
    """P(noise ≥ level) for the sum of eight uniform bytes less 1,020; exact up to rounding."""
    sums = reduce(np.convolve, [np.full(256, 1 / 256)] * 8)
    reaches = np.append(np.cumsum(sums[::-1])[::-1], 0.0)
    likely: np.ndarray = reaches[np.clip(level + BELL_HALF_RANGE, 0, len(sums))]
    return likely
