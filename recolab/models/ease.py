"""EASE: a linear model from items to items with a closed form."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recolab.errors import RecoLabError
from recolab.models.positives import checked_users, positives
from recolab.split import Split

MOST_BYTES = 8 * 2**30
"""What the matrices of items × items may take at most: a catalogue of about 18,000 items."""

BYTES_PER_CELL = 24
"""Of items × items: the Gram matrix, its inverse and room to work, in float64."""


class EASE:
    """Scores an item by weights of all items the user has taken, `S = X B` with the diagonal of B at 0.

    B minimises `|X - X B|² + l2 |B|²` over all matrices whose diagonal is 0 (without that, every item would explain
    itself). It has a closed form: `B_ij = -P_ij / P_jj` for i ≠ j, with `P = (XᵀX + l2 I)⁻¹` (Steck 2019,
    "Embarrassingly Shallow Autoencoders for Sparse Data", equation 8). X holds a 1 for every training row.

    The inverse is taken in float64: the eigenvalues of XᵀX span six powers of ten. Time grows with the third power of
    the number of items, memory with the second; users cost next to nothing.

    The default penalty did best in full ranking on the validation rows of ML-1M ("ncf") and ML-100K ("ua"). Sampled
    candidates ask for more (1,000 on ML-1M), the last item of each user of ML-100K for less (100).

    Args:
        split: whose training rows are learnt from.
        l2: the penalty, in squared errors; above 0.

    Attributes:
        weights: B, shape (n_items, n_items), float32; column j holds what the items add to the score of item j.

    Raises:
        RecoLabError: there are no training rows, the penalty is not positive, or there are too many items for memory.
    """

    def __init__(self, split: Split, *, l2: float = 500.0) -> None:
        if not l2 > 0:
            raise RecoLabError(f"`l2` must be above 0, or the matrix has no inverse, but {l2} came.")
        _check_memory(split)
        self._taken = positives(split)
        self.weights = _weights(self._taken, l2)

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Scores of every item for some users (codes), shape (users, n_items), float32."""
        taken = self._taken[checked_users(users, self._taken.shape[0])]
        table: np.ndarray = taken @ self.weights
        return table


def _weights(taken: sparse.csr_array, l2: float) -> np.ndarray:
    gram = (taken.T @ taken).toarray().astype(np.float64)
    np.fill_diagonal(gram, gram.diagonal() + l2)
    inverse = np.linalg.inv(gram)
    weights = (inverse / -inverse.diagonal()).astype(np.float32)
    np.fill_diagonal(weights, 0.0)
    return weights


def _check_memory(split: Split) -> None:
    needed = BYTES_PER_CELL * split.n_items**2
    if needed > MOST_BYTES:
        raise RecoLabError(
            f"EASE inverts a matrix of items × items: {split.n_items:,} items need {needed / 2**30:.1f} GB, more than "
            f"the {MOST_BYTES / 2**30:.1f} GB it may take. Leave rare items out, use ItemKNN or IALS, or raise "
            "recolab.models.ease.MOST_BYTES if you have the memory."
        )
