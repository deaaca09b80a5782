"""How good the models of Day 1 are, on published folds and beside published numbers.

    python benchmarks/ratings_quality.py ml-100k [--seeds 5] [--record]
    python benchmarks/ratings_quality.py ml-1m   [--seeds 5] [--record]

Needs the real ratings. Everything is chosen on validation rows, the model is then fitted again on training and
validation rows, and the test rows are read once. ML-100K: the published folds u1 to u5. ML-1M: a random 80/20 cut.

The recipe was found by a search on validation rows of ML-100K's u1 to u5 and of one cut of ML-1M: small initial
embeddings, a penalty for each rating, SGD with momentum whose learning rate falls to 0 along a cosine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import pandas as pd
import typer

import recolab as rl
from recolab.backend import keras

SEEDED = ("ExplicitMF", "BiasedMF", "SigmoidMF")


@dataclass(frozen=True)
class Plan:
    """What is run on one set of ratings.

    Attributes:
        cuts: the splits, by a function of the ratings.
        settings: keyword arguments of a builder to choose from, by name of the model.
        best: the model that is run with every seed; the others are run with the first.
        epochs, batch_size: of a trial; the learning rate has fallen to 0 at its end.
    """

    cuts: Callable[[rl.Ratings], list[rl.split.Split]]
    settings: dict[str, list[dict[str, Any]]]
    best: str
    epochs: int
    batch_size: int


PLANS = {
    "ml-100k": Plan(
        cuts=lambda ratings: [rl.split.published(ratings, f"u{fold}") for fold in range(1, 6)],
        settings={
            "ExplicitMF": [{"factors": 40, "l2": 0.06, "rate": 0.5}, {"factors": 40, "l2": 0.08, "rate": 0.5}],
            "BiasedMF": [{"factors": 40, "l2": 0.08, "rate": 0.5}, {"factors": 40, "l2": 0.09, "rate": 0.5}],
            "SigmoidMF": [{"factors": 40, "l2": 0.08, "rate": 0.5}, {"factors": 40, "l2": 0.09, "rate": 0.5}],
        },
        best="BiasedMF",
        epochs=30,
        batch_size=256,
    ),
    "ml-1m": Plan(
        cuts=lambda ratings: [rl.split.random(ratings, test=0.2, valid=0.08, seed=0)],
        settings={
            "ExplicitMF": [{"factors": factors, "l2": 0.06, "rate": 1.5} for factors in (10, 50)],
            "BiasedMF": [{"factors": 100, "l2": 0.06, "rate": 1.5}],
            "SigmoidMF": [{"factors": 50, "l2": 0.06, "rate": 1.5}],
        },
        best="BiasedMF",
        epochs=30,
        batch_size=1024,
    ),
}


def baselines(split: rl.split.Split) -> Iterator[tuple[str, Any]]:
    """The two baselines, fitted on all that is not test."""
    refitted = split.refit()
    yield "GlobalMean", rl.evaluate.ratings(rl.models.GlobalMean(refitted), refitted.test)
    yield "BiasBaseline", rl.evaluate.ratings(rl.models.BiasBaseline(refitted), refitted.test)


def builder(name: str, seed: int, epochs: int, batch_size: int) -> Callable[..., Any]:
    """The builder of a model with the recipe's optimizer."""

    def build(split: rl.split.Split, *, rate: float, **setting: Any) -> Any:
        steps = epochs * -(-len(split.train) // batch_size)
        schedule = keras.optimizers.schedules.CosineDecay(rate, steps)
        optimizer = keras.optimizers.SGD(schedule, momentum=0.9)
        return getattr(rl.models, name)(split, optimizer=optimizer, seed=seed, **setting)

    return build


def run(name: str, split: rl.split.Split, plan: Plan, seed: int) -> tuple[Any, float]:
    """Choose, refit, test: what came of it, and the seconds it took."""
    start = time.perf_counter()
    outcome = rl.evaluate.choose_refit_test(
        builder(name, seed, plan.epochs, plan.batch_size),
        split,
        settings=plan.settings[name],
        max_epochs=plan.epochs,
        batch_size=plan.batch_size,
        patience=plan.epochs,
        seed=seed,
        progress=False,
    )
    return outcome, time.perf_counter() - start


def main(
    data: Annotated[str, typer.Argument(help=" or ".join(PLANS))],
    seeds: Annotated[int, typer.Option(help="Seeds of the best model.")] = 5,
    record: Annotated[bool, typer.Option(help="Write every run under results/ as well.")] = False,
) -> None:
    """Print our numbers beside the published ones."""
    if data not in PLANS:
        raise typer.BadParameter(f"expected {' or '.join(PLANS)}, not {data!r}")
    plan, ratings = PLANS[data], rl.load(data)
    rows: list[dict[str, Any]] = []

    def note(model: str, split: rl.split.Split, report: Any, seed: int | None, seconds: float, setting: Any) -> None:
        rows.append({"model": model, "split": split.name, "seed": seed, **report.metrics, **setting})
        print(f"{model:13} {split.name:40} seed {seed}  RMSE {report.metrics['rmse']:.4f}  {seconds:.0f} s", flush=True)
        if record:
            rl.runs.record(
                f"{data}-ratings",
                model,
                report,
                parameters={**setting, "epochs": plan.epochs, "batch_size": plan.batch_size} if setting else {},
                seeds={"split": 0} if seed is None else {"split": 0, "model": seed, "fit": seed},
                ratings=ratings,
                seconds=round(seconds, 1),
            )

    for split in plan.cuts(ratings):
        for name, report in baselines(split):
            note(name, split, report, None, 0.0, {})
        for name in SEEDED:
            for seed in range(seeds if name == plan.best else 1):
                outcome, seconds = run(name, split, plan, seed)
                note(name, split, outcome.report, seed, seconds, outcome.setting)

    table = pd.DataFrame(rows).groupby(["model", "seed"], dropna=False, sort=False)["rmse"].mean()
    print(f"\nTest RMSE by seed, mean over {len(plan.cuts(ratings))} cuts (clipped, refitted, tested once):")
    print(table.groupby("model", sort=False).agg(["mean", "std", "min", "max", "count"]).round(4).to_string())
    print("\nPublished (compare within a protocol only):")
    print(rl.runs.published(ratings, metric="rmse").to_string(index=False))


if __name__ == "__main__":
    typer.run(main)
