"""A catalogue small enough to work through by hand."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from recolab.data import Provenance, Ratings
from recolab.split import Split

MakeSplit = Callable[..., Split]


@pytest.fixture
def make_split() -> MakeSplit:
    """Builds a split of n_users × n_items whose training rows are the given (user code, item code) pairs, rated 3.

    Raw user ids are u0, u1, ...; raw item ids 100, 101, ...; titles "Film 0", "Film 1", ...; the scale is 1 to 5.
    """

    def make(n_users: int, n_items: int, seen: list[tuple[int, int]]) -> Split:
        user, item = np.array(seen, dtype=np.int32).reshape(-1, 2).T
        train = pd.DataFrame({"user": user, "item": item, "rating": np.full(len(user), 3, np.float32)})
        nothing = train.iloc[:0].assign(cold=False)
        ratings = Ratings(
            frame=train,
            users=pd.DataFrame({"user_id": [f"u{code}" for code in range(n_users)]}),
            items=pd.DataFrame(
                {
                    "item_id": np.arange(100, 100 + n_items),
                    "title": [f"Film {code}" for code in range(n_items)],
                }
            ),
            scale=(1.0, 5.0),
            provenance=Provenance(name="toy", edition="made here", source="generated"),
        )
        return Split(ratings=ratings, train=train, valid=nothing, test=nothing, name="all of it is training")

    return make
