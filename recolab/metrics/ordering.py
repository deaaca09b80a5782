"""The best k of every row of scores, and the rank of some, with stated rules for ties."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

from recolab.errors import RecoLabError

Ties = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""A number for each of some cells, given by row and column: of equal scores the one with the lowest comes first."""


def leftmost(_rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Of equal scores the one further to the left comes first."""
    return columns


def best(scores: np.ndarray, k: int, ties: Ties = leftmost) -> np.ndarray:
    """Columns of the k highest scores of every row, best first, shape (rows, k).

    Args:
        scores: no NaN among them, shape (rows, columns).
        k: from 1 to the number of columns.
        ties: what decides between equal scores.
    """
    # Only what reaches the k-th score has to be put in order: as a rule k cells a row.
    kth = scores.shape[1] - k
    border = np.partition(scores, kth, axis=1)[:, kth : kth + 1]
    rows, columns = np.divmod(np.flatnonzero(scores >= border), scores.shape[1])
    order = np.lexsort((ties(rows, columns), -scores[rows, columns], rows))
    first_of_row = np.searchsorted(rows, np.arange(len(scores)))
    chosen: np.ndarray = columns[order][first_of_row[:, None] + np.arange(k)]
    return chosen


def mean_ranks(scores: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Ranks of some cells among their row, 1 for the highest score; equal scores share the mean of their ranks.

    Args:
        scores: no NaN among them, shape (rows, columns).
        rows, columns: the cells, each of shape (cells,).

    Returns:
        Shape (cells,), float64.
    """
    ascending, values = np.sort(scores, axis=1), scores[rows, columns]
    lower = _how_many(ascending, rows, lambda found: found < values)
    not_higher = _how_many(ascending, rows, lambda found: found <= values)
    ranks: np.ndarray = scores.shape[1] - (lower + not_higher - 1) / 2
    return ranks


def _how_many(ascending: np.ndarray, rows: np.ndarray, holds: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """How many values at the front of each sorted row satisfy a condition: a binary search in many rows at once."""
    width = ascending.shape[1]
    first, last = np.zeros(len(rows), np.int64), np.full(len(rows), width)
    for _ in range(width.bit_length()):
        middle = (first + last) // 2  # `last` itself once the search has ended; it may lie behind the last value
        further = (first < last) & holds(ascending[rows, np.minimum(middle, width - 1)])
        first, last = np.where(further, middle + 1, first), np.where(further, last, middle)
    return first


def checked_k(k: int, most: int) -> int:
    """k itself when it is a whole number from 1 to `most`.

    Raises:
        RecoLabError: it is not.
    """
    try:
        number = operator.index(k)
    except TypeError:
        raise RecoLabError(f"k must be a whole number, not {k!r}.") from None
    if not 1 <= number <= most:
        raise RecoLabError(f"k must lie between 1 and {most:,}, the number of items to choose from, not {number:,}.")
    return number
