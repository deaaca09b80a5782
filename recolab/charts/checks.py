"""Checks of what is handed to a chart, and the limit on what a chart hands to the browser."""

from __future__ import annotations

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


def thinned(frame: pd.DataFrame, most: int = MOST_ROWS) -> pd.DataFrame:
    """At most `most` rows of the frame, evenly spaced, the first and the last among them."""
    if len(frame) <= most:
        return frame
    return frame.iloc[np.linspace(0, len(frame) - 1, most).round().astype(int)]


def _kind(value: Any) -> str:
    return f"a value of type {type(value).__name__}"
