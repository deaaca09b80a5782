"""Seconds an epoch of deepctr-torch, asked for by `click_speed.py --against`; runs in an environment of its own.

    python of_deepctr.py ROWS.npz SETTINGS.json ANSWER.json

The first file holds each field's rows and the targets, the second what to build. Into the third go the seconds of the
shortest epoch after the first, for each model: deepctr-torch itself writes to stdout. Imports nothing of RecoLab.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import deepctr_torch
import numpy as np
import torch
from deepctr_torch.inputs import DenseFeat, SparseFeat, VarLenSparseFeat
from deepctr_torch.models import DCN, AutoInt, DeepFM

NO_PENALTY = {"l2_reg_linear": 0, "l2_reg_embedding": 0}


def columns(fields: list[dict[str, Any]], width: int) -> list[Any]:
    """The feature columns of the fields; a multi-valued field is the mean of its values' vectors."""

    def column(field: dict[str, Any]) -> Any:
        if field["kind"] == "numeric":
            return DenseFeat(field["name"], 1)
        sparse = SparseFeat(field["name"], field["size"], embedding_dim=width)
        return sparse if field["kind"] == "categorical" else VarLenSparseFeat(sparse, field["slots"], combiner="mean")

    return [column(field) for field in fields]


def built(name: str, of: list[Any], settings: dict[str, Any]) -> Any:
    """A model of deepctr-torch with the sizes of ours and without its penalties, which ours does not have either."""
    network = {"dnn_hidden_units": tuple(settings["widths"])}
    if name == "DeepFM":
        return DeepFM(of, of, **network, **NO_PENALTY)
    if name == "DCN":
        return DCN(of, of, cross_num=settings["layers"], l2_reg_cross=0, **network, **NO_PENALTY)
    # Its attention is as wide as the vectors.
    return AutoInt(
        of,
        of,
        att_layer_num=settings["layers"],
        att_head_num=settings["heads"],
        dnn_hidden_units=(),
        l2_reg_embedding=0,
    )


def best_epoch(model: Any, x: dict[str, Any], y: Any, batch_size: int, passes: int) -> float:
    """Seconds of the shortest epoch after the first."""
    model.compile("adam", "binary_crossentropy")
    seconds = []
    for _ in range(passes + 1):
        start = time.perf_counter()
        model.fit(x, y, batch_size=batch_size, epochs=1, verbose=0)
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


def main(rows: str, settings: str, answer: str) -> None:
    """Time every model asked for."""
    with open(settings, encoding="utf-8") as file:
        asked = json.load(file)
    with np.load(rows) as arrays:
        x = {field["name"]: arrays[field["name"]] for field in asked["fields"]}
        y = arrays["target"]
    of = columns(asked["fields"], asked["width"])
    seconds = {
        name: best_epoch(built(name, of, asked), x, y, asked["batch_size"], asked["passes"]) for name in asked["models"]
    }
    versions = (
        f"deepctr-torch {deepctr_torch.__version__}, torch {torch.__version__}, {torch.get_num_threads()} threads"
    )
    with open(answer, "w", encoding="utf-8") as file:
        json.dump({"versions": versions, "seconds": seconds}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
