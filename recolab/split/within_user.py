"""Rows counted and ordered within every user."""

from __future__ import annotations

import numpy as np

from recolab.data.ratings import Ratings


def rows_per_user(ratings: Ratings) -> np.ndarray:
    """How many rows each user has, by code, shape (n_users,)."""
    return np.bincount(ratings.frame["user"], minlength=ratings.n_users)


def place_from_end(user: np.ndarray, by: np.ndarray) -> np.ndarray:
    """How many rows of the same user come after each row in the order of `by`, shape (rows,); 0 marks the last.

    Of rows that tie in `by`, the one further down counts as the later.
    """
    order = np.lexsort((by, user))  # stable: ties stay in the order of the rows
    end = np.cumsum(np.bincount(user))
    place = np.empty(len(user), dtype=np.int64)
    place[order] = end[user[order]] - 1 - np.arange(len(user))
    return place


def too_few_rows(rows: np.ndarray, enough: np.ndarray) -> tuple[str, ...]:
    """The note that counts the users, out of those with any row, who have too few rows to be cut."""
    kept = (rows > 0) & ~enough
    if not kept.any():
        return ()
    return (f"Users with too few rows to be cut: {kept.sum():,}; their {rows[kept].sum():,} rows stay in train.",)
