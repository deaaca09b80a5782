"""Little splits to measure on."""

import numpy as np
import pandas as pd
import pytest

from recolab import split
from recolab.data import Ratings


@pytest.fixture(scope="session")
def little_split() -> split.Split:
    """400 ratings by 20 users of 40 items, in whose order of items a model can find something to learn."""
    rng = np.random.default_rng(0)
    pairs = rng.choice(800, 400, replace=False)
    frame = pd.DataFrame({"user": pairs // 40, "item": pairs % 40})
    frame["rating"] = np.clip(np.rint(1 + frame["item"] / 10 + rng.normal(0, 0.5, 400)), 1, 5)
    return split.by_user(Ratings.from_frame(frame, scale=(1, 5), name="little"), test=0.2, valid=0.2, seed=0)


@pytest.fixture(scope="session")
def by_hand() -> split.Split:
    """Three users and six items a to f.

    | user | train | valid | test     |
    |------|-------|-------|----------|
    | ann  | a     | b     | c 5, d 2 |
    | bob  | a, b  |       | f 4      |
    | cem  | d e f | a     |          |
    """
    rows = [("ann", "a", 4), ("ann", "b", 3), ("ann", "c", 5), ("ann", "d", 2), ("bob", "a", 2), ("bob", "b", 5)]
    rows += [("bob", "f", 4), ("cem", "a", 1), ("cem", "d", 5), ("cem", "e", 5), ("cem", "f", 5)]
    ratings = Ratings.from_frame(pd.DataFrame(rows, columns=["user", "item", "rating"]), scale=(1, 5), name="by hand")

    def pairs(*named):
        return pd.DataFrame(named, columns=["user_id", "item_id"])

    test, valid = pairs(("ann", "c"), ("ann", "d"), ("bob", "f")), pairs(("ann", "b"), ("cem", "a"))
    return split.given(ratings, test=test, valid=valid, name="by hand")
