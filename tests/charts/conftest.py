"""Ratings small enough to count by hand, and what a chart hands to the browser."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import recolab as rl


@pytest.fixture(scope="session")
def ratings() -> rl.Ratings:
    """Ten ratings of five items: item 1 has four of them, item 2 three, the others one each."""
    frame = pd.DataFrame(
        {
            "user": list("abcdabcabd"),
            "item": [1, 1, 1, 1, 2, 2, 2, 3, 4, 5],
            "rating": [5, 5, 4, 3, 4, 4, 1, 2, 5, 3],
            "time": pd.to_datetime("2024-01-01") + pd.to_timedelta([0, 1, 2, 3, 4, 5, 21, 21, 22, 23], unit="D"),
        }
    )
    return rl.Ratings.from_frame(frame, time="time", scale=(1, 5), name="ten")


@pytest.fixture(scope="session")
def split(ratings: rl.Ratings) -> rl.split.Split:
    """Tested on user c's rating of item 1 (4), d's of item 1 (3), and d's of item 5 (3), which is cold."""
    test = pd.DataFrame({"user_id": ["c", "d", "d"], "item_id": [1, 1, 5]})
    return rl.split.given(ratings, test=test, valid=0)


@pytest.fixture(scope="session")
def rows_of() -> Callable[[Any], list[pd.DataFrame]]:
    """The tables inside a chart, the longest first, after Altair has validated the chart."""

    def rows(chart: Any) -> list[pd.DataFrame]:
        tables = [pd.DataFrame(rows) for rows in chart.to_dict()["datasets"].values()]
        return sorted(tables, key=len, reverse=True)

    return rows


@pytest.fixture(scope="session")
def guesses_four() -> Any:
    """A model that predicts 4 for everything."""

    class Four:
        def predict(self, pairs: dict[str, np.ndarray]) -> np.ndarray:
            return np.full(len(pairs["user"]), 4.0)

    return Four()
