"""Who touched what, as a wide matrix (users × items) and as a long table (a row a cell), and from one to the other."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from recolab.errors import RecoLabError
from recolab.features.inputs import numbers, target


def user_item_matrix(frame: pd.DataFrame, n_users: int, n_items: int, *, values: str | None = None) -> sparse.csr_array:
    """The wide matrix of a long table: a row a user, a column an item, a stored cell for every pair of the table.

        >>> frame = pd.DataFrame({"user": [0, 1, 1], "item": [2, 0, 2], "rating": [4.0, 3.0, 5.0]})
        >>> user_item_matrix(frame, 2, 3).toarray()
        array([[0., 0., 1.],
               [1., 0., 1.]], dtype=float32)

    Args:
        frame: a table with the columns `user` and `item` (codes), such as `split.train`.
        n_users, n_items: size of the matrix; users and items without a row have empty ones.
        values: the column that fills the cells, for example `"rating"`; None fills them with ones. Of a pair that
            occurs several times the last row counts.

    Returns:
        Shape (n_users, n_items), float32, column indices sorted within each row. A value of 0 is stored like any other.

    Raises:
        RecoLabError: a column is missing, a code is out of range, or a value is no finite number.
    """
    user, item = _codes(frame, "user", n_users), _codes(frame, "item", n_items)
    cells = user.astype(np.int64) * n_items + item
    # The first of each cell, counted from the end of the table, is its last row; unique cells come out sorted.
    cells, from_end = np.unique(cells[::-1], return_index=True)
    filled = np.ones(len(cells), np.float32) if values is None else target(frame, values)[::-1][from_end]
    start = np.concatenate([[0], np.cumsum(np.bincount(cells // n_items, minlength=n_users))])
    return sparse.csr_array((filled, cells % n_items, start), shape=(n_users, n_items))


def long_table(matrix: sparse.sparray | np.ndarray, *, dense: bool = False) -> pd.DataFrame:
    """The long table of a wide matrix: a row a cell, sorted by user, then item.

    Args:
        matrix: users × items, sparse or not.
        dense: False gives the stored cells only (of an array: those that are not 0). True gives the whole grid, with 0
            where nothing is stored: users × items rows of 12 bytes, so mind the memory.

    Returns:
        Columns `user`, `item` (int32) and `value` (the matrix' own type).

    Raises:
        RecoLabError: the matrix has not two axes.
    """
    if matrix.ndim != 2:
        raise RecoLabError(
            f"A wide matrix has two axes, users and items, but one of shape {matrix.shape} came: give users × items."
        )
    rows = sparse.csr_array(matrix).sorted_indices()
    if dense:
        values = rows.toarray()
        user, item = (codes.ravel() for codes in np.indices(values.shape, dtype=np.int32))
        return pd.DataFrame({"user": user, "item": item, "value": values.ravel()})
    cells = rows.tocoo()
    return pd.DataFrame({"user": cells.row.astype(np.int32), "item": cells.col.astype(np.int32), "value": cells.data})


def _codes(frame: pd.DataFrame, name: str, n: int) -> np.ndarray:
    codes = numbers(frame, name, "whose codes number the matrix")
    if codes.dtype.kind not in "iu":
        raise RecoLabError(f"Codes of {name!r} must be whole numbers, but the column holds {codes.dtype}: encode it.")
    if codes.size and not (codes.min() >= 0 and codes.max() < n):
        wrong = codes[(codes < 0) | (codes >= n)][0]
        raise RecoLabError(
            f"Codes of {name!r} must lie between 0 and {n - 1}, the size of the matrix, but {wrong} came: give the "
            "sizes of the split that the table comes from."
        )
    return codes
