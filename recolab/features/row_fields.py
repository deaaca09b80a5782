"""What is known of a row's user, item and moment, as columns beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from recolab.data.ratings import Ratings
from recolab.errors import RecoLabError
from recolab.features.inputs import numbers

AGES = {0: "under 18", 18: "18-24", 25: "25-34", 35: "35-44", 45: "45-49", 50: "50-55", 56: "56+"}
"""ML-1M's age groups, by the least age of each. Its file has 1 for the first one."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_OF_ROWS = ("user", "item", "rating", "time", "user_id", "item_id", "cold", "click", "hour", "weekday")


def with_fields(frame: pd.DataFrame, ratings: Ratings) -> pd.DataFrame:
    """The rows of a table, with all that is known of their users, items and moments as columns.

    What the data does not know has no column; a value that is missing for some rows only is missing there.

    Args:
        frame: rows of `ratings`, such as a part of a split: the columns `user` and `item` (codes) and, if hour and
            weekday are wanted, `time`. It is not changed.
        ratings: where the rows come from.

    Returns:
        The rows in their order and under their old index, with

        - of the user every column of `ratings.users`, in MovieLens `gender`, `age`, `occupation` and `zip_code`;
          `age_group`: ML-1M's seven groups, such as `"25-34"`; `zip_region`: the first character of the zip code as
          it is written, which is a digit in the USA and a letter in Canada;
        - of the item every column of `ratings.items` but its title, in MovieLens `year` of release and `genres` (a
          tuple of words); `decade`: the year the decade began, such as 1990; `release_period`: as the AutoInt paper
          groups years (Song et al. 2019): `"before 1930"`, `"1930s"` to `"1960s"`, single years from 1970;
        - of the moment `hour` (0 to 23) and `weekday` (`"Monday"` …), **both in UTC**: nobody recorded where the users
          live, so an hour of 3 may be an American evening.

    Raises:
        RecoLabError: a code is missing or unknown to `ratings`, raw ids belong to other codes there, or two columns
            would have one name.
    """
    users, items = _of_users(ratings.users), _of_items(ratings.items)
    twice = sorted(set(users) & set(items) | (set(users) | set(items)) & set(_OF_ROWS))
    if twice:
        raise RecoLabError(
            f"{ratings.name} has more than one column {twice[0]!r} among those of its rows, users and items, and one "
            "would hide the other: rename it in the table of users or items."
        )
    columns: dict[str, Any] = {}
    for name, table, known in (("user", ratings.users, users), ("item", ratings.items, items)):
        if known:
            codes = known_codes(frame, name, table, ratings.name)
            columns |= {column: values.take(codes).array for column, values in known.items()}
    return frame.assign(**columns, **_of_moments(frame))


def _of_users(table: pd.DataFrame) -> dict[str, pd.Series]:
    known = _known(table, "user_id")
    if "age" in known:
        known["age_group"] = _age_group(known["age"])
    if "zip_code" in known:
        known["zip_region"] = known["zip_code"].astype("string").str[:1]
    return known


def _of_items(table: pd.DataFrame) -> dict[str, pd.Series]:
    known = _known(table.drop(columns="title"), "item_id")
    if "year" in known:
        known["decade"] = known["year"] // 10 * 10
        known["release_period"] = _release_period(known["year"])
    return known


def _known(table: pd.DataFrame, key: str) -> dict[str, pd.Series]:
    """The columns of a table but its key, those without any value left out."""
    return {str(name): table[name] for name in table if name != key and _says_something(table[name])}


def _says_something(column: pd.Series) -> bool:
    return bool((column.map(len) > 0).any() if column.name == "genres" else column.notna().any())


def _age_group(age: pd.Series) -> pd.Series:
    """The group of each age in years; of a group's least age, which is what ML-1M's file has, that group."""
    years = pd.to_numeric(age, errors="coerce").astype("Float64")
    return pd.cut(years, [*AGES, np.inf], right=False, labels=list(AGES.values())).astype("string")


def _release_period(year: pd.Series) -> pd.Series:
    written, known = year.astype("string"), year.fillna(9999)  # a comparison with a missing year would count as true
    return written.mask(known < 1970, written.str[:3] + "0s").mask(known < 1930, "before 1930")


def _of_moments(frame: pd.DataFrame) -> dict[str, Any]:
    if "time" not in frame:
        return {}
    time = frame["time"].dt
    return {"hour": time.hour, "weekday": time.day_of_week.map(dict(enumerate(WEEKDAYS)))}


def known_codes(frame: pd.DataFrame, name: str, table: pd.DataFrame, data: str) -> np.ndarray:
    """The codes in the column `user` or `item` of some rows, once it is sure that they are those of a catalogue.

    Args:
        frame: the rows.
        name: of the column.
        table: the users or the items of the catalogue.
        data: its name.

    Raises:
        RecoLabError: a code is missing or unknown, or belongs to another raw id there.
    """
    codes, key = numbers(frame, name, f"the code of the {name}"), f"{name}_id"
    known = codes.dtype.kind in "iu" and (not codes.size or (codes.min() >= 0 and codes.max() < len(table)))
    if not known or (key in frame and (table[key].to_numpy()[codes] != frame[key].to_numpy()).any()):
        raise RecoLabError(
            f"The column {name!r} does not hold codes of {data}, which has {len(table):,} {name}s: give the ratings "
            "that the table was made from."
        )
    return codes
