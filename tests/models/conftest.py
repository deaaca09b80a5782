"""A tiny split, and models with weights that are known."""

import numpy as np
import pandas as pd
import pytest

import recolab as rl


@pytest.fixture(scope="session")
def split():
    """Three users, four items; the ratings of training are 5, 3, 4, 1 (mean 3.25); user c and item 4 are cold."""
    ratings = rl.Ratings.from_frame(
        pd.DataFrame(
            {"user": list("aabbcc"), "item": [1, 2, 1, 3, 4, 1], "rating": [5, 3, 4, 1, 2, 5]},
        ),
        scale=(1, 5),
        name="tiny",
    )
    return rl.split.given(ratings, test=pd.DataFrame({"user_id": ["c", "c"], "item_id": [4, 1]}), valid=0)


@pytest.fixture
def with_weights():
    """Set the tables of a model: users 3 × 2, items 4 × 2, and the biases where there are any."""

    def set_tables(model):
        for layer in model.layers:
            values = {
                "user_embedding": [[1, 2], [0, 1], [-1, 0]],
                "item_embedding": [[0.5, 1], [1, 0], [0, 0], [2, -1]],
                "user_bias": [[0.5], [0], [-0.25]],
                "item_bias": [[0], [0.25], [1], [-1]],
            }.get(layer.name)
            assert values is not None or not layer.weights, f"no values for {layer.name}"
            if values is not None:
                layer.set_weights([np.array(values, np.float32)])
        return model

    return set_tables


@pytest.fixture(scope="session")
def split_of():
    """A split with a training row for every 1 of a matrix of users × items, and a test row for every 0."""

    def made(matrix):
        matrix = np.asarray(matrix)
        user, item = np.indices(matrix.shape).reshape(2, -1)
        frame = pd.DataFrame({"user": user, "item": item, "rating": 3})
        ratings = rl.Ratings.from_frame(frame, scale=(1, 5), name="a matrix")
        ids = frame[matrix.ravel() == 0].rename(columns={"user": "user_id", "item": "item_id"})
        return rl.split.given(ratings, test=ids, valid=0)

    return made


@pytest.fixture(scope="session")
def taken():
    """Which of 20 users took which of 11 items, with very busy and very idle users; float64."""
    rng = np.random.default_rng(7)
    return (rng.random((20, 11)) < rng.uniform(0.05, 0.9, (20, 1))).astype(np.float64)


@pytest.fixture(scope="session")
def drawn(taken, split_of):
    """`taken` as a split."""
    return split_of(taken)
