"""Clicks from positives alone: what a user has not touched is sampled, and counts as not clicked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recolab.data.ratings import Ratings
from recolab.errors import RecoLabError
from recolab.features.free_items import DRAWS, FreeItems, check_drawing
from recolab.features.inputs import target
from recolab.features.row_fields import known_codes

_KEPT = ("user", "item", "user_id", "item_id", "time")


def sampled_clicks(
    frame: pd.DataFrame,
    ratings: Ratings,
    *,
    negatives: int = 4,
    popularity: float = 0.0,
    known: pd.DataFrame | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Each row of a table as a click, followed by items that its user has no row for, which have the click 0.

    The third way to labels, for models of fields, beside the two rules of `clicks`. For models of `user` and `item`
    alone `fit(…, negatives=4)` draws others in every epoch; a table holds one drawing for all.

        >>> ratings = rl.load("synthetic")
        >>> split = rl.split.leave_last_out(ratings)
        >>> train = with_fields(sampled_clicks(split.train, ratings), ratings)
        >>> valid = with_fields(sampled_clicks(split.valid, ratings, known=split.train), ratings)
        >>> fields = Fields.learn(train, {"user_id": "categorical", "genres": "multi-valued", "hour": "categorical"})

    Args:
        frame: positives, with the columns `user` and `item` (codes), such as `split.train`, or the rows that
            `clicks(…, rest="drop")` keeps.
        ratings: where the rows come from; says which users and items there are.
        negatives: how many for each row, drawn with replacement.
        popularity: items are drawn in proportion to their rows in `frame` and `known`, to this power. 0 draws all items
            of the catalogue alike; with any other exponent an item without rows is never drawn.
        known: further rows whose items are never drawn for their users. For validation and test rows give the training
            rows. For training rows never give held-out ones: a model would be told where not to look.
        seed: of the draws.

    Returns:
        Every positive followed by its negatives, under a new index, with the columns `user`, `item`, `user_id`,
        `item_id` and `time` as far as `frame` has them, and `click` (int32). A negative has the time of its positive.
        Other columns, which say nothing of an item that was never rated, are left out: `with_fields` adds what is known
        of user, item and moment. `attrs` are kept and say the rule as `label`.

    Raises:
        RecoLabError: no rows, rows with the click 0, unknown codes, fewer than one negative, an exponent that is none,
            or a user who has touched every item.
    """
    check_drawing(negatives, popularity)
    _check(frame)
    pairs = pd.concat([_pairs(rows, ratings) for rows in (frame, known) if rows is not None])
    lines = FreeItems.of(pairs, np.bincount(pairs["item"], minlength=ratings.n_items), ratings.n_users, popularity)
    users = frame["user"].to_numpy()
    lines.check(users)
    draws = np.random.default_rng(seed).integers(0, DRAWS, len(frame) * negatives)
    drawn = lines.items(np.repeat(users, negatives), draws).reshape(-1, negatives)

    rows = frame[[column for column in _KEPT if column in frame]]
    rows = rows.iloc[np.repeat(np.arange(len(frame)), 1 + negatives)].reset_index(drop=True)
    item = np.column_stack([frame["item"].to_numpy(), drawn]).ravel()
    rows["item"] = item.astype(frame["item"].to_numpy().dtype)
    if "item_id" in rows:
        rows["item_id"] = ratings.items["item_id"].take(item).array
    rows["click"] = (np.arange(len(rows)) % (1 + negatives) == 0).astype(np.int32)
    rows.attrs = {**frame.attrs, "label": _rule(frame, negatives, popularity)}
    return rows


def _check(frame: pd.DataFrame) -> None:
    if frame.empty:
        raise RecoLabError("Negatives are drawn for positives, but the table has no rows: give at least one.")
    if "click" in frame and not (target(frame, "click") == 1).all():
        raise RecoLabError(
            f"Every row must be a positive, but {(frame['click'] != 1).sum():,} of {len(frame):,} have another click "
            "than 1: take what clicks(…, rest='drop') keeps."
        )


def _pairs(rows: pd.DataFrame, ratings: Ratings) -> pd.DataFrame:
    tables = {"user": ratings.users, "item": ratings.items}
    return pd.DataFrame({name: known_codes(rows, name, table, ratings.name) for name, table in tables.items()})


def _rule(frame: pd.DataFrame, negatives: int, popularity: float) -> str:
    positive = frame.attrs.get("label", "every row is 1")
    drawn = "uniform" if popularity == 0 else f"by popularity to the power of {popularity:g}"
    return f"{positive}; for each, {negatives} sampled {'item is' if negatives == 1 else 'items are'} 0 ({drawn})"
