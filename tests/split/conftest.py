"""Small tables of ratings, written out or drawn."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from recolab.data import Ratings


@pytest.fixture(scope="session")
def make_ratings() -> Callable[..., Ratings]:
    """Ratings of (user, item) pairs in the order given; user ids are words, which nobody takes for codes."""

    def make(pairs: Sequence[tuple[str, int]], time: Sequence[int] | None = None, name: str = "little") -> Ratings:
        frame = pd.DataFrame(pairs, columns=["user", "item"])
        frame["rating"] = 1 + np.arange(len(frame)) % 5
        if time is not None:
            frame["time"] = time
        return Ratings.from_frame(frame, time=None if time is None else "time", scale=(1, 5), name=name)

    return make


@pytest.fixture(scope="session")
def draw_ratings() -> Callable[..., Ratings]:
    """Ratings of distinct pairs drawn at random, with many times equal unless `ties` is False."""

    def draw(rows: int, users: int, items: int, seed: int, ties: bool = True, shuffle: int | None = None) -> Ratings:
        rng = np.random.default_rng(seed)
        pairs = rng.choice(users * items, rows, replace=False)
        frame = pd.DataFrame({"user": pairs // items, "item": 1000 + pairs % items, "rating": rng.integers(1, 6, rows)})
        frame["time"] = rng.integers(0, 20, rows) if ties else rng.permutation(rows)
        if shuffle is not None:
            frame = frame.sample(frac=1, random_state=shuffle)
        return Ratings.from_frame(frame, time="time", scale=(1, 5), name="drawn")

    return draw
