"""Anybody's table of ratings, made into `Ratings`; the public door is `Ratings.from_frame`."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Literal, cast

import numpy as np
import pandas as pd

from recolab.data.assemble import assemble
from recolab.data.ratings import Provenance, Ratings
from recolab.errors import RecoLabError

Duplicates = Literal["error", "last", "mean"]
Place = Callable[[int], str]

_FEWEST = 2  # of users and of items: with one there is nothing to recommend or to compare
_LATEST_SECOND = 1e11  # the year 5138: a Unix time beyond it is in milliseconds


def from_frame(
    frame: pd.DataFrame,
    *,
    user: str,
    item: str,
    rating: str,
    time: str | None,
    scale: tuple[float, float] | None,
    users: pd.DataFrame | None,
    items: pd.DataFrame | None,
    name: str,
    duplicates: Duplicates,
) -> Ratings:
    """See `Ratings.from_frame`."""
    if duplicates not in ("error", "last", "mean"):
        raise RecoLabError(f'duplicates must be "error", "last" or "mean", not {duplicates!r}.')
    mapped = {"user": user, "item": item, "rating": rating} | ({"time": time} if time is not None else {})
    _check_columns(frame, mapped, name)

    place = _place(frame.index, name)
    table = pd.DataFrame({"user_id": _ids(frame[user], place), "item_id": _ids(frame[item], place)})
    table["rating"] = _numbers(frame[rating], place)
    if time is not None:
        table["time"] = _times(frame[time], place)
    for what, column in (("users", "user_id"), ("items", "item_id")):
        if (count := table[column].nunique()) < _FEWEST:
            raise RecoLabError(
                f"{name} has too few {what} to learn from: {count}, where at least {_FEWEST} are needed."
            )

    notes = []
    if duplicates != "error" and (repeats := int(table.duplicated(["user_id", "item_id"]).sum())):
        table, positions = _once(table, duplicates)
        notes.append(f"{repeats:,} rows repeated a pair of user and item; {_KEPT[duplicates]} was kept.")
        place = _place(frame.index[positions], name)
    if scale is None:
        notes.append("The scale is the lowest and the highest rating in the table.")
    return assemble(
        table,
        _catalogue(users, "user", user, table["user_id"]),
        _described(_catalogue(items, "item", item, table["item_id"])),
        _scale(table["rating"], scale, name),
        Provenance(name=name, edition="as given", source="a table", notes=tuple(notes)),
        place,
    )


_KEPT = {"last": "the last rating of each", "mean": "the mean rating of each"}


def _place(labels: pd.Index, name: str) -> Place:
    return lambda row: f"row {labels[row]} of {name}"


def _check_columns(frame: pd.DataFrame, mapped: dict[str, str], name: str) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise RecoLabError(f"{name} must be a pandas DataFrame, not {type(frame).__name__}.")
    columns = [str(column) for column in frame.columns]
    for role, column in mapped.items():
        if column not in frame.columns:
            near = difflib.get_close_matches(str(column).lower(), [known.lower() for known in columns], n=1)
            hint = next((known for known in columns if near and known.lower() == near[0]), None)
            raise RecoLabError(
                f"{name} has no column {column!r} for the {role}; it has {', '.join(map(repr, columns))}."
                + (f" Did you mean {role}={hint!r}?" if hint else f" Say which it is: {role}=…")
            )
    if not len(frame):
        raise RecoLabError(f"{name} has no rows, so there is nothing to learn from.")


def _ids(column: pd.Series, place: Place) -> np.ndarray:
    missing = column.isna().to_numpy()
    if missing.any():
        raise RecoLabError(
            f"Every rating needs its {column.name!r}, but {missing.sum():,} of {len(missing):,} rows have none, first "
            f"{place(int(np.argmax(missing)))}; fill them in or leave those rows out."
        )
    kinds = set(column.map(type)) if column.dtype == object else set()
    if len(kinds) > 1:
        found = " and ".join(sorted(kind.__name__ for kind in kinds))
        raise RecoLabError(f"The ids in {column.name!r} must be of one kind, but they are {found}; make them all text.")
    return column.to_numpy()


def _numbers(column: pd.Series, place: Place) -> np.ndarray:
    missing = column.isna().to_numpy()
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    text = np.isnan(numbers) & ~missing
    for bad, what in ((text, "text"), (missing, "NaN"), (np.isinf(numbers), "infinite")):
        if bad.any():
            first = int(np.argmax(bad))
            raise RecoLabError(
                f"The ratings in {column.name!r} must be numbers, but {bad.sum():,} of {len(column):,} are {what}, "
                f'first "{column.iloc[first]}" ({place(first)}); put them right or leave those rows out.'
            )
    return numbers


def _times(column: pd.Series, place: Place) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(column):
        seconds = column.to_numpy(np.float64, na_value=np.nan)
        if (np.abs(seconds) > _LATEST_SECOND).any():
            raise RecoLabError(
                f"The times in {column.name!r} must be Unix seconds, but look like milliseconds; divide them."
            )
        times = pd.to_datetime(pd.Series(seconds), unit="s")
    else:
        times = pd.to_datetime(column, errors="coerce", utc=True).dt.tz_localize(None)
    unreadable = times.isna().to_numpy()
    if unreadable.any():
        first = int(np.argmax(unreadable))
        raise RecoLabError(
            f"The times in {column.name!r} must be dates or Unix seconds, but {unreadable.sum():,} of {len(column):,} "
            f'cannot be read, first "{column.iloc[first]}" ({place(first)}); put them right or load without time.'
        )
    return times.to_numpy().astype("datetime64[s]")


def _once(table: pd.DataFrame, keep: Duplicates) -> tuple[pd.DataFrame, np.ndarray]:
    """The table with each pair once, in the old order, and the old positions of the rows kept."""
    pair = ["user_id", "item_id"]
    if keep == "mean":
        table = table.assign(rating=table.groupby(pair)["rating"].transform("mean"))
    in_time = table.sort_values("time", kind="stable") if "time" in table else table
    positions = np.sort(in_time.drop_duplicates(pair, keep="last").index.to_numpy())
    return table.iloc[positions].reset_index(drop=True), positions


def _scale(ratings: pd.Series, scale: tuple[float, float] | None, name: str) -> tuple[float, float]:
    low, high = scale if scale is not None else (ratings.min(), ratings.max())
    if not (np.isfinite([low, high]).all() and low < high):
        came = f"every rating of {name} is {low:g}: give scale=(low, high)" if scale is None else f"{scale} came"
        raise RecoLabError(f"A scale runs from its lowest to a higher rating, but {came}.")
    return float(low), float(high)


def _catalogue(given: pd.DataFrame | None, what: str, column: str, ids: pd.Series) -> pd.DataFrame:
    """A table of users or items with their id first: the one given, or the sorted ids of the ratings."""
    id_column = f"{what}_id"
    if given is None:
        return pd.DataFrame({id_column: np.sort(ids.unique())})
    own = next((known for known in (column, id_column) if known in given.columns), None)
    if own is None:
        raise RecoLabError(
            f"The table of {what}s needs its ids in a column {column!r} or {id_column!r}; it has "
            f"{', '.join(map(repr, given.columns))}."
        )
    if given[own].duplicated().any():
        first = given.loc[given[own].duplicated(), own].iloc[0]
        raise RecoLabError(
            f'The table of {what}s must hold each id once, but {what} "{first}" stands there more than once.'
        )
    rest = [known for known in given.columns if known != own]
    return given[[own, *rest]].rename(columns={own: id_column})


def _described(items: pd.DataFrame) -> pd.DataFrame:
    """Items with the columns everybody may count on: title (the id in words where unknown), year and genres."""
    known = items.copy()
    if "title" not in known:
        known["title"] = known["item_id"].astype(str)
    if "year" not in known:
        known["year"] = pd.NA
    known["year"] = known["year"].astype("Int64")
    if "genres" not in known:
        known["genres"] = ""
    known["genres"] = known["genres"].map(_words)
    first = ["item_id", "title", "year", "genres"]
    return known[[*first, *(column for column in known.columns if column not in first)]]


def _words(genres: object) -> tuple[str, ...]:
    if isinstance(genres, str):
        return tuple(word for word in genres.split("|") if word)
    return tuple(cast("list[str]", genres)) if isinstance(genres, (list, tuple)) else ()
