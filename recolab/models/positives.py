"""What the ranking baselines learn from: every training row is a positive, whatever its rating."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recolab.errors import RecoLabError
from recolab.features import user_item_matrix
from recolab.split import Split


def positives(split: Split) -> sparse.csr_array:
    """The training rows as a matrix of ones, shape (n_users, n_items), float32.

    Raises:
        RecoLabError: there are no training rows.
    """
    if split.train.empty:
        raise RecoLabError(f"A model needs training rows, but the split ({split.name}) has none.")
    return user_item_matrix(split.train, split.n_users, split.n_items)


def checked_users(users: np.ndarray, n_users: int) -> np.ndarray:
    """Codes of users as an array, once it is sure that each is one: NumPy takes -1 for the last user.

    Raises:
        RecoLabError: a code is negative, or not smaller than the number of users.
    """
    codes = np.asarray(users)
    unknown = codes[(codes < 0) | (codes >= n_users)]
    if unknown.size:
        raise RecoLabError(
            f"Codes of users must lie between 0 and {n_users - 1}, the users this model was made for, but "
            f"{unknown[0]} came: was it made for another split?"
        )
    return codes
