"""How fast the whole grid of predictions becomes everybody's top 5, beside asking Keras for one user at a time.

python benchmarks/recommending_speed.py [--record]
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import typer

import recolab as rl

ONE_BY_ONE = 20
"""Users asked one at a time; the time for all is worked out from theirs."""


def seconds(work: Callable[[], Any]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(record: Annotated[bool, typer.Option(help="Write the times under results/ as well.")] = False) -> None:
    """Print the times and their ratio."""
    ratings = rl.load("auto")
    split = rl.split.by_user(ratings, test=0.2, valid=0.1, seed=0)
    model = rl.models.BiasedMF(split, factors=40)
    items = np.arange(split.n_items, dtype=np.int32)

    def one_by_one() -> None:
        for user in range(ONE_BY_ONE):
            scores = model.predict({"user": np.full(len(items), user, np.int32), "item": items}, verbose=0)
            np.argsort(-scores.ravel())[:5]

    def everybody() -> None:
        rl.recommend.top_k(model, split, k=5)

    first = seconds(everybody)
    again = min(seconds(everybody) for _ in range(5))
    model.predict({"user": items[:1], "item": items[:1]}, verbose=0)  # the first call of Keras compiles
    slow = seconds(one_by_one) / ONE_BY_ONE * split.n_users
    print(f"{ratings.name}: {split.n_users:,} users × {split.n_items:,} items, the 5 best unseen items of each user")
    print(f"rl.recommend.top_k        {first:6.2f} s the first time, {again:.2f} s after that (best of 5)")
    print(f"Keras, one user at a time {slow:6.1f} s (from {ONE_BY_ONE} users), {slow / again:.0f} times as long")
    if record:
        rl.runs.record(
            "recommending-speed",
            "BiasedMF",
            {"first (s)": first, "best of 5 (s)": again, "one user at a time (s)": slow, "times": slow / again},
            parameters={"factors": 40},
            seeds={"split": 0, "model": 0},
            protocol={"users": split.n_users, "items": split.n_items, "k": 5, "one by one": f"from {ONE_BY_ONE} users"},
            ratings=ratings,
        )


if __name__ == "__main__":
    typer.run(main)
