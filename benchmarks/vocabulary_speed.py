"""How fast, and in how much memory, an FM trains on a vocabulary of ten million features; and its memory on ML-1M.

    python benchmarks/vocabulary_speed.py [--features 10000000] [--record]

Adam moves every row of a table at each step; `LazyAdam` and `LazyAdagrad` move those that the batch looked up. Rows of
ten fields are drawn with a long tail, and labels by chance: nothing can be learnt from them, and the time is the same.
Each way is a process of its own, so that its peak of memory is its own; the peak holds Python, TensorFlow and the data.
The best epoch after the first counts. Seconds of the processor stand beside, because other work on the machine does not
change them.

The last row trains an FM with ids on all ratings of ML-1M, and says what a dense one-hot matrix of its rows would take.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

import recolab as rl
from recolab.backend import keras

BATCH, FIELDS, WIDTH = 1024, 10, 16
IN_A_LOOP = 1_000
"""The epoch to begin with: late enough for `fit` to compile a loop at once."""

WAYS = {"LazyAdam": rl.models.LazyAdam, "LazyAdagrad": rl.models.LazyAdagrad, "Adam": keras.optimizers.Adam}
STEPS = {"LazyAdam": 200, "LazyAdagrad": 200, "Adam": 10}
"""Batches of an epoch. Adam would take minutes for as many as the others."""

ML_1M = "FM on all of ML-1M"


class Clock(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Seconds of each epoch, by the wall and of the processor."""

    def on_train_begin(self, logs: Any = None) -> None:
        self.wall: list[float] = []
        self.processor: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._start = time.perf_counter(), time.process_time()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.wall.append(time.perf_counter() - self._start[0])
        self.processor.append(time.process_time() - self._start[1])


def peak() -> float:
    """The most memory this process ever held, in GB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e9 if sys.platform == "darwin" else 1e6)  # bytes there, kB elsewhere


def long_tail(fields: rl.features.Fields, rows: int) -> dict[str, Any]:
    """Indices of rows whose values lie near the front of each field's vocabulary, and now and then far behind."""
    rng = np.random.default_rng(0)
    columns = [first + 1 + (rng.random(rows) ** 3 * (past - first - 1)).astype(np.int32) for first, past in fields.runs]
    return {"indices": np.stack(columns, axis=1).astype(np.int32)}


def measure(way: str, features: int, passes: int) -> dict[str, float]:
    """Examples per second of one optimizer, and the peak of memory."""
    fields = rl.features.Fields.of_sizes({f"field_{number}": features // FIELDS for number in range(FIELDS)})
    rows = BATCH * (STEPS[way] + 1)  # the last batch of an epoch is a step of its own
    y = np.random.default_rng(1).integers(0, 2, rows).astype(np.float32)
    model, clock = rl.models.FM(fields, width=WIDTH, optimizer=WAYS[way]()), Clock()
    epochs = {"initial_epoch": IN_A_LOOP, "epochs": IN_A_LOOP + passes + 1}
    rl.fit(model, long_tail(fields, rows), y, batch_size=BATCH, callbacks=[clock], progress=False, **epochs)
    return {
        "features": float(fields.n_features),
        "examples/s": rows / min(clock.wall[1:]),
        "examples/s of processor time": rows / min(clock.processor[1:]),
        "peak memory (GB)": peak(),
    }


def memory_of_ml_1m(passes: int) -> dict[str, float]:
    """An FM on users, films, what is known of both, and the moment, of all ratings."""
    ratings = rl.load("ml-1m")
    rows = rl.features.clicks(rl.features.with_fields(ratings.frame, ratings), at_least=4)
    kinds = dict.fromkeys(("user_id", "item_id", "gender", "age_group", "occupation", "hour"), "categorical")
    fields = rl.features.Fields.learn(rows, {**kinds, "genres": "multi-valued"})
    clock = Clock()
    model = rl.models.FM(fields, width=WIDTH)
    rl.fit(model, rows, target="click", batch_size=BATCH, epochs=passes + 1, callbacks=[clock], progress=False)
    return {
        "features": float(fields.n_features),
        "examples/s": len(rows) / min(clock.wall[1:]),
        "examples/s of processor time": len(rows) / min(clock.processor[1:]),
        "peak memory (GB)": peak(),
        "one-hot rows would take (GB)": len(rows) * fields.n_features * 4 / 1e9,
    }


def in_its_own_process(way: str, features: int, passes: int) -> dict[str, float]:
    """What `measure` finds, with a peak of memory that no other way has touched."""
    command = [sys.executable, __file__, "--way", way, "--features", str(features), "--passes", str(passes)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {name: float(value) for name, value in json.loads(lines[-1]).items()}


def main(
    features: Annotated[int, typer.Option(help="Size of the vocabulary.")] = 10_000_000,
    passes: Annotated[int, typer.Option(help="Epochs timed, the best counts.")] = 3,
    record: Annotated[bool, typer.Option(help="Write the table under results/ as well.")] = False,
    way: Annotated[str, typer.Option(help="Measure this one here, and print it as JSON.")] = "",
) -> None:
    """Print the table."""
    if way:
        print(json.dumps(memory_of_ml_1m(passes) if way == ML_1M else measure(way, features, passes)))
        return
    table = pd.DataFrame({each: in_its_own_process(each, features, passes) for each in [*WAYS, ML_1M]}).T
    ways = table.index != ML_1M
    table.loc[ways, "times Adam"] = table.loc[ways, "examples/s"] / table.loc["Adam", "examples/s"]
    print(f"FM of width {WIDTH}, batch {BATCH:,}, best of {passes} epochs after a first one")
    print(table.to_string(float_format=lambda value: f"{value:,.1f}", na_rep=""))
    if record:
        for name, row in table.iterrows():
            rl.runs.record(
                "vocabulary-speed",
                str(name),
                row.dropna().to_dict(),
                parameters={"batch_size": BATCH, "width": WIDTH},
                seeds={"rows": 0, "labels": 1, "model": 0, "fit": 0},
                protocol={
                    "rows": "all ratings" if name == ML_1M else f"{FIELDS} fields, drawn with a long tail",
                    "timing": f"best of {passes} epochs after a first one",
                },
                ratings=rl.load("ml-1m") if name == ML_1M else None,
            )


if __name__ == "__main__":
    typer.run(main)
