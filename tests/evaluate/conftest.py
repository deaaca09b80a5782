"""A little split to measure on."""

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
