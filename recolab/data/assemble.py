"""The one way a table of raw ids becomes `Ratings`: ids encoded, the scale and the pairs checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from recolab.data.ratings import Provenance, Ratings
from recolab.errors import RecoLabError


def assemble(
    table: pd.DataFrame,
    users: pd.DataFrame,
    items: pd.DataFrame,
    scale: tuple[float, float],
    provenance: Provenance,
    place: Callable[[int], str],
) -> Ratings:
    """Encodes a table of ratings against its catalogue.

    Users and items without any rating are left out of the catalogue; the provenance's notes say how many.

    Args:
        table: columns `user_id`, `item_id`, `rating` and, where the data has it, `time` (datetime64[s]).
        users: column `user_id`, each id once, in the order of the codes.
        items: columns `item_id`, `title`, `year`, `genres`, each id once, in the order of the codes.
        scale: the lowest and the highest rating that can be given.
        provenance: where the data came from.
        place: how to tell people of a row, given its position: `"u.data, line 3"`.

    Raises:
        RecoLabError: a rating is off the scale, an id is not in the catalogue, or a user rated an item twice.
    """
    check_scale(table["rating"].to_numpy(), scale, place)
    users, no_ratings_by = _only_rated(users, "user_id", table)
    items, no_ratings_of = _only_rated(items, "item_id", table)
    user = _encode(table["user_id"], users["user_id"], "user", place)
    item = _encode(table["item_id"], items["item_id"], "item", place)
    _check_pairs(table, user.astype(np.int64) * len(items) + item, place)
    columns = {"user": user, "item": item, "rating": table["rating"].to_numpy(np.float32)}
    if "time" in table:
        columns["time"] = table["time"].to_numpy()
    columns |= {"user_id": table["user_id"].to_numpy(), "item_id": table["item_id"].to_numpy()}
    left_out = [
        f"{what} without any rating, left out of the catalogue: {count:,}."
        for count, what in ((no_ratings_by, "Users"), (no_ratings_of, "Items"))
        if count
    ]
    return Ratings(
        frame=pd.DataFrame(columns),
        users=users,
        items=items,
        scale=scale,
        provenance=replace(provenance, notes=(*provenance.notes, *left_out)),
    )


def check_scale(values: np.ndarray, scale: tuple[float, float], place: Callable[[int], str]) -> None:
    """Checks that every rating is a number on the scale.

    Raises:
        RecoLabError: one is not; says how many, and the first.
    """
    low, high = scale
    off = ~((values >= low) & (values <= high))  # true for NaN as well
    if off.any():
        first = int(np.argmax(off))
        raise RecoLabError(
            f"Ratings must lie on the scale from {low:g} to {high:g}, but {off.sum():,} of {len(off):,} do not, first "
            f"{values[first]:g} ({place(first)}); put them right, leave them out, or give the scale they are on."
        )


def _only_rated(catalogue: pd.DataFrame, column: str, table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    rated = catalogue[column].isin(table[column].unique())
    return catalogue[rated].reset_index(drop=True), int((~rated).sum())


def _encode(ids: pd.Series, vocabulary: pd.Series, what: str, place: Callable[[int], str]) -> np.ndarray:
    codes = pd.Index(vocabulary).get_indexer(pd.Index(ids))
    if (unknown := codes < 0).any():
        first = int(np.argmax(unknown))
        raise RecoLabError(
            f"Every rating needs its {what} in the {what} table, but {unknown.sum():,} of {len(unknown):,} have none "
            f"there, first {what} {ids.iloc[first]} ({place(first)}); add these {what}s or leave those rows out."
        )
    encoded: np.ndarray = codes.astype(np.int32)
    return encoded


def _check_pairs(table: pd.DataFrame, pair: np.ndarray, place: Callable[[int], str]) -> None:
    again = pd.Series(pair).duplicated().to_numpy()
    if again.any():
        first = int(np.argmax(again))
        user, item = table["user_id"].iloc[first], table["item_id"].iloc[first]
        raise RecoLabError(
            f"A user rates an item once, but {again.sum():,} of {len(again):,} rows repeat a pair, first "
            f"user {user} and item {item} ({place(first)}); leave the repeats "
            'out, or say duplicates="last" or "mean" to `Ratings.from_frame`.'
        )
