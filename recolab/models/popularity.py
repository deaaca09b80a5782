"""Popularity: the same list for everybody, and the number every recommender has to beat."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recolab.errors import RecoLabError
from recolab.models.positives import checked_users, positives
from recolab.split import Split

CELLS_PER_BLOCK = 1_000_000
"""Counts held at once besides the answer itself, at the time of as many users as fit: 8 MB."""


class Popularity:
    """Scores an item by how many training rows it has, `s(u, i) = |U_i|`.

    Counted over all training rows this looks into the future: a film of the last month is popular for a user who left
    two years before. `at_users_time=True` counts what was popular when the user was there, `s(u, i) = |{v in U_i:
    t_vi ≤ t_u}|`, where t_u is the time of the user's own last training row (Ji, Sun, Zhang and Li 2020, "A Re-visit of
    the Popularity Baseline in Recommender Systems"). Rows of the very same second count.

    Args:
        split: whose training rows are counted.
        at_users_time: whether each user has counts of their own time; needs times. For a user without a training row,
            who has no such time, all rows count.

    Attributes:
        counts: training rows by item code, shape (n_items,), float32.

    Raises:
        RecoLabError: there are no training rows, or they have no times and are to be counted by time.
    """

    def __init__(self, split: Split, *, at_users_time: bool = False) -> None:
        self.counts: np.ndarray = positives(split).sum(axis=0)
        self._n_users = split.n_users
        self._history = _History(split) if at_users_time else None

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Counts of every item for some users (codes), shape (users, n_items), float32."""
        users = checked_users(users, self._n_users)
        if self._history is None:
            return np.tile(self.counts, (len(users), 1))
        table = np.empty((len(users), len(self.counts)), np.float32)
        for rows, counts in self._history.counts(users):
            table[rows] = counts
        return table


class _History:
    """Training rows in the order of time, and the moment up to which each user counts them."""

    def __init__(self, split: Split) -> None:
        if "time" not in split.train:
            raise RecoLabError(
                f"Popularity at the user's time needs to know when each rating was given, and {split.ratings.name} has "
                "no times: leave out at_users_time=True, or name their column when reading the table."
            )
        by_time = split.train.sort_values("time", kind="stable")
        self._items, self._n_items = by_time["item"].to_numpy(), split.n_items
        time = by_time["time"].to_numpy()
        last = np.full(split.n_users, time[-1])
        last[by_time["user"]] = time  # the last assignment to a user is the latest
        self._rows_until = np.searchsorted(time, last, side="right")

    def counts(self, users: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Blocks of places in `users` with their counts, shape (block, n_items), from the earliest user to the latest.

        Each block goes on from the counts of the one before, so every training row is read once.
        """
        order = np.argsort(self._rows_until[users], kind="stable")
        size = max(1, CELLS_PER_BLOCK // self._n_items)
        before, read = np.zeros(self._n_items, np.int64), 0
        for start in range(0, len(users), size):
            block = order[start : start + size]
            until = self._rows_until[users[block]]
            # A training row counts from the first user of the block whose time has come.
            user = np.searchsorted(until, np.arange(read, until[-1]), side="right")
            cells = user * self._n_items + self._items[read : until[-1]]
            counts = np.bincount(cells, minlength=len(block) * self._n_items).reshape(len(block), self._n_items)
            counts[0] += before
            counts = counts.cumsum(axis=0)
            yield block, counts
            before, read = counts[-1], until[-1]
