"""How well the models of Days 4 and 5 predict clicks, on the protocol of the AutoInt paper and on two more.

    python benchmarks/click_quality.py "autoint"          [--only DCN --only FM] [--seeds 5] [--record]
    python benchmarks/click_quality.py "autoint with ids"
    python benchmarks/click_quality.py "global time"

Needs ML-1M. Setting and number of epochs are chosen with seed 0 by the AUC on validation rows. The model is then fitted
anew with every seed on training and validation rows together, and the test rows are read once; the authors of AutoInt
do not fit again, which leaves their models a ninth fewer rows. The time stamps of our ML-1M are partly reconstructed,
so the field `time` is not quite the paper's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

import pandas as pd
import typer

import recolab as rl
from recolab.backend import keras

# For all networks, chosen on validation rows with DCN and seed 0 among widths of 200 and 400, two and three layers,
# dropouts of .2 to .5 and penalties of 0 to 1e-3.
DEEP = {"rate": 0.001, "widths": (400, 400), "dropout": 0.3, "l2": 1e-4}


@dataclass(frozen=True)
class Plan:
    """A model and what is to be chosen from.

    Attributes:
        build: called with the fields and the keyword arguments of a setting, `optimizer` and `seed`.
        settings: keyword arguments; `rate` is the learning rate of Adam.
        patience: epochs without a better AUC.
    """

    build: Callable[..., Any]
    settings: list[dict[str, Any]]
    patience: int = 3


def lr(fields: Any, *, seed: int, **settings: Any) -> Any:
    """Logistic regression starts at 0, whatever the seed."""
    return rl.models.LR(fields, **settings)


def with_crosses(fields: Any, **settings: Any) -> Any:
    """Wide & Deep with every pair of categorical fields of few values crossed."""
    few = [
        name
        for name, kind, (first, past) in zip(fields.names, fields.kinds, fields.runs, strict=True)
        if kind == "categorical" and past - first < 200
    ]
    crosses = [(one, other) for number, one in enumerate(few) for other in few[number + 1 :]]
    return rl.models.WideAndDeep(fields, crosses=crosses, **settings)


def plans() -> dict[str, Plan]:
    """Every model by name."""
    of, deep = rl.models, [DEEP]
    return {
        "LR": Plan(lr, [{"rate": 0.003}]),
        "FM": Plan(of.FM, [{"rate": 0.001}, {"rate": 0.001, "l2": 1e-4}]),
        "AFM": Plan(of.AFM, [{"rate": 0.001, "dropout": 0.1}, {"rate": 0.003, "units": 32}]),
        "DeepFM": Plan(of.DeepFM, deep),
        "DCN": Plan(of.DCN, deep),
        "xDeepFM": Plan(of.XDeepFM, [{**DEEP, "sizes": (64, 64)}]),
        "Wide & Deep": Plan(with_crosses, deep),
        "DNN": Plan(of.DNN, deep),
        "DCN-v2": Plan(of.DCNv2, deep),
        "IPNN": Plan(of.IPNN, deep),
        "OPNN": Plan(of.OPNN, deep),
        "KPNN": Plan(of.KPNN, deep),
        # The paper drops .4 of the attention weights and .1 of the network of AutoInt+. Of 0, .1, .2 and .4 of the
        # attention weights of AutoInt, the AUC on validation rows was highest with .1.
        "AutoInt": Plan(of.AutoInt, [{"rate": 0.001, "dropout": 0.1, "l2": 1e-4}]),
        "AutoInt+": Plan(of.AutoInt, [{**DEEP, "dropout": 0.2, "deep_dropout": 0.3}]),
    }


def built(plan: Plan, task: Any, setting: dict[str, Any], seed: int) -> Any:
    """The model, not trained yet."""
    setting = dict(setting)
    optimizer = keras.optimizers.Adam(setting.pop("rate"))
    return plan.build(task.fields, optimizer=optimizer, seed=seed, **setting)


def trial(plan: Plan, task: Any, setting: dict[str, Any], batch_size: int) -> tuple[float, int]:
    """The best validation AUC of a training with seed 0, and its epoch (from 1)."""
    how = {"epochs": 50, "patience": plan.patience, "batch_size": batch_size, "seed": 0, "progress": False}
    aucs = rl.evaluate.fit_to_best_epoch(built(plan, task, setting, 0), task, **how).history["val_auc"]
    return max(aucs), 1 + aucs.index(max(aucs))


def chosen(name: str, plan: Plan, task: Any, batch_size: int) -> tuple[dict[str, Any], int]:
    """The setting and the number of epochs that are best on validation rows."""
    tried = [trial(plan, task, setting, batch_size) for setting in plan.settings]
    for setting, (auc, epoch) in zip(plan.settings, tried, strict=True):
        print(f"{name:12} {setting} validation AUC {auc:.4f} in epoch {epoch}", flush=True)
    best = max(range(len(tried)), key=lambda number: tried[number][0])
    return plan.settings[best], tried[best][1]


def main(
    protocol: Annotated[str, typer.Argument(help="autoint, autoint with ids, or global time")],
    only: Annotated[list[str] | None, typer.Option(help="Models to run; all without it.")] = None,
    seeds: Annotated[int, typer.Option(help="Seeds of every model.")] = 5,
    batch_size: Annotated[int, typer.Option(help="Rows a step.")] = 1024,
    record: Annotated[bool, typer.Option(help="Write every run under results/ as well.")] = False,
) -> None:
    """Print our numbers beside the published ones."""
    unknown = sorted(set(only or ()) - set(plans()))
    if unknown:
        raise typer.BadParameter(f"unknown models {unknown}; there are {list(plans())}")
    ratings = rl.load("ml-1m")
    task = rl.features.click_task(ratings, protocol)
    print(task)
    final = task.refit()
    rows: list[dict[str, Any]] = []
    for name, plan in plans().items():
        if only and name not in only:
            continue
        setting, epochs = chosen(name, plan, task, batch_size)
        for seed in range(seeds):
            start = time.perf_counter()
            model = built(plan, final, setting, seed)
            how = {"epochs": epochs, "batch_size": batch_size, "seed": seed}
            rl.fit(model, final.train, target="click", progress=False, **how)
            seconds = time.perf_counter() - start
            size = {"model_parameters": model.count_params()}
            report = replace(rl.evaluate.clicks(model, final.test), details=size)
            rows.append({"model": name, "seed": seed, **size, **report.metrics})
            numbers = ", ".join(f"{metric} {value:.4f}" for metric, value in report.metrics.items())
            print(f"{name:12} seed {seed}  {numbers}  {seconds:.0f} s", flush=True)
            if record:
                rl.runs.record(
                    f"ml-1m-clicks-{protocol.replace(' ', '-')}",
                    name.replace("&", "and"),
                    report,
                    parameters={**setting, "epochs": epochs, "batch_size": batch_size},
                    seeds={"split": 0, "model": seed, "fit": seed},
                    ratings=ratings,
                    seconds=round(seconds, 1),
                )
    print("\nTest, over seeds:")
    shown = [metric for metric in ("auc", "log_loss", "grouped_auc") if metric in rows[0]]
    print(pd.DataFrame(rows).groupby("model", sort=False)[shown].agg(["mean", "std"]).round(4).to_string())
    print("\nPublished (compare within a protocol only):")
    print(rl.runs.published(ratings).query("metric == 'auc'").to_string(index=False))


if __name__ == "__main__":
    typer.run(main)
