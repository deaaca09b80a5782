"""Items a user has not touched, found by a random number each, without a draw that is rejected.

Lay the items side by side on a line, each as wide as its weight, and cut out the user's positives: a draw is a point on
what is left. A binary search tells how many positives lie in front of that point, which is how far it has to be moved
to the right on the whole line, and whose stretch it then falls into. Memory follows the number of interactions, not
users × items. `recolab.training.negatives` draws by the same rule inside of a compiled loop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError
from recolab.features.interactions import user_item_matrix

DRAWS = 2**31
"""A draw is a whole number below this."""

LINE = 2**31 - 1
"""The length that weights by popularity are scaled to."""


@dataclass(frozen=True)
class FreeItems:
    """For every user the line of items with the positives cut out; all are whole numbers.

    Attributes:
        start: the first positive of each user, and past the last of all, shape (users + 1,).
        free: how long the line is that each user is left with, shape (users,).
        gap: where on its user's line each positive was cut out, shape (positives,), ascending within a user.
        width: how wide the positives of a user are, up to and with each one, shape (positives,).
        ends: where each item ends on the whole line, shape (items,).
    """

    start: np.ndarray
    free: np.ndarray
    gap: np.ndarray
    width: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, positives: pd.DataFrame, count: np.ndarray, n_users: int, popularity: float = 0.0) -> FreeItems:
        """The lines of all users.

        Args:
            positives: what must not be drawn, a table with the columns `user` and `item` (codes).
            count: rows of each item in training, shape (items,).
            n_users: how many users there are.
            popularity: an item is as wide as its count to this power; 0 makes all alike.

        Raises:
            RecoLabError: a code is out of range.
        """
        width = _widths(count, popularity)
        ends = np.cumsum(width)
        touched = user_item_matrix(positives, n_users, len(count))
        start, items = touched.indptr.astype(np.int64), touched.indices
        taken = np.concatenate([[0], np.cumsum(width[items])])  # along all positives, user after user
        before = taken[:-1] - np.repeat(taken[start[:-1]], np.diff(start))  # of the same user
        free = ends[-1] - (taken[start[1:]] - taken[start[:-1]])
        return cls(start, free, ends[items] - width[items] - before, before + width[items], ends)

    def check(self, users: np.ndarray) -> None:
        """Refuse users for whom nothing can be drawn.

        Raises:
            RecoLabError: one of them has touched every item that has a width.
        """
        nothing = np.flatnonzero((self.free <= 0) & (np.bincount(users, minlength=len(self.free)) > 0))
        if len(nothing):
            raise RecoLabError(
                f"{len(nothing):,} users (the first has the code {nothing[0]}) have touched every item that could be "
                "drawn, so there is no negative for them: leave their rows out, or draw with popularity=0."
            )

    def items(self, users: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """The item each draw, from 0 to DRAWS - 1, means for its user, shape (draws,), int32."""
        point = draws.astype(np.int64) * self.free[users] // DRAWS
        first = self.start[users]
        # All lines one after the other, so that one search does for all users.
        owner = np.repeat(np.arange(len(self.free)), np.diff(self.start))
        length = self.ends[-1] + 1
        passed = np.searchsorted(owner * length + self.gap, users * length + point, side="right") - first
        point += np.where(passed > 0, self.width[np.maximum(first + passed - 1, 0)], 0)
        found: np.ndarray = np.searchsorted(self.ends, point, side="right").astype(np.int32)
        return found


def check_drawing(per_positive: int, popularity: float) -> None:
    """Refuse numbers that negatives cannot be drawn with.

    Raises:
        RecoLabError: fewer than one negative, or an exponent that is negative or not finite.
    """
    if isinstance(per_positive, bool) or not isinstance(per_positive, int) or per_positive < 1:
        raise RecoLabError(f"`negatives` must be a whole number of at least 1, but {per_positive!r} came.")
    if not 0 <= popularity < np.inf:
        raise RecoLabError(f"`popularity` must be a finite exponent of at least 0, but {popularity} came.")


def _widths(count: np.ndarray, popularity: float) -> np.ndarray:
    """How wide each item lies on the line, shape (items,), int64; 0 is never drawn."""
    if popularity == 0:
        return np.ones(len(count), np.int64)
    weight = np.where(count > 0, (count / count.max()) ** popularity, 0.0)
    # Whole numbers, so that every platform and both kinds of loop agree on who a point belongs to.
    width: np.ndarray = np.ceil(weight * ((LINE - len(count)) / weight.sum())).astype(np.int64)
    return width
