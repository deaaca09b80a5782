"""From the scores of some users' candidates to what is worth knowing of their ranked lists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recolab import metrics
from recolab.metrics.ordering import best, mean_ranks


@dataclass(frozen=True)
class Lists:
    """The candidates of some users, a row each, and how a model scores them.

    Attributes:
        users: codes, shape (users,).
        items: codes of the candidates, shape (users, width).
        scores: -inf where there is no candidate, shape (users, width), float32.
        relevant: whether a candidate is one of the held-out items to be found, shape (users, width).
    """

    users: np.ndarray
    items: np.ndarray
    scores: np.ndarray
    relevant: np.ndarray


def top(lists: Lists, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The first k places of each list: codes of the items, -1 behind its end, and whether they are relevant.

    Args:
        lists: the candidates.
        k: places.
        seed: of the order of candidates with equal scores, which is drawn for every pair of user and item, and so does
            not depend on the model, on other candidates or on the order they come in.
    """
    width = lists.scores.shape[1]

    def ties(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return drawn_for(lists.users[rows], lists.items[rows, columns], seed)

    columns = best(lists.scores, min(k, width), ties)
    is_candidate = np.take_along_axis(lists.scores, columns, axis=1) > -np.inf
    items = np.where(is_candidate, np.take_along_axis(lists.items, columns, axis=1), -1)
    hits = np.take_along_axis(lists.relevant, columns, axis=1) & is_candidate
    behind = ((0, 0), (0, k - items.shape[1]))
    return np.pad(items, behind, constant_values=-1), np.pad(hits, behind)


def measured(lists: Lists, items: np.ndarray, hits: np.ndarray, count: np.ndarray) -> dict[str, np.ndarray]:
    """What is measured of each list, by name, each of shape (users,).

    Args:
        lists: the candidates.
        items, hits: the first k places (see `top`).
        count: how often each item of the catalogue occurs in training.
    """
    k = hits.shape[1]
    n_relevant = lists.relevant.sum(axis=1)
    n_candidates = (lists.scores > -np.inf).sum(axis=1)
    rows, columns = np.divmod(np.flatnonzero(lists.relevant), lists.relevant.shape[1])
    rank_sum = np.bincount(rows, mean_ranks(lists.scores, rows, columns), len(lists.users))
    return {
        "relevant": n_relevant,
        "candidates": n_candidates,
        f"hr@{k}": metrics.hit_rate(hits),
        f"precision@{k}": metrics.precision(hits),
        f"recall@{k}": metrics.recall(hits, n_relevant),
        f"ndcg@{k}": metrics.ndcg(hits, np.arange(k) < n_relevant[:, None]),
        f"map@{k}": metrics.average_precision(hits, n_relevant),
        f"mrr@{k}": metrics.reciprocal_rank(hits),
        "auc": metrics.auc_of_ranks(rank_sum, n_relevant, n_candidates),
        f"popularity@{k}": metrics.popularity(items, count),
    }


def drawn_for(users: np.ndarray, items: np.ndarray, seed: int) -> np.ndarray:
    """A random number for each pair of codes, the same whenever it is asked for, shape (pairs,), uint64.

    The output function of SplitMix64 (Steele, Lea & Flood 2014). Different pairs get different numbers.
    """
    start = np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (users.astype(np.uint64) << np.uint64(32)) + items.astype(np.uint64) + start
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
