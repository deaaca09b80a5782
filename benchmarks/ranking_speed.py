"""How fast ranked lists are measured, beside asking Keras for one user at a time, and how much memory that takes.

    python benchmarks/ranking_speed.py [--record]

On ML-1M with the NCF authors' test items: 6,040 users, their 100 published candidates and then all 3,706 items. The
models are as large as trained ones, and not trained.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import typer
from recommending_speed import ONE_BY_ONE, seconds

import recolab as rl

UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in which the system counts memory."""


def gigabytes() -> float:
    """The peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT / 2**30


def main(record: Annotated[bool, typer.Option(help="Write the times under results/ as well.")] = False) -> None:
    """Print the times and the peak memory."""
    split = rl.split.published(rl.load("ml-1m"), "ncf").refit()
    models = {
        "RankingMF (192 factors)": rl.models.RankingMF(split, factors=192),
        "NeuMF (16 factors)": rl.models.NeuMF(split, factors=16),
    }
    everything = np.arange(split.n_items, dtype=np.int32)
    published = {user: group.to_numpy() for user, group in split.candidates.groupby("user")["item"]}

    def one_by_one(model: Any, candidates: Callable[[int], np.ndarray]) -> None:
        for user in range(ONE_BY_ONE):
            items = candidates(user)
            scores = model.predict({"user": np.full(len(items), user, np.int32), "item": items}, verbose=0)
            np.argsort(-scores.ravel())[:10]

    print(f"{split.ratings.name}: {split.n_users:,} users; the first call, the best of three more, one user at a time")
    for name, model in models.items():
        for candidates, of_user in (("published", published.__getitem__), ("all", lambda _user: everything)):

            def measure(model: Any = model, candidates: str = candidates) -> None:
                rl.evaluate.rankings(model, split, candidates=candidates)

            first = seconds(measure)
            again = min(seconds(measure) for _ in range(3))
            one_by_one(model, of_user)  # the first call of Keras compiles
            slow = seconds(lambda m=model, of=of_user: one_by_one(m, of)) / ONE_BY_ONE * split.n_users
            print(
                f"{name:<25}{candidates:<11}{first:7.2f} s {again:7.2f} s {slow:8.0f} s (from {ONE_BY_ONE} users), "
                f"{slow / again:,.0f} times as long"
            )
            if record:
                times = {"first (s)": first, "best of 3 (s)": again, "one user at a time (s)": slow}
                rl.runs.record(
                    "ranking-speed",
                    name,
                    {**times, "times": slow / again, "peak memory so far (GB)": gigabytes()},
                    parameters={"candidates": candidates},
                    seeds={"model": 0},
                    protocol={"split": split.name, "users": split.n_users, "one by one": f"from {ONE_BY_ONE} users"},
                    ratings=split.ratings,
                )
    print(f"peak memory of all of it: {gigabytes():.2f} GB")


if __name__ == "__main__":
    typer.run(main)
