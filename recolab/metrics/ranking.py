"""Metrics of ranked lists, one number a user; the package's docstring says what their arrays hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from recolab.errors import RecoLabError


def hit_rate(gains: ArrayLike) -> np.ndarray:
    """`HR@k = 1` if a relevant item is among the first k, else 0 (Deshpande & Karypis 2004, eq. 6).

    Args:
        gains: gains of the ranked items, shape (users, k).

    Returns:
        One number a user, shape (users,), float64; 0 for an empty list and for a user without relevant items.

    Raises:
        RecoLabError: gains that are not of the shape (users, k), negative, or not finite.
    """
    return np.asarray(_hits(gains).any(axis=1), np.float64)


def precision(gains: ArrayLike) -> np.ndarray:
    """`P@k = hits / k`: which share of the k places is taken by relevant items (Manning et al. 2008, 8.4).

    It is divided by k for a shorter list too; takes, gives and raises what `hit_rate` does.
    """
    return np.asarray(_hits(gains).mean(axis=1))


def recall(gains: ArrayLike, n_relevant: ArrayLike) -> np.ndarray:
    """`R@k = hits / n_relevant`: which share of the relevant items is among the first k (Manning et al. 2008, 8.4).

    Args:
        gains: gains of the ranked items, shape (users, k).
        n_relevant: number of relevant items of each user, shape (users,).

    Returns:
        One number a user, shape (users,), float64; NaN where there is no relevant item.

    Raises:
        RecoLabError: gains as for `hit_rate`, or a number of relevant items smaller than that of the hits.
    """
    hits = _hits(gains)
    return _divided(hits.sum(axis=1), _counts(n_relevant, hits))


def ndcg(gains: ArrayLike, ideal: ArrayLike) -> np.ndarray:
    """`NDCG@k = DCG@k / IDCG@k` with `DCG@k = Σ_r gain_r / log2(r + 1)` over the places r = 1 … k.

    IDCG is the DCG of the user's relevant items in their best order, cut at k as well (Järvelin & Kekäläinen 2002, with
    the discount of Burges et al. 2005). With one relevant item, at place r, it is `1 / log2(r + 1)`. Gains enter as
    they are, as in the first paper; for those of the second give `2 ** relevance - 1`.

    Args:
        gains: gains of the ranked items, shape (users, k).
        ideal: gains of all relevant items of each user, in any order, filled up with 0, shape (users, at least 1).

    Returns:
        One number a user, shape (users,), float64; NaN where no gain of `ideal` is above 0.

    Raises:
        RecoLabError: gains as for `hit_rate`, or a list worth more than the ideal one.
    """
    gains, ideal = _gains(gains), _gains(ideal)
    if len(gains) != len(ideal):
        raise RecoLabError(f"`gains` has {len(gains):,} users and `ideal` {len(ideal):,}: give one row a user in both.")
    best = np.sort(ideal, axis=1)[:, ::-1][:, : gains.shape[1]]
    dcg, idcg = _discounted(gains), _discounted(best)
    if (dcg > idcg * (1 + 1e-9)).any():
        raise RecoLabError("A list is worth more than the ideal one: `ideal` must hold all relevant items of a user.")
    return _divided(dcg, idcg)


def average_precision(gains: ArrayLike, n_relevant: ArrayLike) -> np.ndarray:
    """`AP@k = 1 / n_relevant Σ_r P@r` over those places r = 1 … k that hold a relevant item; its mean is MAP.

    The definition of TREC (Buckley & Voorhees 2000). Some divide by min(n_relevant, k) in its place, and get larger
    numbers for users with more than k relevant items.

    Takes, gives and raises what `recall` does.
    """
    hits = _hits(gains)
    precision_at_hits = hits * hits.cumsum(axis=1) / np.arange(1, hits.shape[1] + 1)
    return _divided(precision_at_hits.sum(axis=1), _counts(n_relevant, hits))


def reciprocal_rank(gains: ArrayLike) -> np.ndarray:
    """`RR@k = 1 / r`, r the place of the first relevant item; 0 if none is among the first k; its mean is MRR.

    Voorhees (1999). Takes, gives and raises what `hit_rate` does.
    """
    hits = _hits(gains)
    return np.where(hits.any(axis=1), 1 / (1 + hits.argmax(axis=1)), 0.0)


def auc_of_ranks(rank_sum: ArrayLike, n_relevant: ArrayLike, n_candidates: ArrayLike) -> np.ndarray:
    """`AUC`: the share of pairs (relevant, other candidate) of a user in which the relevant item is ranked higher.

    With ranks from 1, the best, it is `1 - (Σ ranks - n (n + 1) / 2) / (n (c - n))` for n relevant ones of c candidates
    (Mann & Whitney 1947). A tie counts half when equal scores share the mean of their ranks. The whole list counts, not
    the first k places.

    Args:
        rank_sum: sum of the ranks of each user's relevant items among all candidates, shape (users,).
        n_relevant: number of relevant items of each user, all of them candidates, shape (users,).
        n_candidates: number of candidates of each user, shape (users,).

    Returns:
        One number a user, shape (users,), float64; NaN where no candidate, or every one, is relevant.
    """
    ranks, n, c = (np.asarray(values, np.float64) for values in (rank_sum, n_relevant, n_candidates))
    return 1 - _divided(ranks - n * (n + 1) / 2, n * (c - n))


def coverage(items: ArrayLike, n_items: int) -> float:
    """Which share of the catalogue is in at least one list (Ge et al. 2010, catalogue coverage).

    Args:
        items: codes of the ranked items, shape (users, k); -1 behind the end of a short list.
        n_items: size of the catalogue.

    Raises:
        RecoLabError: a code is not below `n_items`, or is below -1.
    """
    items = _codes(items, n_items)
    return len(np.unique(items[items >= 0])) / n_items


def popularity(items: ArrayLike, count: ArrayLike) -> np.ndarray:
    """How popular the items of a list are on average, `1/|list| Σ count_i` (Abdollahpouri et al. 2019, ARP).

    Args:
        items: codes of the ranked items, shape (users, k); -1 behind the end of a short list.
        count: how often each item of the catalogue occurs in training, shape (items,).

    Returns:
        One number a user, shape (users,), float64, in rows of training; the mean of a short list is over the items it
        has, and NaN for an empty one.

    Raises:
        RecoLabError: a code is not below the number of counts, or is below -1.
    """
    count = np.asarray(count, np.float64)
    items = _codes(items, len(count))
    there = items >= 0
    return _divided((count[items] * there).sum(axis=1), there.sum(axis=1))


def _discounted(gains: np.ndarray) -> np.ndarray:
    # log2: with the natural logarithm a hit at rank 1 would count 1.44.
    # Not as a matrix product, whose rounding depends on the other users: a list in the best order must get exactly 1.
    return np.asarray((gains / np.log2(np.arange(2, gains.shape[1] + 2))).sum(axis=1))


def _hits(gains: ArrayLike) -> np.ndarray:
    hits: np.ndarray = _gains(gains) > 0
    return hits


def _gains(gains: ArrayLike) -> np.ndarray:
    array = np.asarray(gains, np.float64)
    if array.ndim != 2 or array.shape[1] == 0:
        raise RecoLabError(f"Gains must have the shape (users, k) with k at least 1, but {array.shape} came.")
    if not (np.isfinite(array) & (array >= 0)).all():
        raise RecoLabError("Gains must be finite and at least 0, but a negative one, NaN or infinity came.")
    return array


def _counts(n_relevant: ArrayLike, hits: np.ndarray) -> np.ndarray:
    counts = np.asarray(n_relevant)
    if counts.shape != (len(hits),) or (hits.sum(axis=1) > counts).any():
        raise RecoLabError(
            f"`n_relevant` must have the shape ({len(hits)},) and count every relevant item of a user, in the list or "
            f"not, but the shape {counts.shape}, or fewer than there are hits, came."
        )
    return counts


def _codes(items: ArrayLike, n_items: int) -> np.ndarray:
    codes = np.asarray(items)
    if codes.ndim != 2 or codes.dtype.kind not in "iu":
        raise RecoLabError(
            f"Items must be codes of the shape (users, k), but {codes.dtype} of shape {codes.shape} came."
        )
    if codes.size and not (codes.min() >= -1 and codes.max() < n_items):
        raise RecoLabError(f"Codes of items must lie between 0 and {n_items - 1} (or be -1), but others came.")
    return codes


def _divided(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """above / below, NaN where below is 0."""
    quotient: np.ndarray = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return quotient
