"""How fast the models of fields train: `rl.fit` beside Keras' own `fit` on the same model, data and batch, in one run.

    python benchmarks/click_speed.py [--only FM --only DCN] [--rows 200000] [--passes 6] [--against PYTHON] [--record]

The rows are those of the AutoInt protocol, of ML-1M if it is there. Each way of training runs some epochs in one call,
and the best after the first counts. Keras is timed at its defaults and at its best (`jit_compile=True`,
`steps_per_execution=64`), from arrays encoded beforehand.

With `--against`, DeepFM, DCN and AutoInt are timed in deepctr-torch too, on the same rows and sizes. It is no
dependency of RecoLab: PYTHON is the interpreter of an environment that has it,

    python -m venv /tmp/deepctr && /tmp/deepctr/bin/pip install deepctr-torch requests

AutoInt's attention is as wide as the vectors there, which deepctr-torch has no choice about; that is our "AutoInt,
width 16". A number enters deepctr-torch's networks as it is and stays out of its FM and its attention; ours gives it a
vector, and so has one field more to do.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
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
    "AutoInt (width 16)": ("AutoInt", {"attention_width": 16}),
    "xDeepFM": ("XDeepFM", {**NETWORK, "sizes": (32, 32)}),
}

OF_DEEPCTR = {"DeepFM": "DeepFM", "DCN": "DCN", "AutoInt (width 16)": "AutoInt"}
"""Models that are timed in deepctr-torch, by our names."""


def in_deepctr(
    python: str, models: list[str], fields: rl.features.Fields, x: dict[str, Any], y: Any, passes: int
) -> tuple[dict[str, float], str]:
    """Seconds an epoch of the models in deepctr-torch, by our names, and its versions."""
    arrays, described = {"target": y}, []
    for name, kind, (start, past), (first, end) in zip(
        fields.names, fields.kinds, fields.runs, fields.slots, strict=True
    ):
        multi = kind == "multi-valued"  # whose unused slots hold 0, there as here
        if kind == "numeric":
            unweighted = fields.n_slots - fields.n_weighted
            arrays[name] = x["weights"][:, first - unweighted : end - unweighted]
        else:
            codes = x["indices"][:, first:end]
            arrays[name] = np.where(codes == 0, 0, codes - start + multi).astype("float32")
        described.append({"name": name, "kind": kind, "size": past - start + multi, "slots": end - first})
    settings = {
        "fields": described,
        "models": [OF_DEEPCTR[name] for name in models],
        "batch_size": BATCH,
        "passes": passes,
        "width": 16,
        "layers": 3,
        "heads": 2,
        **NETWORK,
    }
    with tempfile.TemporaryDirectory() as folder:
        rows, asked, answered = (Path(folder, name) for name in ("rows.npz", "settings.json", "answer.json"))
        np.savez(rows, **arrays)
        asked.write_text(json.dumps(settings), encoding="utf-8")
        script = Path(__file__).with_name("of_deepctr.py")
        subprocess.run([python, script, rows, asked, answered], stdout=subprocess.DEVNULL, check=True)
        answer = json.loads(answered.read_text(encoding="utf-8"))
    return {name: answer["seconds"][OF_DEEPCTR[name]] for name in models}, answer["versions"]


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
    against: Annotated[str | None, typer.Option(help="Interpreter of an environment with deepctr-torch.")] = None,
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
    chosen = [name for name in MODELS if not only or name in only]
    compared = [name for name in chosen if name in OF_DEEPCTR]
    theirs, versions = in_deepctr(against, compared, task.fields, x, y, passes) if against and compared else ({}, "")
    if versions:
        print(versions)
    for name in chosen:
        builder, arguments = MODELS[name]

        def build(builder: str = builder, arguments: dict[str, Any] = arguments) -> Any:
            return getattr(rl.models, builder)(task.fields, **arguments)

        measured = measure(build, x, y, passes)
        if name in theirs:
            measured["deepctr-torch"] = len(y) / theirs[name]
            measured["times deepctr-torch"] = measured["rl.fit (examples/s)"] / measured["deepctr-torch"]
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
                protocol={"rows": len(y), "timing": f"best of {passes} epochs after a first one"}
                | ({"against": versions} if name in theirs else {}),
                ratings=ratings,
            )


if __name__ == "__main__":
    typer.run(main)
