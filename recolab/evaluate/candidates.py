"""Which items are ranked for whom: sampled ones, or those of a table that somebody published.

Both are sparse matrices, users × items, with a stored cell for every candidate.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
from scipy import sparse

from recolab.data import Ratings
from recolab.errors import RecoLabError


def pair_matrix(users: np.ndarray, items: np.ndarray, shape: tuple[int, int]) -> sparse.csr_array:
    """How often each pair of codes occurs, as a sparse matrix with sorted columns, shape (users, items), int32."""
    matrix = sparse.csr_array((np.ones(len(users), np.int32), (users, items)), shape=shape)
    matrix.sum_duplicates()
    return matrix


def sampled(known: sparse.csr_array, users: np.ndarray, n: int, rng: np.random.Generator) -> sparse.csr_array:
    """n items for each of some users, none of them known to the user, every choice equally likely.

    Args:
        known: a stored cell for every pair that must not be drawn, shape (users, items), columns sorted.
        users: codes of the users to draw for, without repetition, shape (users to draw for,).
        n: how many.
        rng: what draws.

    Raises:
        RecoLabError: n is below 1, or a user has fewer than n unknown items.
    """
    n_items = known.shape[1]
    degree = np.diff(known.indptr)
    free = n_items - degree[users]
    if not 1 <= n <= free.min():
        raise RecoLabError(
            f"candidates={n} cannot be drawn: give 1 to {free.min():,}, because the user with the code "
            f'{users[free.argmin()]} has rated all other items, or take candidates="all".'
        )
    place = np.sort(_distinct(free, n, rng), axis=1)  # a search for values in their order is the faster
    # The place-th unknown item lies behind as many known ones as have at most that many unknown ones in front of them.
    owner = np.repeat(np.arange(len(degree)), degree)
    unknown_in_front = known.indices - (np.arange(known.nnz) - known.indptr[owner])
    line = owner * (n_items + 1) + unknown_in_front
    passed = np.searchsorted(line, users[:, None] * (n_items + 1) + place, side="right") - known.indptr[users][:, None]
    return pair_matrix(np.repeat(users, n), (place + passed).ravel(), known.shape)


def _distinct(below: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """n different whole numbers from 0 to `below` - 1 in every row, shape (len(below), n).

    Floyd's algorithm (Bentley & Floyd 1987), which draws n numbers and rejects none, in all rows at once.
    """
    drawn = np.empty((n, len(below)), np.int32)  # rows that are next to each other in memory, or it takes twice as long
    for number in range(n):
        newest = (below - n + number).astype(np.int32)
        draw = rng.integers(newest + 1, dtype=np.int32)
        repeated = (drawn[:number] == draw).any(axis=0)
        drawn[number] = np.where(repeated, newest, draw)
    return drawn.T


def from_table(
    table: pd.DataFrame, ratings: Ratings, relevant: sparse.csr_array, seen: sparse.csr_array | None
) -> sparse.csr_array:
    """The candidates of a table, which must name each once, the held-out items included.

    Args:
        table: a row a candidate, with the columns `user_id` and `item_id` (raw ids), or `user` and `item` (codes).
        ratings: the catalogue.
        relevant: a stored cell for every held-out item that counts, shape (users, items).
        seen: a stored cell for every pair that must not be a candidate; None where that is allowed.

    Raises:
        RecoLabError: a column is missing, an id is unknown, a pair occurs twice or has been seen, or a user or a
            held-out item is missing.
    """
    candidates = pair_matrix(*_codes(table, ratings), relevant.shape)
    if (candidates.data > 1).any():
        raise RecoLabError(
            f"The table of candidates names {(candidates.data > 1).sum():,} pairs more than once, the first "
            f"{_first(ratings, candidates > 1)}: list every candidate of a user once, the held-out item too."
        )
    without = np.flatnonzero((np.diff(relevant.indptr) > 0) & (np.diff(candidates.indptr) == 0))
    if len(without):
        raise RecoLabError(
            f"The table of candidates has no row for {len(without):,} of the users to measure, the first "
            f"{ratings.users['user_id'].tolist()[without[0]]!r}: list candidates for every user with held-out items."
        )
    missing = relevant > candidates
    if missing.nnz:
        raise RecoLabError(
            f"The table of candidates lacks {missing.nnz:,} held-out items of its users, the first "
            f"{_first(ratings, missing)}: they are what has to be found, so list them as well."
        )
    if seen is not None and (known := candidates.multiply(seen)).nnz:
        raise RecoLabError(
            f"The table of candidates holds {known.nnz:,} items that its users rated before, the first "
            f"{_first(ratings, known)}: leave them out, or pass mask_seen=False to rank them as well."
        )
    return candidates


def digest(candidates: sparse.csr_array) -> str:
    """A few digits by which two tables of candidates are told apart, whatever the order of their rows."""
    content = hashlib.sha256(candidates.indptr.astype(np.int64))
    content.update(candidates.indices.astype(np.int64))
    return content.hexdigest()[:8]


def _codes(table: pd.DataFrame, ratings: Ratings) -> tuple[np.ndarray, np.ndarray]:
    vocabularies = {"user": ratings.users["user_id"], "item": ratings.items["item_id"]}
    if {"user_id", "item_id"} <= set(table.columns):
        codes = {name: pd.Index(known).get_indexer(table[f"{name}_id"]) for name, known in vocabularies.items()}
    elif {"user", "item"} <= set(table.columns):
        codes = {name: _whole(table[name]) for name in vocabularies}
    else:
        raise RecoLabError(
            "The table of candidates needs the columns user_id and item_id, or the codes user and item, but has "
            f"{list(table.columns)}: rename them."
        )
    unknown = np.any([(codes[name] < 0) | (codes[name] >= len(known)) for name, known in vocabularies.items()], axis=0)
    if unknown.any():
        raise RecoLabError(
            f"{unknown.sum():,} rows of the table of candidates name a user or an item that {ratings.name} does not "
            f"have, the first {table[unknown].iloc[0].to_dict()}: leave them out."
        )
    return codes["user"], codes["item"]


def _whole(codes: pd.Series) -> np.ndarray:
    values = codes.to_numpy()
    if values.dtype.kind not in "iu":
        raise RecoLabError(f"The column {codes.name!r} of the table of candidates must hold codes, not {values.dtype}.")
    return values


def _first(ratings: Ratings, pairs: sparse.csr_array) -> str:
    cells = pairs.tocoo()
    user_id, item_id = ratings.users["user_id"].tolist()[cells.row[0]], ratings.items["item_id"].tolist()[cells.col[0]]
    return f"(user {user_id!r}, item {item_id!r})"
