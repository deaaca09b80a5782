"""How fast `rl.fit` trains, beside Keras' own `fit` on the same model, data and batch, in one run.

    python benchmarks/training_speed.py [--rows 80000] [--passes 12] [--record]

Each way of training runs some epochs in one call, and the best after the first counts, so that those in which something
is compiled do not. Keras is timed twice: at its defaults, and at its best (`jit_compile=True`,
`steps_per_execution=64`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

import recolab as rl
from recolab.backend import keras
from recolab.training.own_loop import Batches
from recolab.training.rows import Rows

BATCHES = (32, 256, 1024)


def biased_mf(split: rl.split.Split) -> Any:
    """Matrix factorisation with biases and mean, 40 factors."""
    return rl.models.BiasedMF(split, factors=40, l2=0.0)


def deep_net(split: rl.split.Split) -> Any:
    """Two layers with batch normalisation and dropout on two embeddings of 40."""
    codes = {name: keras.Input((), dtype="int32", name=name) for name in ("user", "item")}
    tables = {"user": split.n_users, "item": split.n_items}
    hidden = keras.layers.Concatenate()([keras.layers.Embedding(tables[name], 40)(codes[name]) for name in codes])
    for width in (64, 32):
        hidden = keras.layers.Dense(width)(hidden)
        hidden = keras.layers.ReLU()(keras.layers.BatchNormalization()(hidden))
        hidden = keras.layers.Dropout(0.4, seed=width)(hidden)
    model = keras.Model(codes, keras.layers.Dense(1)(hidden), name="deep_net")
    return compiled(model)


def compiled(model: Any, **options: Any) -> Any:
    """The model, compiled as the builders of RecoLab do, with further options of Keras' `compile`."""
    metrics = [keras.metrics.RootMeanSquaredError(name="rmse"), keras.metrics.MeanAbsoluteError(name="mae")]
    model.compile("adam", "mse", metrics=metrics, **options)
    return model


class Watch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Notes when each epoch ended."""

    def on_train_begin(self, logs: Any = None) -> None:
        self.ends: list[float] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.ends.append(time.perf_counter())

    def best(self) -> float:
        """Seconds of the shortest epoch after the first."""
        return float(np.diff(self.ends).min())


def measure(build: Callable[[rl.split.Split], Any], split: rl.split.Split, batch: int, passes: int) -> dict[str, Any]:
    """Examples per second of the three ways, and their ratios."""
    x = {name: split.train[name].to_numpy() for name in ("user", "item")}
    y = split.train["rating"].to_numpy()
    watch = Watch()

    def with_keras(model: Any) -> float:
        model.fit(x, y, batch_size=batch, epochs=passes + 1, callbacks=[watch], verbose=0)
        return watch.best()

    rl.fit(build(split), split.train, batch_size=batch, epochs=passes + 1, callbacks=[watch], progress=False)
    ours = watch.best()
    default = with_keras(build(split))
    best = with_keras(compiled(build(split), jit_compile=True, steps_per_execution=64))
    rows = len(split.train)
    return {
        "model": build.__name__,
        "batch": batch,
        "rl.fit (examples/s)": rows / ours,
        "Keras at its defaults": rows / default,
        "Keras at its best": rows / best,
        "times defaults": default / ours,
        "times best": best / ours,
    }


def largest_difference(split: rl.split.Split, batch: int, epochs: int = 3) -> float:
    """Largest relative difference, over the epochs, between the losses of `rl.fit` and of Keras on the same batches."""
    ours, theirs = biased_mf(split), biased_mf(split)
    compiled = rl.fit(ours, split.train, batch_size=batch, epochs=epochs, seed=0, progress=False).history["loss"]
    rows = Rows.of(theirs, split.train, None, None, "training", "rating")
    looped = theirs.fit(Batches(rows, batch, seed=0), epochs=epochs, shuffle=False, verbose=0).history["loss"]
    return float(np.max(np.abs(np.array(compiled) / np.array(looped) - 1)))


def main(
    rows: Annotated[int, typer.Option(help="Training rows.")] = 80_000,
    passes: Annotated[int, typer.Option(help="Epochs timed, the best counts.")] = 12,
    record: Annotated[bool, typer.Option(help="Write the table under results/ as well.")] = False,
) -> None:
    """Print the table."""
    ratings = rl.load("auto")
    split = rl.split.random(ratings, test=1 - (rows + 0.5) / len(ratings), valid=0, seed=0)
    print(f"{ratings.name} ({ratings.provenance.edition}), {len(split.train):,} training rows, best of {passes} epochs")
    table = pd.DataFrame([measure(build, split, batch, passes) for build in (biased_mf, deep_net) for batch in BATCHES])
    print(table.to_string(index=False, float_format=lambda value: f"{value:,.1f}"))
    difference = largest_difference(split, 1024)
    print(f"largest relative difference of the losses over 3 epochs of biased_mf, batch 1,024: {difference:.1e}")
    if record:
        for row in table.to_dict("records"):
            metrics = {name: value for name, value in row.items() if name not in ("model", "batch")}
            rl.runs.record(
                "training-speed",
                row["model"],
                metrics,
                parameters={"batch_size": row["batch"]},
                seeds={"split": 0, "model": 0, "fit": 0},
                protocol={"rows": len(split.train), "timing": f"best of {passes} epochs after a first one"},
                ratings=ratings,
            )


if __name__ == "__main__":
    typer.run(main)
