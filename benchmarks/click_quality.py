"""How well the models of Days 4 and 5 predict clicks, on the protocol of the AutoInt paper and on two more.

    python benchmarks/click_quality.py "autoint"          [--only DCN --only FM] [--seeds 5] [--record]
    python benchmarks/click_quality.py "autoint with ids"
    python benchmarks/click_quality.py "global time"

Needs ML-1M. Every model is trained with each of its settings and seed 0; the setting with the best validation AUC is
then trained with every seed. A training ends when validation AUC has not risen for some epochs and gives back the
weights of its best epoch; the test rows are read once, after that. The time stamps of our ML-1M are partly
reconstructed, so the field `time` is not quite the paper's.
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
    attention = {"rate": 0.001, "dropout": 0.2}
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
        "AutoInt": Plan(of.AutoInt, [attention]),
        "AutoInt+": Plan(of.AutoInt, [{**attention, "widths": (400, 400), "deep_dropout": 0.3, "l2": 1e-4}]),
    }


def trained(plan: Plan, task: Any, setting: dict[str, Any], seed: int, batch_size: int) -> tuple[Any, float, int]:
    """The model with the weights of its best epoch, that epoch's validation AUC and its number (from 1)."""
    setting = dict(setting)
    optimizer = keras.optimizers.Adam(setting.pop("rate"))
    model = plan.build(task.fields, optimizer=optimizer, seed=seed, **setting)
    watch = rl.evaluate.ClickCallback(task.valid)
    stop = keras.callbacks.EarlyStopping("val_auc", mode="max", patience=plan.patience, restore_best_weights=True)
    log = rl.fit(
        model,
        task.train,
        target="click",
        epochs=50,
        batch_size=batch_size,
        callbacks=[watch, stop],
        seed=seed,
        progress=False,
    )
    aucs = log.history["val_auc"]
    return model, max(aucs), 1 + aucs.index(max(aucs))


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
    rows: list[dict[str, Any]] = []
    for name, plan in plans().items():
        if only and name not in only:
            continue
        of_settings = [trained(plan, task, setting, 0, batch_size) for setting in plan.settings]
        best = max(range(len(of_settings)), key=lambda number: of_settings[number][1])
        for tried, (_, auc, epoch) in zip(plan.settings, of_settings, strict=True):
            print(f"{name:12} {tried} validation AUC {auc:.4f} in epoch {epoch}", flush=True)
        for seed in range(seeds):
            start = time.perf_counter()
            model, _, epoch = (
                of_settings[best] if seed == 0 else trained(plan, task, plan.settings[best], seed, batch_size)
            )
            seconds = time.perf_counter() - start
            size = {"model_parameters": model.count_params()}
            report = replace(rl.evaluate.clicks(model, task.test), details=size)
            rows.append({"model": name, "seed": seed, **size, **report.metrics})
            numbers = ", ".join(f"{metric} {value:.4f}" for metric, value in report.metrics.items())
            print(f"{name:12} seed {seed}  epoch {epoch}  {numbers}  {seconds:.0f} s", flush=True)
            if record:
                rl.runs.record(
                    f"ml-1m-clicks-{protocol.replace(' ', '-')}",
                    name.replace("&", "and"),
                    report,
                    parameters={**plan.settings[best], "epochs": epoch, "batch_size": batch_size},
                    seeds={"split": 0, "model": seed, "fit": seed},
                    ratings=ratings,
                    seconds=round(seconds, 1) if seed else None,
                )
    print("\nTest, over seeds:")
    shown = [metric for metric in ("auc", "log_loss", "grouped_auc") if metric in rows[0]]
    print(pd.DataFrame(rows).groupby("model", sort=False)[shown].agg(["mean", "std"]).round(4).to_string())
    print("\nPublished (compare within a protocol only):")
    print(rl.runs.published(ratings).query("metric == 'auc'").to_string(index=False))


if __name__ == "__main__":
    typer.run(main)
