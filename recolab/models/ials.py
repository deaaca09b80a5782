"""iALS: matrix factorisation of clicks, with every cell of the matrix in the loss and a closed form for each vector."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from tqdm import tqdm

from recolab.errors import RecoLabError
from recolab.models.positives import checked_users, positives
from recolab.split import Split

CELLS_PER_BLOCK = 4_000_000
"""Numbers held at once, of vectors gathered and of systems to be solved: 16 MB each."""

PIECE = 64
"""Vectors of a row multiplied at once. Bounds the memory of very long rows, and for products as small as these BLAS
starts no threads, which would take longer to meet than to multiply."""

START = 0.1
"""Standard deviation of an initial vector's length, so to speak: each of its numbers has START / √factors."""


class IALS:
    """Scores by a dot product, `s(u, i) = e_u · e_i`, fitted to 1 where a user took an item and to 0 everywhere else.

    It minimises, over all vectors (Hu, Koren and Volinsky 2008, "Collaborative Filtering for Implicit Feedback
    Datasets"; in the form of Rendle, Krichene, Zhang and Koren 2021, "Revisiting the Performance of iALS on Item
    Recommendation Benchmarks")::

        Σ_{(u,i) taken} (s - 1)² + weight Σ_{all u,i} s²
            + l2 [ Σ_u (n_u + weight n_items)^nu |e_u|² + Σ_i (n_i + weight n_users)^nu |e_i|² ]

    where n_u and n_i count training rows. With one side fixed each vector of the other is the solution of a small
    linear system, `(Σ_{i taken} e_i e_iᵀ + weight Σ_i e_i e_iᵀ + l2 (…)^nu I) e_u = Σ_{i taken} e_i`. A round solves
    the users, then the items. The sum over all items is the same for every user: every cell counts, but nothing as
    large as users × items is ever held.

    Weight, penalty, nu and rounds are those the second paper's authors publish for ML-1M, with 192 factors in place of
    64. Of seven settings tried here they did best on the validation rows of "ncf" with sampled candidates; for full
    ranking `weight=1, l2=0.003` is better.

    Args:
        split: whose training rows are learnt from.
        factors: length of the vectors.
        weight: what a cell without a training row costs, where one with a row costs 1 (α₀ in the paper).
        l2: the penalty λ.
        nu: how much more of it frequent users and items pay: 0 none, 1 in proportion to what they contribute to the
            loss, as gradient descent has it.
        rounds: how often to alternate.
        seed: of the initial vectors.
        progress: whether to show a bar; TQDM_DISABLE=1 in the environment hides it.

    Attributes:
        user_vectors, item_vectors: e_u by user code and e_i by item code, shape (n, factors), float32.

    Raises:
        RecoLabError: there are no training rows, or a setting is out of range.
    """

    def __init__(
        self,
        split: Split,
        *,
        factors: int = 64,
        weight: float = 0.3,
        l2: float = 0.007,
        nu: float = 1.0,
        rounds: int = 12,
        seed: int = 0,
        progress: bool = True,
    ) -> None:
        _check(factors, weight, l2, rounds)
        by_user = positives(split)
        by_item = by_user.T.tocsr()
        rng = np.random.default_rng(seed)
        self.user_vectors, self.item_vectors = (
            (START / np.sqrt(factors) * rng.standard_normal((n, factors))).astype(np.float32) for n in by_user.shape
        )
        for _ in tqdm(range(rounds), unit="round") if progress else range(rounds):
            self.user_vectors = _solved(by_user, self.item_vectors, weight, l2, nu)
            self.item_vectors = _solved(by_item, self.user_vectors, weight, l2, nu)

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Scores of every item for some users (codes), shape (users, n_items), float32."""
        table: np.ndarray = self.user_vectors[checked_users(users, len(self.user_vectors))] @ self.item_vectors.T
        return table


def _solved(taken: sparse.csr_array, others: np.ndarray, weight: float, l2: float, nu: float) -> np.ndarray:
    """The best vector of every row of a matrix, given those of its columns, shape (rows, factors)."""
    n_rows, factors = taken.shape[0], others.shape[1]
    count = np.diff(taken.indptr)
    everywhere = weight * (others.T @ others)
    penalty = (l2 * (count + weight * len(others)) ** nu).astype(np.float32)
    padded = np.vstack([others, np.zeros((1, factors), np.float32)])  # the last row adds nothing to any sum
    vectors = np.empty((n_rows, factors), np.float32)
    longest_first = np.argsort(-count, kind="stable")
    size = max(1, CELLS_PER_BLOCK // (factors * max(PIECE, factors)))
    for block in range(0, n_rows, size):
        rows = longest_first[block : block + size]
        systems, sums = np.tile(everywhere, (len(rows), 1, 1)), np.zeros((len(rows), factors), np.float32)
        systems[:, np.arange(factors), np.arange(factors)] += penalty[rows, None]
        for start in range(0, count[rows[0]], PIECE):
            left = np.count_nonzero(count[rows] > start)  # the rows in front, because the longest come first
            gathered = padded[_piece(taken, rows[:left], start)]
            systems[:left] += gathered.transpose(0, 2, 1) @ gathered
            sums[:left] += gathered.sum(axis=1)
        vectors[rows] = np.linalg.solve(systems, sums[:, :, None])[:, :, 0]
    return vectors


def _piece(taken: sparse.csr_array, rows: np.ndarray, start: int) -> np.ndarray:
    """The columns of some rows, longest first, from place `start` on, shape (rows, at most PIECE).

    Where a row has come to its end, the number of columns stands in place of one.
    """
    first, end = taken.indptr[rows, None] + start, taken.indptr[rows + 1, None]
    places = first + np.arange(min(PIECE, end[0, 0] - first[0, 0]))
    there = places < end
    columns = np.full(places.shape, taken.shape[1])
    columns[there] = taken.indices[places[there]]
    return columns


def _check(factors: int, weight: float, l2: float, rounds: int) -> None:
    if factors < 1 or rounds < 1:
        raise RecoLabError(f"`factors` and `rounds` must be at least 1, but {factors} and {rounds} came.")
    if not (weight > 0 and l2 > 0):
        raise RecoLabError(
            f"`weight` and `l2` must be above 0, or a vector without rows has no best value, but {weight} and {l2} "
            "came."
        )
