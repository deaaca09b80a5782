"""Checks of what is handed to a chart, and the limit on what a chart hands to the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from recolab.charts.theme import MOST_ROWS
from recolab.data.ratings import Ratings
from recolab.errors import RecoLabError
from recolab.split.core import Split


def require_ratings(ratings: Any, chart: str) -> None:
    """Refuse anything but `Ratings`, naming the chart that was asked for.

    Raises:
        RecoLabError: `ratings` is something else.
    """
    if not isinstance(ratings, Ratings):
        raise RecoLabError(
            f"charts.{chart} draws Ratings, as recolab.load() and Ratings.from_frame() give them, "
            f"but received {_kind(ratings)}."
        )


def require_split(split: Any, chart: str) -> None:
    """Refuse anything but a `Split`, naming the chart that was asked for.

    Raises:
        RecoLabError: `split` is something else.
    """
    if not isinstance(split, Split):
        raise RecoLabError(
            f"charts.{chart} needs a Split, as the functions of recolab.split give them, but received {_kind(split)}."
        )


def matrix(values: Any, chart: str) -> np.ndarray:
    """The values as a matrix of numbers, shape (rows, columns), in which some may be NaN.

    Raises:
        RecoLabError: they are none, none of them is a number, some are infinite, or there are more than `MOST_ROWS`.
    """
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise RecoLabError(
            f"charts.{chart} draws an array of numbers, shape (rows, columns), but received {_kind(values)} that holds "
            "something else, or rows of different lengths."
        ) from None
    if numbers.ndim != 2:
        raise RecoLabError(
            f"charts.{chart} draws an array of shape (rows, columns), but received the shape {numbers.shape}."
        )
    if numbers.size > MOST_ROWS:
        raise RecoLabError(f"charts.{chart} draws at most {MOST_ROWS:,} cells, but received {numbers.size:,}.")
    if np.isinf(numbers).any() or np.isnan(numbers).all():
        raise RecoLabError(
            f"charts.{chart} draws finite numbers and leaves NaN out, but received infinite ones or none."
        )
    return numbers


def names_of(names: Sequence[Any], count: int, what: str) -> list[str]:
    """The names as text, if there is one for each row or column and none comes twice.

    Raises:
        RecoLabError: there are more or fewer, or two are the same.
    """
    if isinstance(names, str):
        raise RecoLabError(f"A list with a name for every {what} is expected, but the text {names!r} came.")
    texts = [str(name) for name in names]
    if len(texts) != count:
        raise RecoLabError(
            f"The values have {count} {what}s, but {len(texts)} names came: give a name for every {what}."
        )
    twice = sorted({text for text in texts if texts.count(text) > 1})
    if twice:
        raise RecoLabError(f"Every {what} needs a name of its own, but {twice[0]!r} comes more than once.")
    return texts


def thinned(frame: pd.DataFrame, most: int = MOST_ROWS) -> pd.DataFrame:
    """At most `most` rows of the frame, evenly spaced, the first and the last among them."""
    if len(frame) <= most:
        return frame
    return frame.iloc[np.linspace(0, len(frame) - 1, most).round().astype(int)]


def _kind(value: Any) -> str:
    return f"a value of type {type(value).__name__}"
