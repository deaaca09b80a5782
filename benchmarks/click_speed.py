"""How fast the models of fields train: `rl.fit` beside Keras' own `fit` on the same model, data and batch, in one run.

    python benchmarks/click_speed.py [--only FM --only DCN] [--rows 200000] [--passes 6] [--record]

The rows are those of the AutoInt protocol, of ML-1M if it is there. Each way of training runs some epochs in one call,
and the best after the first counts. Keras is timed at its defaults and at its best (`jit_compile=True`,
`steps_per_execution=64`), from arrays encoded beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import pandas as pd
import typer
from training_speed import Watch

import recolab as rl
from recolab.backend import keras

BATCH = 1024
NETWORK = {"widths": (128, 64)}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "LR": ("LR", {}),
    "FM": ("FM", {}),
    "DNN": ("DNN", NETWORK),
    "DeepFM": ("DeepFM", NETWORK),
    "Wide & Deep": ("WideAndDeep", NETWORK),
    "IPNN": ("IPNN", NETWORK),
    "OPNN": ("OPNN", NETWORK),
    "KPNN": ("KPNN", NETWORK),
    "AFM": ("AFM", {}),
    "AutoInt": ("AutoInt", {}),
    "AutoInt+": ("AutoInt", NETWORK),
    "DCN": ("DCN", NETWORK),
    "DCN-v2": ("DCNv2", NETWORK),
    "xDeepFM": ("XDeepFM", {**NETWORK, "sizes": (32, 32)}),
}


def measure(build: Callable[[], Any], x: dict[str, Any], y: Any, passes: int) -> dict[str, float]:
    """Examples per second of the three ways, and their ratios."""
    watch = Watch()

    def with_keras(model: Any) -> float:
        model.fit(x, y, batch_size=BATCH, epochs=passes + 1, callbacks=[watch], verbose=0)
        return watch.best()

    rl.fit(build(), x, y, batch_size=BATCH, epochs=passes + 1, callbacks=[watch], progress=False)
    ours = watch.best()
    default = with_keras(build())
    model = build()
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(optimizer=model.optimizer, loss=loss, jit_compile=True, steps_per_execution=64)
    best = with_keras(model)
    return {
        "parameters": model.count_params(),
        "rl.fit (examples/s)": len(y) / ours,
        "Keras at its defaults": len(y) / default,
        "Keras at its best": len(y) / best,
        "times defaults": default / ours,
        "times best": best / ours,
    }


def main(
    only: Annotated[list[str] | None, typer.Option(help="Models to time; all without it.")] = None,
    rows: Annotated[int, typer.Option(help="Training rows, at most.")] = 200_000,
    passes: Annotated[int, typer.Option(help="Epochs timed, the best counts.")] = 6,
    record: Annotated[bool, typer.Option(help="Write the table under results/ as well.")] = False,
) -> None:
    """Print the table."""
    unknown = sorted(set(only or ()) - set(MODELS))
    if unknown:
        raise typer.BadParameter(f"unknown models {unknown}; there are {list(MODELS)}")
    try:
        ratings = rl.load("ml-1m")
    except rl.RecoLabError:
        ratings = rl.load("auto")
    task = rl.features.click_task(ratings, "autoint")
    train = task.train[:rows]
    x, y = task.fields.encode(train), train["click"].to_numpy("float32")
    print(
        f"{ratings.name} ({ratings.provenance.edition}), {len(y):,} rows of {len(task.fields)} fields, batch {BATCH:,}"
    )
    for name, (builder, arguments) in MODELS.items():
        if only and name not in only:
            continue

        def build(builder: str = builder, arguments: dict[str, Any] = arguments) -> Any:
            return getattr(rl.models, builder)(task.fields, **arguments)

        measured = measure(build, x, y, passes)
        print(
            pd.Series(measured, name=name).to_frame().T.to_string(float_format=lambda value: f"{value:,.1f}"),
            flush=True,
        )
        if record:
            rl.runs.record(
                "click-speed",
                name.replace("&", "and"),
                measured,
                parameters={"batch_size": BATCH, **arguments},
                seeds={"split": 0, "model": 0, "fit": 0},
                protocol={"rows": len(y), "timing": f"best of {passes} epochs after a first one"},
                ratings=ratings,
            )


if __name__ == "__main__":
    typer.run(main)
