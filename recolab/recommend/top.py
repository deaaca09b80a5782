"""The best items of many users at once, and the whole grid of predictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from recolab import models
from recolab.errors import RecoLabError
from recolab.metrics.ordering import best, checked_k
from recolab.split import Split

CELLS_PER_BLOCK = 4_000_000  # scores held at once: 16 MB, however many users are asked for


def top_k(
    model: Any, split: Split, users: Iterable[Any] | None = None, k: int = 10, *, exclude_seen: bool = True
) -> pd.DataFrame:
    """The k items with the highest score for each user.

    Every item of the catalogue takes part, also one without a training row. Of items with equal scores the one with the
    lower code (further up in `split.ratings.items`) comes first.

    Args:
        model: anything `recolab.models.scores` can ask: a Keras model with the inputs `user` and `item`, a baseline, or
            an object with `scores(user_codes)` or `predict`.
        split: what the model was trained on; its training rows are what a user has seen.
        users: raw user ids; None for all. A user named twice is answered once.
        k: how many items for each user.
        exclude_seen: whether to leave out the items a user has rated in training. A user with fewer than k other
            items then gets fewer rows.

    Returns:
        One row a recommendation: `user_id`, `rank` (1 is best), `item_id`, `title` and `score` (float32, on the model's
        own scale), users in the order asked for.

    Raises:
        RecoLabError: an unknown user, k below 1 or above the size of the catalogue, or a score that is not finite.
    """
    k = checked_k(k, split.n_items)
    codes = _codes(split, users)
    parts = []
    for block, scores in _scored_blocks(model, split, codes):
        if exclude_seen:
            scores[_seen(split, block)] = -np.inf
        items = best(scores, k)
        rows, places = np.nonzero(np.take_along_axis(scores, items, axis=1) > -np.inf)
        chosen = items[rows, places]
        parts.append(described(split, chosen, rank=places + 1, score=scores[rows, chosen]))
        parts[-1].insert(0, "user_id", split.ratings.users["user_id"].to_numpy()[block[rows]])
    return pd.concat(parts, ignore_index=True)


def predictions(model: Any, split: Split, users: Iterable[Any] | None = None) -> pd.DataFrame:
    """What the model predicts for every item of the catalogue, one row a user.

    Args:
        model: as in `top_k`.
        split: what the model was trained on.
        users: raw user ids; None for all. A user named twice is answered once.

    Returns:
        A table of float32, shape (users, items): raw user ids as index, raw item ids as columns. Not clipped.

    Raises:
        RecoLabError: an unknown user, or a prediction that is not finite.
    """
    codes = _codes(split, users)
    grid = np.concatenate([scores for _, scores in _scored_blocks(model, split, codes)])
    return pd.DataFrame(
        grid,
        index=pd.Index(split.ratings.users["user_id"].to_numpy()[codes], name="user_id"),
        columns=pd.Index(split.ratings.items["item_id"], name="item_id"),
    )


def described(split: Split, item_codes: np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
    """A table of items with raw id and title; the first of `columns` stands before them, the others behind."""
    items = split.ratings.items
    first, *others = columns
    named = {name: items[name].to_numpy()[item_codes] for name in ("item_id", "title")}
    return pd.DataFrame({first: columns[first], **named, **{name: columns[name] for name in others}})


def _codes(split: Split, users: Iterable[Any] | None) -> np.ndarray:
    if users is None:
        return np.arange(split.n_users, dtype=np.int32)
    if isinstance(users, str) or not isinstance(users, Iterable):
        raise RecoLabError(f"users must be a list of user ids, such as [{users!r}], not {users!r} alone.")
    codes = pd.unique(split.ratings.user_codes(users))
    if not len(codes):
        raise RecoLabError("users is an empty list: name at least one user id, or leave it out for all users.")
    return codes


def _scored_blocks(model: Any, split: Split, codes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Blocks of user codes with their scores, shape (len(block), n_items), as arrays that may be written to."""
    size = max(1, CELLS_PER_BLOCK // split.n_items)
    for start in range(0, len(codes), size):
        block = codes[start : start + size]
        yield block, np.array(models.scores(model, block, n_items=split.n_items))


def _seen(split: Split, block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns, in the block's score matrix, of the items its users have rated in training."""
    row_of = np.full(split.n_users, -1)
    row_of[block] = np.arange(len(block))
    rows = row_of[split.train["user"].to_numpy()]
    asked = rows >= 0
    return rows[asked], split.train["item"].to_numpy()[asked]
