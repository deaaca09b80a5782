"""Somebody else's split, given as pairs of raw ids."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recolab.data.ratings import Ratings
from recolab.errors import RecoLabError
from recolab.split.core import LEFT_OUT, TEST, TRAIN, VALID, Split, cut
from recolab.split.shares import check_valid_share, draw, percent


def given(
    ratings: Ratings,
    *,
    test: pd.DataFrame,
    train: pd.DataFrame | None = None,
    valid: float | pd.DataFrame = 0.1,
    seed: int = 0,
    name: str = "given",
) -> Split:
    """Cut as somebody else did, whose parts are tables with the columns `user_id` and `item_id`.

    Every pair must be one of `ratings`, which has the rating and the time; other columns of the tables are not read.
    The order of rows, in the tables and in `ratings`, changes no part that is given as a table. Test rows whose user or
    item has no training row stay, marked `cold`.

    Args:
        ratings: all rows: to train, to choose and to test on.
        test: pairs to test on.
        train: pairs to train on; None for all that are in no other part. Rows of `ratings` in no part are left out,
            and the split's `notes` count them.
        valid: pairs to choose on, or the share of the training rows to draw for that; 0 for none.
        seed: seed of that draw.
        name: what to call the split.

    Raises:
        RecoLabError: a column is missing, a pair is not in `ratings`, occurs twice or in two parts, or a part is empty.
    """
    part = np.full(len(ratings), TRAIN if train is None else LEFT_OUT, dtype=np.int8)
    tables = {"train": (train, TRAIN), "valid": (valid, VALID), "test": (test, TEST)}
    taken = np.zeros(len(ratings), dtype=bool)
    for table_name, (table, label) in tables.items():
        if isinstance(table, pd.DataFrame):
            rows = rows_of(ratings, table, table_name)
            if taken[rows].any():
                raise RecoLabError(
                    f"{taken[rows].sum():,} pairs of the table {table_name!r} are in another part as well, the first "
                    f"{_pair(table, taken[rows])}: parts must share no row, remove them from one."
                )
            taken[rows] = True
            part[rows] = label
    if not isinstance(valid, pd.DataFrame):
        part, name = with_drawn_valid(part, name, valid, seed)
    left_out = int((part == LEFT_OUT).sum())
    notes = (f"{left_out:,} ratings in no given part are left out.",) if left_out else ()
    return cut(ratings, part, name, notes=notes)


def with_drawn_valid(part: np.ndarray, name: str, valid: float, seed: int) -> tuple[np.ndarray, str]:
    """Labels and name after a share of the training rows became validation rows.

    Raises:
        RecoLabError: the share is none, or comes to no row.
    """
    check_valid_share(valid)
    part = part.copy()
    part[draw(np.flatnonzero(part == TRAIN), valid, np.random.default_rng(seed), "valid")] = VALID
    return part, f"{name}, valid {percent(valid)} of its training rows, seed {seed}"


def rows_of(ratings: Ratings, table: pd.DataFrame, table_name: str) -> np.ndarray:
    """Row numbers in `ratings.frame` of a table's pairs (`user_id`, `item_id`), shape (len(table),).

    Raises:
        RecoLabError: a column is missing, a pair is not in `ratings`, or occurs twice.
    """
    for column in ("user_id", "item_id"):
        if column not in table:
            raise RecoLabError(
                f"The table {table_name!r} has no column {column!r}, only {list(table.columns)}: rename its columns of "
                "raw ids to user_id and item_id."
            )
    pairs = ratings.frame["user"].to_numpy(np.int64) * ratings.n_items + ratings.frame["item"].to_numpy()
    users = pd.Index(ratings.users["user_id"]).get_indexer(pd.Index(table["user_id"]))
    items = pd.Index(ratings.items["item_id"]).get_indexer(pd.Index(table["item_id"]))
    wanted = np.where((users >= 0) & (items >= 0), users * ratings.n_items + items, -1)
    rows: np.ndarray = pd.Index(pairs).get_indexer(pd.Index(wanted))
    if (rows < 0).any():
        raise RecoLabError(
            f"{(rows < 0).sum():,} of the {len(table):,} pairs of the table {table_name!r} are not among the "
            f"{len(ratings):,} ratings of {ratings.name}, the first {_pair(table, rows < 0)}: the table must be a part "
            "of these ratings, with the same raw ids."
        )
    repeated = pd.Series(rows).duplicated().to_numpy()
    if repeated.any():
        raise RecoLabError(
            f"The table {table_name!r} repeats {repeated.sum():,} of its pairs, the first {_pair(table, repeated)}: "
            "remove the repetitions."
        )
    return rows


def _pair(table: pd.DataFrame, where: np.ndarray) -> str:
    user, item = (table.loc[where, column].tolist()[0] for column in ("user_id", "item_id"))
    return f"(user {user!r}, item {item!r})"
