"""How fast a NeuMF trains on clicks of ML-1M, against Keras on negatives that were drawn before.

    python benchmarks/negatives_speed.py [--positives 100000] [--record]

`rl.fit` draws four negatives for each positive inside its loop, anew in every epoch. Keras' `fit` gets rows that hold
them already, the same ones in every epoch, so it is spared that work. Times are of one epoch after the first.
"""

from __future__ import annotations

import time
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from training_speed import Watch

import recolab as rl
from recolab.backend import keras
from recolab.training.negatives import sampled_rows
from recolab.training.rows import order

BATCHES = (256, 2560)


def measure(split: rl.split.Split, positives: pd.DataFrame, batch: int, passes: int) -> dict[str, Any]:
    """Rows per second of the three ways, and their ratios."""
    watch, rows = Watch(), 5 * len(positives)
    settings = {"epochs": passes + 1, "batch_size": batch, "callbacks": [watch]}
    rl.fit(rl.models.NeuMF(split), positives, negatives=4, progress=False, **settings)
    ours = watch.best()

    model = rl.models.NeuMF(split)
    drawn = sampled_rows(model, positives, rl.training.Negatives(4), grouped=False, part="training")
    x, y = drawn.take(order(drawn.n, 0, 0), drawn.draws(0, 0))
    x, y = {name: codes.numpy() for name, codes in x.items()}, y.numpy()

    def with_keras(**options: Any) -> float:
        model = rl.models.NeuMF(split)
        model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), **options)
        model.fit(x, y, verbose=0, **settings)
        return watch.best()

    default, best = with_keras(), with_keras(jit_compile=True, steps_per_execution=64)
    return {
        "model": "NeuMF 16",
        "batch": batch,
        "rl.fit (rows/s)": rows / ours,
        "Keras at its defaults": rows / default,
        "Keras at its best": rows / best,
        "times defaults": default / ours,
        "times best": best / ours,
    }


def seconds_of_drawing(split: rl.split.Split) -> float:
    """All negatives of an epoch of all training rows, drawn at once in one compiled call; the second one is timed."""
    model = rl.models.GMF(split, factors=1)
    rows = sampled_rows(model, split.train, rl.training.Negatives(4), grouped=False, part="training")
    draw = rl.backend.tf.function(rows.rule, jit_compile=True)
    for epoch in (0, 1):
        start = time.perf_counter()
        x, _ = draw(rows.tensors, np.arange(rows.n, dtype=np.int32), rows.draws(0, epoch))
        x["item"].numpy()
        seconds = time.perf_counter() - start
    return seconds


def main(
    positives: Annotated[int, typer.Option(help="Positives of an epoch, drawn from the training rows.")] = 100_000,
    passes: Annotated[int, typer.Option(help="Epochs timed, the best counts.")] = 3,
    record: Annotated[bool, typer.Option(help="Write the table under results/ as well.")] = False,
) -> None:
    """Print the table."""
    ratings = rl.load("ml-1m")
    split = rl.split.published(ratings, "ncf")
    print(f"drawing {4 * len(split.train):,} negatives: {seconds_of_drawing(split):.2f} s", flush=True)
    some = split.train.sample(positives, random_state=0)
    table = pd.DataFrame([measure(split, some, batch, passes) for batch in BATCHES])
    print(f"NeuMF on {positives:,} positives of {ratings.name} and four negatives each, best of {passes} epochs")
    print(table.to_string(index=False, float_format=lambda value: f"{value:,.1f}"))
    if record:
        for row in table.to_dict("records"):
            metrics = {name: value for name, value in row.items() if name not in ("model", "batch")}
            rl.runs.record(
                "negatives-speed",
                row["model"],
                metrics,
                parameters={"batch_size": row["batch"]},
                seeds={"model": 0, "fit": 0},
                protocol={"positives": positives, "timing": f"best of {passes} epochs after a first one"},
                ratings=ratings,
            )


if __name__ == "__main__":
    typer.run(main)
